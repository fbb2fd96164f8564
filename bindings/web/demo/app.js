/** The demo: a page on the package, as an app would be. Here its parts are put together and the library is opened. */
import { clearSearch, lookForCovers, showLibrary, showNothing } from './browse.js';
import { Folders } from './folders.js';
import { library, openLibrary } from './library.js';
import { textOf } from './messages.js';
import { $, failed, state, tell } from './page.js';
import { Syncs } from './syncs.js';
import { stayKnown } from './tabs.js';
import { offerWhole } from './whole.js';

const syncs = new Syncs({
  signIn: (url, problem) => folders.addServer(url, problem).catch(failed),
  synced: async () => {
    // What the browser lets the page read may have changed.
    await Promise.all([folders.show(), showLibrary()]).catch(failed);
    // The folder may not have been there before.
    lookForCovers();
  },
  rested: lookForDuplicates,
});
const folders = new Folders({
  syncs,
  removed: async () => {
    await showLibrary();
    lookForDuplicates();
  },
});
offerWhole(change);

/** Opens the library and shows it. What was to be told anyway is told with it. */
async function open({ said = '', ...options } = {}) {
  state.state = options.whenFree ? 'in-use' : 'opening';
  try {
    await openLibrary(options);
  } catch (error) {
    state.state = error.code ?? 'failed';
    const all = (text) => [said, text].filter(Boolean).join(' ');
    if (error.code === 'in-use') {
      tell(all(textOf(error)));
      // It opens when the other tab is closed.
      await open({ whenFree: true });
    } else {
      tell(all(textOf(error, true)), 'Try again', () => open());
    }
    return;
  }
  tell(said);
  enable(true);
  await Promise.all([folders.show(), showLibrary()]);
  if (library.dataLoss) tellLoss(library.dataLoss);
  state.state = 'ready';
  follow();
  lookForDuplicates();
}

function enable(isOpen) {
  const controls = ['search', 'add', 'add-server', 'folder', 'export', 'import', 'copy', 'delete'];
  for (const id of controls) $(`#${id}`).disabled = !isOpen;
}

function tellLoss({ message, library: isGone }) {
  const lost = isGone
    ? 'and this library is gone. Add your folders and servers again.'
    : 'and a part of it is gone: which folders you gave, passwords and covers. This library is still here: give the folders again, under the names they have, and the servers’ passwords.';
  tell(`The browser’s storage was damaged ${lost} (${message || 'It says nothing more'})`);
}

/** Shows what changes, at most once a second. */
async function follow() {
  try {
    for await (const event of library.events()) {
      if (event.topic === 'library' || 'missed' in event) refreshSoon();
    }
  } catch (error) {
    state.state = error.code;
    tell(textOf(error), 'Open again', () => open());
  }
}

let refreshing = null;

function refreshSoon() {
  refreshing ??= setTimeout(() => {
    refreshing = null;
    showLibrary().catch(failed);
  }, 1000);
}

/** The dialogue on files that sound the same, once its module is loaded. */
let duplicates;

/** Shows whether there are any: not with each change, for all tracks are looked through. */
async function lookForDuplicates() {
  try {
    if (!duplicates) {
      const { Duplicates } = await import('./duplicates.js');
      duplicates ??= new Duplicates({ library: () => library, changed: showLibrary, textOf });
    }
    await duplicates.look();
  } catch (error) {
    failed(error);
  }
}

/** Closes the library, lets `work` do something to what is stored, and opens it again with the word on how that went. */
async function change({ state: during, doing, work, done, problem }) {
  const button = document.activeElement;
  enable(false);
  state.state = during;
  syncs.stop();
  clearSearch();
  tell(doing);
  // What is said about it stands at the top.
  scrollTo(0, 0);
  let said = done;
  try {
    await library.close();
    await work();
  } catch (error) {
    said = problem(error);
  }
  showNothing();
  await open({ said });
  // It was disabled meanwhile, which takes the focus away.
  if (document.activeElement === document.body) button?.focus({ preventScroll: true });
}

function showNetwork() {
  $('#offline').hidden = navigator.onLine;
}

addEventListener('online', showNetwork);
addEventListener('offline', showNetwork);
showNetwork();

navigator.serviceWorker?.register('service-worker.js').catch((error) => {
  console.warn('this page will not open offline:', error);
});

stayKnown();
open().catch(failed);
