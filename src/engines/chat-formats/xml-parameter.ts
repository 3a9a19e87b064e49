import type { JsonSchema, KeyedSchema, ToolDefinition } from './chat-format.ts';
import { parseJson } from './json-depth.ts';

/**
 * How the value of a parameter is written: as bare text that becomes a string, or as JSON. Text that the
 * schema restricts is written as a JSON string, since a grammar for JSON can hold it to the schema.
 */
export type ValueForm = 'text' | 'json-text' | 'json' | 'text-or-json';

export interface XmlParameter {
  readonly name: string;
  readonly isRequired: boolean;
  readonly form: ValueForm;
  /** The only values of a `text` parameter. */
  readonly choices?: readonly string[];
  readonly schema: JsonSchema;
}

/** Keywords that say nothing about which values are valid. */
const annotations = ['title', 'description', 'default', 'examples', 'deprecated', '$comment'];
const plainObjectKeys = new Set([
  ...['type', 'properties', 'required', 'additionalProperties', '$defs', 'definitions'],
  ...['$schema', '$id', 'strict', ...annotations],
]);
const plainTextKeys = new Set(['type', 'enum', 'const', ...annotations]);

/**
 * The parameters of a tool one by one; undefined when its schema is more than a list of properties, so
 * that only the whole object can be held to it.
 */
export function xmlParameters({ parameters = {} }: ToolDefinition): XmlParameter[] | undefined {
  if (!isPlainObject(parameters)) return undefined;
  const properties = recordOf(parameters.properties);
  const required = Array.isArray(parameters.required) ? parameters.required : [];
  const names = Object.keys(properties);
  if (required.some((one) => !names.includes(String(one)))) return undefined;
  if (names.some((one) => one.trim() !== one || /[<>\n"]/u.test(one) || one === ''))
    return undefined;
  return names.map((name) => {
    const schema = recordOf(properties[name]);
    return { name, isRequired: required.includes(name), schema, ...formOf(schema) };
  });
}

/** The form in which the parameter of a call is read; models also write parameters that do not exist. */
export function parameterForm({ parameters = {} }: ToolDefinition, name: string): ValueForm {
  const properties = recordOf(parameters.properties);
  return Object.hasOwn(properties, name) ? formOf(recordOf(properties[name])).form : 'text-or-json';
}

/** The schema of one parameter, with the definitions that it may refer to, under a key that extends `rule`. */
export function parameterSchema(
  rule: string,
  { parameters = {} }: ToolDefinition,
  { schema }: XmlParameter,
): KeyedSchema {
  const definitions = Object.entries(parameters).filter(
    ([keyword]) => keyword === '$defs' || keyword === 'definitions',
  );
  return { key: `${rule}-`, schema: { ...Object.fromEntries(definitions), ...schema } };
}

/** JSON text for a value as the model wrote it. */
export function valueToJson(written: string, form: ValueForm): string {
  const trimmed = written.trim();
  const parsed = parseJson(trimmed);
  const isText = parsed.isJson && typeof parsed.value === 'string';
  if (form === 'json-text') return isText ? trimmed : JSON.stringify(written);
  if (parsed.isJson) return trimmed;
  const python: Readonly<Record<string, string>> = { True: 'true', False: 'false', None: 'null' };
  return python[trimmed] ?? JSON.stringify(written);
}

function isPlainObject(parameters: JsonSchema): boolean {
  const { type } = parameters;
  if (type !== undefined && type !== 'object') return false;
  if (Object.keys(parameters).some((keyword) => !plainObjectKeys.has(keyword))) return false;
  if (Object.values(recordOf(parameters.properties)).some((one) => one === false)) return false;
  return !/"\$ref":"(?!#\/(?:\$defs|definitions)\/)/u.test(JSON.stringify(parameters));
}

function formOf(schema: JsonSchema): Pick<XmlParameter, 'form' | 'choices'> {
  const { type } = schema;
  const values = Array.isArray(schema.enum) ? schema.enum : constOf(schema);
  const isPlain = Object.keys(schema).every((keyword) => plainTextKeys.has(keyword));
  if (values !== undefined && values.length > 0) {
    const choices = values.filter((value) => typeof value === 'string');
    const isText = choices.length === values.length && isPlain && !choices.some(endsValue);
    if (isText) return { form: 'text', choices };
    return { form: choices.length === 0 ? 'json' : 'text-or-json' };
  }
  if (type === 'string') return { form: isPlain ? 'text' : 'json-text' };
  const types = Array.isArray(type) ? type : [type];
  const isJson = types.every((one) => typeof one === 'string' && one !== 'string');
  return { form: isJson ? 'json' : 'text-or-json' };
}

function constOf(schema: JsonSchema): readonly unknown[] | undefined {
  return 'const' in schema ? [schema.const] : undefined;
}

/** Could not stand between the tags as it is. */
function endsValue(text: string): boolean {
  return text.includes('</') || text.trim() !== text;
}

function recordOf(value: unknown): JsonSchema {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isRecord ? (value as JsonSchema) : {};
}
