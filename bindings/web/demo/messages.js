/** What a person is told when something goes wrong. */
const TEXTS = {
  'in-use': 'This library is open in another tab. It opens here as soon as that tab is closed.',
  'quota-exceeded':
    'There is no room left: the disk, or the space that the browser gives this page, is full. What was there is kept. Make some room and sync again.',
  'permission-denied': 'The browser does not let this page read the folder. Allow it and sync again.',
  'root-unavailable':
    'The folder can not be read now: it is gone, empty, or was not chosen since the page was loaded. Nothing was removed.',
  'folders-overlap':
    'That folder lies in one that is in the library, or holds one, and its songs would be there twice. Remove that one first.',
  'already-running': 'This folder is being synced already.',
  crashed: 'The library stopped unexpectedly. What was stored is still there.',
  corrupt: 'The library that the browser kept is damaged.',
  'too-new': 'The library was written by a newer version of this page. Reload the page.',
  offline: 'There is no way to the server: there is no network, or it does not answer. What was synced is still here.',
  paused: 'The sync rests, since there is no way to the server now. It goes on from there with the next one.',
  timeout: 'The server did not answer in time. What was synced is still here; try again later.',
  throttled: 'The server asks for fewer requests. Wait a while and sync again.',
  'auth-expired': 'The server does not accept the user and the password.',
};

/** What differs while the library opens. */
const AT_OPENING = {
  'permission-denied':
    'The browser does not let this page keep data. Allow it in the settings for this site, or leave the private window, and reload.',
  'not-available': 'This browser, or this window, gives the page no storage.',
  'quota-exceeded': 'There is no room left to open the library. Make some room on the disk and reload.',
};

/** What differs where a server is added. */
const AT_SERVER = {
  'auth-expired': 'The server does not accept this user and password. Some want a password made for this app alone.',
  'permission-denied': 'The server lets this user not into that folder.',
  'not-found': 'The server has no such folder. Is the address the whole one, down to the folder of music?',
  'not-a-directory': 'That address is a file. It has to be the folder that the music lies in.',
  unsupported: 'There is something at this address, but it does not speak WebDAV.',
  'root-unavailable':
    'The server sends this page to another address. Is there a page to sign in to this network? Else use the address where the folder is now.',
  corrupt: 'What the server answers breaks the rules of WebDAV, so that it can not be read.',
  offline: 'No server answers at this address. Is it right, does the server run, is there a network?',
  'quota-exceeded': 'There is no room left to note the server. Make some room and try again.',
};

/** What differs where a server that is known is synced. */
const OF_SERVER = {
  'permission-denied': 'The server lets this user not into the folder any more. Nothing was removed.',
  'root-unavailable':
    'The folder on the server can not be read now: it is gone or empty, or the server sends this page elsewhere, perhaps to sign in to this network. Nothing was removed.',
  unsupported:
    'Something else than WebDAV answers in place of the server, perhaps a page to sign in to this network. Nothing was removed.',
  corrupt: 'What the server answers breaks the rules of WebDAV, so that it can not be read. Nothing was removed.',
};

/** What the browser has to be told by a server, or else no page may read it (CORS). */
const allowing = (origin) => `Access-Control-Allow-Origin: ${origin}
Access-Control-Allow-Methods: GET, HEAD, OPTIONS, PROPFIND, REPORT
Access-Control-Allow-Headers: Authorization, Content-Type, Depth, If-Match
Access-Control-Expose-Headers: ETag, Content-Range, Last-Modified, Content-Length`;

export function textOf(error, atOpening = false) {
  const text = (atOpening && AT_OPENING[error.code]) || TEXTS[error.code];
  return text ?? inItsOwnWords(error);
}

/** Tells why a folder or server can't be synced. */
export function syncText(error, folder) {
  // What the library itself fails at begins with something else than an address.
  const isOfServer = folder.kind === 'webdav' && error.message.startsWith(new URL(folder.url).origin);
  return (isOfServer && OF_SERVER[error.code]) || textOf(error);
}

/** Tells why a server can't be added: in words, and with headers that somebody has to copy. */
export function serverProblem(error, address) {
  if (error.code === 'not-available') {
    if (location.protocol === 'https:' && address.startsWith('http:')) {
      return { text: 'This page came over https, and so the browser lets it read servers with https only.' };
    }
    return {
      text:
        'The server is there, but the browser does not let this page read it: the server has to allow the page (CORS). Whoever runs it can let it send these headers, and answer OPTIONS without a sign-in:',
      headers: allowing(location.origin),
    };
  }
  if (error.code === 'invalid-input') {
    return { text: 'That is no address of a server: it begins with https:// and has neither user nor password in it.' };
  }
  return { text: AT_SERVER[error.code] ?? textOf(error) };
}

function inItsOwnWords(error) {
  const remedy = error.remedy ? ` You can ${error.remedy}.` : '';
  return `${error.message ?? error}${remedy}`;
}
