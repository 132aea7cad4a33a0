/** Clients that are written in TypeScript still compile against the graph: those in the repository, and plain samples. */
import { globSync } from 'node:fs';
import path from 'node:path';
import { generate } from '@graphql-codegen/cli';
import ts from 'typescript';
import { documentTypes } from '../../../codegen.ts';
import { breach, type Check, type Finding } from '../check.ts';
import { apiOf } from '../graph.ts';
import { root } from '../world.ts';

/** Whoever imports the generated documents: our own shopper, and a sample per client library. */
const consumers = ['launcher/shopper/*.ts', 'tools/contracts/clients/*.ts'];

export const clients: Check = {
  name: 'clients',
  title: 'Types that are generated from the graph compile in Apollo Client, urql, graphql-request and our own clients.',
  needs: 'files',
  run: async (world) => {
    const documents = await generatedDocuments(apiOf(world).sdl);
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
  return breach(
    `${path.relative(root, file?.fileName ?? '')}:${line}`,
    ts.flattenDiagnosticMessageText(messageText, ' '),
    'The client no longer fits the graph: keep what it uses, or change the client first.',
  );
};
