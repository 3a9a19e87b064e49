import type { KeyLimit, KeyRecord, KeySettings } from '../../dependencies.ts';
import { nanoUsdToUsd, usdToNanoUsd } from '../usd.ts';
import type { KeyBody, LimitBody } from './key-schema.ts';

/** All settings; what the body leaves out takes its default. */
export function toKeySettings(body: KeyBody): KeySettings {
  return {
    name: body.name ?? null,
    isDisabled: body.disabled ?? false,
    limit: toLimit(body.limit),
    scopes: body.scopes ?? null,
  };
}

/** Only the settings that the body names; null clears one. */
export function toKeyChange(body: KeyBody): Partial<KeySettings> {
  const { name, disabled, limit, scopes } = body;
  return {
    ...(name === undefined ? {} : { name }),
    ...(disabled === undefined ? {} : { isDisabled: disabled }),
    ...(limit === undefined ? {} : { limit: toLimit(limit) }),
    ...(scopes === undefined ? {} : { scopes }),
  };
}

export function toKeyBody(record: KeyRecord) {
  const { limit } = record;
  return {
    name: record.name,
    prefix: record.prefix,
    disabled: record.isDisabled,
    scopes: record.scopes,
    limit:
      limit === null
        ? null
        : { retention: limit.retention, threshold: nanoUsdToUsd(limit.thresholdNanoUsd) },
    created_at: new Date(record.createdAtMs).toISOString(),
    updated_at: new Date(record.updatedAtMs).toISOString(),
    monthly_usage: nanoUsdToUsd(record.monthlyUsageNanoUsd),
  };
}

function toLimit(limit: LimitBody | null | undefined): KeyLimit | null {
  if (limit === null || limit === undefined) return null;
  return { retention: limit.retention, thresholdNanoUsd: usdToNanoUsd(limit.threshold) };
}
