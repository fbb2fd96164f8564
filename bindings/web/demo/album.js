/** One album, in a dialogue. */
import { artistsOf, coverOf, showCover } from './albums.js';
import { library } from './library.js';
import { $, count, failed } from './page.js';
import { trackItem } from './tracks.js';

const dialog = $('#album');

/** What stops the listing of the tracks. */
let listing;

export async function showAlbum(album) {
  // Else what is left of the one before comes into this list.
  listing?.abort();
  listing = new AbortController();
  const { signal } = listing;
  $('#album-title').textContent = album.title;
  dialog.querySelector('.artists').textContent = artistsOf(album);
  const minutes = Math.round(album.durationMs / 60000);
  const details = [album.date?.slice(0, 4), count(album.trackCount, 'track'), minutes > 0 && `${minutes} min`];
  dialog.querySelector('.details').textContent = details.filter(Boolean).join(' · ');
  const cover = coverOf(album);
  dialog.querySelector('.cover').replaceWith(cover);
  if (album.artworkId !== null) showCover(cover, album.artworkId, (id) => library.artwork(id));
  const list = dialog.querySelector('.tracks');
  list.replaceChildren();
  if (!dialog.open) dialog.showModal();
  try {
    for await (const track of library.tracks({ album, signal })) {
      // What had come before is in hand all the same.
      if (signal.aborted) return;
      list.append(trackItem(track, track.title));
    }
  } catch (error) {
    failed(error);
  }
}

dialog.addEventListener('close', () => {
  // This is told later, when another album may be shown already.
  if (!dialog.open) listing?.abort();
});

dialog.addEventListener('click', (event) => {
  // What is outside of the dialog belongs to its backdrop. The second click of a double click on an album is there, too.
  if (event.target === dialog && event.detail < 2) dialog.close();
});
