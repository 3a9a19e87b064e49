/** A schema that compiles under strict. The name is what it is about. */
export interface AcceptedSchema {
  readonly name: string;
  readonly schema: unknown;
  /** Texts that its grammar must have, so that it is not too narrow. */
  readonly texts?: readonly string[];
  /** Texts that its grammar must not have, although some are JSON. */
  readonly notTexts?: readonly string[];
}

/** A schema that strict refuses, and what the answer names. */
export interface RefusedSchema {
  readonly name: string;
  readonly schema: unknown;
  readonly keyword: string;
  readonly path?: string;
  /** Refused without strict too: nothing could be generated from it, or only at too high a price. */
  readonly isAlways?: boolean;
}

export function accepted(
  name: string,
  schema: unknown,
  texts: readonly string[] = [],
  notTexts: readonly string[] = [],
): AcceptedSchema {
  return { name, schema, texts, notTexts };
}

/** The path is the keyword itself unless it stands deeper. */
export function refused(
  name: string,
  keyword: string,
  schema: unknown,
  path: string = keyword,
): RefusedSchema {
  return { name, schema, keyword, path };
}

export function alwaysRefused(
  name: string,
  keyword: string,
  schema: unknown,
  path?: string,
): RefusedSchema {
  return { name, schema, keyword, isAlways: true, ...(path !== undefined && { path }) };
}
