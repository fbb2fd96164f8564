// The peers as one module, since a worker resolves no names of packages.

export { configure, fs, mounts } from '@zenfs/core';
export { IndexedDB } from '@zenfs/dom';
export { default as LightningFS } from '@isomorphic-git/lightning-fs';

export { default as sqlite3InitModule } from '@sqlite.org/sqlite-wasm';
export { default as SQLiteESMFactory } from 'wa-sqlite/dist/wa-sqlite-async.mjs';
export * as SQLite from 'wa-sqlite';
export { IDBBatchAtomicVFS } from 'wa-sqlite/src/examples/IDBBatchAtomicVFS.js';
