import { PlatformError } from '../../../core/index.ts';
import { isRefusedField } from './refuse-unsupported.ts';
import { type ChatCompletionBody, chatCompletionSchema } from './request-schema.ts';

const knownFields: ReadonlySet<string> = new Set(Object.keys(chatCompletionSchema.properties));
const namesMax = 32;
const nameCharactersMax = 64;

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
  throw new PlatformError(
    'request/unsupported-parameter',
    `Unsupported parameter: '${headerName(param)}': it would be ignored, and x-strict-parameters forbids that.`,
    { param: headerName(param) },
  );
}

export function ignoredParametersHeader(names: readonly string[]): string {
  return names.slice(0, namesMax).map(headerName).join(', ');
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
  return name.slice(0, nameCharactersMax).replaceAll(/[^\w.$[\]-]/g, '?');
}
