/**
 * GraphQL over HTTP (https://graphql.github.io/graphql-over-http/draft/), in the words of graphql-http's own audits. What
 * hostile requests get is in tests/e2e/security/.
 */
import { serverAudits } from 'graphql-http';
import { type Check, type Finding, violation } from '../check.ts';

export const http: Check = {
  name: 'http',
  title: 'The gateway speaks GraphQL over HTTP: every audit of the specification passes, without warnings.',
  needs: 'system',
  run: async ({ system }) => audit((await system()).gateway),
};

/** CSRF prevention stays on: like any script of ours, the audits send the header that a foreign page cannot. */
const fetchFn: typeof fetch = (input, init) =>
  fetch(input, { ...init, headers: { ...init?.headers, 'apollo-require-preflight': 'yes' } });

export const audit = async (url: string): Promise<Finding[]> => {
  const audits = serverAudits({ url, fetchFn });
  if (audits.length < 60) throw new Error(`there are only ${audits.length} audits`);
  const findings: Finding[] = [];
  for (const { id, name, fn } of audits) {
    // "warn" is for a SHOULD, "error" for a MUST; neither is good enough.
    const result = await fn();
    if (result.status !== 'ok')
      findings.push(
        violation(
          `audit ${id} ${name}`,
          `${result.status}: ${result.reason}`,
          'See gateway/http/ and gateway/graphql/graphql-route.ts.',
        ),
      );
  }
  return findings;
};
