/** The library as it is browsed: its albums, the tracks that are on none, and what is searched for. */
import { showAlbum } from './album.js';
import { Tiles, artistsOf, forgetCovers } from './albums.js';
import { library } from './library.js';
import { $, NUMBER, count, failed } from './page.js';
import { trackItem } from './tracks.js';

/** How many albums or tracks are fetched at once. */
const PAGE = 60;
/** The most that one call gives. */
const MOST = 1000;
/** How many of each kind are shown of what was found. */
const FOUND = 30;

/** What tracks without an album meet. */
const LOOSE = { version: 1, match: { field: 'album', known: false } };

const artwork = (id) => library.artwork(id);
const albums = new Tiles($('#albums'), { open: showAlbum, artwork });
const foundAlbums = new Tiles($('#found-albums'), { open: showAlbum, artwork });

/** Pages that are not fetched yet. */
const NOTHING = { items: [], next: undefined };

/** The albums, and after the last of them the tracks without one. */
let shown = { albums: NOTHING, loose: NOTHING };
let isEmpty = true;

export async function showLibrary() {
  const before = shown;
  // As many as are shown now.
  const limit = ({ items }) => Math.min(MOST, Math.max(PAGE, items.length));
  const [stats, page] = await Promise.all([library.stats(), library.albums({ limit: limit(before.albums) })]);
  const loose = page.next === null ? await looseTracks({ limit: limit(before.loose) }) : NOTHING;
  shown = { albums: page, loose };
  showPages();
  isEmpty = stats.tracks === 0;
  $('#welcome').hidden = !isEmpty;
  $('#library').hidden = isEmpty || $('#search').value.trim() !== '';
  $('#counts').textContent = `${NUMBER.format(stats.albums)} · ${count(stats.tracks, 'track')}`;
  if ($('#search').value.trim() !== '') await find();
}

function looseTracks(options) {
  return library.previewSmartPlaylist(LOOSE, options);
}

function showPages() {
  albums.show(shown.albums.items);
  $('#loose').hidden = shown.loose.items.length === 0;
  $('#loose-tracks').replaceChildren(...shown.loose.items.map(artistAndTitle));
  lookForEnd();
}

/** Makes the line of a track that is shown without its album. */
function artistAndTitle(track) {
  return trackItem(track, `${track.title} · ${artistsOf(track)}`);
}

/** Tries again to show the covers that could not be had. */
export function lookForCovers() {
  albums.lookAgain();
}

/** Shows nothing of a library that is gone: what comes has the same numbers. */
export function showNothing() {
  forgetCovers();
  for (const tiles of [albums, foundAlbums]) tiles.show([]);
  $('#loose-tracks').replaceChildren();
  shown = { albums: NOTHING, loose: NOTHING };
}

const end = new IntersectionObserver(
  async (entries) => {
    if (!entries.at(-1).isIntersecting) return;
    const before = shown;
    const more = await withMore(before).catch(failed);
    // It was shown anew meanwhile.
    if (!more || shown !== before) return;
    shown = more;
    showPages();
  },
  { rootMargin: '800px' },
);

/** Gives what is shown with the page after it; nothing if that was all. */
async function withMore({ albums, loose }) {
  if (albums.next !== null) return { albums: await longer(albums, (options) => library.albums(options)), loose };
  if (loose.next !== null) return { albums, loose: await longer(loose, looseTracks) };
}

async function longer({ items, next }, list) {
  const page = await list({ limit: PAGE, after: next });
  return { items: [...items, ...page.items], next: page.next };
}

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
  $('#library').hidden = text !== '' || isEmpty;
  if (text === '') return;
  try {
    // One more tells whether there are more.
    const found = await library.search(text, { limit: FOUND + 1, signal });
    foundAlbums.show(found.albums.slice(0, FOUND));
    $('#found-tracks').replaceChildren(...found.tracks.slice(0, FOUND).map(artistAndTitle));
    $('#found-count').textContent =
      found.albums.length + found.tracks.length === 0
        ? `Nothing was found for “${text}”.`
        : `Shown for “${text}”: ${best(found.albums, 'album')} and ${best(found.tracks, 'track')}`;
  } catch (error) {
    failed(error);
  }
}

/** Words how many are shown of what was found. */
function best({ length }, one) {
  return length > FOUND ? `the best ${FOUND} ${one}s` : count(length, one);
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
