import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AccessDenials } from '#contracts/access-denials.ts';
import { newId } from '#contracts/ids.ts';
import { aGateway, aSubgraph, type GatewayFixture, type SubgraphFixture } from '#kit/gateway/gateway.ts';
import { recordedLog } from '#kit/observability/recorded-log.ts';
import { seriesOf } from '#kit/observability/series.ts';
import {
  anAccessToken,
  type HttpFixture,
  httpServer,
  type IdentityFixture,
  type KeyPair,
  keyPair,
  keyServer,
} from '#kit/user/token-builders.ts';
import { until } from '#kit/vitest/until.ts';
import { createMetrics } from '#platform/observability/metrics.ts';
import { type ChangeNotifications, createChangeNotifications } from '#platform/pubsub/change-notifications.ts';
import { type Denials, followDenials } from './denials.ts';

const now = () => Date.now();
const denial = (subject: string, issuedBefore = new Date()) => ({ subject, issuedBefore: issuedBefore.toISOString() });
const page = (position: string, ...denials: AccessDenials['denials']): AccessDenials => ({
  position,
  isComplete: true,
  denials,
});
const session = { about: { type: 'Session', id: newId('Session') } };

describe('the list of denials', () => {
  let changes: ChangeNotifications;
  let server: HttpFixture;
  let questions: string[];
  let answer: (since: string) => AccessDenials | 'broken' | Promise<AccessDenials>;
  const following: Denials[] = [];

  beforeEach(async () => {
    changes = createChangeNotifications({}, recordedLog().log);
    questions = [];
    answer = () => page('0');
    server = await httpServer(async (request, response) => {
      const since = new URL(request.url ?? '', 'http://user').searchParams.get('since') ?? 'the start';
      questions.push(since);
      const said = await answer(since);
      response.writeHead(said === 'broken' ? 500 : 200).end(JSON.stringify(said));
    });
  });
  afterEach(async () => {
    for (const each of following.splice(0)) await each.close();
    await changes.close();
    await server.close();
  });
  const follow = async (metrics = createMetrics('gateway')) => {
    const { log, lines } = recordedLog();
    const denials = await followDenials({
      url: `${server.url}/denials`,
      changes,
      hasNotifications: true,
      metrics,
      log,
    });
    following.push(denials);
    return Object.assign(denials, { lines });
  };

  it('is read to the end before anybody is served, page by page', async () => {
    const pages: Record<string, AccessDenials> = {
      'the start': { ...page('7', denial('ses_0')), isComplete: false },
      '7': page('9', denial('ses_last')),
    };
    answer = (since) => pages[since] ?? 'broken';
    const denials = await follow();
    expect(questions.slice(0, 2)).toEqual(['the start', '7']);
    expect(denials.isKnown()).toBe(true);
    expect(denials.isDenied({ to: ['ses_0'], at: now() - 1_000 })).toBe(true);
    expect(denials.isDenied({ to: ['ses_last'], at: now() - 1_000 })).toBe(true);
    expect(denials.isDenied({ to: ['ses_last'], at: now() + 1_000 })).toBe(false);
  });

  it('is read on at a change notification about a session, from where it ended, and reports what is new', async () => {
    // The same each time, so that reading it again is no news.
    const first = denial('ses_1');
    answer = () => page('3', first);
    const denials = await follow();
    await until('the gap at the start', () => questions.length >= 2);
    let told = 0;
    denials.onDenied(() => told++);
    answer = (since) => (since === '3' ? page('4', denial('ses_2')) : page('4'));
    await changes.publish({ about: { type: 'Order' } });
    const before = questions.length;
    await changes.publish(session);
    await until('told', () => told === 1);
    expect(questions.slice(before)).toEqual(['3']);
    expect(denials.isDenied({ to: ['ses_2'], at: now() - 1_000 })).toBe(true);
  });

  it('is read again for a denial that comes while it is being read', async () => {
    const denials = await follow();
    await until('the gap at the start', () => questions.length >= 2);
    const gate = Promise.withResolvers<AccessDenials>();
    answer = () => gate.promise;
    await changes.publish(session);
    await until('being read', () => questions.length >= 3);
    await changes.publish(session);
    answer = () => page('1', denial('ses_1'));
    gate.resolve(page('0'));
    await until('denied', () => denials.isDenied({ to: ['ses_1'], at: now() - 1_000 }));
  });

  it('stays while the service is away, and is read as soon as it is back', async () => {
    answer = () => page('1', denial('ses_1'));
    const denials = await follow();
    answer = () => 'broken';
    await changes.publish(session);
    await until('away', () => denials.standing().startsWith('away'));
    expect(denials.isKnown()).toBe(true);
    expect(denials.isDenied({ to: ['ses_1'], at: now() - 1_000 })).toBe(true);
    answer = () => page('2', denial('ses_2'));
    // Without a notification: those that came meanwhile are lost.
    await until('back', () => denials.isDenied({ to: ['ses_2'], at: now() - 1_000 }));
    expect(denials.standing()).toBe('current');
    expect(denials.lines.map(({ msg }) => msg)).toEqual([
      expect.stringContaining('is away'),
      expect.stringContaining('is back'),
    ]);
  });

  it('is unknown until the first reading has succeeded to its end', async () => {
    answer = (since) => (since === '7' ? 'broken' : { ...page('7', denial('ses_0')), isComplete: false });
    const denials = await follow();
    expect([await denials.isKnown(), denials.standing()]).toEqual([false, 'not read yet']);
    answer = () => page('8');
    // Whoever asks has it read: nobody is refused in the second after the service is up.
    expect(await denials.isKnown()).toBe(true);
  });

  it('that is not there is not taken for an empty one: whose issuer has none must say so', async () => {
    await server.close();
    server = await httpServer((_, response) => void response.writeHead(404).end());
    const denials = await follow();
    expect(await denials.isKnown()).toBe(false);
    expect(JSON.stringify(denials.lines)).toContain('ACCESS_DENIALS_URL=off');
  });

  it('does not hold what has expired', async () => {
    const hourAgo = new Date(now() - 3_600_000);
    answer = () => page('1', denial('ses_1', hourAgo));
    const metrics = createMetrics('gateway');
    await follow(metrics);
    expect(await seriesOf(metrics)).toMatchObject({
      'agora_gateway_access_denials{service="gateway"}': 0,
      'agora_gateway_access_denials_age_seconds{service="gateway"}': expect.any(Number),
    });
  });
});

describe('at a gateway', () => {
  let tokenKey: KeyPair;
  let user: SubgraphFixture;
  let server: IdentityFixture;
  let gateway: GatewayFixture;
  beforeAll(async () => {
    tokenKey = await keyPair('token');
    user = await aSubgraph('user', { Query: { me: () => 'Ada' } });
    server = await keyServer([tokenKey.publicKey]);
    gateway = await aGateway({ USER_SUBGRAPH_URL: user.url, ACCESS_TOKEN_JWKS_URL: server.url });
  });
  afterAll(async () => {
    await gateway.close();
    await server.close();
    await user.close();
  });
  const ask = async (token: string, { ask }: GatewayFixture = gateway) => {
    const { status, body } = await ask('{ me }', { headers: { authorization: `Bearer ${token}` } });
    return body.data?.me ?? [status, body.errors?.[0]?.extensions.code];
  };
  const refused = [401, 'UNAUTHENTICATED'];

  it("refuses the tokens of an ended session and nobody else's, also one that it had accepted", async () => {
    const sub = newId('User');
    const [phone, laptop] = [newId('Session'), newId('Session')];
    const [onPhone, onLaptop] = [
      await anAccessToken(tokenKey, { sub, sid: phone }),
      await anAccessToken(tokenKey, { sub, sid: laptop }),
    ];
    expect([await ask(onPhone), await ask(onLaptop)]).toEqual(['Ada', 'Ada']);
    server.deny(phone);
    await until('refused', async () => (await ask(onPhone)) !== 'Ada', 10_000);
    expect([await ask(onPhone), await ask(onLaptop)]).toEqual([refused, 'Ada']);
    // One that starts afterwards knows it from its first request on.
    const later = await aGateway({ USER_SUBGRAPH_URL: user.url, ACCESS_TOKEN_JWKS_URL: server.url });
    expect([await ask(onPhone, later), await ask(onLaptop, later)]).toEqual([refused, 'Ada']);
    await later.close();
  });

  it('refuses every token of a user until then, and accepts the next, even of the same second', async () => {
    const sub = newId('User');
    const before = await anAccessToken(tokenKey, { sub });
    expect(await ask(before)).toBe('Ada');
    server.deny(sub);
    const after = await anAccessToken(tokenKey, { sub, issuedAtMs: now() + 1 });
    await until('refused', async () => (await ask(before)) !== 'Ada', 10_000);
    expect([await ask(before), await ask(after)]).toEqual([refused, 'Ada']);
  });

  it('a cold start without the list serves guests, and says that it cannot tell about a valid token', async () => {
    const cold = await aGateway({
      USER_SUBGRAPH_URL: user.url,
      ACCESS_TOKEN_JWKS_URL: server.url,
      ACCESS_DENIALS_URL: 'http://127.0.0.1:1/denials',
    });
    expect((await cold.ask('{ me }')).body.data).toEqual({ me: 'Ada' });
    expect(await ask(await anAccessToken(tokenKey), cold)).toEqual([503, 'AUTHENTICATION_UNAVAILABLE']);
    // What is wrong whatever the list says is no outage.
    expect(await ask(await anAccessToken(await keyPair('token')), cold)).toEqual(refused);
    const ready = (await (await fetch(`${cold.url}/health/ready`)).json()) as { accessDenials: string };
    expect(ready.accessDenials).toBe('not read yet');
    await cold.close();
  });
});
