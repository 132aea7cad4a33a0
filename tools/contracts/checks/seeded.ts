/** Seeded violations: the workspace of this checkout with one thing wrong, which the check must find. */

import { OperationTypeNode, parse } from 'graphql';
import type { SubgraphName } from '#ops/services.ts';
import type { Trace } from '../../trace.ts';
import { type Check, type Finding, runCheck } from '../check.ts';
import { withProposal } from '../graph.ts';
import type { ContractShop, GraphqlRequest, Reply } from '../shop.ts';
import { openWorkspace, type PublishedOperation, sdlOf, type Workspace } from '../workspace.ts';

// A workspace whose running shop answers as a test wants it to: for violations that a healthy shop does not have.

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

export const workspaceThatAnswers = (answers: Answers): Workspace => ({
  ...workspace,
  system: async () => shopThatAnswers(answers) as unknown as ContractShop,
});

/** As it is. Tests change copies of it. */
export const workspace: Workspace = openWorkspace();

/** The workspace with `from` in a subgraph's SDL replaced. Throws when `from` is not there: the violation would test nothing. */
export const withChangedSdl = (
  subgraph: SubgraphName,
  from: string | RegExp,
  to: string,
  base = workspace,
): Workspace => {
  const sdl = sdlOf(base, subgraph);
  const changed = sdl.replace(from, to);
  if (changed === sdl) throw new Error(`${subgraph}'s SDL has no ${from}`);
  return withProposal(base, subgraph, `subgraphs/${subgraph}/schema.graphql`, changed);
};

/** The workspace with one more published operation. */
export const withOperation = (name: string, text: string, base = workspace): Workspace => {
  const document = parse(text);
  const operation: PublishedOperation = {
    client: 'storefront',
    file: 'operations/storefront/seeded.graphql',
    name,
    type: OperationTypeNode.QUERY,
    text,
    document,
  };
  return { ...base, operations: [...base.operations, operation] };
};

export const findingsOf = async (check: Check, inWorkspace: Workspace): Promise<readonly Finding[]> =>
  (await runCheck(check, inWorkspace)).findings;

/** The worst of what it finds, as one line: `violation Cart.total: … → …`. */
export const findings = async (check: Check, inWorkspace: Workspace): Promise<string[]> =>
  (await findingsOf(check, inWorkspace)).map(
    ({ severity, subject, message, remediation }) => `${severity} ${subject}: ${message} → ${remediation}`,
  );
