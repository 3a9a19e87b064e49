import { execFileSync } from 'node:child_process';
import { mainFile, moongateEnvironment } from './start-moongate.ts';

const commandTimeoutMs = 60_000;

/** One command of the command line with `--json`, on the same directory as a server or alone. */
export function runMoongateCommand(directory: string, words: readonly string[]): unknown {
  const text = execFileSync(process.execPath, [mainFile, ...words, '--json'], {
    env: { ...process.env, ...moongateEnvironment(directory) },
    encoding: 'utf8',
    timeout: commandTimeoutMs,
  });
  return JSON.parse(text);
}
