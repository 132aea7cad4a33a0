/** `npm run rebuild` as an operator starts it, and the pages that it asks for. */
import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventPagePath } from '#contracts/event-page.ts';
import { busSignature } from '#platform/auth/bus-signature.ts';
import { bus, type RebuildTestSystem, rebuildTestSystem } from './rebuild.fixture.ts';

let system: RebuildTestSystem;
beforeAll(async () => {
  system = await rebuildTestSystem();
});
afterAll(() => system.close());
beforeEach(() => system.pages.interfereWith(undefined));

describe('npm run rebuild', () => {
  const script = path.resolve(import.meta.dirname, '../rebuild.ts');
  const folder = mkdtempSync(path.join(tmpdir(), 'agora-rebuild-'));
  const start = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    const child = spawn(process.execPath, [script, ...args], {
      // Not from here: this checkout may have a .env.
      cwd: folder,
      env: {
        PATH: process.env.PATH ?? '',
        NODE_ENV: 'test',
        ORDER_DATABASE_URL: system.kit.databaseUrl,
        ...bus,
        ...env,
      },
    });
    let [out, err] = ['', ''];
    child.stdout.on('data', (text) => (out += text));
    child.stderr.on('data', (text) => (err += text));
    const ended = new Promise<{ code: number | null; out: string; err: string }>((resolve) =>
      child.on('close', (code) => resolve({ code, out: out.trim(), err: err.trim() })),
    );
    return { child, ended };
  };
  const run = (args: readonly string[], env?: Readonly<Record<string, string>>) => start(args, env).ended;
  const catalogue = () => ['order', 'catalogue', '--from', system.pages.address];

  /** Started, and stopped at the second page, which does not come until the test has ended. */
  const stoppedMidway = async () => {
    const { promise: second, resolve: asked } = Promise.withResolvers<void>();
    const { promise: forever, resolve: end } = Promise.withResolvers<void>();
    system.pages.interfereWith(async (body, _, nth) => {
      if (nth === 2) {
        asked();
        await forever;
      }
      return body;
    });
    const started = start(catalogue());
    await second;
    return { ...started, end };
  };

  it('says what it does, and rebuilds', async () => {
    expect(await run(['--help'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('order catalogue (from product)'),
    });
    await system.sql(`UPDATE catalogue_variant SET sku = sku || ' wrong' WHERE sku = 'THING-4-1'`);
    expect(await run(catalogue())).toMatchObject({
      code: 0,
      out: expect.stringMatching(
        /^catalogue of order: 24 aggregates from product in [\d.]+ s; 1 rows were missing or wrong, 0 had to go$/,
      ),
      err: expect.stringContaining('catalogue: 24 of 24 (100 %'),
    });
  });

  it('says why it does not: 1 for what is asked, 2 for what is not there', async () => {
    const answers = await Promise.all([
      run([]),
      run(['order']),
      run(['basket', 'catalogue']),
      run(['payment', 'catalogue']),
      run(['order', 'catalogue', '--wait', 'long']),
      run(['order', 'catalogue', '--unknown']),
      run(catalogue(), { REDIS_URL: 'redis://127.0.0.1:1' }),
      run(catalogue(), { REDIS_URL: 'redis://:another-password@127.0.0.1:1' }),
      run(catalogue(), { ORDER_DATABASE_URL: 'postgresql://order:secret@127.0.0.1:1/order' }),
    ]);
    // Not at the same time as the others: one rebuild at a time.
    answers.push(await run(['order', 'catalogue', '--from', 'http://127.0.0.1:1', '--wait', '0']));
    expect(answers.map(({ code }) => code)).toEqual([1, 1, 1, 1, 1, 1, 2, 2, 2, 2]);
    const said = answers.map(({ err }) => err);
    expect(said[2]).toContain('there is no service basket; read models: order catalogue');
    expect(said[3]).toContain('payment has no read model catalogue');
    expect(said[6]).toContain('the bus has no password');
    expect(said[7]).toContain('product answers 401 (UNAUTHENTICATED)');
    expect(said[9]).toContain('product does not answer at http://127.0.0.1:1');
    expect(said.join()).not.toMatch(/a-long-password|another-password|secret/);
  });

  it('killed midway, leaves everything as it was, and the next one cleans up after it', async () => {
    await system.emptyReplica();
    const { child, ended, end } = await stoppedMidway();
    expect(await system.schemas()).toEqual(['rebuild_catalogue']);
    child.kill('SIGKILL');
    await ended;
    end();
    expect((await system.replica()).products).toEqual([]);
    system.pages.interfereWith(undefined);
    // The server notices a moment later that its client is gone.
    await expect.poll(async () => (await run(catalogue())).code).toBe(0);
    expect((await system.replica()).products).toHaveLength(24);
    expect(await system.schemas()).toEqual([]);
  });

  it('interrupted midway, ends at once and leaves nothing behind', async () => {
    await system.emptyReplica();
    const { child, ended, end } = await stoppedMidway();
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: 130, out: expect.stringContaining('the read model stays as it was') });
    end();
    expect(await system.schemas()).toEqual([]);
    expect((await system.replica()).products).toEqual([]);
  });
});

describe('the pages', () => {
  const ask = (body: unknown, headers: Readonly<Record<string, string>> = {}) =>
    fetch(`${system.pages.address}${eventPagePath}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const question = {
    format: 1,
    aggregate: 'product',
    messages: [{ type: 'product.changed', version: 1 }],
    of: { after: null },
  };
  const signed = async (body: unknown, { asked = JSON.stringify(body), service = 'product', password = bus } = {}) =>
    ask(JSON.stringify(body), {
      authorization: `Bearer ${await (await busSignature(password))?.signQuestion(service, asked)}`,
    });

  it('are for those who know the bus, one question at a time', async () => {
    const answers = await Promise.all([
      ask(question),
      signed(question, { asked: '{}' }),
      signed(question, { service: 'payment' }),
      signed(question, { password: { REDIS_URL: 'redis://:guessed@127.0.0.1:1' } }),
      signed({ ...question, format: 2 }),
      signed({ ...question, messages: [{ type: 'stock.reserved', version: 1 }] }),
      signed('?'),
      signed({ ...question, of: { ids: [] } }),
      signed(question),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 400, 404, 400, 400, 200]);
  });
});
