// The other baseline: what a gateway cannot do without. Fastify parses the JSON, undici sends it on,
// the answer's bytes are relayed. No key, no schema, no money, no log.
//   node pass-through-server.ts http://127.0.0.1:PORT
import Fastify, { type FastifyReply } from 'fastify';
import { Pool } from 'undici';

const upstream = new Pool(String(process.argv[2]), { connections: 128, pipelining: 1 });
const app = Fastify();

app.post<{ Body: { readonly stream?: boolean } }>('/v1/chat/completions', (request, reply) => {
  reply.hijack();
  relay(JSON.stringify(request.body), reply);
});

function relay(body: string, reply: FastifyReply): void {
  const chunks: Buffer[] = [];
  let isStream = false;
  upstream.dispatch(
    {
      path: '/v1/chat/completions',
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    },
    {
      onRequestStart() {},
      onResponseStart(_controller, statusCode, headers) {
        const type = String(headers['content-type']);
        isStream = type.startsWith('text/event-stream');
        if (isStream) reply.raw.writeHead(statusCode, { 'content-type': type });
      },
      onResponseData(_controller, chunk) {
        if (isStream) reply.raw.write(chunk);
        else chunks.push(chunk);
      },
      onResponseEnd() {
        if (isStream) reply.raw.end();
        else sendWhole(reply, Buffer.concat(chunks));
      },
      onResponseError: (_controller, error) => reply.raw.destroy(error),
    },
  );
}

function sendWhole(reply: FastifyReply, body: Buffer): void {
  reply.raw.writeHead(200, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': body.length,
  });
  reply.raw.end(body);
}

console.log(JSON.stringify({ url: await app.listen({ host: '127.0.0.1', port: 0 }) }));
