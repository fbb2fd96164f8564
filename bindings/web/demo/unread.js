/** What a sync could not read: whether there is any, and a list of it. */
import { library } from './library.js';
import { $, NUMBER } from './page.js';

/** How many files and folders are listed. */
const SHOWN = 200;
/** How many warnings are fetched at once. */
const PAGE = 1000;

/** The kind of the warnings that tell of it also where no file counts as failed: of a folder or a cover, say. */
const UNREADABLE = ['unreadable'];
/** All that name what was not read. Others tell of files that were, as that there is junk before the music. */
const UNREAD = [...UNREADABLE, 'not_audio', 'deferred', 'vanished', 'waiting'];

/** Tells whether there is anything that could not be read. */
export async function hasUnread({ job, failed, warnings }) {
  if (failed > 0 || warnings === 0) return failed > 0;
  const { done } = await warningsOf(job, UNREADABLE).next();
  return !done;
}

/** Lists what could not be read, and why. */
export async function showUnread({ job }) {
  const reasons = new Map();
  // What was tried twice is named once, with what was said last.
  for await (const { subject, message } of warningsOf(job, UNREAD)) reasons.set(subject, message);
  const items = [...reasons].slice(0, SHOWN).map(([subject, message]) => itemOf(subject, message));
  const dialog = $('#warnings');
  dialog.querySelector('ul').replaceChildren(...items);
  const more = dialog.querySelector('.more');
  more.hidden = reasons.size <= SHOWN;
  more.textContent = `And ${NUMBER.format(reasons.size - SHOWN)} more.`;
  dialog.showModal();
}

async function* warningsOf(job, kinds) {
  for (let after; ; ) {
    const page = await library.syncWarnings(job, { after, limit: PAGE });
    yield* page.filter(({ kind }) => kinds.includes(kind));
    if (page.length < PAGE) return;
    after = page.at(-1).id;
  }
}

function itemOf(subject, message) {
  const item = document.createElement('li');
  const about = document.createElement('div');
  const file = document.createElement('b');
  file.textContent = file.title = subject;
  const why = document.createElement('span');
  why.className = 'quiet';
  why.textContent = why.title = message;
  about.append(file, why);
  item.append(about);
  return item;
}
