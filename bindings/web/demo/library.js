/** The library that is open. */
import { MusicLibrary } from './music-core/index.js';

/** By which name the browser keeps it. */
export const NAME = 'demo';

export let library;

export async function openLibrary(options) {
  library = await MusicLibrary.open({ name: NAME, ...options });
}
