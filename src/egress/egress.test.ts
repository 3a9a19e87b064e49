import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { firstHop, nextHop } from './hop.ts';
import { createEgress, type Egress, EgressError, type EgressOptions } from './index.ts';

async function serve(context: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function egressFor(context: TestContext, options: EgressOptions = {}): Egress {
  const egress = createEgress(options);
  context.after(() => egress.close());
  return egress;
}

function failsWith(kind: string, pattern: RegExp) {
  return (error: unknown) =>
    error instanceof EgressError && error.kind === kind && pattern.test(error.message);
}

test('an answer arrives with its status, headers and body, asked for without compression', async (t) => {
  const base = await serve(t, (request, response) => {
    response
      .writeHead(404, { 'x-seen': String(request.headers['accept-encoding']) })
      .end('nothing');
  });
  const response = await egressFor(t).open(`${base}/a`);
  assert.equal(response.status, 404);
  assert.equal(response.headers.get('x-seen'), 'identity');
  assert.equal(await text(response.body), 'nothing');
});

test('only http and https are let out, also by redirect', async (t) => {
  const base = await serve(t, (_request, response) => {
    response.writeHead(302, { location: 'file:///etc/passwd' }).end();
  });
  const egress = egressFor(t);
  await assert.rejects(egress.open('file:///etc/passwd'), failsWith('refused', /http or https/));
  await assert.rejects(egress.open('not a url'), failsWith('refused', /http or https/));
  await assert.rejects(egress.open(base), failsWith('refused', /redirect of 127\.0\.0\.1/));
});

test('credentials stay with the host they were meant for, other headers go along', async (t) => {
  const seen: IncomingMessage['headers'][] = [];
  const other = await serve(t, (request, response) => {
    seen.push(request.headers);
    response.end('there');
  });
  const base = await serve(t, (request, response) => {
    seen.push(request.headers);
    const location = request.url === '/start' ? '/same' : `${other}/x`;
    response.writeHead(302, { location }).end('moved');
  });
  const headers = { Authorization: 'Bearer secret', range: 'bytes=5-' };
  const response = await egressFor(t).open(`${base}/start`, { headers });
  assert.equal(await text(response.body), 'there');
  assert.deepEqual(
    seen.map((each) => [each.authorization, each.range]),
    [
      ['Bearer secret', 'bytes=5-'],
      ['Bearer secret', 'bytes=5-'],
      [undefined, 'bytes=5-'],
    ],
  );
});

test('a name and password in the address become Basic authorization and are dropped on another host', async (t) => {
  const seen: (string | undefined)[] = [];
  const other = await serve(t, (request, response) => {
    seen.push(request.headers.authorization);
    response.end();
  });
  const base = await serve(t, (request, response) => {
    seen.push(request.headers.authorization);
    response.writeHead(307, { location: other }).end();
  });
  const response = await egressFor(t).open(base.replace('//', '//user:p%40ss@'));
  response.body.destroy();
  assert.deepEqual(seen, [`Basic ${Buffer.from('user:p@ss').toString('base64')}`, undefined]);
});

test('the sixth redirect is refused', async (t) => {
  let hops = 0;
  const base = await serve(t, (_request, response) => {
    hops += 1;
    response.writeHead(302, { location: `/${hops}` }).end();
  });
  await assert.rejects(egressFor(t).open(base), failsWith('refused', /more than 5 times/));
  assert.equal(hops, 6);
});

test('a redirect to another host can be asked for as it is', async (t) => {
  const base = await serve(t, (request, response) => {
    const location = request.url === '/' ? '/moved' : 'http://elsewhere.invalid/file';
    response.writeHead(302, { location, 'x-hop': String(request.url) }).end();
  });
  const response = await egressFor(t).open(base, { method: 'HEAD', redirects: 'same-host' });
  response.body.destroy();
  assert.equal(response.status, 302);
  assert.equal(response.headers.get('x-hop'), '/moved');
});

test('a server that accepts and never answers is given up at the deadline', async (t) => {
  const server = createTcpServer((socket) => t.after(() => socket.destroy()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/secret?signature=x`;
  const attempt = egressFor(t).open(url, { timeouts: { headersTimeoutMs: 200 } });
  await assert.rejects(attempt, (error: unknown) => {
    assert.ok(failsWith('timeout', /did not answer within 0\.2 s/)(error));
    return !String(error).includes('signature');
  });
});

test('a port nobody listens on is unreachable', async (t) => {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  await assert.rejects(
    egressFor(t).open(`http://127.0.0.1:${port}`),
    failsWith('unreachable', /ECONNREFUSED/),
  );
});

test('an abort ends the wait for headers and a body that is being read, with its own reason', async (t) => {
  const base = await serve(t, (request, response) => {
    if (request.url === '/body') response.write('first');
  });
  const egress = egressFor(t);
  const before = new AbortController();
  const waiting = egress.open(`${base}/silent`, { signal: before.signal });
  before.abort(new Error('changed my mind'));
  await assert.rejects(waiting, /changed my mind/);

  const during = new AbortController();
  const { body } = await egress.open(`${base}/body`, { signal: during.signal });
  await assert.rejects(async () => {
    for await (const _chunk of body) during.abort(new Error('enough'));
  });
});

test('a body that was compressed anyway is refused', async (t) => {
  const base = await serve(t, (_request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'));
  });
  await assert.rejects(egressFor(t).open(base), failsWith('protocol', /encoded body/));
});

test('a proxy is used when it is passed in, except for the hosts named', async (t) => {
  const base = await serve(t, (_request, response) => {
    response.end('origin');
  });
  const proxied: string[] = [];
  const http = await serve(t, (request, response) => {
    proxied.push(String(request.url));
    response.end('by proxy');
  });

  const far = await egressFor(t, { proxy: { http } }).open('http://far.invalid/x');
  assert.equal(await text(far.body), 'by proxy');
  const direct = await egressFor(t, { proxy: { http, except: '127.0.0.1' } }).open(base);
  assert.equal(await text(direct.body), 'origin');
  assert.deepEqual(proxied, ['http://far.invalid/x']);
});

test('a redirect from https to http is refused', () => {
  const hop = firstHop('https://hub.invalid/a', {});
  assert.throws(() => nextHop(hop, 'http://hub.invalid/a'), failsWith('refused', /https to http/));
  assert.equal(nextHop(hop, '/b').url.href, 'https://hub.invalid/b');
});
