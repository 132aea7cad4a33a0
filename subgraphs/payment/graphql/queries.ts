import { parseId } from '#contracts/ids.ts';
import { connectionById } from '#platform/graphql/connection.ts';
import { assertInput } from '#platform/graphql/inputs.ts';
import { paymentStatuses, publicStatus } from '../domain/payment-states.ts';
import type { PaymentFilter, QueryResolvers } from './types.generated.ts';

// 20: more than there are statuses; 50 characters: longer than any provider's name.
const mostStatuses = 20;
const longestProvider = 50;

const filterOf = ({ statuses, provider }: PaymentFilter) => {
  assertInput((statuses?.length ?? 0) <= mostStatuses, `"statuses" has at most ${mostStatuses} entries.`);
  assertInput(/^[\x21-\x7e]*$/.test(provider ?? ''), '"provider" has printable characters only.');
  assertInput((provider?.length ?? 0) <= longestProvider, `"provider" has at most ${longestProvider} characters.`);
  return {
    // Several of ours look the same from outside.
    statuses: statuses ? paymentStatuses.filter((status) => statuses.includes(publicStatus[status])) : undefined,
    provider: provider ?? undefined,
  };
};

export const queries = {
  payment: (_, args, { loaders }) => {
    const id = parseId('Payment', args.id);
    return id ? loaders.payments.load(id) : null;
  },
  payments: (_, { filter, ...page }, { app }) => {
    const conditions = filterOf(filter ?? {});
    return connectionById('Payment', page, (slice) => app.reads.allPayments({ ...conditions, ...slice }));
  },
  disputes: (_, { state, ...page }, { app }) =>
    connectionById('Dispute', page, (slice) => app.reads.allDisputes({ state: state ?? undefined, ...slice })),
} satisfies QueryResolvers;
