/** The folders and servers of the library: chosen, dropped, listed, allowed again and removed. */
import { MusicLibrary } from './music-core/index.js';
import { library } from './library.js';
import { $, NUMBER, ask, count, failed, tell } from './page.js';
import { enterServer } from './servers.js';

export class Folders {
  #syncs;
  #removed;

  /** `syncs` syncs what is added; `removed` is called after tracks left the library. */
  constructor({ syncs, removed }) {
    this.#syncs = syncs;
    this.#removed = removed;
    $('#add').onclick = $('#welcome .main').onclick = () => this.#choose();
    $('#add-server').onclick = $('#welcome .server').onclick = () => this.addServer().catch(failed);
    $('#folder').onchange = async ({ target }) => {
      const files = [...target.files];
      // The same folder can then be chosen again.
      target.value = '';
      if (files.length > 0) await this.#add(files).catch(failed);
      else tell('There is nothing in that folder.');
    };
    this.#takeDrops();
  }

  /** Lists them anew. */
  async show() {
    const folders = await library.folders();
    $('#folders').replaceChildren(...folders.map((folder) => this.#item(folder)));
  }

  /** Has a server entered and syncs it; `url` and `problem` where one is known that refuses. */
  async addServer(url, problem) {
    const server = await enterServer(url, problem);
    if (!server) return;
    await this.show();
    await this.#syncs.sync(server);
  }

  async #choose() {
    if (!MusicLibrary.canChooseFolder) {
      $('#folder').click();
      return;
    }
    try {
      await this.#add(await MusicLibrary.chooseFolder());
    } catch (error) {
      failed(error);
    }
  }

  async #add(source) {
    const folder = await library.addFolder(source);
    await this.show();
    await this.#syncs.sync(folder);
  }

  #item(folder) {
    const item = document.createElement('li');
    item.dataset.access = folder.access;
    item.dataset.kind = folder.kind;
    const name = document.createElement('span');
    name.className = 'name';
    name.textContent = folder.name;
    name.title = folder.url ?? folder.name;
    const button = document.createElement('button');
    button.type = 'button';
    if (folder.access === 'granted') {
      button.textContent = 'Sync';
      button.onclick = () => this.#syncs.sync(folder);
    } else if (folder.access === 'missing') {
      button.textContent = 'Choose again';
      button.onclick = () => this.#choose();
    } else {
      button.textContent = 'Allow again';
      button.onclick = () => this.#allow(folder).catch(failed);
    }
    button.setAttribute('aria-label', `${button.textContent}: ${folder.name}`);
    const remove = document.createElement('button');
    remove.type = 'button';
    remove.className = 'remove';
    remove.textContent = '×';
    remove.title = 'Remove from the library';
    remove.setAttribute('aria-label', `Remove: ${folder.name}`);
    remove.onclick = () => this.#remove(folder).catch(failed);
    item.append(name, button, remove);
    return item;
  }

  async #allow(folder) {
    const now = await library.requestAccess(folder);
    await this.show();
    if (now.access === 'granted') {
      await this.#syncs.sync(now);
    } else {
      // The browser may have said no by itself, without a word to the person.
      tell(
        `This page may not read ${folder.name}, so it is not synced. What was synced before is still here. If the browser does not ask you, allow it in the settings for this site, or add the folder again.`,
      );
    }
  }

  async #remove(folder) {
    const what = folder.kind === 'webdav' ? 'server' : 'folder';
    const sure = await ask(
      `Remove ${folder.name}?`,
      `Its tracks leave the library, and no file on the ${what} is touched. What you played, rated or put into playlists comes back when you add it again.`,
      `Remove this ${what}`,
    );
    if (!sure) return;
    this.#syncs.forget((turn) => turn.folder.id === folder.id);
    const { tracksRemoved, tracksKept } = await library.removeFolder(folder);
    await Promise.all([this.show(), this.#removed()]);
    const kept = tracksKept > 0 ? `, and it remembers ${NUMBER.format(tracksKept)} more` : '';
    tell(`${folder.name} was removed: ${count(tracksRemoved, 'track')} left the library${kept}.`);
  }

  #takeDrops() {
    let depth = 0;
    const mark = (now) => {
      depth = now;
      document.body.classList.toggle('dragging', depth > 0);
    };
    addEventListener('dragenter', () => mark(depth + 1));
    addEventListener('dragleave', () => mark(depth - 1));
    addEventListener('dragover', (event) => event.preventDefault());
    addEventListener('drop', async (event) => {
      event.preventDefault();
      mark(0);
      if (!library) return;
      try {
        const folders = await library.addFolders(event.dataTransfer);
        await this.show();
        for (const folder of folders) this.#syncs.sync(folder);
      } catch (error) {
        if (error.subject === 'source') tell('That was no folder. Drop a folder of music: single files are not taken.');
        else failed(error);
      }
    });
  }
}
