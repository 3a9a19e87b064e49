// The use cases that join domain modules for the command line, the private API and the console: first
// start, keys with their budgets, credits, checking the ledger. No HTTP, no SQL.
export {
  type Administration,
  type CreditBalance,
  createAdministration,
  type GrantedCredits,
} from './create-administration.ts';
export { type FirstStart, setUpFirstStart } from './set-up-first-start.ts';
