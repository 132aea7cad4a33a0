import { createHash } from 'node:crypto';
import { actorIdOf } from '#contracts/messages/staff.ts';
import { fail, type IdempotencyConflict, ok, type Result } from '#contracts/result.ts';
import {
  type FileTooLarge,
  fileTooLarge,
  type UnsupportedMediaType,
  type UploadsUnavailable,
  unsupportedMediaType,
  uploadsUnavailable,
} from '../../domain/media/failures.ts';
import { imageEndings, isImageType } from '../../domain/media/image.ts';
import { newUploadId, type UploadId, uploadValidMs } from '../../domain/media/media.ts';
import type { Deps } from '../ports.ts';
import { type StaffCommand, staffChange } from '../staff-change.ts';

export interface RequestUpload extends StaffCommand {
  readonly contentType: string;
  readonly bytes: number;
}

export interface RequestedUpload {
  readonly id: UploadId;
  /** Whoever has it may upload the file. */
  readonly token: string;
  readonly expiresAt: Date;
}

// 32 bytes: nobody guesses them, so a fast digest is enough to store them.
const tokenBytes = 32;
export const uploadTokenHash = (token: string): string => createHash('sha256').update(token).digest('hex');

/** A place to send one file of this type and size to. A retry gives another token for the same upload: only hashes are stored. */
export const requestUpload =
  (deps: Deps) =>
  async (
    command: RequestUpload,
  ): Promise<
    Result<RequestedUpload, UnsupportedMediaType | FileTooLarge | UploadsUnavailable | IdempotencyConflict>
  > => {
    const { by, contentType, bytes } = command;
    const { files, maxUploadBytes, newSecret } = deps.media;
    if (!files) return fail(uploadsUnavailable);
    if (!isImageType(contentType)) return fail(unsupportedMediaType(contentType));
    if (bytes > maxUploadBytes) return fail(fileTooLarge(maxUploadBytes));
    const requested = await staffChange<{ readonly id: UploadId; readonly expiresAt: string }, never>(
      deps,
      command,
      { action: 'requestMediaUpload', permission: 'catalogue:write', input: { contentType, bytes } },
      async ({ stores, record }) => {
        const id = newUploadId();
        const expiresAt = new Date(stores.now.getTime() + uploadValidMs);
        await stores.uploads.insert({ id, contentType, bytes, expiresAt, createdBy: actorIdOf(by) });
        await record({
          subject: { type: 'MediaUpload', id },
          details: { type: imageEndings[contentType], bytes: String(bytes) },
        });
        return ok({ id, expiresAt: expiresAt.toISOString() });
      },
    );
    if (!requested.ok) return requested;
    const { id, expiresAt } = requested.value;
    const token = newSecret(tokenBytes).toString('base64url');
    await deps.transaction(({ uploads }) => uploads.setToken(id, uploadTokenHash(token)));
    return ok({ id, token, expiresAt: new Date(expiresAt) });
  };
