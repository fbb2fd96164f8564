/** The library as a file. */

/** How long the browser may take to write a file, in ms. It has all of it in hand from the first moment. */
const WRITING = 60_000;

/** What a copy begins with: it is a SQLite database. */
const BEGINNING = 'SQLite format 3\0';

/** Lets the browser save a blob where it saves what is downloaded. */
export function save(blob, name) {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), WRITING);
}

/** Names a copy by the day. */
export function copyName(now = new Date()) {
  const day = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((it) => String(it).padStart(2, '0'));
  return `music-${day.join('-')}.db`;
}

/** Tells whether a file may be a copy, by how it begins. */
export async function isCopy(file) {
  return (await file.slice(0, BEGINNING.length).text()) === BEGINNING;
}

const TEXTS = {
  corrupt: (name) => `${name} is damaged, and nothing was replaced.`,
  'invalid-input': (name) => `${name} holds something else than a library, and nothing was replaced.`,
  'too-new': (name) => `${name} was saved by a newer version of this page. Reload the page and open it again. Nothing was replaced.`,
  'quota-exceeded': (name) => `There is no room for ${name}. Make some room and open it again. Nothing was replaced.`,
  'in-use': () => 'Nothing was replaced, since another tab was faster. Close the other tabs and open the copy again.',
};

/** Tells why a copy can't be opened; nothing where there are no words of its own for it. */
export function copyProblem(error, name) {
  return TEXTS[error.code]?.(name);
}
