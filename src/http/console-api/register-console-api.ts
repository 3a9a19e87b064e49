import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Administration } from '../../administration/index.ts';
import { routeNotFound } from '../errors/register-errors.ts';
import { compileValidator } from '../validation/compile-validator.ts';
import type {
  BalanceJson,
  CreatedKeyJson,
  GrantedCreditsJson,
  KeyJson,
  LedgerReportJson,
} from './contract.ts';
import { changeKeySchema, createKeySchema, grantCreditsSchema } from './schemas.ts';
import { textToNanoUsd, toBalanceJson, toKeyJson, toLedgerReportJson } from './to-json.ts';

export interface ConsoleApiOptions {
  readonly administration: Administration;
  /** The secret of the private API token file in the data directory. */
  readonly token: string;
}

interface PrefixParams {
  readonly prefix: string;
}

/** `/private/…`: for the command line on this machine, never for API keys and never from another host. */
export function registerConsoleApi(app: FastifyInstance, options: ConsoleApiOptions): void {
  const { administration } = options;
  const toCreateKey = compileValidator(createKeySchema);
  const toChangeKey = compileValidator(changeKeySchema);
  const toGrant = compileValidator(grantCreditsSchema);

  app.register(
    (scope, _options, done) => {
      scope.addHook('onRequest', createTokenCheck(options.token));

      scope.get(
        '/keys',
        async (): Promise<KeyJson[]> => (await administration.listKeys()).map(toKeyJson),
      );

      scope.post('/keys', async (request): Promise<CreatedKeyJson> => {
        const { name, kind, budget } = toCreateKey(request.body);
        const { key, record } = await administration.createKey({
          name,
          kind: kind ?? 'inference',
          budget: budget && {
            retention: budget.retention,
            thresholdNanoUsd: textToNanoUsd(budget.thresholdUsd),
          },
        });
        return { key, ...toKeyJson(record) };
      });

      scope.patch<{ Params: PrefixParams }>('/keys/:prefix', async (request): Promise<KeyJson> => {
        const { disabled } = toChangeKey(request.body);
        const record = await administration.changeKey(request.params.prefix, {
          isDisabled: disabled,
        });
        return toKeyJson(record);
      });

      scope.delete<{ Params: PrefixParams }>('/keys/:prefix', async (request) => {
        await administration.deleteKey(request.params.prefix);
        return { prefix: request.params.prefix, deleted: true };
      });

      scope.get(
        '/credits',
        async (): Promise<BalanceJson> => toBalanceJson(await administration.balance()),
      );

      scope.post('/credits/grants', async (request): Promise<GrantedCreditsJson> => {
        const { credits, note, reference } = toGrant(request.body);
        const granted = await administration.grantCredits(BigInt(credits), note, reference);
        return { ...toBalanceJson(granted), outcome: granted.outcome };
      });

      scope.get('/ledger/verification', async (): Promise<LedgerReportJson> => {
        return toLedgerReportJson(await administration.verifyLedger());
      });
      done();
    },
    { prefix: '/private' },
  );
}

const loopback = /^(127\.|::1$|::ffff:127\.)/;

/** Also true for a connection from an address of this machine to that same address. */
function isFromThisMachine(request: FastifyRequest): boolean {
  const { remoteAddress, localAddress } = request.socket;
  return (
    loopback.test(request.ip) || (localAddress !== undefined && remoteAddress === localAddress)
  );
}

function createTokenCheck(token: string) {
  const expected = sha256(`Bearer ${token}`);
  return async (request: FastifyRequest) => {
    const given = sha256(request.headers.authorization ?? '');
    const isAllowed = timingSafeEqual(given, expected) && isFromThisMachine(request);
    // The same answer as for a path that does not exist: strangers learn nothing.
    if (!isAllowed) throw routeNotFound();
  };
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
