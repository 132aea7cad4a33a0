import type { Profile } from '#platform/config/config.ts';

const isOfThisMachineAlone = (address: string): boolean => /^(127(\.\d+){3}|\[?::1\]?|localhost)$/.test(address);

/**
 * Why no demo data may be put in; undefined where it may. Everybody knows the passwords of its accounts, and one is an
 * admin's. `listensOn`: the addresses that the shop can be reached at, by the name of the setting that says so.
 */
export const whyNoDemoData = (
  profile: Profile,
  listensOn: Readonly<Record<string, string | undefined>>,
): string | undefined => {
  if (profile === 'production') return 'PROFILE is production, and everybody knows the demo passwords';
  const open = Object.entries(listensOn).find(([, address]) => address && !isOfThisMachineAlone(address));
  return open && `${open[0]}=${open[1]} lets other machines in, and everybody knows the demo passwords`;
};
