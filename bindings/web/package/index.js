/**
 * A music library in a browser tab. The types are in index.d.ts, with what everything does.
 */
import {
  countOf, flagOf, functionOf, idOf, idsOf, invalid, maybe, nameOf, oneOf, ratingOf, rulesOf, signalOf, textOf, textsOf,
} from './checks.js';
import { Connection, noScript } from './connection.js';
import { MusicError, fromBrowser } from './error.js';
import { Queue } from './queue.js';
import { Batches, droppedFolders, folderOf } from './sources.js';

export { MusicError };

/** What a library is opened as where no name is given. */
const NAME = 'music-core';

const duplicatesOf = oneOf('keep-both', 'keep-newest', 'ask');
const formatOf = oneOf('m3u8', 'm3u', 'pls', 'xspf');
const sizeOf = oneOf('small', 'medium', 'large', 'original');

/** How many events wait for a loop that is slow. */
const EVENTS = 1000;

/** How long closing may take, in ms. Chromium never closes a file whose site's data were cleared meanwhile. */
const CLOSING = 10_000;

export class MusicLibrary {
  #connection;
  #name;
  #dataLoss = null;
  #subscribers = new Set();
  #isListening = false;
  #isClosed = false;

  static async open(options) {
    const { name = NAME, duplicates, lastFmKey, whenFree = false, signal, worker } = options ?? {};
    const settings = {
      name: nameOf('name', name),
      duplicates: maybe(duplicatesOf, 'duplicates', duplicates),
      lastFmKey: maybe(textOf, 'lastFmKey', lastFmKey),
    };
    const start = maybe(functionOf, 'worker', worker) ?? startWorker;
    maybe(signalOf, 'signal', signal);
    for (;;) {
      signal?.throwIfAborted();
      if (whenFree) await free(`${settings.name}/library`, signal);
      const library = new MusicLibrary(settings.name, start);
      try {
        await library.#open(settings, signal);
        return library;
      } catch (error) {
        library.#connection.end(new MusicError({ code: 'closed', message: 'the library did not open' }));
        // What a signal gives as its reason may be anything.
        // Somebody else may have waited, too, and was faster.
        if (!whenFree || error?.code !== 'in-use') throw error;
      }
    }
  }

  static async delete(options) {
    await alone('delete', {}, options);
  }

  static async import(file, options) {
    if (!(file instanceof Blob)) throw noFile('a Blob or File, such as `export` gives');
    await alone('import', { file }, options);
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

  constructor(name, start) {
    this.#name = name;
    this.#connection = new Connection(start, {
      onEvent: (event) => this.#subscribers.forEach((queue) => queue.push(event)),
      onEnd: (reason) => this.#end(reason),
    });
  }

  async #open(settings, signal) {
    const { dataLoss } = await this.#connection.begin('open', settings, { signal });
    this.#dataLoss = dataLoss;
  }

  get name() {
    return this.#name;
  }

  get dataLoss() {
    return this.#dataLoss;
  }

  // Folders

  async addFolder(source, options) {
    if (isDrop(source)) {
      const added = await this.addFolders(source, options);
      return added[0];
    }
    return this.#add(folderOf(source, maybe(textOf, 'name', options?.name)), options);
  }

  async addFolders(transfer, options) {
    // Asked before the first `await`, while the event has its data.
    const folders = await droppedFolders(transfer);
    const added = [];
    for (const folder of folders) added.push(await this.#add(folder, options));
    return added;
  }

  async #add({ name, handle, files }, given) {
    const { signal, includeHidden = false, exclude = [] } = given ?? {};
    const options = { includeHidden: flagOf('includeHidden', includeHidden), exclude: textsOf('exclude', exclude) };
    if (handle) return this.#call('addHandle', { name, handle, options }, { signal });
    const list = await this.#call('beginFiles', {}, { signal });
    try {
      const batches = new Batches(files);
      while (!batches.isDone) {
        await batches.next((some) => {
          const args = { list, paths: some.map((it) => it.path), files: some.map((it) => it.file) };
          return this.#call('moreFiles', args, { signal });
        });
      }
      return await this.#call('addFiles', { list, name, options }, { signal });
    } catch (error) {
      // Where the worker is gone, so is the list.
      this.#call('dropFiles', { list }).catch(() => {});
      throw error;
    }
  }

  async addServer(server, options) {
    const { url, user, password, remember = true, includeHidden = false } = server ?? {};
    const args = {
      // As text, so that a `URL` will do.
      url: `${url}`,
      user: maybe(textOf, 'user', user) || undefined,
      password: maybe(textOf, 'password', password),
      remember: flagOf('remember', remember),
      includeHidden: flagOf('includeHidden', includeHidden),
    };
    return this.#call('addServer', args, options);
  }

  removeFolder(folder) {
    return this.#call('removeFolder', () => ({ id: idOf('folder', folder) }));
  }

  folders(options) {
    return this.#call('folders', {}, options);
  }

  async requestAccess(folder) {
    const id = idOf('folder', folder);
    const handle = await this.#call('handle', { id });
    if (handle) {
      try {
        await handle.requestPermission({ mode: 'read' });
      } catch (error) {
        throw fromBrowser(error, handle.name, 'call `requestAccess` in answer to a click or a key');
      }
    }
    return this.#call('folder', { id });
  }

  // Syncs

  sync(folder, options) {
    const { full = false, confirmDeletions = false, signal } = options ?? {};
    // What a slow loop misses is in the next progress.
    const queues = new Set();
    const onUpdate = (progress) => queues.forEach((queue) => queue.push(progress));
    const args = () => ({
      folder: idOf('folder', folder),
      full: flagOf('full', full),
      confirmDeletions: flagOf('confirmDeletions', confirmDeletions),
    });
    const running = this.#call('sync', args, { signal }, { patient: true, onUpdate });
    const done = running.then((result) => {
      if (result.status === 'completed') return result;
      if (result.status === 'cancelled' && signal?.aborted) throw signal.reason;
      const failed = new MusicError({
        code: result.errorCode ?? result.status,
        message: result.error ?? `the sync ended as ${result.status}`,
        subject: `folder ${idOf('folder', folder)}`,
        remedy: result.remedy,
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

  syncs(options) {
    const { before, limit } = options ?? {};
    const args = () => ({ before: maybe(idOf, 'before', before), limit: maybe(countOf, 'limit', limit) });
    return this.#ask('syncHistory', args, options);
  }

  syncWarnings(job, options) {
    const { after, limit } = options ?? {};
    const args = () => ({
      job: idOf('job', job),
      after: maybe(idOf, 'after', after),
      limit: maybe(countOf, 'limit', limit),
    });
    return this.#ask('syncWarnings', args, options);
  }

  // What is in the library

  albums(options) {
    const { artist, appears, genre, compilation, releaseType, newest } = options ?? {};
    const filter = () => ({
      artist: maybe(idOf, 'artist', artist),
      appears: maybe(idOf, 'appears', appears),
      genre: maybe(idOf, 'genre', genre),
      compilation: maybe(flagOf, 'compilation', compilation),
      releaseType: maybe(textOf, 'releaseType', releaseType),
      newest: maybe(flagOf, 'newest', newest),
    });
    return this.#list('albums', filter, options);
  }

  album(id, options) {
    return this.#ask('album', () => ({ id: idOf('id', id) }), options);
  }

  tracks(options) {
    const { album, artist, role, genre, favourite, newest, missing } = options ?? {};
    const filter = () => ({
      album: maybe(idOf, 'album', album),
      artist: maybe(idOf, 'artist', artist),
      role: maybe(textOf, 'role', role),
      genre: maybe(idOf, 'genre', genre),
      favourite: maybe(flagOf, 'favourite', favourite),
      newest: maybe(flagOf, 'newest', newest),
      missing: maybe(flagOf, 'missing', missing),
    });
    return this.#list('tracks', filter, options);
  }

  track(id, options) {
    return this.#ask('track', () => ({ id: idOf('id', id) }), options);
  }

  artists(options) {
    const { albumArtists, role } = options ?? {};
    const filter = () => ({
      albumArtists: maybe(flagOf, 'albumArtists', albumArtists),
      role: maybe(textOf, 'role', role),
    });
    return this.#list('artists', filter, options);
  }

  artist(id, options) {
    return this.#ask('artist', () => ({ id: idOf('id', id) }), options);
  }

  artistArtwork(artist, options) {
    return this.#ask('artistArtwork', () => ({ artist: idOf('artist', artist) }), options);
  }

  genres(options) {
    return this.#list('genres', () => ({}), options);
  }

  search(text, options) {
    const { limit } = options ?? {};
    const args = () => ({ text: textOf('text', text), limit: maybe(countOf, 'limit', limit) });
    return this.#ask('search', args, options);
  }

  searchTracks(text, options) {
    return this.#list('searchTracks', () => ({ text: textOf('text', text) }), options);
  }

  searchAlbums(text, options) {
    return this.#list('searchAlbums', () => ({ text: textOf('text', text) }), options);
  }

  searchArtists(text, options) {
    return this.#list('searchArtists', () => ({ text: textOf('text', text) }), options);
  }

  lyrics(track, options) {
    return this.#ask('lyrics', () => ({ track: idOf('track', track) }), options);
  }

  artwork(id, options) {
    const { original } = options ?? {};
    const args = () => ({ id: idOf('id', id), original: maybe(flagOf, 'original', original) });
    return this.#call('artwork', args, options);
  }

  file(track, options) {
    return this.#call('file', () => ({ track: idOf('track', track) }), options);
  }

  stats(options) {
    return this.#ask('stats', {}, options);
  }

  // What a person does with it

  async played(track) {
    await this.#ask('played', { track: idOf('track', track) });
  }

  history(options) {
    return this.#list('history', () => ({}), options);
  }

  async rate(track, rating) {
    await this.#ask('rate', { track: idOf('track', track), rating: ratingOf('rating', rating) });
  }

  async setFavourite(track, favourite) {
    await this.#ask('setFavourite', { track: idOf('track', track), favourite: flagOf('favourite', favourite) });
  }

  playlists(options) {
    return this.#list('playlists', () => ({}), options);
  }

  playlistEntries(playlist, options) {
    return this.#list('playlistEntries', () => ({ playlist: idOf('playlist', playlist) }), options);
  }

  createPlaylist(name, options) {
    const { comment } = options ?? {};
    const args = () => ({ name: textOf('name', name), comment: maybe(textOf, 'comment', comment) });
    return this.#ask('createPlaylist', args);
  }

  async renamePlaylist(playlist, name) {
    await this.#ask('renamePlaylist', { playlist: idOf('playlist', playlist), name: textOf('name', name) });
  }

  async deletePlaylist(playlist) {
    await this.#ask('deletePlaylist', { playlist: idOf('playlist', playlist) });
  }

  addToPlaylist(playlist, tracks, options) {
    const { after } = options ?? {};
    const args = () => ({
      playlist: idOf('playlist', playlist),
      tracks: idsOf('tracks', tracks),
      after: maybe(idOf, 'after', after),
    });
    return this.#ask('addToPlaylist', args);
  }

  removeFromPlaylist(playlist, entries) {
    const args = () => ({ playlist: idOf('playlist', playlist), entries: idsOf('entries', entries) });
    return this.#ask('removeFromPlaylist', args);
  }

  createSmartPlaylist(name, rules, options) {
    const { comment } = options ?? {};
    const args = () => ({
      name: textOf('name', name),
      comment: maybe(textOf, 'comment', comment),
      rules: rulesOf('rules', rules),
    });
    return this.#ask('createSmartPlaylist', args);
  }

  async setSmartPlaylist(playlist, rules) {
    await this.#ask('setSmartPlaylist', { playlist: idOf('playlist', playlist), rules: rulesOf('rules', rules) });
  }

  async smartPlaylist(playlist, options) {
    return JSON.parse(await this.#ask('smartPlaylist', { playlist: idOf('playlist', playlist) }, options));
  }

  previewSmartPlaylist(rules, options) {
    return this.#list('previewSmartPlaylist', () => ({ rules: rulesOf('rules', rules) }), options);
  }

  async importPlaylist(file, options) {
    const { name, folder } = options ?? {};
    if (!(file instanceof File)) throw noFile('a File, whose name tells its format');
    const args = {
      file,
      name: maybe(textOf, 'name', name) ?? withoutExtension(file.name),
      folder: maybe(idOf, 'folder', folder),
    };
    return this.#call('importPlaylist', args, options);
  }

  exportPlaylist(playlist, options) {
    const { format = 'm3u8', folder } = options ?? {};
    const args = () => ({
      playlist: idOf('playlist', playlist),
      format: formatOf('format', format),
      folder: maybe(idOf, 'folder', folder),
    });
    return this.#call('exportPlaylist', args, options);
  }

  // What services on the network know

  fetchLyrics(options) {
    const { limit = 100 } = options ?? {};
    return this.#ask('fetchLyrics', () => ({ limit: countOf('limit', limit) }), options);
  }

  recogniseTracks(options) {
    const { limit = 100 } = options ?? {};
    return this.#ask('recogniseTracks', () => ({ limit: countOf('limit', limit) }), options);
  }

  recognised(track, options) {
    return this.#ask('recognised', () => ({ track: idOf('track', track) }), options);
  }

  artistInfo(artist, options) {
    const { language } = options ?? {};
    const args = () => ({ artist: idOf('artist', artist), language: maybe(textOf, 'language', language) });
    return this.#ask('artistInfo', args, options);
  }

  onlineCover(album, options) {
    const { size = 'medium' } = options ?? {};
    return this.#call('onlineCover', () => ({ album: idOf('album', album), size: sizeOf('size', size) }), options);
  }

  // Files that were set aside

  quarantined(folder, options) {
    const { after, limit } = options ?? {};
    const args = () => ({
      folder: idOf('folder', folder),
      after: maybe(textOf, 'after', after),
      limit: maybe(countOf, 'limit', limit),
    });
    return this.#ask('quarantined', args, options);
  }

  retryQuarantined(folder, options) {
    const { file } = options ?? {};
    const args = () => ({ folder: idOf('folder', folder), file: maybe(textOf, 'file', file) });
    return this.#ask('retryQuarantined', args);
  }

  // Files that sound the same

  duplicates(options) {
    return this.#list('duplicates', () => ({}), options);
  }

  duplicatesSetAside(options) {
    return this.#list('duplicatesSetAside', () => ({}), options);
  }

  async decideDuplicates(tracks, options) {
    const { keep } = options ?? {};
    await this.#ask('decideDuplicates', { tracks: idsOf('tracks', tracks), keep: maybe(idOf, 'keep', keep) });
  }

  // The library itself

  events(options) {
    let signal;
    try {
      signal = maybe(signalOf, 'signal', options?.signal);
    } catch (error) {
      // As with a promise, whoever waits for it is told.
      const failed = new Queue(0);
      failed.end(error);
      return failed;
    }
    const leave = () => {
      this.#subscribers.delete(queue);
      signal?.removeEventListener('abort', abort);
    };
    const queue = new Queue(EVENTS, leave);
    const abort = () => {
      queue.end(signal.reason);
      leave();
    };
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

  export(options) {
    return this.#call('export', {}, options);
  }

  health(options) {
    return this.#ask('health', {}, options);
  }

  async close() {
    if (this.#isClosed) return;
    this.#isClosed = true;
    let timer;
    const late = new Promise((done) => {
      timer = setTimeout(done, CLOSING);
    });
    try {
      await Promise.race([this.#connection.call('close'), late]);
    } finally {
      clearTimeout(timer);
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

  /** Calls the worker. Where `args` are made by a function, what that throws fails the call. */
  #call(method, args, options, inner) {
    return this.#connection.call(method, args, { signal: options?.signal, ...inner });
  }

  #ask(method, args, options) {
    const request = typeof args === 'function' ? () => ({ [method]: args() }) : { [method]: args };
    return this.#call('ask', request, options);
  }

  /** A promise of the first page that is also all items, one after the other. */
  #list(method, filter, options) {
    const { limit, after, signal } = options ?? {};
    const page = (next) => {
      const args = () => ({
        ...filter(),
        limit: maybe(countOf, 'limit', limit),
        after: maybe(textOf, 'after', next),
      });
      return this.#ask(method, args, { signal });
    };
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
async function alone(method, args, options) {
  const { name = NAME, signal, worker } = options ?? {};
  const named = { ...args, name: nameOf('name', name) };
  const start = maybe(functionOf, 'worker', worker) ?? startWorker;
  maybe(signalOf, 'signal', signal)?.throwIfAborted();
  const connection = new Connection(start, { onEvent() {}, onEnd() {} });
  try {
    await connection.begin(method, named, { signal });
  } finally {
    connection.end(new MusicError({ code: 'closed', message: `the ${method} is over` }));
  }
}

/** Waits until a database is free, without a worker meanwhile: whoever has it open holds this lock. */
async function free(database, signal) {
  // A signal that is not there may not be `null` here.
  const options = { mode: 'shared', signal: signal ?? undefined };
  try {
    await globalThis.navigator?.locks?.request(`music-core-database/${database}`, options, () => {});
  } catch {
    signal?.throwIfAborted();
    // The page gets no locks, and to open the library says why.
  }
}

function startWorker() {
  if (typeof Worker !== 'function') {
    throw noWorker();
  }
  try {
    // Written so that bundlers see it.
    return new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'music-core' });
  } catch (error) {
    // It lies on another origin, or the page is a file.
    throw noScript(error);
  }
}

/** Says that there are no workers here, and where there are. */
function noWorker() {
  const isIn = (scope) => typeof globalThis[scope] === 'function' && globalThis instanceof globalThis[scope];
  let where = 'there is none here, as where a page is rendered on a server';
  let remedy = 'open the library in the browser';
  for (const kind of ['Shared', 'Service']) {
    if (!isIn(`${kind}WorkerGlobalScope`)) continue;
    where = `a ${kind.toLowerCase()} worker can start none in this browser`;
    remedy = 'open the library in a page or in a dedicated worker, and pass on by messages what it says';
  }
  return new MusicError({ code: 'not-available', message: `Worker: ${where}`, subject: 'Worker', remedy });
}

function noFile(what) {
  return invalid('file', `it is none; pass ${what}`);
}

function withoutExtension(name) {
  return name.replace(/(.)\.[^.]*$/, '$1');
}

function isDrop(source) {
  return typeof DataTransfer === 'function' && source instanceof DataTransfer;
}
