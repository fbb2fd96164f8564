// The figures of SQLite: the same statements for all.

import { figure, takePart } from './turns.js';
import { ours, oursInFile } from './ours_sql.js';
import { sqliteWasm } from './sqlite_wasm.js';
import { waSqlite } from './wa_sqlite.js';

const TRACKS = 10_000;
/** Tracks in a transaction, as a sync commits them. */
const BATCH = 250;

const SCHEMA = `
  PRAGMA page_size = 8192;
  CREATE TABLE track (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, title TEXT NOT NULL,
    artist TEXT NOT NULL, album TEXT NOT NULL);
  CREATE INDEX track_album ON track (album, title);`;
const INSERT = 'INSERT INTO track (path, title, artist, album) VALUES (?, ?, ?, ?)';
const INDEX = `
  CREATE VIRTUAL TABLE track_text USING fts5 (title, artist, album, content = 'track', content_rowid = 'id');
  INSERT INTO track_text (track_text) VALUES ('rebuild');`;
const COUNT = 'SELECT count(*) FROM track WHERE album >= \'\'';
const SEARCH = `
  SELECT count(*) FROM (SELECT rowid FROM track_text WHERE track_text MATCH ? ORDER BY rank LIMIT 50)`;
const SEARCHES = ['blue', 'blue AND night', 'ri*', 'artist : green', '"silent river"'];

const WORDS = [
  'blue', 'night', 'river', 'silent', 'green', 'stone', 'dance', 'summer', 'rain', 'light', 'wolf', 'paper',
  'glass', 'north', 'radio', 'ember',
];

function tracks() {
  const words = (at, ...factors) => factors.map((it) => WORDS[Math.floor(at / it) % WORDS.length]).join(' ');
  return Array.from({ length: TRACKS }, (_, at) => [
    `music/${words(at, 700, 90)}/${words(at, 10, 160)}/${at}.flac`,
    `${words(at, 1, 16, 256)} ${at}`, words(at, 700, 90), `${words(at, 10, 160)} ${Math.floor(at / 10)}`,
  ]);
}

export async function measureSql(options, report) {
  const contestants = takePart([ours, oursInFile, sqliteWasm, waSqlite], options.against);
  const bench = { contestants, ...options, report };
  const rows = tracks();
  let round = 0;
  const label = (contestant) => `${contestant.name.replaceAll(/\W+/g, '-')}-${round += 1}`;
  const filled = async (contestant, search) => {
    const name = label(contestant);
    const database = await contestant.open(name);
    await database.run(SCHEMA);
    await database.runWith(INSERT, contestant.rows(rows), BATCH);
    if (search) await database.run(INDEX);
    return [database, name];
  };

  await figure(bench, 'sql_import_10000', async (contestant) => {
    const theirs = contestant.rows(rows);
    let database;
    return {
      before: async () => {
        await database?.close();
        database = await contestant.open(label(contestant));
        await database.run(SCHEMA);
      },
      run: () => database.runWith(INSERT, theirs, BATCH),
      check: async () => await database.number(COUNT) === TRACKS,
      free: () => database.close(),
    };
  });
  await figure(bench, 'sql_search', async (contestant) => {
    if (!contestant.hasSearch) return 'the build on npm has no full-text search';
    const [database] = await filled(contestant, true);
    return {
      operations: SEARCHES.length,
      run: async () => {
        let found = 0;
        for (const text of SEARCHES) found += await database.number(SEARCH, text);
        return found;
      },
      check: (found) => found === 50 * SEARCHES.length,
      free: () => database.close(),
    };
  });
  await figure(bench, 'sql_cold_open', async (contestant) => {
    let [database, name] = await filled(contestant, false);
    return {
      before: () => database.close(),
      run: async () => {
        database = await contestant.open(name);
        return database.number(COUNT);
      },
      check: (count) => count === TRACKS,
      free: () => database.close(),
    };
  });
}
