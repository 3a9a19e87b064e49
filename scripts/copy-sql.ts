// tsc emits no .sql, so the build copies the migrations beside the compiled runner.
import { cpSync } from 'node:fs';

cpSync('src/storage/migrations', 'dist/storage/migrations', { recursive: true });
