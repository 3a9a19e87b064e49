/**
 * The private JSON API of the command line and the console. Types only: the browser app imports this
 * file and nothing else of the server. Amounts of money are decimal strings, because JSON numbers are
 * doubles; credits are integers well below 2^53.
 */
export interface KeyJson {
  readonly prefix: string;
  readonly name: string | null;
  readonly kind: 'inference' | 'management';
  readonly disabled: boolean;
  /** Made under another key pepper than that of now: it is refused like an unknown key. */
  readonly foreign: boolean;
  readonly budget: KeyBudgetJson | null;
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
}

export interface KeyBudgetJson {
  readonly retention: 'no_reset' | 'day' | 'week' | 'month';
  /** USD, e.g. `25` or `0.50`. */
  readonly thresholdUsd: string;
}

export interface CreateKeyJson {
  readonly name?: string;
  readonly kind?: 'inference' | 'management';
  readonly budget?: KeyBudgetJson;
}

/** The only answer that holds a key in full. */
export interface CreatedKeyJson extends KeyJson {
  readonly key: string;
}

export interface ChangeKeyJson {
  readonly disabled: boolean;
}

export interface GrantCreditsJson {
  readonly credits: number;
  readonly note?: string;
  /** The same reference is granted once, however often it is sent. */
  readonly reference?: string;
}

export interface BalanceJson {
  readonly credits: number;
  readonly heldCredits: number;
  readonly usd: string;
}

export interface GrantedCreditsJson extends BalanceJson {
  readonly outcome: 'granted' | 'already-granted';
}

export interface LedgerReportJson {
  readonly ok: boolean;
  readonly openHolds: number;
  readonly entries: number;
  readonly wallets: number;
  readonly postedCredits: number;
  readonly heldCredits: number;
  readonly problems: readonly {
    readonly invariant: string;
    readonly row: string;
    readonly expected: string;
    readonly found: string;
  }[];
}
