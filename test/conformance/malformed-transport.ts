import { chatBody, chatRequest, type MalformedRequest } from './conformance-case.ts';
import type { RawRequest } from './send-raw.ts';

const path = '/v1/chat/completions';
const good = JSON.stringify(chatBody());
const megabyte = Buffer.alloc(1024 * 1024, 'a');
const hugeBodyMegabytes = 100;

/** Rows of `[name, body as sent]`. */
function bodies(
  code: string,
  rows: readonly (readonly [string, string | Buffer])[],
): MalformedRequest[] {
  return rows.map(([name, body]) => ({
    name,
    request: (_baseUrl, key) => chatRequest(key, body),
    expected: { status: 400, code },
  }));
}

/** Rows of `[name, how a good request is changed]`. */
function changed(
  status: number,
  code: string,
  rows: readonly (readonly [string, (key: string) => Partial<RawRequest>])[],
): MalformedRequest[] {
  return rows.map(([name, change]) => ({
    name,
    request: (_baseUrl, key) => ({ ...chatRequest(key, good), ...change(key) }),
    expected: { status, code },
  }));
}

function withType(key: string, type: string): Partial<RawRequest> {
  return {
    headers: [
      ['authorization', `Bearer ${key}`],
      ['content-type', type],
    ],
  };
}

function withHeaders(key: string, ...headers: (readonly [string, string])[]): Partial<RawRequest> {
  const own = [
    ['authorization', `Bearer ${key}`],
    ['content-type', 'application/json'],
  ] as const;
  return { headers: [...own, ...headers] };
}

function withCredentials(...headers: (readonly [string, string])[]): Partial<RawRequest> {
  return { headers: [['content-type', 'application/json'], ...headers] };
}

function* hugeBody(frame: (chunk: Buffer) => Buffer): Generator<Buffer> {
  for (let sent = 0; sent < hugeBodyMegabytes; sent += 1) yield frame(megabyte);
}

const chunkFrame = (chunk: Buffer) =>
  Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n')]);

const brokenJson = bodies('invalid_json', [
  ['an empty body', ''],
  ['a blank body', '   '],
  ['a body cut in the middle', good.slice(0, -5)],
  ['a body with something after it', `${good}x`],
  ['two bodies', good + good],
  ['single quotes', "{'model':'x'}"],
  ['a trailing comma', `${good.slice(0, -1)},}`],
  ['a comment', `/* hi */${good}`],
  ['NaN', '{"model":NaN}'],
  ['an unquoted key', '{model:"x"}'],
  ['a raw line break in a string', '{"model":"a\nb"}'],
  ['a form', 'model=x&messages=y'],
  ['only a byte order mark', '\ufeff'],
  ['UTF-16', Buffer.from(good, 'utf16le')],
  [
    'a lone continuation byte',
    Buffer.concat([Buffer.from('{"model":"'), Buffer.from([0x80]), Buffer.from('"}')]),
  ],
  [
    'a cut character',
    Buffer.concat([Buffer.from('{"model":"'), Buffer.from([0xe2, 0x82]), Buffer.from('"}')]),
  ],
  [
    'an overlong character',
    Buffer.concat([Buffer.from('{"model":"'), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')]),
  ],
  [
    'a surrogate in UTF-8',
    Buffer.concat([Buffer.from('{"model":"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')]),
  ],
  ['100,000 nested arrays', '['.repeat(100_000) + ']'.repeat(100_000)],
  ['100,000 opened objects', '{"a":'.repeat(100_000)],
  ['a __proto__ key', `${good.slice(0, -1)},"__proto__":{"isAdmin":true}}`],
  ['an escaped __proto__ key', `${good.slice(0, -1)},"metadata":{"\\u005f_proto__":{}}}`],
]);

const notObjects = bodies('invalid_value', [
  ['a body that is null', 'null'],
  ['a body that is a string', '"hi"'],
  ['a body that is a number', '1'],
  ['a body that is true', 'true'],
  ['a body that is an array', `[${good}]`],
  ['a body that is an empty object', '{}'],
]);

const mediaTypes = changed(415, 'unsupported_media_type', [
  ['plain text', (key) => withType(key, 'text/plain')],
  ['a form type', (key) => withType(key, 'application/x-www-form-urlencoded')],
  ['a multipart type', (key) => withType(key, 'multipart/form-data; boundary=x')],
  ['XML', (key) => withType(key, 'application/xml')],
  ['JSON lines', (key) => withType(key, 'application/jsonl')],
  ['a broken type', (key) => withType(key, 'json')],
  ['another character set', (key) => withType(key, 'application/json; charset=utf-16')],
  ['no content type', (key) => ({ headers: [['authorization', `Bearer ${key}`]] })],
  ['a compressed body', (key) => withHeaders(key, ['content-encoding', 'gzip'])],
]);

const badKeys = changed(401, 'invalid_api_key', [
  ['no key', () => withCredentials()],
  ['an empty authorization', () => withCredentials(['authorization', ''])],
  ['a scheme without a key', () => withCredentials(['authorization', 'Bearer'])],
  ['a scheme and a blank', () => withCredentials(['authorization', 'Bearer '])],
  ['a key without a scheme', (key) => withCredentials(['authorization', key])],
  ['another scheme', (key) => withCredentials(['authorization', `Basic ${key}`])],
  ['two keys in one header', (key) => withCredentials(['authorization', `Bearer ${key} ${key}`])],
  ['a key with a letter more', (key) => withCredentials(['authorization', `Bearer ${key}x`])],
  [
    'a key with a letter less',
    (key) => withCredentials(['authorization', `Bearer ${key.slice(0, -1)}`]),
  ],
  [
    'a key in other letters',
    (key) => withCredentials(['authorization', `Bearer ${key.toUpperCase()}`]),
  ],
  ['a quoted key', (key) => withCredentials(['authorization', `Bearer "${key}"`])],
  ['a key of the wrong form', () => withCredentials(['authorization', 'Bearer sk-1234567890'])],
  [
    'a key of 8,000 letters',
    () => withCredentials(['authorization', `Bearer ${'k'.repeat(8000)}`]),
  ],
  ['SQL for a key', () => withCredentials(['authorization', "Bearer '--OR-1=1"])],
  ['bytes that are not ASCII', () => withCredentials(['authorization', 'Bearer \u00ff\u00fe'])],
  ['an empty x-api-key', () => withCredentials(['x-api-key', ''])],
  ['an unknown x-api-key', () => withCredentials(['x-api-key', 'nobody'])],
  [
    'a bad authorization beside a good x-api-key',
    (key) => withCredentials(['authorization', 'Bearer no'], ['x-api-key', key]),
  ],
  ['a key in the address', (key) => ({ ...withCredentials(), path: `${path}?api_key=${key}` })],
  [
    'a bad key with a broken body',
    () => ({ ...withCredentials(['authorization', 'Bearer no']), body: '{' }),
  ],
]);

const tooLarge: MalformedRequest[] = changed(413, 'body_too_large', [
  [
    'a body of 100 MB',
    (key) => ({
      ...withHeaders(key, ['content-length', String(hugeBodyMegabytes * megabyte.length)]),
      body: hugeBody((chunk) => chunk),
    }),
  ],
  [
    'a body of 100 MB in chunks',
    (key) => ({
      ...withHeaders(key, ['transfer-encoding', 'chunked']),
      body: hugeBody(chunkFrame),
    }),
  ],
  [
    'an announced body of a terabyte',
    (key) => withHeaders(key, ['content-length', '1000000000000']),
  ],
]);

const routes = [
  ...changed(404, 'route_not_found', [
    ['an unknown path', () => ({ path: '/v1/chat/completion' })],
    ['a path that climbs', () => ({ path: '/v1/../../etc/passwd' })],
    ['another version', () => ({ path: '/v9/chat/completions' })],
  ]),
  ...changed(405, 'method_not_allowed', [
    ['GET', () => ({ method: 'GET' })],
    ['PUT', () => ({ method: 'PUT' })],
    ['PATCH', () => ({ method: 'PATCH' })],
    ['DELETE', () => ({ method: 'DELETE' })],
  ]),
  ...changed(400, 'unsupported_parameter', [
    [
      'an unknown field under strict parameters',
      (key) => ({
        ...withHeaders(key, ['x-strict-parameters', 'true']),
        body: JSON.stringify(chatBody({ nonsense: 1 })),
      }),
    ],
  ]),
];

const brokenHttp = changed(400, 'invalid_value', [
  ['a bad escape in the path', () => ({ path: '/v1/%zz' })],
  ['two lengths', (key) => withHeaders(key, ['content-length', '5'], ['content-length', '6'])],
  [
    'a length and chunks',
    (key) => withHeaders(key, ['content-length', '5'], ['transfer-encoding', 'chunked']),
  ],
  ['a length that is no number', (key) => withHeaders(key, ['content-length', 'many'])],
  ['a negative length', (key) => withHeaders(key, ['content-length', '-1'])],
  ['a header with a space in its name', (key) => withHeaders(key, ['x bad', '1'])],
  ['a folded header', (key) => withHeaders(key, ['x-folded', 'a\r\n b'])],
  ['a method that does not exist', () => ({ method: 'BREW' })],
]);

const refusedHeaders = [
  ...changed(431, 'headers_too_large', [
    ['a header that is too large', (key) => withHeaders(key, ['x-large', 'l'.repeat(20_000)])],
    ['an address that is too long', () => ({ path: `${path}?${'q'.repeat(20_000)}` })],
  ]),
  ...changed(417, 'expectation_failed', [
    ['an unknown expectation', (key) => withHeaders(key, ['expect', 'a-miracle'])],
  ]),
];

export const malformedTransport: readonly MalformedRequest[] = [
  ...brokenJson,
  ...notObjects,
  ...mediaTypes,
  ...badKeys,
  ...tooLarge,
  ...routes,
  ...brokenHttp,
  ...refusedHeaders,
];
