// The baseline as a process of its own: Fastify parses the same JSON and answers the same JSON, or
// writes the same frames. No key, no schema, no money, no log.
//   node bare-server.ts ANSWER.json
import { readFileSync } from 'node:fs';
import { setImmediate as nextLoopTurn } from 'node:timers/promises';
import Fastify from 'fastify';
import type { BareAnswer } from './bare-answer.ts';

interface ChatBody {
  readonly max_tokens: number;
  readonly stream?: boolean;
}

/** As often as the scripted engine lets the event loop turn. */
const framesPerTurn = 16;

const { answers, frames } = JSON.parse(readFileSync(String(process.argv[2]), 'utf8')) as BareAnswer;
const app = Fastify();

app.post<{ Body: ChatBody }>('/v1/chat/completions', async (request, reply) => {
  if (request.body.stream !== true) return answers[request.body.max_tokens];
  reply.hijack();
  reply.raw.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  for (const [index, frame] of frames.entries()) {
    reply.raw.write(frame);
    if (index % framesPerTurn === framesPerTurn - 1) await nextLoopTurn();
  }
  reply.raw.end();
  return reply;
});

console.log(JSON.stringify({ url: await app.listen({ host: '127.0.0.1', port: 0 }) }));
