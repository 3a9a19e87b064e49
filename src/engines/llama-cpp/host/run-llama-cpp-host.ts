import { chooseChatFormat } from '../../chat-formats/index.ts';
import type { HostMessage, HostRequest, HostSettings, WorkRequest } from '../host-protocol.ts';
import { ChatPrompt } from './chat-prompt.ts';
import { ChoiceFactory } from './choice-factory.ts';
import { findControlTokens } from './control-tokens.ts';
import { type LlamaRuntime, loadLlamaRuntime } from './llama-runtime.ts';
import { LockstepScheduler } from './lockstep-scheduler.ts';
import { PrepareQueue } from './prepare-queue.ts';
import { PromptTokenizer } from './prompt-tokenizer.ts';
import { SequencePool } from './sequence-pool.ts';
import { SpecialTokenGuard } from './special-token-guard.ts';

interface Host {
  readonly scheduler: LockstepScheduler;
  readonly prepares: PrepareQueue;
}

/**
 * The whole life of an engine host: call it in a process forked with an IPC channel and advanced
 * serialization. It loads the model that the first message names, answers, and dies with its parent.
 */
export function runLlamaCppHost(): void {
  let host: Host | undefined;
  // A signal to the whole group (Ctrl-C, a service manager) must not cut what the server still drains.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
  process.on('disconnect', endAtOnce);
  process.on('message', (message) => {
    const request = message as HostRequest;
    if (request.type === 'start') {
      void startHost(request.settings).then((started) => {
        host = started;
      });
      return;
    }
    if (request.type === 'close') {
      endAtOnce();
      return;
    }
    if (host !== undefined) dispatch(host, request);
  });
}

function dispatch(host: Host, request: WorkRequest): void {
  switch (request.type) {
    case 'prepare':
      host.prepares.submit(request.id, request.request);
      return;
    case 'generate':
      host.scheduler.submit(request);
      return;
    case 'cancel':
      host.prepares.cancel(request.id);
      host.scheduler.cancel(request.id);
      return;
    case 'allow':
      host.scheduler.allow(request.id, request.totalTokens);
      return;
    case 'hold':
      host.scheduler.hold(request.id, request.isHeld);
      return;
  }
}

async function startHost(settings: HostSettings): Promise<Host | undefined> {
  const startedMs = performance.now();
  try {
    const runtime = await loadLlamaRuntime(settings);
    const host = createHost(runtime, settings);
    void host.scheduler.run().catch(exitAfter);
    const alive = () => {
      // A parent that died while this process was still starting leaves no event behind.
      if (!process.connected) endAtOnce();
      send({ type: 'alive', stepMs: host.scheduler.stepMs() });
    };
    setInterval(alive, settings.aliveIntervalMs);
    const loadMs = Math.round(performance.now() - startedMs);
    const { contextTokens, template } = runtime;
    send({ type: 'ready', model: { contextTokens, template, loadMs } });
    return host;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.send?.({ type: 'load-failed', message } satisfies HostMessage, () => process.exit(1));
    return undefined;
  }
}

function createHost(runtime: LlamaRuntime, settings: HostSettings): Host {
  const { model } = runtime;
  const template = {
    renderer: runtime.createRenderer(runtime.template),
    bosText: model.tokens.bosString ?? '',
    eosText: model.tokens.eosString ?? '',
  };
  const format = chooseChatFormat(runtime.template);
  const controls = findControlTokens(model, format.controlTexts);
  const prompt = new ChatPrompt(template, new SpecialTokenGuard(controls.texts), format);
  const tokenizer = new PromptTokenizer(model);
  const choices = new ChoiceFactory(runtime, format, controls);
  return {
    scheduler: new LockstepScheduler(choices, new SequencePool(runtime.sequences), settings, send),
    prepares: new PrepareQueue(prompt, tokenizer, settings.waitingMax, send),
  };
}

function send(message: HostMessage): void {
  if (process.connected) process.send?.(message);
}

/** An ordinary exit would wait for the native step that may be running. */
function endAtOnce(): void {
  process.kill(process.pid, 'SIGKILL');
}

function exitAfter(error: unknown): void {
  process.stderr.write(`the scheduler failed: ${String(error)}\n`);
  process.exit(1);
}
