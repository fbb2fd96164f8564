// wa-sqlite on IndexedDB. The build that npm has lacks full-text search.

import { IDBBatchAtomicVFS, SQLite, SQLiteESMFactory } from './peers.js';

let sqlite;

async function started() {
  const module = await SQLiteESMFactory();
  const api = SQLite.Factory(module);
  api.vfs_register(new IDBBatchAtomicVFS('bench-wa-sqlite', { durability: 'relaxed' }), true);
  return api;
}

export const waSqlite = {
  name: 'wa-sqlite IDBBatchAtomic',
  hasSearch: false,
  rows: (rows) => rows,
  async open(label) {
    sqlite ??= await started();
    const database = await sqlite.open_v2(label);
    return {
      run: (sql) => sqlite.exec(database, sql),
      async runWith(sql, rows, atOnce) {
        for await (const statement of sqlite.statements(database, sql)) {
          for (let first = 0; first < rows.length; first += atOnce) {
            await sqlite.exec(database, 'BEGIN');
            for (const row of rows.slice(first, first + atOnce)) {
              sqlite.bind_collection(statement, row);
              await sqlite.step(statement);
              await sqlite.reset(statement);
            }
            await sqlite.exec(database, 'COMMIT');
          }
        }
      },
      async number(sql, text) {
        let number;
        for await (const statement of sqlite.statements(database, sql)) {
          if (text !== undefined) sqlite.bind_collection(statement, [text]);
          while (await sqlite.step(statement) === SQLite.SQLITE_ROW) [number] = sqlite.row(statement);
        }
        return number;
      },
      close: () => sqlite.close(database),
    };
  },
};
