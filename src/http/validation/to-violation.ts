import type { ErrorObject } from 'ajv';
import { PlatformError } from '../../core/index.ts';

const receivedCharactersMax = 64;
const unsupportedParts = new Set([
  'input_audio',
  'audio',
  'file',
  'document',
  'video_url',
  'video',
]);
const discriminatorTag = 'tag';

/** The first schema violation as an error that says where, what was expected and what was received. */
export function toViolation(error: ErrorObject | undefined): PlatformError {
  if (error === undefined) return new PlatformError('request/invalid', 'The body is not valid.');
  const path = toPath(error.instancePath);
  switch (error.keyword) {
    case 'required':
      return missing(join(path, String(error.params.missingProperty)));
    case 'additionalProperties':
      return unknownField(join(path, String(error.params.additionalProperty)));
    case 'discriminator':
      return wrongVariant(path, error);
    default:
      return invalidValue(path, expectedBy(error), error.data);
  }
}

function missing(param: string): PlatformError {
  return new PlatformError('request/invalid', `Missing required parameter: '${param}'.`, { param });
}

function unknownField(param: string): PlatformError {
  const message = `Unknown parameter: '${param}'. Remove it: this object takes no other keys.`;
  return new PlatformError('request/invalid', message, { param });
}

function wrongVariant(path: string, error: ErrorObject): PlatformError {
  const { tag: property, tagValue, error: kind } = error.params;
  const param = join(path, String(property));
  if (kind === discriminatorTag && tagValue === undefined) return missing(param);
  if (typeof tagValue === 'string' && unsupportedParts.has(tagValue)) {
    const message = `Invalid value for '${param}': content of type '${tagValue}' is not supported.`;
    return new PlatformError('request/unsupported-modality', message, { param });
  }
  if (tagValue === 'custom' && path.startsWith('tools[')) {
    const message = `Unsupported parameter: '${param}'. Tools of type 'custom' are not supported.`;
    return new PlatformError('request/unsupported-parameter', message, { param });
  }
  const expected = `one of ${variantsOf(error.parentSchema, String(property)).join(', ')}`;
  return invalidValue(param, expected, tagValue);
}

function variantsOf(schema: unknown, property: string): readonly string[] {
  const { oneOf } = schema as { readonly oneOf: readonly VariantSchema[] };
  return oneOf.flatMap((variant) => {
    const tag = variant.properties[property];
    return (tag?.enum ?? [tag?.const]).map((value) => `'${value}'`);
  });
}

interface VariantSchema {
  readonly properties: Readonly<
    Record<string, { readonly const?: string; readonly enum?: readonly string[] }>
  >;
}

function invalidValue(path: string, expected: string, received: unknown): PlatformError {
  const subject = path === '' ? 'the body' : `'${path}'`;
  return new PlatformError(
    'request/invalid',
    `Invalid value for ${subject}: expected ${expected}, received ${describe(received)}.`,
    path === '' ? {} : { param: path },
  );
}

const expectations: Readonly<Record<string, (error: ErrorObject) => string>> = {
  type: ({ params }) => [params.type].flat().join(' or '),
  enum: ({ params }) => `one of ${listOf(params.allowedValues)}`,
  const: ({ params }) => JSON.stringify(params.allowedValue),
  minimum: ({ params }) => `at least ${params.limit}`,
  exclusiveMinimum: ({ params }) => `more than ${params.limit}`,
  maximum: ({ params }) => `at most ${params.limit}`,
  minLength: ({ params }) => `at least ${params.limit} characters`,
  maxLength: ({ params }) => `at most ${params.limit} characters`,
  minItems: ({ params }) => `at least ${params.limit} items`,
  maxItems: ({ params }) => `at most ${params.limit} items`,
  minProperties: ({ params }) => `at least ${params.limit} keys`,
  maxProperties: ({ params }) => `at most ${params.limit} keys`,
  pattern: ({ params }) => `a string that matches ${params.pattern}`,
};

function expectedBy(error: ErrorObject): string {
  return expectations[error.keyword]?.(error) ?? `what ${error.keyword} demands`;
}

function listOf(values: unknown): string {
  return Array.isArray(values) ? values.map((value) => `'${String(value)}'`).join(', ') : '';
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return `an array of ${value.length} items`;
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value !== 'string') return String(value);
  const isLong = value.length > receivedCharactersMax;
  return isLong ? `a string of ${value.length} characters` : JSON.stringify(value);
}

function join(path: string, property: string): string {
  const name = property.slice(0, receivedCharactersMax);
  return path === '' ? name : `${path}.${name}`;
}

/** `/messages/2/content` → `messages[2].content`. */
function toPath(pointer: string): string {
  let path = '';
  for (const token of pointer.split('/').slice(1)) {
    const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (/^\d+$/.test(name)) path += `[${name}]`;
    else path = join(path, name);
  }
  return path;
}
