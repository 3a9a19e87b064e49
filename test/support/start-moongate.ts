import assert from 'node:assert/strict';
import {
  type CleanUpScope,
  createInstallation,
  type Environment,
  type Installation,
} from './moongate-installation.ts';
import type { MoongateProcess } from './moongate-process.ts';

export interface Moongate {
  readonly installation: Installation;
  /** The server that runs now; `restart` puts another one here. */
  server: MoongateProcess;
  readonly url: string;
  /** The key of the first start. */
  readonly key: string;
  /** The model that answers. */
  readonly model: string;
  /** Starts a server on the same directories after the earlier one has ended. */
  restart(): Promise<void>;
}

/** A real server in a process of its own, on a free port and with fresh directories, ready to answer. */
export async function startMoongate(
  scope: CleanUpScope,
  environment: Environment,
): Promise<Moongate> {
  const installation = await createInstallation(scope, environment);
  const server = await installation.serve();
  const model = await server.ready();
  assert.ok(server.firstKey !== undefined, 'the first start shows a key');
  const moongate: Moongate = {
    installation,
    server,
    get url() {
      return moongate.server.url;
    },
    key: server.firstKey,
    model,
    async restart() {
      assert.ok(moongate.server.hasEnded, 'the earlier server still runs');
      moongate.server = await installation.serve();
      await moongate.server.ready();
    },
  };
  return moongate;
}
