import { grant, readBalance } from './entry-store.ts';
import { checkpoint, extend, reserve, settle, voidHold } from './hold-store.ts';
import { ensurePriceVersion } from './price-version-store.ts';
import { recover } from './recover-store.ts';
import { verifyLedger } from './verify-ledger-store.ts';

export const ledgerWriteHandlers = {
  'ledger/reserve': reserve,
  'ledger/extend': extend,
  'ledger/settle': settle,
  'ledger/void': voidHold,
  'ledger/checkpoint': checkpoint,
  'ledger/grant': grant,
  'ledger/recover': recover,
  'ledger/ensure-price-version': ensurePriceVersion,
};

export const ledgerReadHandlers = {
  'ledger/balance': readBalance,
  'ledger/verify': verifyLedger,
};
