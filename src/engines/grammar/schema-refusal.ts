/** Ends one compilation; `compileJsonSchema` turns it into a `refused` result, it never leaves the module. */
export class SchemaRefusal extends Error {
  readonly keyword: string;
  /** Where the keyword stands, e.g. `properties.age.multipleOf`; empty for the schema as a whole. */
  readonly path: string;

  constructor(keyword: string, path: string, message: string) {
    super(message);
    this.name = 'SchemaRefusal';
    this.keyword = keyword;
    this.path = path;
  }
}

/** Of limits that no keyword owns. */
export function refuseSchema(message: string): never {
  throw new SchemaRefusal('schema', '', message);
}
