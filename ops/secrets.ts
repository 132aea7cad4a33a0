/** node ops/secrets.ts: the secrets of a deployment, made at its first start. See `usage`. */
import { parseArgs } from 'node:util';
import { givenFiles, givenLines } from './secrets/given.ts';
import { provideSecrets } from './secrets/provide.ts';

const usage = `usage: node ops/secrets.ts --store FOLDER --to FOLDER [--given-file FILE] [--given-folder FOLDER] [--hosts HOST,HOST]
  Writes for each service the secrets that it needs and no others, as files of the names of their variables.
  --store FOLDER         keeps what is made up, so that the next start finds it again
  --to FOLDER            gets a folder for each service: gateway, user, …, postgres-user, …, redis, edge, grafana
  --given-file FILE      NAME=value a line; goes before what was made up (compose makes it from .env)
  --given-folder FOLDER  a file each, called as the secret is; goes before both
  --hosts HOST,HOST      whom the edge's self-signed certificate is for (localhost,127.0.0.1)
  Prints names, never values. Exit code 1 when something that was given is not usable; nothing is written then.`;

const run = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      store: { type: 'string' },
      to: { type: 'string' },
      'given-file': { type: 'string' },
      'given-folder': { type: 'string' },
      hosts: { type: 'string', default: 'localhost,127.0.0.1' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return console.log(usage);
  if (!values.store || !values.to) throw new Error(usage);
  const given = { ...givenLines(values['given-file']), ...givenFiles(values['given-folder']) };
  const hosts = values.hosts.split(',').map((host) => host.trim());
  const provided = await provideSecrets({
    store: values.store,
    target: values.to,
    given,
    hosts: hosts.filter(Boolean),
  });
  if (provided.made.length > 0) console.log(`made ${provided.made.join(', ')}`);
  if (provided.given.length > 0) console.log(`given: ${provided.given.join(', ')}`);
  for (const file of provided.closed) console.log(`${file} could be read by others; only its owner can now`);
  console.log(provided.files > 0 ? `wrote ${provided.files} files` : 'everything is there');
};

await run().catch((fault: Error) => {
  console.error(fault.message);
  process.exitCode = 1;
});
