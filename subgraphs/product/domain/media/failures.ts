import type { Failure } from '#contracts/result.ts';
import { type ImageType, imageTypes } from './image.ts';
import { longestAlt, maxMediaPerProduct, maxUploadAttempts } from './media.ts';

const mebibytes = (bytes: number): string => `${Math.floor(bytes / 104_857.6) / 10} MiB`;
const list = `${imageTypes.slice(0, -1).join(', ')} and ${imageTypes.at(-1)}`;

export interface UnsupportedMediaType extends Failure<'UnsupportedMediaType'> {
  readonly supported: readonly ImageType[];
}
/** SVG has a sentence of its own: people are surprised. */
export const unsupportedMediaType = (contentType: string): UnsupportedMediaType => ({
  kind: 'UnsupportedMediaType',
  message: /^image\/svg/i.test(contentType) ? svgRefused : `Pictures are ${list}.`,
  supported: imageTypes,
});
const svgRefused = `SVG is not accepted, because it can contain scripts. Export it as PNG or WebP: pictures are ${list}.`;

export interface FileTooLarge extends Failure<'FileTooLarge'> {
  readonly maximumBytes: number;
}
export const fileTooLarge = (maximumBytes: number): FileTooLarge => ({
  kind: 'FileTooLarge',
  message: `A picture has at most ${mebibytes(maximumBytes)}.`,
  maximumBytes,
});

export type UploadsUnavailable = Failure<'UploadsUnavailable'>;
export const uploadsUnavailable: UploadsUnavailable = {
  kind: 'UploadsUnavailable',
  message: 'This shop has no place for files: set MEDIA_DIR or MEDIA_S3_BUCKET, or attach an https address.',
};

export interface InvalidUpload extends Failure<'InvalidUpload'> {
  readonly reason: 'NOT_UPLOADED' | 'EXPIRED' | 'ATTACHED';
}
const reasons: Readonly<Record<InvalidUpload['reason'], string>> = {
  NOT_UPLOADED: 'Nothing was uploaded yet: send the file to the address first.',
  EXPIRED: 'The file was not attached in time and is gone: upload it again.',
  ATTACHED: 'The file is already a picture of a product.',
};
export const invalidUpload = (reason: InvalidUpload['reason']): InvalidUpload => ({
  kind: 'InvalidUpload',
  message: reasons[reason],
  reason,
});

/** What a form can mend. */
export interface InvalidMedia extends Failure<'InvalidMedia'> {
  readonly field: 'url' | 'alt';
}
const faults: Readonly<Record<InvalidMedia['field'], string>> = {
  url: 'The address of a picture begins with https://, has no name or password in it, and at most 2,000 characters.',
  alt: `A text of a picture is one line of up to ${longestAlt} characters, once per language.`,
};
export const invalidMedia = (field: InvalidMedia['field']): InvalidMedia => ({
  kind: 'InvalidMedia',
  message: faults[field],
  field,
});

export interface TooManyMedia extends Failure<'TooManyMedia'> {
  readonly maximum: number;
}
export const tooManyMedia: TooManyMedia = {
  kind: 'TooManyMedia',
  message: `A product has at most ${maxMediaPerProduct} pictures.`,
  maximum: maxMediaPerProduct,
};

/** Why a file that is sent to an upload's address is not accepted, and what its sender is told. */
export const uploadRefusals = {
  UPLOAD_NOT_FOUND: 'There is no such upload: ask for an address with requestMediaUpload.',
  UPLOAD_EXPIRED: 'The address has expired: ask for another one with requestMediaUpload.',
  ALREADY_UPLOADED: 'A file was already uploaded here: attach it with attachMedia.',
  TOO_MANY_ATTEMPTS: `The upload has failed ${maxUploadAttempts} times: ask for another address with requestMediaUpload.`,
  WRONG_LENGTH: 'The file has another length than was announced in requestMediaUpload.',
  UNSUPPORTED_IMAGE: `The file is not a picture that can be shown: pictures are ${list}.`,
  SVG_REFUSED: svgRefused,
  WRONG_TYPE: 'The file has another type than was announced in requestMediaUpload.',
  UNREADABLE_IMAGE:
    'The size of the picture cannot be read: it is damaged, larger than 16,384 pixels a side, or begins with too much metadata.',
  INCOMPLETE: 'The file did not arrive whole.',
} as const;
export type UploadRefusal = keyof typeof uploadRefusals;
