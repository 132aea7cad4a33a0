/**
 * Who may import whom (ARCHITECTURE.md), as dependency-cruiser rules. Each has a seeded violation in
 * tests/contract/import-rule.test.ts, so one that stopped working would fail there.
 */
import type { ICruiseOptions, IForbiddenRuleType } from 'dependency-cruiser';

const folder = (name: string) => `^subgraphs/[^/]+/${name}/`;
const ownPrismaOnly = 'prisma/$1/';
const tests = '\\.(?:test|suite|fixture)\\.ts$';

/** Of our own code `from` may import only what matches one of `allowed`; packages are not restricted. */
const layer = (name: string, comment: string, from: string, allowed: string[]): IForbiddenRuleType => ({
  name,
  comment,
  severity: 'error',
  from: { path: from, pathNot: tests },
  to: {
    path: '^(contracts|platform|gateway|subgraphs|simulator|prisma|ops|launcher|tools|bench|tests|web|operations)/',
    pathNot: [...allowed],
  },
});

const own = (name: string) => `^subgraphs/$1/${name}`;
const ownSubgraph = (name: string) => `^subgraphs/([^/]+)/${name}`;

export const rules: IForbiddenRuleType[] = [
  layer(
    'contracts-import-nothing',
    'contracts/ is what services say to each other; it depends on nobody.',
    '^contracts/',
    ['^contracts/'],
  ),
  layer('platform-knows-no-business', 'platform/ is technical; it may know contracts/ only.', '^platform/', [
    '^platform/',
    '^contracts/',
  ]),
  layer('domain-is-pure', 'domain/ knows its own nouns and contracts/.', ownSubgraph('domain/'), [
    own('domain/'),
    '^contracts/',
  ]),
  layer('usecases-know-ports-only', 'usecases/ act on the domain through ports.', ownSubgraph('usecases/'), [
    own('usecases/'),
    own('domain/'),
    '^contracts/',
  ]),
  layer('adapters-implement-ports', 'adapters/ implement the ports of usecases/.', ownSubgraph('adapters/'), [
    own('adapters/'),
    own('usecases/(ports|provider)\\.ts$'),
    own('usecases/[^/]+/ports\\.ts$'),
    own('domain/'),
    `^${ownPrismaOnly}client/`,
    '^contracts/',
    '^platform/',
  ]),
  layer(
    'doors-go-through-usecases',
    'graphql/, consumers.ts and http/ never reach an adapter or Prisma.',
    ownSubgraph('(?:graphql/|consumers(?:/|\\.ts$)|http/)'),
    [own('(?:graphql/|consumers(?:/|\\.ts$)|http/)'), own('usecases/'), own('domain/'), '^contracts/', '^platform/'],
  ),
  layer('main-only-starts', 'main.ts reads the configuration, wires and runs.', ownSubgraph('main\\.ts$'), [
    own('(?:config|wiring)\\.ts$'),
    '^contracts/',
    '^platform/',
  ]),
  layer(
    'wiring-is-the-composition-root',
    'wiring.ts knows all of its own subgraph and nothing of another.',
    ownSubgraph('(?:wiring|config)\\.ts$'),
    [own(''), `^${ownPrismaOnly}client/`, '^contracts/', '^platform/'],
  ),
  layer('gateway-knows-no-subgraph', 'The gateway talks to subgraphs over HTTP only.', '^gateway/', [
    '^gateway/',
    '^contracts/',
    '^platform/',
  ]),
  layer('simulator-is-outside', 'It plays a system that is not ours: reached over HTTP only.', '^simulator/', [
    '^simulator/',
    '^contracts/',
    '^platform/',
  ]),
  layer(
    'simulator-store-knows-no-http',
    'Its rows and what decides about them serve its calls, and know none.',
    '^simulator/(store|domain)/',
    ['^simulator/(store|domain)/', '^contracts/', '^platform/'],
  ),
  {
    name: 'nobody-knows-the-simulator',
    comment: 'Its client talks to it over HTTP, as to the real one; ops/ reads its descriptor through the list.',
    severity: 'error',
    from: { pathNot: ['^simulator/', '^services\\.ts$', tests, '^tests/'] },
    to: { path: '^simulator/' },
  },
  {
    name: 'only-wiring-starts-adapters',
    comment: 'Adapters are made in wiring.ts and nowhere else.',
    severity: 'error',
    from: {
      pathNot: [folder('adapters'), '^subgraphs/[^/]+/wiring\\.ts$', tests, '^(ops|launcher|tools|bench|tests)/'],
    },
    to: { path: folder('adapters') },
  },
  {
    name: 'product-runs-alone',
    comment: 'What serves customers needs none of the rooms that operate, start, build or test it.',
    severity: 'error',
    from: { path: '^(contracts|platform|gateway|subgraphs|simulator)/', pathNot: tests },
    to: { path: '^(ops|launcher|tools|tests)/' },
  },
  layer('ops-run-in-the-image', 'ops/ is for operators: no launcher, no developer tools, no subgraph.', '^ops/', [
    '^ops/',
    '^contracts/',
    '^platform/',
  ]),
  {
    name: 'launcher-needs-no-tools',
    comment: 'launcher/ starts what is there; making and testing it is for tools/ and tests/.',
    severity: 'error',
    from: { path: '^launcher/', pathNot: tests },
    to: { path: '^(tools|tests)/' },
  },
  {
    name: 'benchmarks-are-leaves',
    comment: 'Nothing but a test of theirs imports a benchmark.',
    severity: 'error',
    from: { pathNot: ['^bench/', '^tests/', tests] },
    to: { path: '^bench/' },
  },
  {
    name: 'fixtures-are-for-tests',
    comment: "The tests' kit is also for tools/ and bench/; what lies beside a test is for tests alone.",
    severity: 'error',
    from: { pathNot: ['^tests/', tests] },
    to: { path: tests },
  },
  layer(
    'descriptors-are-data',
    'service.ts describes a service with what services have in common.',
    '^(gateway|simulator|subgraphs/[^/]+)/service\\.ts$',
    ['^contracts/', '^platform/'],
  ),
  {
    name: 'descriptors-need-types-only',
    comment: 'service.ts is read by every tool, so it loads nothing of the platform.',
    severity: 'error',
    from: { path: '^(gateway|simulator|subgraphs/[^/]+)/service\\.ts$' },
    to: { path: '^platform/', dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'one-reader-of-the-list',
    comment: 'services.ts is read through ops/services.ts, and by no service.',
    severity: 'error',
    from: { pathNot: '^ops/services\\.ts$' },
    to: { path: '^services\\.ts$' },
  },
  {
    name: 'no-cycles',
    comment: 'Two files that need each other are one file, or lack a third.',
    severity: 'error',
    from: {},
    to: { circular: true, pathNot: 'prisma/[^/]+/client/', viaOnly: { pathNot: 'prisma/[^/]+/client/' } },
  },
  {
    name: 'resolvable',
    comment: 'An import that resolves to nothing fails at run time.',
    severity: 'error',
    // It has a package.json of its own, whose packages are installed for the bench alone.
    from: { pathNot: '^bench/peers/' },
    to: {
      couldNotResolve: true, // The one package is types only, the other WebAssembly glue: neither has an entry that a resolver finds.
      pathNot: '\\.generated|schema-engine-wasm|typed-document-node/core',
    },
  },
];

export const options: ICruiseOptions = {
  doNotFollow: { path: 'node_modules|prisma/[^/]+/client/' },
  exclude: { path: 'node_modules|^tests/fixtures/' },
  tsPreCompilationDeps: true,
  enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node', 'default'] },
};
