import { type ApiKeyVerdict, apiKeyHash, writeApiKey } from '#contracts/api-key.ts';
import { message } from '#contracts/envelope.ts';
import type { ApiKeyId } from '#contracts/ids.ts';
import { actorIdOf } from '#contracts/messages/staff.ts';
import { UserAccessRevoked } from '#contracts/messages/user.ts';
import { isPermission, type Permission } from '#contracts/permissions.ts';
import { CallerFault, fail, type IdempotencyConflict, ok, type Result } from '#contracts/result.ts';
import { isActive, isUseToNotice, maxActiveKeys, neverForKeys } from '../../domain/access/api-key.ts';
import {
  type InvalidApiKeyName,
  type InvalidExpiry,
  invalidApiKeyName,
  invalidExpiry,
  type MissingPermissions,
  missingPermissions,
  type NotForApiKeys,
  notForApiKeys,
  type TooManyApiKeys,
  tooManyApiKeys,
  type UnknownPermissions,
  unknownPermissions,
} from '../../domain/access/failures.ts';
import { lacking } from '../../domain/access/role.ts';
import { type DisplayName, parseDisplayName } from '../../domain/account/display-name.ts';
import type { Deps } from '../ports.ts';
import { type AccessCommand, changeAccess } from './authority.ts';

export interface CreateApiKey extends AccessCommand {
  readonly name: string;
  readonly permissions: readonly string[];
  /** Null: it does not expire. */
  readonly expiresAt: Date | null;
}

export interface CreatedApiKey {
  readonly id: ApiKeyId;
  /** The key itself, this once: only its hash is stored, so a retry of the request gets null. */
  readonly key: string | null;
}

type CreateFailure =
  | InvalidApiKeyName
  | InvalidExpiry
  | UnknownPermissions
  | NotForApiKeys
  | MissingPermissions
  | TooManyApiKeys;

/** Makes a key with permissions that whoever makes it has. It outlives them: it is the shop's, not theirs. */
export const createApiKey =
  (deps: Deps) =>
  async (command: CreateApiKey): Promise<Result<CreatedApiKey, CreateFailure | IdempotencyConflict>> => {
    const parsed = parseKey(command);
    if (!parsed.ok) return parsed;
    const { name, permissions } = parsed.value;
    const { expiresAt } = command;
    const id = deps.newId('ApiKey');
    const key = writeApiKey(id, deps.newApiKeySecret());
    const created = await changeAccess<ApiKeyId, CreateFailure>(
      deps,
      command,
      { action: 'createApiKey', permission: 'api-keys:manage', input: { name, permissions, expiresAt } },
      async ({ stores, held, record }) => {
        const missing = lacking(held, permissions);
        if (missing.length > 0) return fail(missingPermissions(missing));
        if (expiresAt && expiresAt <= stores.now) return fail(invalidExpiry);
        if ((await stores.apiKeys.countActive()) >= maxActiveKeys) return fail(tooManyApiKeys);
        const createdBy = actorIdOf(command.by);
        await stores.apiKeys.insert({ id, name, permissions, createdBy, expiresAt }, apiKeyHash(key));
        await record({ subject: { type: 'ApiKey', id }, details: { permissions: permissions.join() } });
        return ok(id);
      },
    );
    return created.ok ? ok({ id: created.value, key: created.value === id ? key : null }) : created;
  };

const parseKey = ({
  name: text,
  permissions: asked,
}: CreateApiKey): Result<
  { readonly name: DisplayName; readonly permissions: readonly Permission[] },
  InvalidApiKeyName | UnknownPermissions | NotForApiKeys
> => {
  const name = parseDisplayName(text);
  if (!name) return fail(invalidApiKeyName);
  const unknown = asked.filter((one) => !isPermission(one));
  // None at all is refused as well: such a key could do nothing.
  if (unknown.length > 0 || asked.length === 0) return fail(unknownPermissions(unknown));
  const permissions = [...new Set(asked.filter(isPermission))].toSorted();
  const refused = permissions.filter((one) => neverForKeys.includes(one));
  return refused.length > 0 ? fail(notForApiKeys(refused)) : ok({ name, permissions });
};

export interface RevokeApiKey extends AccessCommand {
  readonly id: ApiKeyId;
}

/** Ends a key for good, within seconds at every gateway. Whoever may manage keys may end any of them. */
export const revokeApiKey =
  (deps: Deps) =>
  ({ id, ...command }: RevokeApiKey): Promise<Result<ApiKeyId, IdempotencyConflict>> =>
    changeAccess<ApiKeyId, never>(
      deps,
      command,
      { action: 'revokeApiKey', permission: 'api-keys:manage', input: { id } },
      async ({ stores, record }) => {
        const key = await stores.apiKeys.find(id);
        if (!key) throw new CallerFault('NOT_FOUND', 'There is no such API key.');
        if (key.revokedAt) return ok(id);
        await stores.apiKeys.revoke(id);
        await record({ subject: { type: 'ApiKey', id } });
        await stores.denials.add(id);
        const reason = 'API_KEY_REVOKED' as const;
        await stores.outbox.add(
          message(UserAccessRevoked, { type: 'session', id }, { userId: null, sessionId: null, reason }),
        );
        return ok(id);
      },
    );

/** For the gateway, which keeps the verdict for a while and learns of a revocation by the denials. */
export const verifyApiKey =
  ({ apiKeyVerification: { byHash, noticeUse } }: Pick<Deps, 'apiKeyVerification'>) =>
  async (hash: string): Promise<ApiKeyVerdict> => {
    const found = await byHash(hash);
    if (!found || !isActive(found.key, found.now)) return { valid: false };
    const { key, now } = found;
    const { id, permissions, expiresAt, lastUsedAt } = key;
    if (isUseToNotice(lastUsedAt, now)) await noticeUse(id, now);
    const expiresInSeconds = expiresAt && Math.floor((expiresAt.getTime() - now.getTime()) / 1_000);
    return { valid: true, id, permissions: [...permissions], expiresInSeconds };
  };
