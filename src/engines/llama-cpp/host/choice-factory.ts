import { randomBytes } from 'node:crypto';
import type { LlamaModel, SequenceEvaluateOptions, Token, TokenBias } from 'node-llama-cpp';
import type { ChatFormat, OutputReader } from '../../chat-formats/index.ts';
import type { TokenLogprob } from '../../generation-event.ts';
import { toFormatTools } from '../format-tools.ts';
import type { GenerateMessage } from '../host-protocol.ts';
import { ChoiceConstraint } from './choice-constraint.ts';
import { ChoiceOutput } from './choice-output.ts';
import type { ControlTokens } from './control-tokens.ts';
import type { GrammarState } from './grammar-source.ts';
import { HostChoice } from './host-choice.ts';
import type { CreateChoices, HostGeneration } from './host-generation.ts';
import { type LlamaRuntime, rowOptions } from './llama-runtime.ts';
import { samplerOptions } from './sampler-options.ts';
import type { Slot } from './sequence-pool.ts';
import { TokenSpelling } from './token-spelling.ts';
import {
  openLogprobStream,
  openTokenStream,
  type StreamedToken,
  type TokenStream,
} from './token-stream.ts';

const contextTailTokens = 4;

/** Puts together what the choices of a generation need: grammar, biases, reader, sampler. */
export class ChoiceFactory {
  readonly #runtime: LlamaRuntime;
  readonly #format: ChatFormat;
  readonly #controls: ControlTokens;
  readonly #spelling: TokenSpelling;

  constructor(runtime: LlamaRuntime, format: ChatFormat, controls: ControlTokens) {
    this.#runtime = runtime;
    this.#format = format;
    this.#controls = controls;
    this.#spelling = new TokenSpelling(runtime.model);
  }

  /** Does what takes time, so that choices can be made at once when their sequences are there. */
  async prepare({ request, prompt }: HostGeneration): Promise<CreateChoices> {
    const { constraint } = request;
    const begin =
      constraint === undefined ? undefined : await this.#runtime.grammars.load(constraint.gbnf);
    const bias = this.#bias(request);
    return (slots, emit) =>
      slots.map((slot, index) => {
        const output = new ChoiceOutput({
          index,
          stop: request.stop,
          detokenize: (tokens, context) => detokenize(this.#runtime.model, tokens, context),
          context: prompt.slice(-contextTailTokens),
          reader: this.#reader(request),
          startsInReasoning: request.startsInReasoning,
          readControls: this.#controls.read,
          emit,
        });
        return this.#choice(request, slot, index, output, begin, bias);
      });
  }

  #choice(
    request: GenerateMessage,
    slot: Slot,
    index: number,
    output: ChoiceOutput,
    begin: (() => GrammarState) | undefined,
    bias: TokenBias | undefined,
  ): HostChoice {
    const { model, contextTokens } = this.#runtime;
    const { constraint: plan, sampling } = request;
    const generated: Token[] = [];
    const constraint =
      plan === undefined || begin === undefined
        ? undefined
        : new ChoiceConstraint(plan, begin, model);
    const seeded =
      sampling.seed === undefined ? sampling : { ...sampling, seed: sampling.seed + index };
    const options: SequenceEvaluateOptions = {
      ...rowOptions(slot.index),
      ...samplerOptions(seeded, generated, contextTokens),
      ...(bias === undefined ? {} : { tokenBias: bias }),
      ...(constraint === undefined
        ? {}
        : { grammarEvaluationState: () => constraint.state?.native }),
    };
    return new HostChoice({
      slot,
      model,
      output,
      constraint,
      generated,
      completionTokensMax: request.completionTokensMax,
      openStream: (tokens) => this.#openStream(request, slot, tokens, options),
      spellLogprobs: (streamed) => this.#spellLogprobs(streamed),
    });
  }

  #openStream(
    { logprobs }: GenerateMessage,
    { sequence }: Slot,
    tokens: readonly Token[],
    evaluate: SequenceEvaluateOptions,
  ): TokenStream {
    if (logprobs === undefined) return openTokenStream(sequence, tokens, evaluate);
    const { model, bindings } = this.#runtime;
    return openLogprobStream(sequence, tokens, { model, bindings, evaluate, top: logprobs.top });
  }

  /** Plain text needs no reader. */
  #reader(request: GenerateMessage): OutputReader | undefined {
    const { tools = [], startsInReasoning, callsBefore = 0 } = request;
    const { readsThinking } = this.#format.thinking;
    if (tools.length === 0 && !startsInReasoning && !readsThinking) return undefined;
    return this.#format.createReader({
      startsInReasoning,
      tools: toFormatTools(tools),
      callsBefore,
      newCallId,
    });
  }

  /** Under a grammar control tokens are forbidden: it takes them for their texts, and nobody sees those. */
  #bias({ logitBias, constraint }: GenerateMessage): TokenBias | undefined {
    if (logitBias === undefined && constraint === undefined) return undefined;
    const biases = new Map(
      [...(logitBias ?? [])].map(([token, bias]) => [token, bias <= -100 ? -Infinity : bias]),
    );
    if (constraint !== undefined) {
      for (const token of this.#controls.hidden) biases.set(token, -Infinity);
    }
    return biases.size === 0 ? undefined : this.#runtime.createBias(biases);
  }

  #spellLogprobs({ token, logprobs }: StreamedToken): TokenLogprob | undefined {
    if (logprobs === undefined) return undefined;
    const spell = (id: Token, logprob: number) => {
      const bytes = this.#spelling.bytesOf(id);
      return { token: Buffer.from(bytes).toString('utf8'), bytes, logprob };
    };
    return {
      ...spell(token, logprobs.selected),
      top: logprobs.top.map(([id, logprob]) => spell(id, logprob)),
    };
  }
}

function detokenize(
  model: LlamaModel,
  tokens: readonly number[],
  context: readonly number[],
): string {
  return model.detokenize(tokens as Token[], false, context as Token[]);
}

/** 24 characters, as OpenAI's own. */
function newCallId(): string {
  return `call_${randomBytes(18).toString('base64url').replaceAll(/[-_]/gu, '0')}`;
}
