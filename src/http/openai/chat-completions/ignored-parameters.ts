import type { RunningCompletion } from '../../../completions/index.ts';
import { unsupportedParameter } from './invalid-request.ts';
import { isRefusedField } from './refuse-unsupported.ts';
import { type ChatCompletionBody, chatCompletionSchema } from './request-schema.ts';

const knownFields: ReadonlySet<string> = new Set(Object.keys(chatCompletionSchema.properties));
const namesMax = 32;
const nameCharactersMax = 128;
/** Proxies in front buffer the head of an answer, and 4 KB is a common limit. */
const headerCharactersMax = 2048;

/** Names of everything in the body that has no effect on the answer, for `x-ignored-parameters`. */
export function ignoredParameters(body: ChatCompletionBody): string[] {
  const names: string[] = [];
  for (const field in body) {
    if (knownFields.has(field) || isRefusedField(field)) continue;
    if ((body as Readonly<Record<string, unknown>>)[field] !== null) names.push(field);
  }
  if (typeof body.stream_options?.include_obfuscation === 'boolean') {
    names.push('stream_options.include_obfuscation');
  }
  addReasoningNames(body, names);
  return names;
}

/** The client wants an error instead of a header. */
export function refuseIgnored(names: readonly string[]): void {
  const [param] = names;
  if (param === undefined) return;
  const because = 'it would be ignored, and x-strict-parameters forbids that';
  throw unsupportedParameter(headerName(param), because);
}

interface AskedFields {
  readonly ignoredParameters: readonly string[];
  readonly reasoningField: string | undefined;
}

/** Names of everything that is not done as asked; before the request is admitted, of what the body tells. */
export function notDoneAsAsked(domain: AskedFields, running?: RunningCompletion): string[] {
  if (running === undefined) return [...domain.ignoredParameters];
  // Engines know one switch for reasoning; the client hears the name that it used.
  const relaxed = running.relaxedParameters.map((name) =>
    name === 'thinking' ? (domain.reasoningField ?? name) : name,
  );
  return [...domain.ignoredParameters, ...running.loweredParameters, ...relaxed];
}

export function ignoredParametersHeader(names: readonly string[]): string {
  let header = '';
  for (const name of new Set(names.slice(0, namesMax).map(headerName))) {
    if (header.length + name.length > headerCharactersMax) break;
    header += header === '' ? name : `, ${name}`;
  }
  return header;
}

function addReasoningNames(body: ChatCompletionBody, names: string[]): void {
  const { thinking, chat_template_kwargs: variables } = body;
  for (const key in thinking) {
    if (key !== 'type') names.push(`thinking.${key}`);
  }
  for (const key in variables) {
    if (key !== 'thinking' && key !== 'enable_thinking') names.push(`chat_template_kwargs.${key}`);
  }
}

// Names come from the client: whatever could break out of a header or fill it is cut away.
function headerName(name: string): string {
  return name.slice(0, nameCharactersMax).replaceAll(/[^\w.$#/[\]-]/g, '?');
}
