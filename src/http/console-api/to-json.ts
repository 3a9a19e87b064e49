import type { CreditBalance } from '../../administration/index.ts';
import { nanoUsdToCredits } from '../../core/index.ts';
import type { KeyRecord } from '../../keys/index.ts';
import type { LedgerReport } from '../../ledger/index.ts';
import type { BalanceJson, KeyJson, LedgerReportJson } from './contract.ts';

const nanoPerUsd = 1_000_000_000n;

export function toKeyJson(record: KeyRecord): KeyJson {
  return {
    prefix: record.prefix,
    name: record.name ?? null,
    kind: record.kind,
    disabled: record.isDisabled,
    foreign: record.isForeign,
    budget:
      record.budget === undefined
        ? null
        : {
            retention: record.budget.retention,
            thresholdUsd: nanoUsdToText(record.budget.thresholdNanoUsd),
          },
    createdAt: new Date(record.createdAtMs).toISOString(),
    lastUsedAt:
      record.lastUsedAtMs === undefined ? null : new Date(record.lastUsedAtMs).toISOString(),
  };
}

export function toBalanceJson(balance: CreditBalance): BalanceJson {
  return {
    credits: Number(balance.credits),
    heldCredits: Number(balance.heldCredits),
    usd: nanoUsdToText(balance.postedNanoUsd),
  };
}

export function toLedgerReportJson(report: LedgerReport): LedgerReportJson {
  return {
    ok: report.ok,
    openHolds: report.openHolds,
    entries: report.entries,
    wallets: report.wallets,
    postedCredits: Number(nanoUsdToCredits(report.postedNanoUsd)),
    heldCredits: Number(nanoUsdToCredits(report.heldNanoUsd)),
    problems: report.problems,
  };
}

/** `1500000000n` → `1.500000000`: exact, and never through a double. */
function nanoUsdToText(amount: bigint): string {
  const sign = amount < 0n ? '-' : '';
  const absolute = amount < 0n ? -amount : amount;
  return `${sign}${absolute / nanoPerUsd}.${String(absolute % nanoPerUsd).padStart(9, '0')}`;
}

/** `1.5` → `1500000000n`; the text is digits with at most 9 decimals. */
export function textToNanoUsd(text: string): bigint {
  const [whole = '0', decimals = ''] = text.split('.');
  return BigInt(whole) * nanoPerUsd + BigInt(decimals.padEnd(9, '0'));
}
