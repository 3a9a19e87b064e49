import { accountReadHandlers, accountWriteHandlers } from '../accounts/index.ts';
import { keyReadHandlers, keyWriteHandlers } from '../keys/index.ts';
import { ledgerReadHandlers, ledgerWriteHandlers } from '../ledger/index.ts';
import { runStorageWorker } from '../storage/index.ts';
import { usageReadHandlers } from '../usage/index.ts';

// Entry file of the storage threads: every module's operations meet here and nowhere else.
runStorageWorker({
  write: { ...accountWriteHandlers, ...keyWriteHandlers, ...ledgerWriteHandlers },
  read: { ...accountReadHandlers, ...keyReadHandlers, ...ledgerReadHandlers, ...usageReadHandlers },
});
