import { PlatformError } from '../core/index.ts';
import type { ReserveRefusal } from '../ledger/index.ts';

export function refusalToError(refusal: ReserveRefusal): Error {
  switch (refusal.kind) {
    case 'insufficient-credits':
    case 'unknown-account':
      return new PlatformError(
        'ledger/insufficient-credits',
        "You've run out of credits for this request. The operator can add some with `moongate credits grant`.",
        { publicDetails: { limit_source: 'wallet' } },
      );
    case 'budget-exceeded':
      return new PlatformError(
        'ledger/budget-exceeded',
        `The budget of this ${refusal.scope} does not cover this request until its period ends or its limit is raised.`,
        { publicDetails: { limit_source: refusal.scope } },
      );
    case 'duplicate-request':
      return new Error('a request id was used twice');
  }
}
