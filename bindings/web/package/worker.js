/** The worker: runs the core, and answers the messages of connection.js. */
import init, { deleteLibrary, importLibrary, open } from './wasm/core.js';
import { scaled, typeOf } from './covers.js';

/** The core, once it is open. */
let core;
/** Lists of files that are being sent. */
const lists = new Map();
/** What stops the calls that can be stopped, by the calls' numbers. */
const stops = new Map();

const PLAYLIST_TYPES = { m3u8: 'audio/x-mpegurl', m3u: 'audio/x-mpegurl', pls: 'audio/x-scpls', xspf: 'application/xspf+xml' };

/** Bytes of a copy that is imported. Several times as much is needed of a memory that has 4 GiB. */
const LARGEST_COPY = 900 * 2 ** 20;

/** What is called before a library is open, or without one. */
const WITHOUT_LIBRARY = ['open', 'delete', 'import'];

const methods = {
  async open({ name, duplicates, lastFmKey, lock }, { update }) {
    await hold(lock, update);
    await load();
    core = await open(JSON.stringify({ name, duplicates, lastFmKey }));
    const message = core.dataLoss();
    return { dataLoss: message === undefined ? null : { message, library: core.isNew() } };
  },

  async delete({ name, lock }, { update }) {
    await hold(lock, update);
    await load();
    await deleteLibrary(JSON.stringify({ name }));
  },

  async import({ name, file, lock }, { update }) {
    await hold(lock, update);
    await load();
    if (file.size > LARGEST_COPY) {
      const message = `${file.size} bytes are too many for a page, which takes copies of up to ${LARGEST_COPY}`;
      const subject = file.name ?? 'file';
      throw { code: 'quota-exceeded', message, subject, remedy: 'open it with the native core' };
    }
    const bytes = new Uint8Array(await file.arrayBuffer());
    try {
      await importLibrary(JSON.stringify({ name }), bytes);
    } catch (error) {
      throw ofCopy(file, error);
    }
  },

  async export() {
    return new Blob([await core.exportLibrary()], { type: 'application/vnd.sqlite3' });
  },

  listen() {
    core.listen((event) => postMessage({ event: parse(event) }));
  },

  ask: (request) => answer(core.ask(JSON.stringify(request))),

  folders: () => answer(core.folders()),

  async folder({ id }) {
    const found = (await methods.folders()).find((it) => it.id === id);
    if (!found) throw { code: 'not-found', message: `folder ${id} does not exist`, subject: `folder ${id}` };
    return found;
  },

  async handle({ id }) {
    const { name } = await methods.folder({ id });
    return core.handle(name);
  },

  async addHandle({ name, handle, options }) {
    const free = await nameFor(handle, name);
    return answer(core.addHandle(free, handle, JSON.stringify(options)));
  },

  beginFiles(_, { call }) {
    lists.set(call, { paths: [], files: [], known: new Set() });
    return call;
  },

  moreFiles({ list, paths, files }) {
    const all = lists.get(list);
    paths.forEach((path, at) => {
      all.paths.push(unused(path, all.known));
      all.files.push(files[at]);
    });
  },

  /** Lets go of a list that is not to be added. */
  dropFiles({ list }) {
    lists.delete(list);
  },

  addFiles({ list, name, options }) {
    const { paths, files } = lists.get(list);
    lists.delete(list);
    return answer(core.addFiles(asName(name), paths, files, JSON.stringify(options)));
  },

  addServer: (server) => answer(core.addServer(JSON.stringify(server))),

  removeFolder: ({ id }) => answer(core.removeFolder(id)),

  async sync(request, { call, update }) {
    let job;
    let last = {};
    let stopped = false;
    const stop = () => {
      stopped = true;
      // One that has just ended can not be cancelled any more.
      if (job !== undefined) core.ask(JSON.stringify({ cancelSync: { job } })).catch(() => {});
    };
    stops.set(call, stop);
    try {
      const told = (text) => {
        const { event, topic, sequence, ...rest } = parse(text);
        if (event === 'started') {
          job = rest.job;
          if (stopped) stop();
        } else if (event === 'progress') {
          last = rest;
          update(last);
        }
      };
      const result = await answer(core.sync(JSON.stringify(request), told));
      if (result.status === 'completed') {
        await keepCovers(() => stopped, (covers) => update({ ...last, job, phase: 'covers', covers }));
      }
      return result;
    } finally {
      stops.delete(call);
    }
  },

  file: ({ track }) => core.file(track),

  async artwork({ id, original }) {
    if (!original) {
      const kept = await core.cover(id);
      if (kept) return new Blob([kept], { type: typeOf(kept) });
    }
    const [bytes, type] = await core.artwork(id);
    const image = new Blob([bytes], { type });
    if (original) return image;
    const cover = await scaled(image);
    await keep(id, cover);
    return cover;
  },

  async importPlaylist({ file, name, folder }) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    return answer(core.importPlaylist(name, file.name, bytes, folder));
  },

  async exportPlaylist({ playlist, format, folder }) {
    const [bytes, rest] = await core.exportPlaylist(playlist, format, folder);
    return { ...parse(rest), file: new Blob([bytes], { type: PLAYLIST_TYPES[format] }) };
  },

  async onlineCover({ album, size }) {
    const cover = await core.onlineCover(album, size);
    return cover ? new Blob([cover], { type: typeOf(cover) }) : null;
  },

  async close() {
    await core.close();
  },
};

/** Holds a lock as long as this worker lives, by which the page knows that it does; `update` tells it when. */
async function hold(lock, update) {
  // The core says what is lacking.
  if (!navigator.locks) return;
  await new Promise((held, refused) => {
    navigator.locks.request(lock, () => (held(), new Promise(() => {}))).catch(refused);
  }).catch((error) => {
    throw {
      code: 'permission-denied',
      message: `the browser gives this page no locks, as where it may keep no data: ${error.message}`,
      subject: lock,
      remedy: 'allow this site to keep data',
    };
  });
  update(null);
}

async function load() {
  try {
    await init();
  } catch (error) {
    throw { code: 'load-failed', message: `the module can not be loaded: ${error.message}`, subject: 'core_bg.wasm' };
  }
}

addEventListener('message', async ({ data }) => {
  if ('cancel' in data) {
    // Nobody knows the number of a list that nobody waited for.
    lists.delete(data.cancel);
    return stops.get(data.cancel)?.();
  }
  const { call, method, args } = data;
  const update = (it) => postMessage({ call, update: it });
  try {
    if (!core && !WITHOUT_LIBRARY.includes(method)) throw { code: 'closed', message: 'the library is not open' };
    postMessage({ call, value: await methods[method](args, { call, update }) });
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) crash(error);
    else postMessage({ call, error: failure(error) });
  }
});

// A trap within the core comes from no call: it ends the core, and with it all that waits.
addEventListener('error', (event) => crash(event.error ?? event));
addEventListener('unhandledrejection', ({ reason }) => {
  if (reason instanceof WebAssembly.RuntimeError) crash(reason);
});

function crash(error) {
  postMessage({ crashed: String(error?.message ?? error) });
}

/** What is thrown here is a failure, text of one from the core, or an error of JavaScript. */
function failure(error) {
  if (typeof error === 'string') return parse(error);
  if (error?.code && typeof error.code === 'string') return error;
  return { code: 'other', message: String(error?.message ?? error), subject: error?.name };
}

/** Names the file where what it holds is no library: it is tried in memory before it replaces anything. */
function ofCopy(file, error) {
  if (error instanceof WebAssembly.RuntimeError) return error;
  const { message, subject, ...rest } = failure(error);
  if (subject !== ':memory:') return { ...rest, message, subject };
  const name = file.name ?? 'file';
  return { ...rest, message: message.replace(subject, name), subject: name };
}

async function answer(promise) {
  return parse(await promise);
}

const camelCase = new Map();

/** Reads JSON, with the names of properties as JavaScript has them. */
function parse(text) {
  return JSON.parse(text, (_, value) => {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
    const renamed = {};
    for (const name of Object.keys(value)) {
      let camel = camelCase.get(name);
      if (camel === undefined) {
        camel = name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
        camelCase.set(name, camel);
      }
      renamed[camel] = value[name];
    }
    return renamed;
  });
}

/** Keeps the covers of albums, so that they are there when their folder is not. */
async function keepCovers(isStopped, update) {
  const missing = await answer(core.missingCovers());
  for (const [done, id] of missing.entries()) {
    if (isStopped()) return;
    update({ done, total: missing.length });
    try {
      await methods.artwork({ id });
    } catch {
      // The album has no cover for now; whoever asks for it is told why.
    }
  }
}

async function keep(id, cover) {
  try {
    await core.keepCover(id, new Uint8Array(await cover.arrayBuffer()));
  } catch {
    // Storage is full, say. The cover can still be shown.
  }
}

/** Finds the name of a folder that is known, or one that none has. */
async function nameFor(handle, wanted) {
  const name = asName(wanted);
  const known = await methods.folders();
  for (const folder of known) {
    if (await core.handle(folder.name)?.isSameEntry(handle)) return folder.name;
  }
  for (const folder of known) {
    if (await overlap(core.handle(folder.name), handle)) throw overlapping(wanted, folder.name);
  }
  // A folder that was a list of files is taken for the one of the same name.
  const isTaken = (it) => known.some((folder) => folder.name === it && core.handle(it));
  let free = name;
  for (let number = 2; isTaken(free); number += 1) free = `${name} (${number})`;
  return free;
}

/** Tells whether one of two folders lies in the other. */
async function overlap(one, other) {
  if (!one) return false;
  const within = (outer, inner) => outer.resolve(inner).catch(() => null);
  const found = await Promise.all([within(one, other), within(other, one)]);
  return found.some((path) => path !== null);
}

function overlapping(name, known) {
  return {
    code: 'folders-overlap',
    message: `${name} overlaps ${known}, which is in the library: songs would be there twice`,
    subject: name,
    remedy: 'take that one out first',
  };
}

/** Makes a name that can be a part of a path. */
function asName(wanted) {
  const name = wanted.replace(/[/\0]/g, '-').trim();
  return name === '' || name === '.' || name === '..' ? 'Folder' : name;
}

/**
 * Gives a path that no other file has. Names that are no text reach a page with replacement characters,
 * so that two may look alike.
 */
function unused(path, known) {
  const text = path.toWellFormed?.() ?? path;
  let free = text;
  for (let number = 2; known.has(free); number += 1) {
    const dot = text.lastIndexOf('.');
    const cut = dot > text.lastIndexOf('/') + 1 ? dot : text.length;
    free = `${text.slice(0, cut)} (${number})${text.slice(cut)}`;
  }
  known.add(free);
  return free;
}
