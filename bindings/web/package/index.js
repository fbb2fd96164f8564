/**
 * A music library in a browser tab. The types are in index.d.ts, with what everything does.
 */
import { Connection, noScript } from './connection.js';
import { MusicError, fromBrowser } from './error.js';
import { Queue } from './queue.js';
import { Batches, droppedFolders, folderOf } from './sources.js';

export { MusicError };

/** How many events wait for a loop that is slow. */
const EVENTS = 1000;

export class MusicLibrary {
  #connection;
  #name;
  #dataLoss = null;
  #subscribers = new Set();
  #isListening = false;
  #isClosed = false;

  static async open({ name = 'music-core', duplicates, lastFmKey, whenFree = false, signal, worker = startWorker } = {}) {
    for (;;) {
      signal?.throwIfAborted();
      const library = new MusicLibrary(name, worker);
      try {
        await library.#open({ duplicates, lastFmKey, signal });
        return library;
      } catch (error) {
        library.#connection.end(error);
        if (!whenFree || error.code !== 'in-use') throw error;
      }
    }
  }

  static async delete({ name = 'music-core', signal, worker = startWorker } = {}) {
    await alone('delete', { name }, signal, worker);
  }

  static async import(file, { name = 'music-core', signal, worker = startWorker } = {}) {
    if (!(file instanceof Blob)) throw noFile('a Blob or File, such as `export` gives');
    await alone('import', { name, file }, signal, worker);
  }

  /** Whether {@link chooseFolder} works here. */
  static get canChooseFolder() {
    return typeof globalThis.showDirectoryPicker === 'function';
  }

  static async chooseFolder() {
    if (!MusicLibrary.canChooseFolder) {
      throw new MusicError({
        code: 'unsupported',
        message: 'showDirectoryPicker: this browser has no dialogue for folders',
        subject: 'showDirectoryPicker',
        remedy: 'use <input type="file" webkitdirectory>, or let the person drop a folder',
      });
    }
    try {
      return await showDirectoryPicker({ id: 'music-core', mode: 'read' });
    } catch (error) {
      throw fromBrowser(error, 'showDirectoryPicker');
    }
  }

  constructor(name, worker) {
    this.#name = name;
    this.#connection = new Connection(worker(), {
      onEvent: (event) => this.#subscribers.forEach((queue) => queue.push(event)),
      onEnd: (reason) => this.#end(reason),
    });
  }

  async #open({ duplicates, lastFmKey, signal }) {
    const lock = `music-core-worker/${crypto.randomUUID?.() ?? Math.random()}`;
    const onUpdate = () => this.#connection.watch(lock);
    const args = { name: this.#name, duplicates, lastFmKey, lock };
    const { dataLoss } = await this.#connection.call('open', args, { signal, onUpdate });
    this.#dataLoss = dataLoss;
  }

  get name() {
    return this.#name;
  }

  get dataLoss() {
    return this.#dataLoss;
  }

  // Folders

  async addFolder(source, options = {}) {
    if (isDrop(source)) {
      const added = await this.addFolders(source, options);
      return added[0];
    }
    return this.#add(folderOf(source, options.name), options);
  }

  async addFolders(transfer, options = {}) {
    // Asked before the first `await`, while the event has its data.
    const folders = await droppedFolders(transfer);
    const added = [];
    for (const folder of folders) added.push(await this.#add(folder, options));
    return added;
  }

  async #add({ name, handle, files }, { signal, includeHidden = false, exclude = [] }) {
    const options = { includeHidden, exclude };
    if (handle) return this.#call('addHandle', { name, handle, options }, { signal });
    const list = await this.#call('beginFiles', {}, { signal });
    const batches = new Batches(files);
    while (!batches.isDone) {
      await batches.next((some) => {
        const args = { list, paths: some.map((it) => it.path), files: some.map((it) => it.file) };
        return this.#call('moreFiles', args, { signal });
      });
    }
    return this.#call('addFiles', { list, name, options }, { signal });
  }

  async addServer({ url, user, password, remember = true, includeHidden = false }, { signal } = {}) {
    // As text, so that a `URL` will do.
    const server = { url: `${url}`, user: user || undefined, password, remember, includeHidden };
    return this.#call('addServer', server, { signal });
  }

  removeFolder(folder) {
    return this.#call('removeFolder', { id: idOf(folder) });
  }

  folders(options) {
    return this.#call('folders', {}, options);
  }

  async requestAccess(folder) {
    const id = idOf(folder);
    const handle = await this.#call('handle', { id });
    if (handle) {
      try {
        await handle.requestPermission({ mode: 'read' });
      } catch (error) {
        throw fromBrowser(error, handle.name);
      }
    }
    return this.#call('folder', { id });
  }

  // Syncs

  sync(folder, { full = false, confirmDeletions = false, signal } = {}) {
    // What a slow loop misses is in the next progress.
    const queues = new Set();
    const onUpdate = (progress) => queues.forEach((queue) => queue.push(progress));
    const args = { folder: idOf(folder), full, confirmDeletions };
    const running = this.#connection.call('sync', args, { signal, patient: true, onUpdate });
    const done = running.then((result) => {
      if (result.status === 'completed') return result;
      if (result.status === 'cancelled' && signal?.aborted) throw signal.reason;
      const failed = new MusicError({
        code: result.errorCode ?? result.status,
        message: result.error ?? `the sync ended as ${result.status}`,
        subject: `folder ${args.folder}`,
      });
      failed.result = result;
      throw failed;
    });
    return Object.assign(done, {
      [Symbol.asyncIterator]: () => {
        const queue = new Queue(1, () => queues.delete(queue));
        queues.add(queue);
        done.then(() => queue.end(), (error) => queue.end(error));
        return queue;
      },
    });
  }

  syncs({ before, limit, signal } = {}) {
    return this.#ask('syncHistory', { before, limit }, signal);
  }

  syncWarnings(job, { signal } = {}) {
    return this.#ask('syncWarnings', { job }, signal);
  }

  // What is in the library

  albums({ artist, appears, genre, compilation, releaseType, newest = false, ...page } = {}) {
    const filter = { artist: idOf(artist), appears: idOf(appears), genre: idOf(genre), compilation, releaseType, newest };
    return this.#list('albums', filter, page);
  }

  album(id, { signal } = {}) {
    return this.#ask('album', { id }, signal);
  }

  tracks({ album, artist, role, genre, favourite = false, newest = false, missing = false, ...page } = {}) {
    const filter = { album: idOf(album), artist: idOf(artist), role, genre: idOf(genre), favourite, newest, missing };
    return this.#list('tracks', filter, page);
  }

  track(id, { signal } = {}) {
    return this.#ask('track', { id }, signal);
  }

  artists({ albumArtists = false, role, ...page } = {}) {
    return this.#list('artists', { albumArtists, role }, page);
  }

  artist(id, { signal } = {}) {
    return this.#ask('artist', { id }, signal);
  }

  artistArtwork(artist, { signal } = {}) {
    return this.#ask('artistArtwork', { artist: idOf(artist) }, signal);
  }

  genres(page = {}) {
    return this.#list('genres', {}, page);
  }

  search(text, { limit, signal } = {}) {
    return this.#ask('search', { text, limit }, signal);
  }

  searchTracks(text, page = {}) {
    return this.#list('searchTracks', { text }, page);
  }

  searchAlbums(text, page = {}) {
    return this.#list('searchAlbums', { text }, page);
  }

  searchArtists(text, page = {}) {
    return this.#list('searchArtists', { text }, page);
  }

  lyrics(track, { signal } = {}) {
    return this.#ask('lyrics', { track: idOf(track) }, signal);
  }

  artwork(id, { original = false, signal } = {}) {
    return this.#call('artwork', { id, original }, { signal });
  }

  file(track, { signal } = {}) {
    return this.#call('file', { track: idOf(track) }, { signal });
  }

  stats({ signal } = {}) {
    return this.#ask('stats', {}, signal);
  }

  // What a person does with it

  async played(track) {
    await this.#ask('played', { track: idOf(track) });
  }

  history(page = {}) {
    return this.#list('history', {}, page);
  }

  async rate(track, rating) {
    await this.#ask('rate', { track: idOf(track), rating });
  }

  async setFavourite(track, favourite) {
    await this.#ask('setFavourite', { track: idOf(track), favourite });
  }

  playlists(page = {}) {
    return this.#list('playlists', {}, page);
  }

  playlistEntries(playlist, page = {}) {
    return this.#list('playlistEntries', { playlist: idOf(playlist) }, page);
  }

  createPlaylist(name, { comment } = {}) {
    return this.#ask('createPlaylist', { name, comment });
  }

  async renamePlaylist(playlist, name) {
    await this.#ask('renamePlaylist', { playlist: idOf(playlist), name });
  }

  async deletePlaylist(playlist) {
    await this.#ask('deletePlaylist', { playlist: idOf(playlist) });
  }

  addToPlaylist(playlist, tracks, { after } = {}) {
    const args = { playlist: idOf(playlist), tracks: [...tracks].map(idOf), after: idOf(after) };
    return this.#ask('addToPlaylist', args);
  }

  removeFromPlaylist(playlist, entries) {
    return this.#ask('removeFromPlaylist', { playlist: idOf(playlist), entries: [...entries].map(idOf) });
  }

  createSmartPlaylist(name, rules, { comment } = {}) {
    return this.#ask('createSmartPlaylist', { name, comment, rules: JSON.stringify(rules) });
  }

  async setSmartPlaylist(playlist, rules) {
    await this.#ask('setSmartPlaylist', { playlist: idOf(playlist), rules: JSON.stringify(rules) });
  }

  async smartPlaylist(playlist, { signal } = {}) {
    return JSON.parse(await this.#ask('smartPlaylist', { playlist: idOf(playlist) }, signal));
  }

  previewSmartPlaylist(rules, page = {}) {
    return this.#list('previewSmartPlaylist', { rules: JSON.stringify(rules) }, page);
  }

  async importPlaylist(file, { name, folder, signal } = {}) {
    if (!(file instanceof File)) throw noFile('a File, whose name tells its format');
    name ??= withoutExtension(file.name);
    return this.#call('importPlaylist', { file, name, folder: idOf(folder) }, { signal });
  }

  exportPlaylist(playlist, { format = 'm3u8', folder, signal } = {}) {
    return this.#call('exportPlaylist', { playlist: idOf(playlist), format, folder: idOf(folder) }, { signal });
  }

  // What services on the network know

  fetchLyrics({ limit = 100, signal } = {}) {
    return this.#ask('fetchLyrics', { limit }, signal);
  }

  recogniseTracks({ limit = 100, signal } = {}) {
    return this.#ask('recogniseTracks', { limit }, signal);
  }

  recognised(track, { signal } = {}) {
    return this.#ask('recognised', { track: idOf(track) }, signal);
  }

  artistInfo(artist, { language, signal } = {}) {
    return this.#ask('artistInfo', { artist: idOf(artist), language }, signal);
  }

  onlineCover(album, { size = 'medium', signal } = {}) {
    return this.#call('onlineCover', { album: idOf(album), size }, { signal });
  }

  // Files that were set aside

  quarantined(folder, { after, limit, signal } = {}) {
    return this.#ask('quarantined', { folder: idOf(folder), after, limit }, signal);
  }

  retryQuarantined(folder, { file } = {}) {
    return this.#ask('retryQuarantined', { folder: idOf(folder), file });
  }

  // Files that sound the same

  duplicates(page = {}) {
    return this.#list('duplicates', {}, page);
  }

  duplicatesSetAside(page = {}) {
    return this.#list('duplicatesSetAside', {}, page);
  }

  async decideDuplicates(tracks, { keep } = {}) {
    await this.#ask('decideDuplicates', { tracks: [...tracks].map(idOf), keep: idOf(keep) });
  }

  // The library itself

  events({ signal } = {}) {
    const abort = () => queue.end(signal.reason);
    const queue = new Queue(EVENTS, () => {
      this.#subscribers.delete(queue);
      signal?.removeEventListener('abort', abort);
    });
    if (this.#isClosed) queue.end();
    else if (signal?.aborted) abort();
    else {
      this.#subscribers.add(queue);
      signal?.addEventListener('abort', abort, { once: true });
      if (!this.#isListening) {
        this.#isListening = true;
        // If the worker is gone, the loop has been told.
        this.#call('listen').catch(() => {});
      }
    }
    return queue;
  }

  export({ signal } = {}) {
    return this.#call('export', {}, { signal });
  }

  health({ signal } = {}) {
    return this.#ask('health', {}, signal);
  }

  async close() {
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      await this.#connection.call('close');
    } finally {
      const message = 'the library is closed';
      this.#connection.end(new MusicError({ code: 'closed', message, subject: this.#name }));
    }
  }

  async [Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')]() {
    await this.close();
  }

  #end(reason) {
    this.#isClosed = true;
    const error = reason.code === 'closed' ? undefined : reason;
    for (const queue of this.#subscribers) queue.end(error);
    this.#subscribers.clear();
  }

  #call(method, args, options) {
    return this.#connection.call(method, args, options);
  }

  #ask(method, args, signal) {
    return this.#connection.call('ask', { [method]: args }, { signal });
  }

  /** A promise of the first page that is also all items, one after the other. */
  #list(method, args, { limit, after, signal }) {
    const page = (next) => this.#ask(method, { ...args, limit, after: next }, signal);
    const first = page(after);
    return Object.assign(first, {
      async *[Symbol.asyncIterator]() {
        for (let at = first; ; ) {
          const { items, next } = await at;
          yield* items;
          if (next === null) return;
          at = page(next);
        }
      },
    });
  }
}

/** Calls something for which no library is open, in a worker of its own. */
async function alone(method, args, signal, worker) {
  signal?.throwIfAborted();
  const connection = new Connection(worker(), { onEvent() {}, onEnd() {} });
  try {
    await connection.call(method, args, { signal });
  } finally {
    connection.end(new MusicError({ code: 'closed', message: `the ${method} is over` }));
  }
}

function startWorker() {
  if (typeof Worker !== 'function') {
    throw new MusicError({
      code: 'not-available',
      message: 'Worker: there is none here, as where a page is rendered on a server',
      subject: 'Worker',
      remedy: 'open the library in the browser',
    });
  }
  try {
    // Written so that bundlers see it.
    return new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'music-core' });
  } catch (error) {
    // It lies on another origin, or the page is a file.
    throw noScript(error);
  }
}

/** Takes an id or what has one. */
function idOf(it) {
  return typeof it === 'object' && it !== null ? it.id : it;
}

function noFile(what) {
  return new MusicError({ code: 'invalid-input', message: `file: it is none; pass ${what}`, subject: 'file' });
}

function withoutExtension(name) {
  return name.replace(/(.)\.[^.]*$/, '$1');
}

function isDrop(source) {
  return typeof DataTransfer === 'function' && source instanceof DataTransfer;
}
