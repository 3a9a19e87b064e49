import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { createFakeDependencies } from '../../../test/conformance/fake-dependencies.ts';
import { startApp } from '../../../test/conformance/listening-app.ts';

interface Operation {
  readonly operationId: string;
  readonly security: readonly unknown[];
  readonly parameters?: readonly { readonly name: string }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content: Content }>>;
}
type Content = Readonly<Record<string, { readonly schema: Record<string, unknown> }>>;

test('health answers without a key, readiness follows the parts', async (t) => {
  let isReady = true;
  const dependencies = createFakeDependencies({
    readiness: () => ({ isReady, checks: { engine: isReady ? 'ok' : 'loading' } }),
  });
  const app = await startApp(t, {}, dependencies);
  for (const path of ['/healthz', '/livez', '/health']) {
    assert.equal((await fetch(app.baseUrl + path)).status, 200);
  }
  assert.equal((await fetch(`${app.baseUrl}/readyz`)).status, 200);
  isReady = false;
  const response = await fetch(`${app.baseUrl}/readyz`);
  assert.equal(response.status, 503);
  assert.deepEqual(await response.json(), {
    status: 'unavailable',
    version: '0.0.0-test',
    checks: { engine: 'loading' },
  });
  const version = await fetch(`${app.baseUrl}/version`);
  assert.deepEqual(await version.json(), { name: 'moongate', version: '0.0.0-test' });
});

test('the OpenAPI document has unique operations, declared path parameters and schemas that compile', async (t) => {
  const app = await startApp(t);
  const document = (await (await fetch(`${app.baseUrl}/openapi.json`)).json()) as {
    openapi: string;
    paths: Record<string, Record<string, Operation>>;
  };
  assert.equal(document.openapi, '3.1.0');
  const ajv = new Ajv2020({ strict: false, discriminator: true });
  ajv.addSchema(document, 'document');
  const ids = new Set<string>();
  for (const [path, operations] of Object.entries(document.paths)) {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    for (const operation of Object.values(operations)) {
      assert.ok(!ids.has(operation.operationId), operation.operationId);
      ids.add(operation.operationId);
      assert.deepEqual(
        (operation.parameters ?? []).map(({ name }) => name),
        named,
      );
      const contents = [operation.requestBody, ...Object.values(operation.responses)];
      for (const { schema } of contents.flatMap((part) => Object.values(part?.content ?? {}))) {
        if (!('$ref' in schema)) assert.equal(schema.type, 'object', path);
        ajv.compile('$ref' in schema ? { $ref: `document${schema.$ref}` } : schema);
      }
    }
  }
  assert.ok(ids.size >= 14, `${ids.size} operations`);
});

test('the OpenAPI document refuses and accepts what the server refuses and accepts', async (t) => {
  const app = await startApp(t);
  const document = (await (await fetch(`${app.baseUrl}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, Operation>>;
  };
  const body = document.paths['/v1/chat/completions']?.post?.requestBody?.content;
  const isValid = new Ajv2020({ strict: false }).compile(
    body?.['application/json']?.schema ?? false,
  );
  const messages = [{ role: 'user', content: 'Hi' }];
  assert.ok(
    isValid({ model: 'm', messages, response_format: null, tool_choice: null, stop: null }),
  );
  assert.ok(!isValid({ model: 'm', messages, temperature: 3 }));
  assert.ok(!isValid({ model: 'm', messages: [{ role: 'robot', content: 'Hi' }] }));
  assert.ok(!isValid({ model: 'm', messages: [{ role: 'system', content: 'x', extra: 1 }] }));
});
