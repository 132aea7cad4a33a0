/** Every sentence of this service that a customer may read. */

export const failureTexts = {
  invalidEmail: 'This is not a valid e-mail address.',
  invalidDisplayName: 'A name has 1 to 80 characters on one line.',
  unsupportedLocale: 'We cannot write to you in this language yet.',
  emailUnchanged: 'This is your e-mail address already.',
  emailNotVerified: 'Please confirm your e-mail address first: we have sent you a mail.',
  emailTaken: 'An account with this e-mail address already exists.',
  // The same for an unknown address and for a wrong password: it must not reveal who has an account.
  invalidCredentials: 'The e-mail address or the password is incorrect.',
  // The same for one that never was, has been used, or has expired.
  invalidToken: 'This is not valid, or not valid any more.',
  tooManyAttempts: 'Too many wrong passwords. Please wait a while, then try again.',
} as const;

/** For those who manage roles and API keys. */
export const accessTexts = {
  roleNotFound: 'There is no role with this name.',
  builtInRole: 'This role comes with the shop: it can be neither changed nor removed.',
  lastAdmin: 'This is the last administrator. Make somebody else one first.',
  invalidRoleName: 'A role is named by 2 to 40 capital letters, digits and underscores, a letter first.',
  tooManyRoles: 'A shop has at most 100 roles of its own. Remove one first.',
  missingPermissions: 'You can only give or take permissions that you have yourself.',
  unknownPermissions: 'Name permissions that there are, at least one for a key.',
  invalidApiKeyName: 'A name has 1 to 80 characters on one line.',
  invalidExpiry: 'A key expires in the future, or never.',
  tooManyApiKeys: 'There are 100 active keys already. Revoke one first.',
  notForApiKeys: 'A key cannot have these permissions: it could make others.',
  roleInUse: 'Somebody still has this role. Revoke it first.',
} as const;

export const passwordFaults = {
  TOO_SHORT: 'A password has at least 10 characters.',
  TOO_LONG: 'A password has at most 128 characters.',
  SAME_AS_EMAIL: 'The password must not be the e-mail address.',
} as const;

/** What is wrong with an address itself: contracts/addresses/invalid-address.ts. */
export const addressBookTexts = {
  notFound: 'This address is not in your address book.',
  tooMany: (maximum: number) => `An address book has room for ${maximum} addresses. Please remove one first.`,
} as const;
