import { Type } from 'typebox';
import { creditsToNanoUsd, nanoUsdToCredits } from '../../../core/index.ts';
import type { Balances } from '../../dependencies.ts';
import { keyOf } from '../../hooks/authenticate.ts';
import type { PublicRoute } from '../../routing/public-route.ts';
import { nanoUsdToUsd } from '../usd.ts';

const lowBalanceCredits = 10_000n;
const tag = 'Billing';

export function billingRoutes(balances: Balances): PublicRoute[] {
  return [balanceRoute(balances), billingRoute(balances)];
}

function balanceRoute(balances: Balances): PublicRoute {
  return {
    method: 'GET',
    paths: ['/v1/billing/balance'],
    operationId: 'getBalance',
    summary: 'The balance of the account, in credits.',
    tag,
    access: 'any-key',
    answers: {
      'application/json': Type.Object({
        balance: Type.Integer(),
        lowBalance: Type.Boolean(),
        lowBalanceThreshold: Type.Integer(),
        lastUpdated: Type.String(),
        autoDebitStatus: Type.String(),
        status: Type.String(),
        statusExplanation: Type.String(),
      }),
    },
    handle: async (request, reply) => {
      const { balanceNanoUsd, updatedAtMs } = await balances.read(
        keyOf(request).principal.accountId,
      );
      const body = {
        balance: Number(nanoUsdToCredits(balanceNanoUsd)),
        lowBalance: balanceNanoUsd < creditsToNanoUsd(lowBalanceCredits),
        lowBalanceThreshold: Number(lowBalanceCredits),
        lastUpdated: new Date(updatedAtMs).toISOString(),
        autoDebitStatus: 'disabled',
        status: 'current',
        statusExplanation: 'Balance is current and up to date',
      };
      return reply.type('application/json; charset=utf-8').send(JSON.stringify(body));
    },
  };
}

function billingRoute(balances: Balances): PublicRoute {
  return {
    method: 'GET',
    paths: ['/v2/billing'],
    operationId: 'getBilling',
    summary: 'The balance of the account, in USD.',
    tag,
    access: 'any-key',
    answers: {
      'application/json': Type.Object({ current_balance: Type.Number(), currency: Type.String() }),
    },
    handle: async (request, reply) => {
      const { balanceNanoUsd } = await balances.read(keyOf(request).principal.accountId);
      const body = { current_balance: nanoUsdToUsd(balanceNanoUsd), currency: 'USD' };
      return reply.type('application/json; charset=utf-8').send(JSON.stringify(body));
    },
  };
}
