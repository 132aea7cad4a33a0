import { expect, it } from 'vitest';
import { z } from 'zod';
import { parseConfig } from '#platform/config/config.ts';
import { checkSupergraphVariables, schemaVariables } from './variables.ts';

const variables = z.object(schemaVariables).superRefine(checkSupergraphVariables);
const file = import.meta.filename;

it.each<[string, Record<string, string>, string[]]>([
  ['no source, which means the one that was composed here', {}, []],
  ['a file', { SUPERGRAPH_FILE: file }, []],
  ['a URL and a token', { SUPERGRAPH_URL: 'https://registry', SUPERGRAPH_URL_TOKEN: 'x' }, []],
  [
    'two sources',
    { SUPERGRAPH_FILE: file, SUPERGRAPH_URL: 'https://registry' },
    ['SUPERGRAPH_URL: set, and SUPERGRAPH_FILE as well; keep one of them'],
  ],
  [
    'three sources',
    { SUPERGRAPH_FILE: file, SUPERGRAPH_URL: 'https://registry', SUPERGRAPH_SDL: 'type Query' },
    [
      'SUPERGRAPH_URL: set, and SUPERGRAPH_FILE as well; keep one of them',
      'SUPERGRAPH_SDL: set, and SUPERGRAPH_FILE as well; keep one of them',
    ],
  ],
  [
    'a file that is not there',
    { SUPERGRAPH_FILE: '/nowhere' },
    ['SUPERGRAPH_FILE: there is no such file (npm run compose makes supergraph.graphql)'],
  ],
  ['a URL that is none', { SUPERGRAPH_URL: 'registry' }, ['SUPERGRAPH_URL: must be a http or https URL']],
  ['a token for nothing', { SUPERGRAPH_URL_TOKEN: 'x' }, ['SUPERGRAPH_URL_TOKEN: set, but there is no SUPERGRAPH_URL']],
])('%s', (_, environment, faults) => {
  const parsed = parseConfig(variables, environment);
  expect('faults' in parsed ? parsed.faults : []).toEqual(faults);
});
