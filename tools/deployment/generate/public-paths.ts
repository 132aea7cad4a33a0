/** What edge and ingress need for the paths that clients reach past the graph. */
import { stringify } from 'yaml';
import { subgraphs } from '#ops/services.ts';
import type { PublicPath } from '#platform/service/descriptor.ts';
import type { Blocks } from './blocks.ts';

const all = subgraphs.flatMap(({ name, port, publicPaths = [] }) =>
  publicPaths.map((publicPath: PublicPath) => ({ ...publicPath, service: name, port })),
);
type Path = (typeof all)[number];

/** `media` of `/media/`: names its zone, its ingress. */
const nameOf = ({ path }: Path): string => path.replaceAll(/^\/|\/$/g, '').replaceAll('/', '-');

// 20 a second: far above what a provider or a person causes.
const usualRate = { perSecond: 20, burst: 100 };
const rateOf = ({ rate = usualRate }: Path) => rate;

// 1 MiB: the edge keeps no longer body, and no longer answer, in its memory, which its temporary files are in as well.
const isLarge = ({ maxBodyBytes }: Path): boolean => maxBodyBytes > 1_048_576;

/** In the largest unit that holds it. */
const size = (bytes: number): string =>
  [1_048_576, 1_024].flatMap((unit, index) => (bytes % unit === 0 ? [`${bytes / unit}${'mk'[index]}`] : []))[0] ??
  `${bytes}`;

const location = (each: Path): string[] => [
  `# ${each.about}`,
  `location ${each.path.endsWith('/') ? '' : '= '}${each.path} {`,
  `  limit_req zone=${nameOf(each)} burst=${rateOf(each).burst} nodelay;`,
  `  client_max_body_size ${size(each.maxBodyBytes)};`,
  ...(isLarge(each) ? ['  proxy_request_buffering off;', '  proxy_max_temp_file_size 0;'] : []),
  `  proxy_read_timeout ${isLarge(each) ? 30 : 15}s;`,
  `  set $${each.service} http://${each.service}:${each.port};`,
  `  proxy_pass $${each.service};`,
  '}',
];

export const edgeBlocks = (): Blocks => ({
  'rates-of-public-paths': all.map(
    (each) => `limit_req_zone $binary_remote_addr zone=${nameOf(each)}:1m rate=${rateOf(each).perSecond}r/s;`,
  ),
  'public-paths': all.flatMap((each) => ['', ...location(each)]).slice(1),
});

const annotation = (name: string) => `nginx.ingress.kubernetes.io/${name}`;

const ingressOf = (each: Path) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: {
    name: nameOf(each),
    annotations: {
      [annotation('proxy-body-size')]: size(each.maxBodyBytes),
      ...(isLarge(each) && { [annotation('proxy-request-buffering')]: 'off' }),
    },
  },
  spec: {
    ingressClassName: 'nginx',
    tls: [{ hosts: ['shop.example'], secretName: 'shop-tls' }],
    rules: [
      {
        host: 'shop.example',
        http: {
          paths: [
            {
              path: each.path.replace(/\/$/, ''),
              pathType: each.path.endsWith('/') ? 'Prefix' : 'Exact',
              backend: { service: { name: each.service, port: { name: 'http' } } },
            },
          ],
        },
      },
    ],
  },
});

/** The overlay with an ingress for each path that it has none for; all else in it is the operator's. */
export const withIngresses = (overlay: string): string => {
  const missing = all.filter((each) => !overlay.includes(`\n  name: ${nameOf(each)}\n`));
  return [
    overlay,
    ...missing.map((each) => `# ${each.about}\n${stringify(ingressOf(each), { flowCollectionPadding: false })}`),
  ].join('---\n');
};
