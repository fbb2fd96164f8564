/** What a person gives to a page, as something that can be sent to the worker. */
import { invalid, textOf } from './checks.js';
import { fromBrowser } from './error.js';

/** How long a batch should hold up the page, in ms: less than a frame of an animation, also where one takes longer. */
const AIM = 10;
/** More are not worth it, and the next ones may take longer than these. */
const MOST = 256;

const PLAIN_FILES = 'drop a folder, or pass `name` with the files';

/**
 * Takes one folder: a handle, the list of an `<input webkitdirectory>`, or files with their paths.
 * Gives `{name, handle}` or `{name, files: [{path, file}]}`.
 */
export function folderOf(source, name) {
  if (isHandle(source)) return { name: name ?? source.name, handle: source };
  if (typeof source?.[Symbol.iterator] !== 'function') {
    throw invalid('source', 'it is no folder: pass a directory handle, a FileList or files');
  }
  const files = [];
  let picked;
  for (const item of source) {
    const file = item instanceof Blob ? item : item?.file;
    if (!(file instanceof File)) throw invalid('source', 'one of the files is no File');
    const path = textOf('path', item.path ?? file.webkitRelativePath);
    if (path && item === file) {
      // The folder that was picked comes first.
      const cut = path.indexOf('/');
      picked ??= path.slice(0, cut);
      files.push({ path: path.slice(cut + 1), file });
    } else {
      files.push({ path: path || file.name, file });
    }
  }
  const own = name ?? picked;
  if (!own) {
    throw files.length === 0
      ? invalid('source', 'the folder holds no file, so that the browser does not even tell its name')
      : invalid('name', `single files have no folder; ${PLAIN_FILES}`);
  }
  return { name: own, files };
}

/**
 * Takes the folders that were dropped. It has to be called while the event is handled: what is asked of
 * the event is asked before the first `await`.
 */
export async function droppedFolders(transfer) {
  if (typeof transfer?.items?.[Symbol.iterator] !== 'function') {
    throw invalid('dropped', 'it is no DataTransfer; pass that of the `drop` event, and anything else to `addFolder`');
  }
  const items = [...transfer.items].filter((it) => it.kind === 'file');
  const asked = items.map((item) => {
    const handle = item.getAsFileSystemHandle?.();
    // Somebody looks at it below; until then a refusal is nobody's.
    handle?.catch(() => {});
    return { handle, entry: item.webkitGetAsEntry() };
  });
  const folders = [];
  for (const { handle, entry } of asked) {
    const given = await handle?.catch(() => null);
    if (isHandle(given)) folders.push({ name: given.name, handle: given });
    else if (entry?.isDirectory) folders.push({ name: entry.name, files: await walk(entry) });
  }
  if (folders.length === 0) throw invalid('source', `no folder was dropped; ${PLAIN_FILES}`);
  return folders;
}

async function walk(root) {
  const files = [];
  const waiting = [{ folder: root, above: '' }];
  while (waiting.length > 0) {
    const { folder, above } = waiting.pop();
    const reader = folder.createReader();
    for (;;) {
      const entries = await ask(folder, (...how) => reader.readEntries(...how));
      // The browser gives a few at a time, and then none.
      if (entries.length === 0) break;
      for (const entry of entries) {
        const path = above + entry.name;
        if (entry.isDirectory) waiting.push({ folder: entry, above: `${path}/` });
        else files.push({ path, file: await ask(entry, (...how) => entry.file(...how)) });
      }
    }
  }
  return files;
}

async function ask(entry, question) {
  try {
    return await new Promise(question);
  } catch (error) {
    throw fromBrowser(error, entry.fullPath);
  }
}

function isHandle(it) {
  return typeof FileSystemDirectoryHandle === 'function' && it instanceof FileSystemDirectoryHandle;
}

/**
 * Cuts a list so that no batch holds up the page for long. As a file is sent, the browser looks it up on the
 * disk, and the page waits: for a third of a millisecond, or for a hundred where the disk is far away.
 */
export class Batches {
  #items;
  #at = 0;
  /** Of the first it is not known how long it takes. */
  #size = 1;

  constructor(items) {
    this.#items = items;
  }

  get isDone() {
    return this.#at >= this.#items.length;
  }

  /** Passes the next items to `send`, which sends them before it returns; gives what that gives. */
  next(send) {
    const some = this.#items.slice(this.#at, this.#at + this.#size);
    this.#at += some.length;
    const start = performance.now();
    const sent = send(some);
    const took = performance.now() - start;
    const fitting = took > 0 ? Math.floor((some.length * AIM) / took) : MOST;
    // Those that come may be slower than those that went.
    this.#size = Math.max(1, Math.min(fitting, 2 * this.#size, MOST));
    return sent;
  }
}
