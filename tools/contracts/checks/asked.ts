/** A world whose running shop answers as a test wants it to: for violations that a healthy shop does not have. */

import type { Trace } from '../../trace/traces.ts';
import type { ContractShop, GraphqlRequest, Reply } from '../shop.ts';
import type { World } from '../world.ts';
import { world } from './seeded.ts';

export const reply = (
  data: Record<string, unknown> | null,
  errors?: Reply['body']['errors'],
  traceId = 'trace',
): Reply => ({
  status: 200,
  body: { data, ...(errors && { errors }) },
  traceId,
});

export const aTrace = (traceId: string, statements: readonly string[]): Trace => {
  const span = (name: string, service: string, attributes: Record<string, unknown>) => ({
    span: {
      traceId,
      spanId: name,
      service,
      name,
      kind: 'SERVER' as const,
      startedAt: '2026-01-01T00:00:00.000Z',
      durationMs: 1,
      failed: false,
      attributes,
    },
    below: [],
  });
  const below = statements.map((sql) => span(sql, 'order', { 'db.query.text': sql }));
  const roots = [{ ...span('POST /graphql', 'gateway', {}), below }];
  return {
    traceId,
    startedAt: roots[0]?.span.startedAt ?? '',
    spans: [...roots, ...below].map((node) => node.span),
    roots,
  };
};

type Answers = Partial<Pick<ContractShop, 'traceOf'>> & {
  readonly askSubgraph?: (subgraph: string, request: GraphqlRequest) => Promise<Reply>;
};

export const shopThatAnswers = (answers: Answers) => ({
  askSubgraph: async () => reply(null),
  traceOf: async (traceId: string) => aTrace(traceId, []),
  ...answers,
});

export const worldThatAnswers = (answers: Answers): World => ({
  ...world,
  system: async () => shopThatAnswers(answers) as unknown as ContractShop,
});
