/** `npm run env-example`: writes .env.example from docker-compose.yml and the code. See `help`. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { composeFacts, composeTexts } from './deployment/compose.ts';
import { envExample, envExampleFile, namesShownIn } from './deployment/env-example.ts';

const help = `usage: npm run env-example [-- --check]
  Writes .env.example: every variable that docker-compose.yml takes from .env, its default, and why one would set it.
  --check   writes nothing; exit code 1 when the file is not current`;

const file = path.resolve(import.meta.dirname, '..', envExampleFile);

const run = (mode: 'write' | 'check'): 0 | 1 => {
  const text = envExample(composeFacts(composeTexts()));
  const isCurrent = existsSync(file) && readFileSync(file, 'utf8') === text;
  const count = `${namesShownIn(text).length} variables`;
  if (mode === 'check' && !isCurrent) {
    console.log(`${envExampleFile} is not current: run npm run env-example`);
    return 1;
  }
  if (!isCurrent) writeFileSync(file, text);
  console.log(isCurrent ? `${envExampleFile} is current (${count})` : `wrote ${envExampleFile} (${count})`);
  return 0;
};

const { values } = parseArgs({ options: { check: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } });
if (values.help) {
  console.log(help);
} else {
  try {
    process.exitCode = run(values.check ? 'check' : 'write');
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
