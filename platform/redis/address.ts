/** REDIS_URL: one server, the master that Sentinels name, or a cluster; `rediss` is TLS for all three. */
import { addressReader, refuse } from '../config/address-fault.ts';

export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

export interface RedisCredentials {
  readonly username?: string;
  readonly password?: string;
}

export type RedisAddress =
  | { readonly kind: 'server'; readonly url: string }
  | {
      readonly kind: 'sentinel';
      readonly sentinels: readonly RedisNode[];
      readonly master: string;
      readonly credentials: RedisCredentials;
      /** The Sentinels' own password, if any. */
      readonly sentinelCredentials: RedisCredentials;
      readonly tls: boolean;
    }
  | {
      readonly kind: 'cluster';
      readonly nodes: readonly RedisNode[];
      readonly credentials: RedisCredentials;
      readonly tls: boolean;
    };

const forms = 'must be a redis, redis+sentinel or redis+cluster URL, or one of these with rediss for TLS';
const several = /^(rediss?)\+(sentinel|cluster):\/\/(?:([^/?#]*)@)?([^/?#@]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/;
const defaultPorts = { sentinel: 26_379, cluster: 6_379 };

const parse = (text: string): RedisAddress => {
  if (/^rediss?:/.test(text)) return server(text);
  const [, scheme, kind, login, hosts = '', path = '', query] = several.exec(text) ?? refuse(forms);
  const tls = scheme === 'rediss';
  const nodes = hosts.split(',').map((host) => nodeOf(host, defaultPorts[kind as keyof typeof defaultPorts]));
  const credentials = credentialsOf(login);
  if (kind === 'cluster') {
    if (path !== '') refuse('must not name a database: a cluster has only one');
    parametersOf(query, []);
    return { kind, nodes, credentials, tls };
  }
  if (!/^[\w.-]+$/.test(path))
    refuse('must name the master that the Sentinels watch: redis+sentinel://host:26379/mymaster');
  const { sentinelUsername: username, sentinelPassword: password } = parametersOf(query, [
    'sentinelUsername',
    'sentinelPassword',
  ]);
  return {
    kind: 'sentinel',
    sentinels: nodes,
    master: path,
    credentials,
    sentinelCredentials: { ...(username && { username }), ...(password && { password }) },
    tls,
  };
};

const server = (url: string): RedisAddress => (URL.canParse(url) ? { kind: 'server', url } : refuse(forms));

const nodeOf = (text: string, defaultPort: number): RedisNode => {
  const [, ipv6, name, port] =
    /^(?:\[([\da-f:.]+)\]|([\w.-]+))(?::(\d{1,5}))?$/i.exec(text) ??
    refuse('must name its hosts as host:port,host:port (a password with an @, / or : in it has to be percent-encoded)');
  return { host: ipv6 ?? name ?? '', port: Number(port ?? defaultPort) };
};

const credentialsOf = (login = ''): RedisCredentials => {
  const colon = login.indexOf(':');
  const [username, password] = colon < 0 ? [login, ''] : [login.slice(0, colon), login.slice(colon + 1)];
  try {
    return {
      ...(username && { username: decodeURIComponent(username) }),
      ...(password && { password: decodeURIComponent(password) }),
    };
  } catch {
    return refuse('has a user name or password that is not percent-encoded');
  }
};

const parametersOf = <Name extends string>(query: string | undefined, known: readonly Name[]) => {
  const parameters = [...new URLSearchParams(query)];
  if (parameters.some(([name]) => !known.includes(name as Name)))
    refuse(known.length > 0 ? `has a parameter beside ${known.join(' and ')}` : 'must not have parameters');
  return Object.fromEntries(parameters) as Partial<Record<Name, string>>;
};

export const { faultOf: redisAddressFault, read: redisAddress } = addressReader('REDIS_URL', parse);
