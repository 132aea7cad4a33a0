import type { Viewer } from '#contracts/viewer.ts';

/** Clients whose address the gateway does not know share one count: guessing is slowed all the same. */
export const addressOf = ({ address }: Viewer): string => address ?? 'unknown';
