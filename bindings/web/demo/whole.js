/** All of the library: saved as a file, replaced by one, deleted. */
import { MusicLibrary } from './music-core/index.js';
import { NAME, library } from './library.js';
import { textOf } from './messages.js';
import { $, ask, failed, tell } from './page.js';
import { hasOther } from './tabs.js';

/** Has the menu do it. `change` closes the library, does `work`, and opens it again with the word on how that went. */
export function offerWhole(change) {
  $('#menu').onclick = ({ currentTarget }) => currentTarget.hidePopover();
  $('#export').onclick = () => saveCopy().catch(failed);
  $('#import').onclick = () => $('#copy').click();
  $('#copy').onchange = async ({ target }) => {
    const [file] = target.files;
    // The same file can then be chosen again.
    target.value = '';
    if (file) await openCopy(file, change).catch(failed);
  };
  $('#delete').onclick = () => deleteLibrary(change).catch(failed);
}

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

async function openCopy(file, change) {
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
    work: () => MusicLibrary.import(file, { name: NAME }),
    done: `${file.name} is the library now.`,
    problem: (error) => copyProblem(error, file.name) ?? textOf(error),
  });
}

async function deleteLibrary(change) {
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
    work: () => MusicLibrary.delete({ name: NAME }),
    done: 'The library was deleted.',
    problem: (error) => (error.code === 'in-use' ? 'Nothing was deleted, since another tab was faster.' : textOf(error)),
  });
}

/** Tells of another tab, if there is one: it would take the library before anything is done to it. */
async function isElsewhere(said) {
  const found = await hasOther();
  if (found) {
    tell(`This page is open in another tab, which has to be closed first. ${said}`);
    scrollTo(0, 0);
  }
  return found;
}
