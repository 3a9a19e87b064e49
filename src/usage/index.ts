// What was used, by whom and when: reads and roll-ups. The records are written by the ledger, in the
// transaction of the charge; usage never writes them.
export { createUsage, type Usage } from './create-usage.ts';
export { type KeySpending, usageReadHandlers } from './usage-store.ts';
