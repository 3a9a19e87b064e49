#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 11)) {
  process.stderr.write(`Moongate needs Node 24.11 or newer; this is ${process.version}.\n`);
  process.exit(1);
}

// Compiled code is kept from start to start. It halves the start, and no thread has to load the compiler
// of TypeScript, which is why this file is plain JavaScript. A folder that cannot be written does no harm.
const cache = fileURLToPath(new URL('../node_modules/.cache/moongate', import.meta.url));
if (enableCompileCache(cache).directory !== undefined) process.env.NODE_COMPILE_CACHE ??= cache;

const built = new URL('../dist/main.js', import.meta.url);
await import((existsSync(built) ? built : new URL('../src/main.ts', import.meta.url)).href);
