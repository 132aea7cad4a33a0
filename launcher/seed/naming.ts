/** What the demo catalogue's names are made of. The same on every run: orders and links of an earlier one stay good. */
import { createHash } from 'node:crypto';
import type { Localized } from '#contracts/language.ts';
import { koreanOf } from './korean/korean.ts';

/** A number that looks drawn by lot and is the same every time: 0 ≤ n < `below`. */
export const lot = (name: string, below: number): number =>
  createHash('sha256').update(name).digest().readUInt32BE() % below;

/** Slug, or code, of an English name. */
export const slugOf = (title: string): string =>
  title
    .normalize('NFD')
    .replaceAll(/[\p{M}’]/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');

/** In both languages of the shop. */
export const inBoth = (english: string): Localized => ({ en: english, ko: koreanOf(english) });
