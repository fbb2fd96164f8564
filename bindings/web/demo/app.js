/** The demo: a page on the package, as an app would be. */
import { MusicLibrary } from './music-core/index.js';
import { Tiles, artistsOf, coverOf, forgetCovers, showCover } from './albums.js';
import { serverProblem, syncText, textOf } from './messages.js';
import { hasOther, stayKnown } from './tabs.js';

const $ = (selector) => document.querySelector(selector);
const state = document.body.dataset;

/** How many albums are fetched at once. */
const PAGE = 60;
/** How many files that could not be read are listed. */
const WARNINGS = 200;

let library;
/** What stops the sync that runs. */
let running = null;
/** Syncs that wait until it is their turn. */
const waiting = [];
/** What came of syncs since one was begun while none ran, or the message was closed. */
let outcomes = [];

const artwork = (id) => library.artwork(id);
const albums = new Tiles($('#albums'), { open: showAlbum, artwork });
const foundAlbums = new Tiles($('#found-albums'), { open: showAlbum, artwork });
/** The dialogue on files that sound the same, once its module is loaded. */
let duplicates;

// Opening

/** Opens the library and shows it. What was to be told anyway is told with it. */
async function open({ said = '', ...options } = {}) {
  state.state = options.whenFree ? 'in-use' : 'opening';
  try {
    library = await MusicLibrary.open({ name: 'demo', ...options });
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
  await Promise.all([showFolders(), showLibrary()]);
  if (library.dataLoss) tellLoss(library.dataLoss);
  state.state = 'ready';
  follow();
  lookForDuplicates();
}

function enable(isOpen) {
  const controls = ['search', 'add', 'add-server', 'folder', 'export', 'import', 'copy', 'delete'];
  for (const id of controls) $(`#${id}`).disabled = !isOpen;
}

function tellLoss({ message }) {
  tell(
    `The browser found its storage damaged and threw all of it away, this library with it. Add your folders and servers again. (The browser says: ${message || 'nothing more'})`,
  );
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

// Messages

/** Shows a message, with something that can be done about it; without one, hides it. */
function tell(text = '', action = '', act = () => {}) {
  const box = $('#message');
  const button = box.querySelector('button');
  box.hidden = text === '';
  box.querySelector('p').textContent = text;
  button.hidden = action === '';
  button.textContent = action;
  button.onclick = () => {
    dismiss();
    act();
  };
}

function dismiss() {
  outcomes = [];
  tell();
}

$('#message .close').onclick = dismiss;

/** Tells whether nobody has to hear of it: the person chose nothing, or the loop on the events says it already. */
function isNoNews(error) {
  return error.name === 'AbortError' || ['cancelled', 'closed', 'crashed'].includes(error.code);
}

function failed(error) {
  if (!isNoNews(error)) tell(textOf(error));
}

// Folders

async function choose() {
  if (!MusicLibrary.canChooseFolder) {
    $('#folder').click();
    return;
  }
  try {
    await add(await MusicLibrary.chooseFolder());
  } catch (error) {
    failed(error);
  }
}

$('#add').onclick = choose;
$('#welcome .main').onclick = choose;

$('#folder').onchange = async ({ target }) => {
  const files = [...target.files];
  // The same folder can then be chosen again.
  target.value = '';
  if (files.length > 0) await add(files).catch(failed);
};

async function add(source) {
  const folder = await library.addFolder(source);
  await showFolders();
  await sync(folder);
}

async function showFolders() {
  const folders = await library.folders();
  const items = folders.map((folder) => {
    const item = document.createElement('li');
    item.dataset.access = folder.access;
    item.dataset.kind = folder.kind;
    const name = document.createElement('span');
    name.className = 'name';
    name.textContent = folder.name;
    name.title = folder.url ?? folder.name;
    const button = document.createElement('button');
    button.type = 'button';
    if (folder.access === 'granted') {
      button.textContent = 'Sync';
      button.onclick = () => sync(folder);
    } else if (folder.access === 'missing') {
      button.textContent = 'Choose again';
      button.onclick = () => choose();
    } else {
      button.textContent = 'Allow again';
      button.onclick = () => allow(folder).catch(failed);
    }
    button.setAttribute('aria-label', `${button.textContent}: ${folder.name}`);
    const remove = document.createElement('button');
    remove.type = 'button';
    remove.className = 'remove';
    remove.textContent = '×';
    remove.title = 'Remove from the library';
    remove.setAttribute('aria-label', `Remove: ${folder.name}`);
    remove.onclick = () => removeFolder(folder).catch(failed);
    item.append(name, button, remove);
    return item;
  });
  $('#folders').replaceChildren(...items);
}

async function allow(folder) {
  const now = await library.requestAccess(folder);
  await showFolders();
  if (now.access === 'granted') await sync(now);
}

async function removeFolder(folder) {
  const what = folder.kind === 'webdav' ? 'server' : 'folder';
  const sure = await ask(
    `Remove ${folder.name}?`,
    `Its tracks leave the library, and no file on the ${what} is touched. What you played, rated or put into playlists comes back when you add it again.`,
    `Remove this ${what}`,
  );
  if (!sure) return;
  forgetTurns((turn) => turn.folder.id === folder.id);
  const { tracksRemoved, tracksKept } = await library.removeFolder(folder);
  await Promise.all([showFolders(), showLibrary()]);
  lookForDuplicates();
  const kept = tracksKept > 0 ? `, and ${NUMBER.format(tracksKept)} are remembered` : '';
  tell(`${folder.name} was removed: ${NUMBER.format(tracksRemoved)} tracks left the library${kept}.`);
}

/** Asks whether something should really be done. */
function ask(title, text, yes) {
  // What has the focus gets it back afterwards: an entry of a menu that is gone could not.
  $('#menu').hidePopover();
  const dialog = $('#sure');
  $('#sure-title').textContent = title;
  $('#sure-text').textContent = text;
  $('#sure-yes').textContent = yes;
  dialog.returnValue = 'no';
  dialog.showModal();
  return new Promise((done) => {
    dialog.onclose = () => done(dialog.returnValue === 'yes');
  });
}

const drags = { depth: 0 };

addEventListener('dragenter', () => document.body.classList.toggle('dragging', ++drags.depth > 0));
addEventListener('dragleave', () => document.body.classList.toggle('dragging', --drags.depth > 0));
addEventListener('dragover', (event) => event.preventDefault());
addEventListener('drop', async (event) => {
  event.preventDefault();
  drags.depth = 0;
  document.body.classList.remove('dragging');
  if (!library) return;
  try {
    const folders = await library.addFolders(event.dataTransfer);
    await showFolders();
    for (const folder of folders) sync(folder);
  } catch (error) {
    if (error.subject === 'source') tell('That was no folder. Drop a folder of music: single files are not taken.');
    else failed(error);
  }
});

// Servers

const form = $('#server form');
/** What stops the attempt that is under way. */
let connecting = null;

/** Opens the dialogue for a server; `url` where one is known that wants another password. */
function enterServer(url = '', problem) {
  form.reset();
  form.elements.url.value = url;
  showProblem(problem);
  $('#server').showModal();
  if (url) form.elements.user.focus();
}

function showProblem(problem) {
  const box = form.querySelector('.problem');
  box.hidden = !problem;
  box.querySelector('p').textContent = problem?.text ?? '';
  box.querySelector('pre').hidden = !problem?.headers;
  box.querySelector('pre').textContent = problem?.headers ?? '';
}

$('#add-server').onclick = () => enterServer();
$('#welcome .server').onclick = () => enterServer();
form.querySelector('.cancel').onclick = () => $('#server').close();
$('#server').onclose = () => {
  connecting?.abort();
  // It should not stand in the page longer than needed.
  form.reset();
};

form.onsubmit = async (event) => {
  event.preventDefault();
  if (connecting) return;
  const { url, user, password, remember } = form.elements;
  const address = url.value.trim();
  const stop = (connecting = new AbortController());
  const submit = form.querySelector('[type=submit]');
  submit.disabled = true;
  submit.textContent = 'Connecting …';
  showProblem();
  let server;
  try {
    server = await library.addServer(
      { url: address, user: user.value.trim(), password: password.value || undefined, remember: remember.checked },
      { signal: stop.signal },
    );
  } catch (error) {
    if (error.name !== 'AbortError') showProblem(serverProblem(error, address));
  } finally {
    connecting = null;
    submit.disabled = false;
    submit.textContent = 'Connect';
  }
  if (!server) return;
  $('#server').close();
  await showFolders();
  await sync(server);
};

// Syncs

const NUMBER = new Intl.NumberFormat();

const PHASES = {
  discovery: ({ discovered }) => `Looking for music: ${NUMBER.format(discovered)} files`,
  processing: ({ processed, discovered, current }) =>
    `Reading ${NUMBER.format(processed)} of ${NUMBER.format(discovered)}${current ? `: ${current}` : ''}`,
  conflict_resolution: () => 'Looking for what was moved or removed',
  covers: ({ covers }) => `Keeping covers: ${covers.done} of ${covers.total}`,
};

/** Syncs a folder when it is its turn; resolves when that is over, however it went, and has told of it. */
function sync(folder, options = {}) {
  // What waits will find all that is there then.
  const same = waiting.find((it) => it.folder.id === folder.id && it.options.confirmDeletions === options.confirmDeletions);
  if (same) return same.over;
  const turn = { folder, options };
  turn.over = new Promise((done) => {
    turn.done = done;
  });
  waiting.push(turn);
  if (running) showWaiting();
  else takeTurns();
  return turn.over;
}

async function takeTurns() {
  outcomes = [];
  $('#sync').hidden = false;
  state.sync = 'running';
  for (let turn; (turn = waiting.shift()); turn.done()) {
    running = new AbortController();
    await syncNow(turn.folder, { ...turn.options, signal: running.signal });
    // What is chosen meanwhile waits.
    await showLibrary().catch(failed);
    // The folder may not have been there before.
    albums.lookAgain();
  }
  // Only now: who is told that nothing runs any more finds what was synced.
  running = null;
  state.sync = 'idle';
  $('#sync').hidden = true;
  lookForDuplicates();
}

/** Lets some of the syncs that wait never have their turn. */
function forgetTurns(some) {
  const [gone, left] = [waiting.filter(some), waiting.filter((turn) => !some(turn))];
  waiting.splice(0, waiting.length, ...left);
  for (const turn of gone) turn.done();
  showWaiting();
}

function showWaiting() {
  const box = $('#sync .waiting');
  box.hidden = waiting.length === 0;
  box.textContent = `Then ${waiting.map(({ folder }) => folder.name).join(', ')}`;
}

$('#stop').onclick = () => running?.abort();

async function syncNow(folder, options) {
  const bar = $('#progress');
  bar.removeAttribute('value');
  $('#progress-text').textContent = `Syncing ${folder.name}`;
  showWaiting();
  try {
    const job = library.sync(folder, options);
    for await (const progress of job) {
      $('#progress-text').textContent = PHASES[progress.phase]?.(progress) ?? '';
      const { done, total } = progress.covers ?? { done: progress.processed, total: progress.discovered };
      if (progress.phase === 'discovery' || total === 0) continue;
      bar.max = total;
      bar.value = done;
    }
    const result = await job;
    summarise(folder, result);
    // So that the browser does not clear it when disks run full. It may say no.
    navigator.storage?.persist?.().catch(() => {});
  } catch (error) {
    if (isNoNews(error)) return;
    // What a person can do about it is in the dialogue.
    if (folder.kind === 'webdav' && error.code === 'auth-expired') {
      tellOutcome(`${folder.name}: ${textOf(error)}`, 'Sign in again', () => enterServer(folder.url));
    } else if (folder.kind === 'webdav' && error.code === 'not-available') {
      const how = () => enterServer(folder.url, serverProblem(error, folder.url));
      tellOutcome(`${folder.name}: the server does not let this page read it any more.`, 'What it has to allow', how);
    } else {
      tellOutcome(`${folder.name}: ${syncText(error, folder)}`);
    }
  }
}

/** Tells what came of a sync, after what came of those before; of what can be done about them, the last. */
function tellOutcome(text, action, act) {
  outcomes.push({ text, action, act });
  const last = outcomes.findLast((it) => it.action);
  tell(outcomes.map((it) => it.text).join(' '), last?.action, last?.act);
}

function summarise(folder, result) {
  const parts = ['added', 'updated', 'moved', 'deleted', 'failed']
    .filter((what) => result[what] > 0)
    .map((what) => `${NUMBER.format(result[what])} ${what === 'deleted' ? 'removed' : what}`);
  state.result = JSON.stringify(result);
  if (result.held > 0) {
    tellOutcome(
      `${NUMBER.format(result.held)} tracks are not in ${folder.name} any more, which is a lot. They are kept until you say so.`,
      `Remove ${NUMBER.format(result.held)} tracks`,
      () => sync(folder, { confirmDeletions: true }),
    );
  } else {
    const text = `${folder.name}: ${parts.join(', ') || 'nothing has changed'}.`;
    if (result.failed > 0) tellOutcome(text, 'Show what failed', () => showWarnings(result).catch(failed));
    else tellOutcome(text);
  }
}

/** Lists the files that a sync could not read, and why. */
async function showWarnings({ job, warnings }) {
  const told = await library.syncWarnings(job, { limit: WARNINGS });
  const items = told.map(({ subject, message }) => {
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
  });
  const dialog = $('#warnings');
  dialog.querySelector('ul').replaceChildren(...items);
  const more = dialog.querySelector('.more');
  more.hidden = warnings <= WARNINGS;
  more.textContent = `And ${NUMBER.format(warnings - WARNINGS)} more.`;
  dialog.showModal();
}

// The library

let shown = { items: [], next: null };

async function showLibrary() {
  const [stats, page] = await Promise.all([
    library.stats(),
    // As many as are shown now.
    library.albums({ limit: Math.min(1000, Math.max(PAGE, shown.items.length)) }),
  ]);
  shown = page;
  albums.show(shown.items);
  lookForEnd();
  const isEmpty = stats.tracks === 0;
  $('#welcome').hidden = !isEmpty;
  $('#library').hidden = isEmpty || $('#search').value.trim() !== '';
  $('#counts').textContent = `${NUMBER.format(stats.albums)} · ${NUMBER.format(stats.tracks)} tracks`;
  if ($('#search').value.trim() !== '') await find();
}

const end = new IntersectionObserver(
  async (entries) => {
    if (!entries.at(-1).isIntersecting || shown.next === null) return;
    const before = shown;
    const page = await library.albums({ limit: PAGE, after: before.next }).catch(failed);
    // It was shown anew meanwhile.
    if (!page || shown !== before) return;
    shown = { items: [...before.items, ...page.items], next: page.next };
    albums.show(shown.items);
    lookForEnd();
  },
  { rootMargin: '800px' },
);

/** Looks anew whether the end of the list is in view: an observer tells changes only. */
function lookForEnd() {
  end.unobserve($('#more'));
  end.observe($('#more'));
}

// Search

let finding;

async function find() {
  const text = $('#search').value.trim();
  finding?.abort();
  finding = new AbortController();
  const { signal } = finding;
  $('#found').hidden = text === '';
  $('#library').hidden = text !== '' || shown.items.length === 0;
  if (text === '') return;
  try {
    const { albums: found, tracks } = await library.search(text, { limit: 30, signal });
    foundAlbums.show(found);
    $('#found-tracks').replaceChildren(...tracks.map((track) => trackItem(track, `${track.title} · ${artistsOf(track)}`)));
    const count = (number, one) => `${number} ${one}${number === 1 ? '' : 's'}`;
    $('#found-count').textContent =
      found.length + tracks.length === 0
        ? `Nothing was found for “${text}”.`
        : `${count(found.length, 'album')} and ${count(tracks.length, 'track')} for “${text}”`;
  } catch (error) {
    failed(error);
  }
}

$('#search').oninput = find;

addEventListener('keydown', (event) => {
  const isTyping = event.target.matches?.('input, textarea');
  if (event.key === '/' && !isTyping && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    $('#search').focus();
  }
});

// One album

async function showAlbum(album) {
  const dialog = $('#album');
  $('#album-title').textContent = album.title;
  dialog.querySelector('.artists').textContent = artistsOf(album);
  const minutes = Math.round(album.durationMs / 60000);
  const details = [album.date?.slice(0, 4), `${album.trackCount} tracks`, minutes > 0 && `${minutes} min`];
  dialog.querySelector('.details').textContent = details.filter(Boolean).join(' · ');
  const cover = coverOf(album);
  dialog.querySelector('.cover').replaceWith(cover);
  if (album.artworkId !== null) showCover(cover, album.artworkId, artwork);
  const list = dialog.querySelector('.tracks');
  list.replaceChildren();
  dialog.showModal();
  try {
    for await (const track of library.tracks({ album })) list.append(trackItem(track, track.title));
  } catch (error) {
    failed(error);
  }
}

$('#album').addEventListener('click', (event) => {
  // What is outside of the dialog belongs to its backdrop.
  if (event.target === event.currentTarget) event.currentTarget.close();
});

function trackItem(track, text) {
  const item = document.createElement('li');
  const cells = [track.track ?? '', text, time(track.durationMs)].map((content) => {
    const cell = document.createElement('span');
    cell.textContent = content;
    return cell;
  });
  item.append(...cells);
  return item;
}

function time(ms) {
  if (ms === null) return '';
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

// Files that sound the same

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

// All of it

$('#menu').onclick = ({ currentTarget }) => currentTarget.hidePopover();

$('#export').onclick = () => saveCopy().catch(failed);

async function saveCopy() {
  const button = $('#export');
  button.disabled = true;
  try {
    const { copyName, save } = await import('./copies.js');
    const name = copyName();
    save(await library.export(), name);
    tell(`The browser saves the library as ${name}, with playlists, plays and ratings. Music, covers and passwords are not in it.`);
    scrollTo(0, 0);
  } finally {
    button.disabled = false;
    if (document.activeElement === document.body) button.focus({ preventScroll: true });
  }
}

$('#import').onclick = () => $('#copy').click();

$('#copy').onchange = async ({ target }) => {
  const [file] = target.files;
  // The same file can then be chosen again.
  target.value = '';
  if (file) await openCopy(file).catch(failed);
};

async function openCopy(file) {
  const { copyProblem, isCopy } = await import('./copies.js');
  if (!(await isCopy(file))) {
    tell(`${file.name} is no saved library. Choose a file that “Save a copy” has made. Nothing was replaced.`);
    scrollTo(0, 0);
    return;
  }
  if (await isElsewhere('Nothing was replaced.')) return;
  const sure = await ask(
    'Replace the library?',
    `${file.name} takes the place of all that is here: tracks, playlists, plays and ratings. It can not be undone. Your music is not touched. Folders that this browser does not know have to be chosen again, with the names that they had.`,
    'Replace the library',
  );
  if (!sure) return;
  await change({
    state: 'importing',
    doing: `Opening ${file.name} …`,
    work: () => MusicLibrary.import(file, { name: 'demo' }),
    done: `${file.name} is the library now.`,
    problem: (error) => copyProblem(error, file.name) ?? textOf(error),
  });
}

$('#delete').onclick = () => deleteLibrary().catch(failed);

/** Tells of another tab, if there is one: it would take the library before anything is done to it. */
async function isElsewhere(said) {
  const found = await hasOther();
  if (found) {
    tell(`This page is open in another tab, which has to be closed first. ${said}`);
    scrollTo(0, 0);
  }
  return found;
}

async function deleteLibrary() {
  if (await isElsewhere('Nothing was deleted.')) return;
  const sure = await ask(
    'Delete the library?',
    'All that this page has stored goes: tracks, playlists, plays, covers, passwords, and which folders and servers there were. It can not be undone. Your music is not touched.',
    'Delete the library',
  );
  if (!sure) return;
  await change({
    state: 'deleting',
    doing: 'Deleting the library …',
    work: () => MusicLibrary.delete({ name: 'demo' }),
    done: 'The library was deleted.',
    problem: (error) => (error.code === 'in-use' ? 'Nothing was deleted, since another tab was faster.' : textOf(error)),
  });
}

/** Closes the library, lets `work` do something to what is stored, and opens it again with the word on how that went. */
async function change({ state: during, doing, work, done, problem }) {
  const button = document.activeElement;
  enable(false);
  state.state = during;
  forgetTurns(() => true);
  running?.abort();
  $('#search').value = '';
  find();
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
  // What comes has the same numbers.
  forgetCovers();
  for (const tiles of [albums, foundAlbums]) tiles.show([]);
  await open({ said });
  // It was disabled meanwhile, which takes the focus away.
  if (document.activeElement === document.body) button?.focus({ preventScroll: true });
}

// Offline

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
