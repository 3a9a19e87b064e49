import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { createHttpApp, type HttpAppOptions } from '../../src/http/index.ts';
import { createFakeDependencies, type FakeDependencies } from './fake-dependencies.ts';

export interface ListeningApp {
  readonly baseUrl: string;
  readonly dependencies: FakeDependencies;
}

/** The HTTP surface over in-memory dependencies, on a port of its own; it ends with the test. */
export async function startApp(
  t: TestContext,
  options: Omit<Partial<HttpAppOptions>, 'dependencies'> = {},
  dependencies: FakeDependencies = createFakeDependencies(),
): Promise<ListeningApp> {
  return { baseUrl: await listen(t, { dependencies, ...options }), dependencies };
}

/** The HTTP surface over any dependencies; resolves to its base URL. */
export async function listen(t: TestContext, options: HttpAppOptions): Promise<string> {
  const app = createHttpApp(options);
  await app.listen({ host: '127.0.0.1', port: 0 });
  t.after(async () => {
    app.server.closeAllConnections();
    await app.close();
  });
  const { port } = app.server.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}
