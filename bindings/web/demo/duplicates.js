/** The dialogue on files that sound the same: which of them stands for the others. */
import { artistsOf } from './albums.js';

const $ = (selector) => document.querySelector(selector);

/** How many groups, and files that were set aside, are shown at once. */
const SHOWN = 50;

export class Duplicates {
  #library;
  #changed;
  #textOf;
  /** The names of folders by their ids. */
  #folders = new Map();

  /** `library` gives the library that is open; `changed` is called after a decision; `textOf` words an error. */
  constructor({ library, changed, textOf }) {
    this.#library = library;
    this.#changed = changed;
    this.#textOf = textOf;
    $('#duplicates').addEventListener('click', ({ target, currentTarget }) => {
      // What is outside of the dialogue belongs to its backdrop.
      if (target === currentTarget) currentTarget.close();
    });
    $('#show-duplicates').onclick = () => this.#open();
  }

  /** Shows the button where there is something to decide or to take back. */
  async look() {
    const [groups, aside] = await this.#ask(1);
    const button = $('#show-duplicates');
    button.hidden = groups.length + aside.length === 0;
    button.classList.toggle('main', groups.length > 0);
  }

  async #open() {
    this.#say();
    $('#duplicates').showModal();
    try {
      await this.#fill();
    } catch (error) {
      this.#say(this.#textOf(error));
    }
  }

  #ask(limit) {
    const library = this.#library();
    const lists = [library.duplicates({ limit }), library.duplicatesSetAside({ limit })];
    return Promise.all(lists.map(async (list) => (await list).items));
  }

  async #fill() {
    const [folders, [groups, aside]] = await Promise.all([this.#library().folders(), this.#ask(SHOWN)]);
    this.#folders = new Map(folders.map(({ id, name }) => [id, name]));
    $('#duplicate-groups').replaceChildren(...groups.map((group) => this.#group(group)));
    $('#set-aside').replaceChildren(...aside.map((it) => this.#aside(it)));
    $('#set-aside-title').hidden = aside.length === 0;
    $('#no-duplicates').hidden = groups.length > 0;
    $('#more-duplicates').hidden = groups.length < SHOWN;
  }

  #group({ tracks }) {
    const item = document.createElement('li');
    const list = document.createElement('ul');
    list.setAttribute('aria-label', `The same as ${tracks[0].title}`);
    for (const track of tracks) {
      list.append(this.#row(track, 'Keep this one', tracks, track));
    }
    const all = this.#button('Keep all', tracks[0].title, tracks);
    item.append(list, all);
    return item;
  }

  #aside({ track, kept }) {
    return this.#row(track, 'Take back', [track.id, kept]);
  }

  #row(track, text, tracks, keep) {
    const item = document.createElement('li');
    const about = document.createElement('div');
    const title = document.createElement('b');
    title.textContent = `${track.title} · ${artistsOf(track)}`;
    const place = [this.#folders.get(track.provider), track.path].filter(Boolean).join('/');
    const path = document.createElement('span');
    path.textContent = place;
    path.title = place;
    const details = document.createElement('span');
    details.textContent = [
      track.album,
      track.codec,
      track.bitrateKbps && `${track.bitrateKbps} kbit/s`,
      track.playCount > 0 && `played ${track.playCount} ×`,
    ].filter(Boolean).join(' · ');
    path.className = details.className = 'quiet';
    about.append(title, path, details);
    item.append(about, this.#button(text, place, tracks, keep));
    return item;
  }

  #button(text, what, tracks, keep) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = text;
    button.setAttribute('aria-label', `${text}: ${what}`);
    button.onclick = () => this.#decide(button, tracks, keep);
    return button;
  }

  async #decide(button, tracks, keep) {
    const list = button.closest('.files');
    const at = [...list.children].indexOf(button.closest('.files > li'));
    try {
      await this.#library().decideDuplicates(tracks, { keep });
      await this.#fill();
      this.#say(keep ? `${keep.title} stands for the others now.` : 'All of them are in the lists now.');
      // The button is gone, and whoever uses keys goes on from where it was.
      const next = list.children[Math.min(at, list.children.length - 1)] ?? $('#duplicates');
      next.querySelector('button').focus();
      await Promise.all([this.#changed(), this.look()]);
    } catch (error) {
      this.#say(this.#textOf(error));
    }
  }

  /** Says something in the dialogue: the page below it can't be reached meanwhile. */
  #say(text = '') {
    $('#duplicates-said').textContent = text;
  }
}
