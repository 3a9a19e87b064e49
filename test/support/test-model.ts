import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CleanUpScope, Environment } from './moongate-installation.ts';
import { writeTinyModel } from './tiny-gguf.ts';

export interface TestModel {
  /** For reports: which kind of model answered. */
  readonly description: string;
  /** Settings that make a server run it. */
  readonly environment: Environment;
}

/** Far below any other token, so that a stream ends when the test says so. */
const endlessBias = -20;

export const scriptedEngine: Environment = { MOONGATE_ENGINE: 'scripted' };

/** A generated model of random weights that talks until its bound: about 1,000 tokens a second. */
export async function endlessTinyModel(scope: CleanUpScope): Promise<TestModel> {
  const directory = await mkdtemp(join(tmpdir(), 'moongate-model-'));
  scope.after(() => rm(directory, { recursive: true, force: true }));
  const file = join(directory, 'tiny.gguf');
  await writeTinyModel(file, { endOfTurnBias: endlessBias });
  return { description: 'a generated tiny model', environment: { MOONGATE_MODEL: file } };
}

/** The model that MOONGATE_TEST_MODEL names, else a generated one. */
export async function realOrTinyModel(scope: CleanUpScope): Promise<TestModel> {
  const file = process.env.MOONGATE_TEST_MODEL;
  if (file === undefined || file === '') return await endlessTinyModel(scope);
  return {
    description: 'the real model that MOONGATE_TEST_MODEL names',
    environment: { MOONGATE_MODEL: file },
  };
}
