/** Failures of those who manage roles and API keys. Each `kind` is the GraphQL type of the same name. */
import type { Permission } from '#contracts/permissions.ts';
import type { Failure } from '#contracts/result.ts';
import { accessTexts } from '../customer-texts.ts';

export type RoleNotFound = Failure<'RoleNotFound'>;
export const roleNotFound: RoleNotFound = { kind: 'RoleNotFound', message: accessTexts.roleNotFound };

export type BuiltInRole = Failure<'BuiltInRole'>;
export const builtInRole: BuiltInRole = { kind: 'BuiltInRole', message: accessTexts.builtInRole };

export type LastAdmin = Failure<'LastAdmin'>;
export const lastAdmin: LastAdmin = { kind: 'LastAdmin', message: accessTexts.lastAdmin };

export type InvalidRoleName = Failure<'InvalidRoleName'>;
export const invalidRoleName: InvalidRoleName = { kind: 'InvalidRoleName', message: accessTexts.invalidRoleName };

export type TooManyRoles = Failure<'TooManyRoles'>;
export const tooManyRoles: TooManyRoles = { kind: 'TooManyRoles', message: accessTexts.tooManyRoles };

export interface MissingPermissions extends Failure<'MissingPermissions'> {
  readonly permissions: readonly Permission[];
}
export const missingPermissions = (permissions: readonly Permission[]): MissingPermissions => ({
  kind: 'MissingPermissions',
  message: accessTexts.missingPermissions,
  permissions,
});

export interface UnknownPermissions extends Failure<'UnknownPermissions'> {
  readonly permissions: readonly string[];
}
export const unknownPermissions = (permissions: readonly string[]): UnknownPermissions => ({
  kind: 'UnknownPermissions',
  message: accessTexts.unknownPermissions,
  permissions,
});

export interface RoleInUse extends Failure<'RoleInUse'> {
  readonly holders: number;
}
export const roleInUse = (holders: number): RoleInUse => ({
  kind: 'RoleInUse',
  message: accessTexts.roleInUse,
  holders,
});

export type InvalidApiKeyName = Failure<'InvalidApiKeyName'>;
export const invalidApiKeyName: InvalidApiKeyName = {
  kind: 'InvalidApiKeyName',
  message: accessTexts.invalidApiKeyName,
};

export type InvalidExpiry = Failure<'InvalidExpiry'>;
export const invalidExpiry: InvalidExpiry = { kind: 'InvalidExpiry', message: accessTexts.invalidExpiry };

export type TooManyApiKeys = Failure<'TooManyApiKeys'>;
export const tooManyApiKeys: TooManyApiKeys = { kind: 'TooManyApiKeys', message: accessTexts.tooManyApiKeys };

export interface NotForApiKeys extends Failure<'NotForApiKeys'> {
  readonly permissions: readonly Permission[];
}
export const notForApiKeys = (permissions: readonly Permission[]): NotForApiKeys => ({
  kind: 'NotForApiKeys',
  message: accessTexts.notForApiKeys,
  permissions,
});
