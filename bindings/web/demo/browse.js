/** The library as it is browsed: its albums, what is searched for, and one album. */
import { Tiles, artistsOf, coverOf, forgetCovers, showCover } from './albums.js';
import { library } from './library.js';
import { $, NUMBER, failed } from './page.js';

/** How many albums are fetched at once. */
const PAGE = 60;

const artwork = (id) => library.artwork(id);
const albums = new Tiles($('#albums'), { open: showAlbum, artwork });
const foundAlbums = new Tiles($('#found-albums'), { open: showAlbum, artwork });

let shown = { items: [], next: null };

export async function showLibrary() {
  const [stats, page] = await Promise.all([
    library.stats(),
    // As many as are shown now.
    library.albums({ limit: Math.min(1000, Math.max(PAGE, shown.items.length)) }),
  ]);
  shown = page;
  albums.show(shown.items);
  lookForEnd();
  const isEmpty = stats.tracks === 0;
  $('#welcome').hidden = !isEmpty;
  $('#library').hidden = isEmpty || $('#search').value.trim() !== '';
  $('#counts').textContent = `${NUMBER.format(stats.albums)} · ${NUMBER.format(stats.tracks)} tracks`;
  if ($('#search').value.trim() !== '') await find();
}

/** Tries again to show the covers that could not be had. */
export function lookForCovers() {
  albums.lookAgain();
}

/** Shows nothing of a library that is gone: what comes has the same numbers. */
export function showNothing() {
  forgetCovers();
  for (const tiles of [albums, foundAlbums]) tiles.show([]);
}

const end = new IntersectionObserver(
  async (entries) => {
    if (!entries.at(-1).isIntersecting || shown.next === null) return;
    const before = shown;
    const page = await library.albums({ limit: PAGE, after: before.next }).catch(failed);
    // It was shown anew meanwhile.
    if (!page || shown !== before) return;
    shown = { items: [...before.items, ...page.items], next: page.next };
    albums.show(shown.items);
    lookForEnd();
  },
  { rootMargin: '800px' },
);

/** Looks anew whether the end of the list is in view: an observer tells changes only. */
function lookForEnd() {
  end.unobserve($('#more'));
  end.observe($('#more'));
}

let finding;

async function find() {
  const text = $('#search').value.trim();
  finding?.abort();
  finding = new AbortController();
  const { signal } = finding;
  $('#found').hidden = text === '';
  $('#library').hidden = text !== '' || shown.items.length === 0;
  if (text === '') return;
  try {
    const { albums: found, tracks } = await library.search(text, { limit: 30, signal });
    foundAlbums.show(found);
    $('#found-tracks').replaceChildren(...tracks.map((track) => trackItem(track, `${track.title} · ${artistsOf(track)}`)));
    const count = (number, one) => `${number} ${one}${number === 1 ? '' : 's'}`;
    $('#found-count').textContent =
      found.length + tracks.length === 0
        ? `Nothing was found for “${text}”.`
        : `${count(found.length, 'album')} and ${count(tracks.length, 'track')} for “${text}”`;
  } catch (error) {
    failed(error);
  }
}

/** Ends the search. */
export function clearSearch() {
  $('#search').value = '';
  find();
}

$('#search').oninput = find;

addEventListener('keydown', (event) => {
  const isTyping = event.target.matches?.('input, textarea');
  if (event.key === '/' && !isTyping && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    $('#search').focus();
  }
});

async function showAlbum(album) {
  const dialog = $('#album');
  $('#album-title').textContent = album.title;
  dialog.querySelector('.artists').textContent = artistsOf(album);
  const minutes = Math.round(album.durationMs / 60000);
  const details = [album.date?.slice(0, 4), `${album.trackCount} tracks`, minutes > 0 && `${minutes} min`];
  dialog.querySelector('.details').textContent = details.filter(Boolean).join(' · ');
  const cover = coverOf(album);
  dialog.querySelector('.cover').replaceWith(cover);
  if (album.artworkId !== null) showCover(cover, album.artworkId, artwork);
  const list = dialog.querySelector('.tracks');
  list.replaceChildren();
  dialog.showModal();
  try {
    for await (const track of library.tracks({ album })) list.append(trackItem(track, track.title));
  } catch (error) {
    failed(error);
  }
}

$('#album').addEventListener('click', (event) => {
  // What is outside of the dialog belongs to its backdrop.
  if (event.target === event.currentTarget) event.currentTarget.close();
});

function trackItem(track, text) {
  const item = document.createElement('li');
  const cells = [track.track ?? '', text, time(track.durationMs)].map((content) => {
    const cell = document.createElement('span');
    cell.textContent = content;
    return cell;
  });
  item.append(...cells);
  return item;
}

function time(ms) {
  if (ms === null) return '';
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
