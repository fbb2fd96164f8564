// SQLite's own build for the web, on its pool of OPFS files.

import { sqlite3InitModule } from './peers.js';

let pool;

export const sqliteWasm = {
  name: 'sqlite-wasm opfs-sahpool',
  hasSearch: true,
  rows: (rows) => rows,
  async open(label) {
    if (!pool) {
      const sqlite3 = await sqlite3InitModule();
      pool = await sqlite3.installOpfsSAHPoolVfs({ initialCapacity: 40 });
    }
    const database = new pool.OpfsSAHPoolDb(`/${label}`);
    return {
      run: async (sql) => { database.exec(sql); },
      async runWith(sql, rows, atOnce) {
        const statement = database.prepare(sql);
        for (let first = 0; first < rows.length; first += atOnce) {
          database.exec('BEGIN');
          for (const row of rows.slice(first, first + atOnce)) statement.bind(row).stepReset();
          database.exec('COMMIT');
        }
        statement.finalize();
      },
      number: async (sql, text) => database.selectValue(sql, text === undefined ? undefined : [text]),
      close: async () => { database.close(); },
    };
  },
};
