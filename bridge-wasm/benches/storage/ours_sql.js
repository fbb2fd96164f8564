// Our SQLite: in IndexedDB, and in a file of the origin-private file system.

import { OursSql, Rows } from './storage.js';

const over = (name, inFile) => ({
  name,
  hasSearch: true,
  rows: (rows) => new Rows(rows.flat(), rows[0].length),
  async open(label) {
    const database = await OursSql.open(label, inFile);
    return {
      run: (sql) => database.run(sql),
      runWith: (sql, rows, atOnce) => database.run_with(sql, rows, atOnce),
      number: (sql, text) => database.number(sql, text),
      close: () => database.close(),
    };
  },
});

export const ours = over('ours', false);
export const oursInFile = over('ours, in a file', true);
