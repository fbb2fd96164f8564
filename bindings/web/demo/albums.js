/** Albums as tiles, with covers that are loaded when they come into view. */

/** The URLs of covers, by the ids of images. */
const urls = new Map();

export class Tiles {
  #list;
  #open;
  #covers;
  #tiles = new Map();
  #seen;

  /** `open` is called with an album that was chosen; `artwork` gives the blob of an image. */
  constructor(list, { open, artwork }) {
    this.#list = list;
    this.#open = open;
    this.#covers = artwork;
    this.#seen = new IntersectionObserver(
      (entries) => {
        for (const { isIntersecting, target } of entries) {
          if (!isIntersecting) continue;
          this.#seen.unobserve(target);
          showCover(target, Number(target.dataset.artwork), artwork);
        }
      },
      { rootMargin: '400px' },
    );
  }

  /** Shows these albums in this order; tiles that are there already stay as they are. */
  show(albums) {
    const tiles = new Map();
    for (const album of albums) {
      const text = JSON.stringify(album);
      const old = this.#tiles.get(album.id);
      tiles.set(album.id, old?.dataset.text === text ? old : this.#tile(album, text));
    }
    const focused = document.activeElement?.closest('li')?.dataset.album;
    this.#tiles = tiles;
    this.#list.replaceChildren(...tiles.values());
    if (focused) tiles.get(Number(focused))?.querySelector('button').focus();
  }

  /** Tries again to show the covers that could not be had. */
  lookAgain() {
    for (const tile of this.#tiles.values()) {
      const cover = tile.querySelector('.cover[data-lacking]');
      if (cover) this.#seen.observe(cover);
    }
  }

  #tile(album, text) {
    const tile = document.createElement('li');
    tile.dataset.album = album.id;
    tile.dataset.text = text;
    const button = document.createElement('button');
    button.type = 'button';
    const cover = coverOf(album);
    const title = document.createElement('b');
    title.textContent = album.title;
    const artists = document.createElement('span');
    artists.textContent = artistsOf(album);
    button.append(cover, title, artists);
    button.addEventListener('click', () => this.#open(album));
    tile.append(button);
    if (album.artworkId !== null) {
      cover.dataset.artwork = album.artworkId;
      if (urls.has(album.artworkId)) showCover(cover, album.artworkId, this.#covers);
      else this.#seen.observe(cover);
    }
    return tile;
  }
}

/** Forgets the covers of a library that is gone. */
export function forgetCovers() {
  for (const url of urls.values()) {
    url.then(
      (it) => URL.revokeObjectURL(it),
      // There was none.
      () => {},
    );
  }
  urls.clear();
}

export function artistsOf({ artistDisplay, artists }) {
  return artistDisplay ?? (artists.join(', ') || 'Unknown artist');
}

/** Makes what is shown until the cover is there, or for ever. */
export function coverOf(album) {
  const cover = document.createElement('div');
  cover.className = 'cover';
  cover.setAttribute('aria-hidden', 'true');
  cover.style.setProperty('--hue', (album.id * 67) % 360);
  cover.textContent = [...album.title][0]?.toUpperCase() ?? '♪';
  return cover;
}

export async function showCover(place, id, artwork) {
  try {
    if (!urls.has(id)) {
      urls.set(id, artwork(id).then((blob) => URL.createObjectURL(blob)));
    }
    const image = new Image();
    image.alt = '';
    image.src = await urls.get(id);
    await image.decode();
    place.replaceChildren(image);
    delete place.dataset.lacking;
  } catch {
    // The letter stays; the next look may find it.
    urls.delete(id);
    place.dataset.lacking = '';
  }
}
