/** Clients that are written in TypeScript still compile against the graph: those in the repository, and plain samples. */
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { generate } from '@graphql-codegen/cli';
import ts from 'typescript';
import { documentTypes } from '../../../codegen.ts';
import { type Check, type Finding, violation, violationUnless } from '../check.ts';
import { apolloClient } from '../clients/apollo-client.ts';
import { graphqlRequest } from '../clients/graphql-request.ts';
import type { SampleClient } from '../clients/sample.ts';
import { urql } from '../clients/urql.ts';
import { graphOf } from '../graph.ts';
import { root } from '../workspace.ts';

/** Relay is the strictest client: what its compiler accepts pages and refetches as the specification says. */
export const relay: Check = {
  name: 'relay',
  title: 'relay-compiler accepts the graph, with connections that page and fragments that refetch.',
  needs: 'files',
  run: async (workspace) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'agora-relay-'));
    try {
      const { code, output } = await compileIn(folder, graphOf(workspace).apiSdl);
      const at = 'tools/contracts/clients/relay';
      return violationUnless(code === 0, at, output, 'Keep connections and ids as Relay expects them.');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

const compileIn = async (folder: string, sdl: string): Promise<{ code: number | null; output: string }> => {
  await mkdir(path.join(folder, 'artifacts'));
  await cp(path.join(root, 'tools/contracts/clients/relay'), path.join(folder, 'source'), { recursive: true });
  await writeFile(path.join(folder, 'schema.graphql'), sdl);
  const config = {
    src: './source',
    schema: './schema.graphql',
    language: 'typescript',
    artifactDirectory: './artifacts',
    eagerEsModules: true,
  };
  await writeFile(path.join(folder, 'relay.config.json'), JSON.stringify(config));
  const binary = createRequire(import.meta.url)('relay-compiler') as string;
  const compiler = spawn(binary, ['relay.config.json', '--noWatchman'], { cwd: folder });
  const [out, err, code] = await Promise.all([
    text(compiler.stdout),
    text(compiler.stderr),
    new Promise<number | null>((resolve, reject) => compiler.once('error', reject).once('close', resolve)),
  ]);
  return { code, output: `${out}\n${err}`.trim() };
};

const samples: Readonly<Record<string, SampleClient>> = { apolloClient, urql, graphqlRequest };

/** What the seed has sold ever since (launcher/seed/). */
const expected = { slug: 'trail-lamp-200', title: 'Trail Lamp 200' };
const account = { email: 'customer@example.com', right: 'demo-customer', wrong: 'not-the-password' };

export const clientsRun: Check = {
  name: 'clients-run',
  title: 'Apollo Client, urql and graphql-request read a product, sign in, and get the reason when they cannot.',
  needs: 'system',
  run: async (workspace) => {
    const { gateway } = await workspace.system();
    return (await Promise.all(Object.entries(samples).map(([name, sample]) => faultsOf(name, sample, gateway)))).flat();
  },
};

export const faultsOf = async (name: string, sample: SampleClient, url: string): Promise<Finding[]> => {
  const client = sample(url);
  const title = await client.titleOf(expected.slug).catch(String);
  const welcome = await client.signIn(account.email, account.right).catch(String);
  const refusal = await client.signIn(account.email, account.wrong).catch(String);
  const greets = (text: string | undefined) => text?.startsWith('hello ') ?? false;
  const remediation = `Run tools/contracts/clients/ by hand against ${url}.`;
  return [
    ...violationUnless(
      title === expected.title,
      name,
      `reads "${title}" as the title of ${expected.slug}.`,
      remediation,
    ),
    ...violationUnless(greets(welcome), name, `cannot sign in: ${welcome}`, remediation),
    ...violationUnless(
      refusal !== undefined && !greets(refusal) && !/error/i.test(refusal),
      name,
      `gets "${refusal}" for a wrong password.`,
      remediation,
    ),
  ];
};

/** What imports the generated documents: our own shopper, and a sample per client library. */
const consumers = ['launcher/shopper/*.ts', 'tools/contracts/clients/*.ts'];

export const clients: Check = {
  name: 'clients',
  title: 'Types that are generated from the graph compile in Apollo Client, urql, graphql-request and our own clients.',
  needs: 'files',
  run: async (workspace) => {
    const documents = await generatedDocuments(graphOf(workspace).apiSdl);
    return compile(documents);
  },
};

const generatedDocuments = async (apiSchema: string): Promise<{ file: string; text: string }> => {
  const files: { filename: string; content: string }[] = await generate(
    { ...documentTypes(apiSchema), cwd: root, silent: true },
    false,
  );
  const [only] = files;
  if (!only) throw new Error('no documents were generated');
  return { file: path.resolve(root, only.filename), text: only.content };
};

/** Compiles with the documents in place of those on the disk, which may be of another schema. */
const compile = (documents: { file: string; text: string }): Finding[] => {
  const config = ts.getParsedCommandLineOfConfigFile(
    path.join(root, 'tsconfig.json'),
    {},
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: () => undefined,
    },
  );
  if (!config) throw new Error('tsconfig.json cannot be read');
  const options: ts.CompilerOptions = { ...config.options, noEmit: true, incremental: false, skipLibCheck: true };
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists } = host;
  host.readFile = (file) => (path.resolve(file) === documents.file ? documents.text : readFile(file));
  host.fileExists = (file) => path.resolve(file) === documents.file || fileExists(file);
  const files = consumers.flatMap((pattern) => globSync(pattern, { cwd: root })).map((file) => path.join(root, file));
  const program = ts.createProgram(files, options, host);
  return files.concat(documents.file).flatMap((file) => {
    const source = program.getSourceFile(file);
    return source ? program.getSemanticDiagnostics(source).map(findingOf) : [];
  });
};

const findingOf = ({ file, start = 0, messageText }: ts.Diagnostic): Finding => {
  const line = (file?.getLineAndCharacterOfPosition(start).line ?? 0) + 1;
  return violation(
    `${path.relative(root, file?.fileName ?? '')}:${line}`,
    ts.flattenDiagnosticMessageText(messageText, ' '),
    'The client no longer fits the graph: keep what it uses, or change the client first.',
  );
};
