// Every HTTP surface; alone knows Fastify and the wire format. It validates, translates and streams,
// and must never touch a database, an engine or money: those are reached through `HttpDependencies`.

export type {
  BalanceJson,
  ChangeKeyJson,
  CreatedKeyJson,
  CreateKeyJson,
  GrantCreditsJson,
  GrantedCreditsJson,
  KeyBudgetJson,
  KeyJson,
  LedgerReportJson,
} from './console-api/contract.ts';
export { type ConsoleApiOptions, registerConsoleApi } from './console-api/register-console-api.ts';
export { createHttpApp, type HttpAppOptions } from './create-http-app.ts';
export type {
  AccountBalance,
  Balances,
  BuildInformation,
  CreatedKey,
  HttpDependencies,
  KeyDirectory,
  KeyLimit,
  KeyRecord,
  KeySettings,
  KeyVerdict,
  LimitRetention,
  PublicModel,
  PublicModels,
  Readiness,
  VerifiedKey,
} from './dependencies.ts';
export type { HttpSettings } from './http-settings.ts';
export type { StartTimer, StreamTimer } from './sse/stream-timer.ts';
