import type { GrammarResult } from './compile-json-schema.ts';
import type { Validation } from './validate-against-schema.ts';

/** To the worker: schemas and values travel as JSON text, which is cheap to copy and safe to parse. */
export type GrammarCall =
  | {
      readonly kind: 'compile';
      readonly schemaText: string;
      readonly isStrict: boolean;
      readonly rulePrefix: string;
    }
  | { readonly kind: 'validate'; readonly schemaText: string; readonly valueText: string };

/** From the worker: `ready` once, then an answer for each call, in order. */
export type GrammarReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'compiled'; readonly result: GrammarResult }
  | { readonly kind: 'validated'; readonly result: Validation }
  | { readonly kind: 'failed'; readonly description: string };
