import { describe, expect, it } from 'vitest';
import { programOf } from './programs.ts';

const program = (command: string, role?: string) => programOf(command.split(' '), role);
const required = (command: string, role?: string) => program(command, role)?.variables.required ?? [];
const known = (command: string) => program(command)?.variables.known ?? [];

describe('a command of the image', () => {
  it.each([
    ['node gateway/main.ts', { owner: 'gateway', kind: 'process', port: 4000 }],
    ['node subgraphs/order/main.ts', { owner: 'order', kind: 'process', port: 4003 }],
    ['node ops/audit.ts --every 60', { owner: 'auditor', kind: 'process', port: 4005 }],
    ['node ops/audit.ts', { owner: 'operator', kind: 'tool' }],
    ['node ops/migrate.ts user', { owner: 'user', kind: 'one-shot' }],
    ['node ops/migrate.ts', { owner: 'operator', kind: 'one-shot' }],
    ['node launcher/seed.ts product', { owner: 'product', kind: 'one-shot' }],
    ['node ops/secrets.ts --store /store', { owner: 'secrets', kind: 'one-shot' }],
  ])('is a program, somebody’s, for a time: %s', (command, expected) => {
    expect(program(command)).toMatchObject(expected);
  });

  it.each(['npm start', 'node launcher/start.ts', 'node', 'nginx'])(
    'is none that the image does not have: %s',
    (command) => {
      expect(program(command)).toBeUndefined();
    },
  );
});

describe('the variables of a program', () => {
  it('are those of its schema, and of the gateway those of each single subgraph', () => {
    expect(known('node subgraphs/order/main.ts')).toEqual(
      expect.arrayContaining(['ORDER_DATABASE_URL', 'UNDO_TRIES', 'LOG_LEVEL']),
    );
    expect(known('node gateway/main.ts')).toEqual(
      expect.arrayContaining(['LIMIT_DEPTH', 'ORDER_SUBGRAPH_URL', 'PAYMENT_SUBGRAPH_TIMEOUT_MS']),
    );
    expect(known('node gateway/main.ts')).not.toContain('ORDER_FORWARD_REQUEST_HEADERS');
  });

  it('are required where an empty environment is refused, or would mean another machine', () => {
    expect(required('node gateway/main.ts').toSorted()).toEqual([
      'ACCESS_TOKEN_JWKS_URL',
      'HOST',
      'ORDER_SUBGRAPH_URL',
      'PAYMENT_SUBGRAPH_URL',
      'PRODUCT_SUBGRAPH_URL',
      'USER_SUBGRAPH_URL',
      'VIEWER_SIGNING_KEY',
    ]);
    expect(required('node subgraphs/user/main.ts', 'api')).toEqual(
      expect.arrayContaining(['USER_DATABASE_URL', 'ACCESS_TOKEN_KEYS', 'VIEWER_VERIFY_KEYS', 'ROLE', 'HOST']),
    );
  });

  it('are required of a role that has a use for them', () => {
    expect(required('node subgraphs/payment/main.ts', 'all')).not.toContain('SIMULATOR_WEBHOOK_SECRET');
    expect(required('node subgraphs/payment/main.ts', 'api')).toContain('SIMULATOR_WEBHOOK_SECRET');
    expect(required('node subgraphs/payment/main.ts', 'api')).not.toContain('REDIS_URL');
    expect(required('node subgraphs/payment/main.ts', 'consumer')).toEqual(
      expect.arrayContaining(['SIMULATOR_WEBHOOK_SECRET', 'REDIS_URL', 'PAYMENT_PUBLIC_URL']),
    );
  });

  it('are of the databases that it is told to work on', () => {
    expect(required('node ops/migrate.ts user')).toEqual(['USER_DATABASE_URL']);
    expect(required('node ops/migrate.ts')).toHaveLength(4);
    expect(known('node launcher/seed.ts user')).toEqual(expect.arrayContaining(['USER_DATABASE_URL', 'DEMO_SEED']));
  });
});
