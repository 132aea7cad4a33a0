/** What resolvers hand on that no use case returns (codegen.json). */
import type { User } from '../domain/account/user.ts';

/** Null for a viewer who may give and take roles, but not read users. */
export interface RoleHolder {
  readonly user: User | null;
}
