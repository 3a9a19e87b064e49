import type { GenerationRequest, ToolDefinition } from '../generation-request.ts';
import { randomWords } from './random-words.ts';
import { sampleOfSchema } from './sample-of-schema.ts';
import type { Script, ScriptStep } from './script.ts';

const answerCharacters = 400;
const reasoningCharacters = 80;

/**
 * Words drawn from the seed and the last message; greedy requests ignore the seed. A call where one is
 * demanded, JSON where a format is, and reasoning where it is switched on.
 */
export const madeUpAnswer: Script = (request, choiceIndex) => {
  const { temperature, seed = 0 } = request.sampling;
  const drawn = temperature === 0 ? 0 : seed + choiceIndex;
  const key = `${drawn} ${request.messages.at(-1)?.content ?? ''}`;
  const answer = callOf(request) ?? { type: 'text', text: textOf(request, key) };
  if (request.reasoning?.isEnabled !== true) return [answer];
  return [
    { type: 'reasoning', text: randomWords(`reasoning ${key}`, reasoningCharacters) },
    answer,
  ];
};

function textOf({ responseFormat }: GenerationRequest, key: string): string {
  if (responseFormat === undefined) return randomWords(key, answerCharacters);
  const schema = responseFormat.type === 'json-schema' ? responseFormat.schema : { type: 'object' };
  return JSON.stringify(sampleOfSchema(schema));
}

function callOf(request: GenerationRequest): ScriptStep | undefined {
  const tool = demandedTool(request);
  if (tool === undefined) return undefined;
  const callArguments = JSON.stringify(sampleOfSchema(tool.parameters));
  return { type: 'tool-call', name: tool.name, arguments: callArguments };
}

function demandedTool({ tools, toolChoice }: GenerationRequest): ToolDefinition | undefined {
  if (toolChoice?.type === 'required') return tools?.[0];
  if (toolChoice?.type === 'named') return tools?.find(({ name }) => name === toolChoice.name);
  return undefined;
}
