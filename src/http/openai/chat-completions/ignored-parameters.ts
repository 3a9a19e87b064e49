import type { RunningCompletion } from '../../../completions/index.ts';
import { unsupportedParameter } from './invalid-request.ts';
import { isRefusedField } from './refuse-unsupported.ts';
import { type ChatCompletionBody, chatCompletionSchema } from './request-schema.ts';
import type { DomainRequest } from './to-generation-request.ts';

const knownFields: ReadonlySet<string> = new Set(Object.keys(chatCompletionSchema.properties));
const reasoningSwitches: ReadonlySet<string> = new Set(['thinking', 'enable_thinking']);
const namesMax = 32;
const nameCharactersMax = 128;
/** Proxies in front buffer the head of an answer, and 4 KB is a common limit. */
const headerCharactersMax = 2048;

/** Names of everything in the body that no engine looks at, for `x-ignored-parameters`. */
export function ignoredParameters(body: ChatCompletionBody): string[] {
  const names: string[] = [];
  for (const field in body) {
    if (knownFields.has(field) || isRefusedField(field)) continue;
    if ((body as Readonly<Record<string, unknown>>)[field] !== null) names.push(field);
  }
  if (typeof body.stream_options?.include_obfuscation === 'boolean') {
    names.push('stream_options.include_obfuscation');
  }
  for (const key in body.thinking) {
    if (key !== 'type') names.push(`thinking.${key}`);
  }
  for (const key in body.chat_template_kwargs) {
    if (!reasoningSwitches.has(key)) names.push(`chat_template_kwargs.${key}`);
  }
  return names;
}

/** The client wants an error instead of a header. */
export function refuseIgnored(names: readonly string[]): void {
  const [param] = names;
  if (param === undefined) return;
  throw unsupportedParameter(
    headerName(param),
    'it would be ignored, and x-strict-parameters forbids that',
  );
}

/** Everything that was not done as asked, whoever decided so; undefined when all was. */
export function ignoredParametersHeader(
  domain: Pick<DomainRequest, 'ignoredParameters' | 'reasoningFields'>,
  running: Pick<RunningCompletion, 'loweredParameters' | 'relaxedParameters'>,
): string | undefined {
  // Engines know one switch for reasoning; the client hears the names that it used.
  const relaxed = running.relaxedParameters.flatMap((name) =>
    name === 'thinking' ? domain.reasoningFields : [name],
  );
  const all = [...domain.ignoredParameters, ...running.loweredParameters, ...relaxed];
  if (all.length === 0) return undefined;
  const names = [...new Set(all.slice(0, namesMax).map(headerName))];
  let header = '';
  for (const name of names) {
    if (header.length + name.length > headerCharactersMax) break;
    header += header === '' ? name : `, ${name}`;
  }
  return header;
}

// Names come from the client: whatever could break out of a header or fill it is cut away.
function headerName(name: string): string {
  return name.slice(0, nameCharactersMax).replaceAll(/[^\w.$#/[\]-]/g, '?');
}
