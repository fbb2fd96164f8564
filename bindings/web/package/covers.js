/** Covers as small as a page shows them. */

/** The longer side of a cover, in pixels. */
const SIDE = 512;
/** An image up to this many bytes is kept as it is. */
const SMALL = 48 * 1024;

/** Gives a copy of an image that is no larger than a cover; the image itself where it is small enough. */
export async function scaled(image) {
  if (image.size <= SMALL || typeof OffscreenCanvas !== 'function') return image;
  let bitmap;
  try {
    bitmap = await createImageBitmap(image);
  } catch {
    // The browser does not know the format; somebody else may.
    return image;
  }
  try {
    const scale = Math.min(1, SIDE / Math.max(bitmap.width, bitmap.height));
    const width = Math.max(1, Math.round(bitmap.width * scale));
    const height = Math.max(1, Math.round(bitmap.height * scale));
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext('2d');
    context.imageSmoothingQuality = 'high';
    context.drawImage(bitmap, 0, 0, width, height);
    const copy = await canvas.convertToBlob({ type: 'image/webp', quality: 0.85 });
    return copy.size < image.size ? copy : image;
  } finally {
    bitmap.close();
  }
}

const BEGINNINGS = [
  ['image/jpeg', [0xff, 0xd8, 0xff]],
  ['image/png', [0x89, 0x50, 0x4e, 0x47]],
  ['image/gif', [0x47, 0x49, 0x46, 0x38]],
  ['image/webp', [0x52, 0x49, 0x46, 0x46]],
  ['image/bmp', [0x42, 0x4d]],
];

/** Tells the type of an image by how it begins. */
export function typeOf(bytes) {
  const found = BEGINNINGS.find(([, start]) => start.every((byte, at) => bytes[at] === byte));
  return found?.[0] ?? '';
}
