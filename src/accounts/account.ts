/** A tenant: it owns keys and money. */
export interface Account {
  readonly id: string;
  readonly name: string;
  readonly createdAtMs: number;
}
