import { imageSize } from 'image-size';
import { maxSidePixels } from '../../domain/media/image.ts';
import type { ReadImage } from '../../usecases/media/ports.ts';

// The EXIF orientations by which a viewer turns the picture by a quarter.
const isTurned = (orientation = 1): boolean => orientation >= 5 && orientation <= 8;

/** Width and height as they are shown. */
export const readImage: ReadImage = (head, contentType) => {
  const size = sizeOf(head);
  if (!size) return undefined;
  const [width, height] = isTurned(size.orientation) ? [size.height, size.width] : [size.width, size.height];
  const isSane = [width, height].every((side) => Number.isInteger(side) && side >= 1 && side <= maxSidePixels);
  return isSane ? { contentType, width, height } : undefined;
};

const sizeOf = (head: Uint8Array) => {
  try {
    return imageSize(head);
  } catch {
    // It throws for whatever it cannot read, of which a file of a known type may be anything.
    return undefined;
  }
};
