/** What resolvers hand on that no use case returns (codegen.json). */

import type { Connection } from '#platform/graphql/connection.ts';
import type { ApiKey } from '../domain/access/api-key.ts';
import type { User } from '../domain/account/user.ts';
import type { UserFilter } from '../usecases/account/ports.ts';

/** Null for a viewer who may give and take roles, but not read users. */
export interface RoleHolder {
  readonly user: User | null;
}

/** Without the key itself when the request is a retry. */
export interface ShownApiKey {
  readonly apiKey: ApiKey;
  readonly key: string | null;
}

export interface FoundUsers extends Connection<User> {
  readonly filter: UserFilter;
}
