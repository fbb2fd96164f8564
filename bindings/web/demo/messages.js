/** What a person is told when something goes wrong. */
const TEXTS = {
  'in-use': 'This library is open in another tab. It opens here as soon as that tab is closed.',
  'quota-exceeded':
    'There is no room left: the disk, or the space that the browser gives this page, is full. What was there is kept. Make some room and sync again.',
  'permission-denied': 'The browser does not let this page read the folder. Allow it and sync again.',
  'root-unavailable':
    'The folder can not be read now: it is gone, empty, or was not chosen since the page was loaded. Nothing was removed.',
  'already-running': 'This folder is being synced already.',
  crashed: 'The library stopped unexpectedly. What was stored is still there.',
  corrupt: 'The library that the browser kept is damaged.',
  'too-new': 'The library was written by a newer version of this page. Reload the page.',
};

/** What differs while the library opens. */
const AT_OPENING = {
  'permission-denied':
    'The browser does not let this page keep data. Allow it in the settings for this site, or leave the private window, and reload.',
  'not-available': 'This browser, or this window, gives the page no storage.',
  'quota-exceeded': 'There is no room left to open the library. Make some room on the disk and reload.',
};

export function textOf(error, atOpening = false) {
  const text = (atOpening && AT_OPENING[error.code]) || TEXTS[error.code];
  if (text) return text;
  const remedy = error.remedy ? ` You can ${error.remedy}.` : '';
  return `${error.message ?? error}${remedy}`;
}
