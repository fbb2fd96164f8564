// Raw IndexedDB: the least that stores the same things in the same way. Content in chunks of 256 KiB, at
// most 8 MiB a transaction, relaxed; entries keyed by folder, each one text; a change of the tree is one
// transaction. It resolves no paths, checks nothing, and loses what a crash interrupts.

import { equals, nameOf } from './in_javascript.js';

const CHUNK = 256 * 1024;
const BATCH = 32;
const STORES = ['entries', 'chunks'];

const answer = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

const completed = (transaction) => new Promise((resolve, reject) => {
  transaction.oncomplete = resolve;
  transaction.onabort = () => reject(transaction.error);
  transaction.commit();
});

const below = (first) => IDBKeyRange.bound([first], [first, []]);
const encode = (ino, size, name) => `f/${ino}/${size}/${Date.now()}/${Date.now()}/${name}`;

function decode(text) {
  const [kind, ino, size, modified, changed, name] = text.split('/');
  return {
    kind, ino: Number(ino), size: Number(size), modified: Number(modified), changed: Number(changed), name,
  };
}

class Raw {
  name = 'raw IndexedDB';
  content = (bytes) => bytes;
  equals = equals;
  #database;
  #next = 2;
  /** A folder's inode by its path. */
  #folders = new Map([['', 1]]);

  constructor(database) {
    this.#database = database;
  }

  #writing(durability = 'relaxed') {
    return this.#database.transaction(STORES, 'readwrite', { durability });
  }

  #place(path) {
    const cut = path.lastIndexOf('/');
    return [this.#folders.get(path.slice(0, cut)), path.slice(cut + 1)];
  }

  async #put(key, content) {
    const [ino, count] = [this.#next += 1, Math.ceil(content.length / CHUNK)];
    for (let first = 0; first === 0 || first < count; first += BATCH) {
      const transaction = this.#writing();
      const [entries, chunks] = STORES.map((it) => transaction.objectStore(it));
      for (let at = first; at < Math.min(first + BATCH, count); at += 1) {
        chunks.put(content.slice(at * CHUNK, (at + 1) * CHUNK), [ino, at]);
      }
      if (first + BATCH >= count) {
        const old = await answer(entries.get(key));
        if (old !== undefined) chunks.delete(below(decode(old).ino));
        entries.put(encode(ino, content.length, key[1]), key);
      }
      await completed(transaction);
    }
  }

  async #get(key) {
    const transaction = this.#database.transaction(STORES);
    const [entries, chunks] = STORES.map((it) => transaction.objectStore(it));
    const { ino, size } = decode(await answer(entries.get(key)));
    const content = new Uint8Array(size);
    const ask = (first) => answer(chunks.getAll(IDBKeyRange.bound([ino, first], [ino, first + BATCH], false, true)));
    const count = Math.ceil(size / CHUNK);
    let asked = ask(0);
    for (let first = 0; first < count; first += BATCH) {
      const following = first + BATCH < count ? ask(first + BATCH) : undefined;
      let at = first * CHUNK;
      for (const chunk of await asked) {
        content.set(chunk, at);
        at += chunk.length;
      }
      asked = following;
    }
    return content;
  }

  write(path, content) {
    return this.#put(this.#place(path), content);
  }

  read(path) {
    return this.#get(this.#place(path));
  }

  async writeMany(folder, count, content) {
    const [parent, ino] = [this.#place(folder), this.#next += 1];
    const transaction = this.#writing();
    transaction.objectStore('entries').put(encode(ino, 0, parent[1]), parent);
    await completed(transaction);
    this.#folders.set(folder, ino);
    for (let at = 0; at < count; at += 1) await this.#put([ino, nameOf(at)], content);
  }

  async readMany(folder, count) {
    const ino = this.#folders.get(folder);
    let sum = 0;
    for (let at = 0; at < count; at += 1) sum += (await this.#get([ino, nameOf(at)])).length;
    return sum;
  }

  async list(folder) {
    const entries = this.#database.transaction('entries').objectStore('entries');
    const found = (await answer(entries.getAll(below(this.#folders.get(folder))))).map(decode);
    return [found.length, found.reduce((sum, it) => sum + it.size, 0)];
  }

  async rename(from, to) {
    const [old, place] = [this.#place(from), this.#place(to)];
    const transaction = this.#writing('strict');
    const entries = transaction.objectStore('entries');
    const { ino, size } = decode(await answer(entries.get(old)));
    entries.delete(old);
    entries.put(encode(ino, size, place[1]), place);
    await completed(transaction);
    this.#folders.set(to, ino);
    this.#folders.delete(from);
  }
}

export const raw = {
  name: 'raw IndexedDB',
  async open(label) {
    const opening = indexedDB.open(label, 1);
    opening.onupgradeneeded = () => STORES.forEach((it) => opening.result.createObjectStore(it));
    return new Raw(await answer(opening));
  },
};
