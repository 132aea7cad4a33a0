/** What the use cases of media need from outside. */
import type { Readable } from 'node:stream';
import type { ProductId } from '#contracts/ids.ts';
import type { ByteRange } from '../../domain/media/byte-range.ts';
import type { FileKey, Image, ImageType } from '../../domain/media/image.ts';
import type { Media, MediaId, Upload, UploadId } from '../../domain/media/media.ts';

export interface StoredFile {
  /** Of the whole file. */
  readonly bytes: number;
  /** What `body` has of it. */
  readonly first: number;
  readonly last: number;
  readonly body: Readable;
}

/**
 * Where the files are: a folder, or a bucket. A key is written once and never again with other bytes. What is not
 * reachable in time throws `StoreUnavailable`.
 */
export interface FileStore {
  /**
   * Resolves once the file is there, whole and to stay. `body` has exactly `bytes`; when it fails, nothing is to be
   * found under the key, except for what `remove` takes away.
   */
  put(key: FileKey, file: { readonly bytes: number; readonly body: AsyncIterable<Uint8Array> }): Promise<void>;
  /** Undefined when there is none. */
  size(key: FileKey): Promise<number | undefined>;
  /** The file, or a part of it. The caller reads `body` or destroys it. */
  open(key: FileKey, range?: ByteRange): Promise<StoredFile | 'unsatisfiable' | undefined>;
  /** With whatever a writer that was killed has left. None being there is fine. */
  remove(key: FileKey): Promise<void>;
}

/** The store is away, full or refuses us. Nothing was stored. */
export class StoreUnavailable extends Error {
  readonly code = 'STORE_UNAVAILABLE';
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'StoreUnavailable';
  }
}

/** Reads width and height from the beginning of a file; undefined when they are not there. */
export type ReadImage = (head: Uint8Array, contentType: ImageType) => Image | undefined;

export interface MediaTools {
  /** Undefined where the shop has no place for files: media are then addresses elsewhere. */
  readonly files: FileStore | undefined;
  readonly readImage: ReadImage;
  readonly maxUploadBytes: number;
  /** What comes before the path in the addresses of files; undefined for addresses relative to the graph's. */
  readonly baseUrl: string | undefined;
  /** Random bytes that nobody can guess. */
  readonly newSecret: (bytes: number) => Buffer;
}

export interface UploadStore {
  insert(
    upload: Pick<Upload, 'id' | 'contentType' | 'bytes' | 'expiresAt'> & { readonly createdBy: string },
  ): Promise<void>;
  /** Replaces the token: the address that was handed out before leads nowhere. */
  setToken(id: UploadId, tokenHash: string): Promise<void>;
  /** Locked. */
  lock(by: { readonly id: UploadId } | { readonly tokenHash: string }): Promise<Upload | undefined>;
  countAttempt(id: UploadId): Promise<void>;
  setFile(id: UploadId, key: FileKey): Promise<void>;
  /** Those that expired before then; their files have a time of their own. */
  forgetExpired(before: Date, limit: number): Promise<void>;
}

/** What the database knows of each key in the file store, from before the file is there until after it is gone. */
export interface FileRecords {
  insert(file: {
    readonly key: FileKey;
    readonly contentType: ImageType;
    readonly bytes: number;
    readonly deleteAfter: Date;
  }): Promise<void>;
  /** False when the sweep has come first. */
  markStored(key: FileKey, image: Image, deleteAfter: Date): Promise<boolean>;
  /** For a product, unless one has it already, or the sweep has come first. */
  keep(key: FileKey): Promise<(Image & { readonly bytes: number }) | 'ATTACHED' | 'EXPIRED'>;
  letGo(key: FileKey, deleteAfter: Date): Promise<void>;
  /** Marks those whose time was up before `now` as being deleted, and gives them to this caller until `leasedUntil`. */
  claimOverdue(now: Date, leasedUntil: Date, limit: number): Promise<FileKey[]>;
  /** Once they are gone from the file store. */
  forget(keys: readonly FileKey[]): Promise<void>;
}

export interface MediaStore {
  /** Of each product that has some, in their order. The products are to be locked. */
  ofProducts(products: readonly ProductId[]): Promise<ReadonlyMap<ProductId, readonly Media[]>>;
  find(id: MediaId): Promise<Media | undefined>;
  /** All of the product's, in their order: inserts what is new, removes what is missing. The product has its next version. */
  save(productId: ProductId, media: readonly Media[]): Promise<void>;
}

export interface MediaReads {
  /** Of these products, in the order in which the shop shows them. */
  mediaOf(products: readonly ProductId[]): Promise<Media[]>;
}
