import type { Compilation, SchemaGrammar } from './compilation.ts';
import { type Expression, repetition } from './gbnf-expression.ts';
import { quoted } from './json-value-rules.ts';
import { type PatternOptions, patternGrammar } from './pattern-grammar.ts';
import type { LengthRange } from './pattern-lengths.ts';
import type { SchemaObject } from './schema.ts';
import { stringFormats } from './string-formats.ts';

/** A string with its quotes. */
export function stringGrammar(compilation: Compilation, schema: SchemaObject): SchemaGrammar {
  const content = stringContent(compilation, schema, compilation.json.character());
  const expression =
    content === undefined
      ? compilation.json.string()
      : compilation.rules.define('text', quoted(content));
  const repetitionsLeast = Math.max(1, schema.minLength ?? 1);
  return { expression, repetitionsLeast, repetitionsMost: 1 };
}

/** The inside of a string; undefined when nothing narrows it. */
export function stringContent(
  compilation: Compilation,
  schema: SchemaObject,
  anyCharacter: Expression,
): Expression | undefined {
  const lengths = readLengths(compilation, schema);
  const patterned = patternContent(compilation, schema, anyCharacter, lengths);
  if (patterned !== undefined) return patterned;
  if (lengths.least === 0 && lengths.most === Infinity) return undefined;
  return repetition(anyCharacter, lengths.least, lengths.most);
}

function readLengths(compilation: Compilation, schema: SchemaObject): LengthRange {
  const { repetitionsMax } = compilation.limits;
  const { minLength = 0, maxLength = Infinity } = schema;
  if (minLength > repetitionsMax) {
    compilation.refuse(schema, 'minLength', `minLength must be at most ${repetitionsMax}.`);
  }
  if (minLength > maxLength) {
    compilation.refuse(schema, 'maxLength', 'maxLength must not be less than minLength.');
  }
  if (maxLength !== Infinity && maxLength > repetitionsMax) {
    compilation.unsupported(schema, 'maxLength', `maxLength must be at most ${repetitionsMax}.`);
    return { least: minLength, most: Infinity };
  }
  return { least: minLength, most: maxLength };
}

/** `pattern`, else a known `format`: one grammar cannot follow both. */
function patternContent(
  compilation: Compilation,
  schema: SchemaObject,
  anyCharacter: Expression,
  lengths: LengthRange,
): Expression | undefined {
  const { pattern } = schema;
  const format = stringFormats.get(schema.format ?? '');
  const options = { ...compilation.limits, anyCharacter, lengths };
  if (pattern !== undefined) {
    const content = compilePattern(compilation, schema, 'pattern', pattern, options);
    if (content !== undefined && format !== undefined) {
      const message = 'format cannot be guaranteed together with pattern: send one of them.';
      compilation.unsupported(schema, 'format', message);
    }
    if (content !== undefined) return content;
  }
  if (format === undefined) return undefined;
  return compilePattern(compilation, schema, 'format', format, {
    ...options,
    patternGroupsMax: Infinity,
    patternCharactersMax: Infinity,
  });
}

function compilePattern(
  compilation: Compilation,
  schema: SchemaObject,
  keyword: 'pattern' | 'format',
  pattern: string,
  options: PatternOptions,
): Expression | undefined {
  const result = patternGrammar(pattern, options);
  if (result.kind === 'compiled') return result.expression;
  if (result.part === 'pattern') {
    const message = `This ${keyword} cannot be guaranteed: ${result.reason}.`;
    compilation.unsupported(schema, keyword, message);
    return undefined;
  }
  const lengthKeyword = schema.maxLength === undefined ? 'minLength' : 'maxLength';
  const message = `${lengthKeyword} cannot be guaranteed together with this ${keyword}: put the length into the pattern.`;
  compilation.unsupported(schema, lengthKeyword, message);
  return compilePattern(compilation, schema, keyword, pattern, {
    ...options,
    lengths: { least: 0, most: Infinity },
  });
}
