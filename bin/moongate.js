#!/usr/bin/env node
import { existsSync } from 'node:fs';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 11)) {
  process.stderr.write(`Moongate needs Node 24.11 or newer; this is ${process.version}.\n`);
  process.exit(1);
}
const built = new URL('../dist/main.js', import.meta.url);
await import((existsSync(built) ? built : new URL('../src/main.ts', import.meta.url)).href);
