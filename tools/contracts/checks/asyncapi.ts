/** docs/asyncapi.json tells other teams of our messages in the form that their tools read. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Parser } from '@asyncapi/parser';
import { breach, type Check, type Finding } from '../check.ts';
import { asyncApiOf } from '../rules/asyncapi.ts';
import { root, type World } from '../world.ts';

const file = 'docs/asyncapi.json';
const target = path.join(root, file);

const textOf = ({ messages }: World): string => `${JSON.stringify(asyncApiOf(messages), null, 2)}\n`;

export const asyncApi: Check = {
  name: 'asyncapi',
  title: 'docs/asyncapi.json is what the message definitions say, and valid AsyncAPI.',
  needs: 'files',
  run: async (world) => {
    const text = textOf(world);
    const isCurrent = existsSync(target) && readFileSync(target, 'utf8') === text;
    const stale = isCurrent
      ? []
      : [breach(file, 'is not what contracts/messages/ says.', 'npm run contracts:accept -- asyncapi')];
    return [...stale, ...(await faultsOf(text))];
  },
  accept: (world) => {
    const text = textOf(world);
    if (existsSync(target) && readFileSync(target, 'utf8') === text) return [];
    writeFileSync(target, text);
    return [`wrote ${file}`];
  },
};

/** What AsyncAPI's own parser says of a document. */
export const faultsOf = async (text: string): Promise<Finding[]> => {
  const { diagnostics } = await new Parser().parse(text);
  // 0 is an error, 1 a warning; the rest is advice, such as to host the document somewhere.
  return diagnostics
    .filter(({ severity }) => severity === 0)
    .map(({ message, path: at }) =>
      breach(`${file} ${at.join('.')}`, message, 'Change tools/contracts/rules/asyncapi.ts.'),
    );
};
