import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CleanUps } from '../support/clean-ups.ts';
import { neutralEnvironment } from '../support/moongate-installation.ts';
import { preparePython } from '../support/python-environment.ts';
import { runProgram, successfulOutput } from '../support/run-program.ts';
import { type Moongate, startMoongate } from '../support/start-moongate.ts';
import { realOrTinyModel } from '../support/test-model.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pages = ['README.md', 'docs/guides/clients.md'];
const documentedUrl = 'http://127.0.0.1:8080';
const snippetTimeoutMs = 180_000;

interface Snippet {
  readonly name: string;
  readonly language: string;
  readonly code: string;
}

/** All Python and JavaScript of a page, and the shell snippets that it marks: the others start servers or install. */
function snippetsOf(page: string): Snippet[] {
  const blocks = readFileSync(`${root}/${page}`, 'utf8').matchAll(
    /^(<!-- tested -->\n)?```(sh|python|js)\n(.*?)^```$/gms,
  );
  return [...blocks]
    .filter(([, mark, language]) => language !== 'sh' || mark !== undefined)
    .map(([, , language = '', code = ''], index) => ({
      name: `${page}, snippet ${index + 1} (${language})`,
      language,
      code,
    }));
}

const snippets = pages.flatMap(snippetsOf);

test('the README shows how to ask with curl, Python and JavaScript', () => {
  const languages = new Set(snippetsOf('README.md').map(({ language }) => language));
  assert.deepEqual(languages, new Set(['sh', 'python', 'js']));
});

describe('documented snippets', () => {
  const cleanUps = new CleanUps();
  let moongate: Moongate;
  before(async () => {
    moongate = await startMoongate(cleanUps, (await realOrTinyModel(cleanUps)).environment);
  });
  after(() => cleanUps.run());

  for (const { name, language, code } of snippets) {
    test(`${name} works as it stands`, async (t) => {
      const interpreter = await interpreterOf(language);
      if ('reason' in interpreter) return t.skip(interpreter.reason);
      const result = await runProgram(interpreter.file, interpreter.words, {
        environment: {
          ...neutralEnvironment(),
          MOONGATE_URL: moongate.url,
          MOONGATE_API_KEY: moongate.key,
        },
        // Where `import OpenAI from 'openai'` finds the package.
        directory: root,
        input: code.replaceAll(documentedUrl, moongate.url),
        timeoutMs: snippetTimeoutMs,
      });
      assert.ok(successfulOutput(result).length > 0, 'it prints something');
    });
  }
});

type Interpreter =
  | { readonly file: string; readonly words: readonly string[] }
  | { readonly reason: string };

async function interpreterOf(language: string): Promise<Interpreter> {
  switch (language) {
    case 'python': {
      const python = await preparePython();
      return python.kind === 'ready' ? { file: python.python, words: ['-'] } : python;
    }
    case 'js':
      return { file: process.execPath, words: ['--input-type=module', '-'] };
    default:
      return { file: 'sh', words: ['-eu'] };
  }
}
