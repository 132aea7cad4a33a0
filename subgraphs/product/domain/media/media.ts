/** The pictures of a product, and the permission to upload one. */
import { z } from 'zod';
import { type Id, idsOf, type ProductId } from '#contracts/ids.ts';
import { inLanguage, Language, type Localized } from '#contracts/language.ts';
import { oneLine } from '#contracts/one-line.ts';
import { line } from '../catalogue/texts.ts';
import type { FileKey, ImageType } from './image.ts';

const mediaIds = idsOf('Media', 'med');
export type MediaId = Id<'Media'>;
export const newMediaId = mediaIds.create;
export const parseMediaId = mediaIds.parse;

const uploadIds = idsOf('Upload', 'upl');
export type UploadId = Id<'Upload'>;
export const newUploadId = uploadIds.create;
export const parseUploadId = uploadIds.parse;

/** Where a picture is: a file of ours with what is known of it, or an https address elsewhere, which is never fetched. */
export type Source =
  | {
      readonly fileKey: FileKey;
      readonly url: null;
      readonly contentType: ImageType;
      readonly bytes: number;
      readonly width: number;
      readonly height: number;
    }
  | { readonly url: string; readonly fileKey: null };

/** 1 h: an editor picks a file at once; a tab that was left open may ask for another address. */
export const uploadValidMs = 3_600_000;

/** 5: a broken line is tried again by hand. Each try may leave a file until it is swept. */
export const maxUploadAttempts = 5;

/** 1 day: a form that is filled in over lunch, or over night, still finds what it has uploaded. */
export const unattachedKeptMs = 86_400_000;

/** 10 min: longer than any page of ours is cached, so that no shopper is sent to a picture that is gone. */
export const removedKeptMs = 600_000;

/** 1 h: an upload is cut off after two minutes, so whoever was writing then is dead. */
export const unfinishedKeptMs = 3_600_000;

/** 50: marketplaces end at 10 to 30. All of a product's are read at once. */
export const maxMediaPerProduct = 50;

/** 2,000 characters: what browsers and proxies pass on without trouble. */
const maxUrlLength = 2_000;

/** An https address without a name or password in it, as a browser writes it. Whoever serves it sees the shoppers. */
export const MediaUrl = z
  .string()
  .max(maxUrlLength)
  .transform((text, context) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    const isFine = url?.protocol === 'https:' && !url.username && !url.password && url.href.length <= maxUrlLength;
    if (url && isFine) return url.href;
    context.addIssue({ code: 'custom', message: 'is not an https address' });
    return z.NEVER;
  });

export interface Upload {
  readonly id: UploadId;
  readonly contentType: ImageType;
  readonly bytes: number;
  readonly attempts: number;
  readonly fileKey: FileKey | null;
  readonly expiresAt: Date;
}

export interface Media {
  readonly id: MediaId;
  readonly productId: ProductId;
  readonly source: Source;
  /** What it shows, by language. Empty: it only decorates, and screen readers pass over it. */
  readonly alt: Localized;
}

// 200 characters: screen readers read it out in one go.
export const longestAlt = 200;

export const AltTexts = z.partialRecord(Language, line(longestAlt));

/** Undefined when one of them is no line of text, or a language has two. */
export const altTexts = (
  given: readonly { readonly language: Language; readonly text: string }[],
): Localized | undefined => {
  const alt: Partial<Record<Language, string>> = {};
  for (const { language, text } of given) {
    const line = oneLine(text, longestAlt);
    if (!('text' in line) || line.text === '' || alt[language] !== undefined) return undefined;
    alt[language] = line.text;
  }
  return alt;
};

/** In the language that is asked for, else in the shop's, else in whichever there is. */
export const altIn = (alt: Localized, asked: Language, shopLanguage: Language): string =>
  Object.keys(alt).length === 0 ? '' : inLanguage(alt, asked, shopLanguage);

/** The ids in their new order: one of them at `position`, the others around it as they were. */
export const placed = <T>(ids: readonly T[], id: T, position: number): T[] => {
  const others = ids.filter((other) => other !== id);
  return others.toSpliced(Math.min(position, others.length), 0, id);
};
