/// <reference lib="esnext.disposable" />
/**
 * A music library in a browser tab: it finds music in folders that a person gives to the page and on WebDAV
 * servers, reads tags and covers, keeps them in the browser's storage, follows every change, and answers
 * queries and searches. It runs in a dedicated worker; the page is never held up.
 *
 * Whatever is asked for by its id fails with `not-found` if there is none of that id. A list that is narrowed by one,
 * such as `tracks({ album })`, is then empty.
 *
 * Every promise that fails because of the library fails with a {@link MusicError}. One whose `signal` is
 * aborted fails with the signal's reason.
 */

/** An open library. One tab at a time has it open. */
export class MusicLibrary {
  /**
   * Opens a library, or makes it.
   *
   * Fails with `in-use` if another tab has it open and does not close it within five seconds;
   * `not-available`, `permission-denied` or `quota-exceeded` if the browser keeps no data for this page;
   * `too-new` if a newer version has written it; `corrupt` if it is damaged; `load-failed` if the files of
   * this package can't be loaded. In a service worker, and in a shared one where the browser lets it start no worker,
   * it is `not-available`, too: open it in a page or in a dedicated worker.
   */
  static open(options?: OpenOptions): Promise<MusicLibrary>;

  /**
   * Deletes everything that is stored for a library: tracks, playlists, plays, covers, handles of folders,
   * passwords. It can't be undone. The music itself, in folders and on servers, is not touched; one that is
   * not there is fine.
   *
   * Fails with `in-use` while a tab has it open, this one included, and nothing is deleted then; with
   * `permission-denied` or `not-available` if the browser keeps no data for this page.
   */
  static delete(options?: { name?: string; worker?: () => Worker } & Abortable): Promise<void>;

  /**
   * Puts a library that {@link export} gave in the place of the one of this name, or where none is. Nothing is
   * replaced unless the file is whole and a library. What is not in the file stays: handles of folders, passwords,
   * and the covers that were kept, of which those are shown that the new library knows.
   *
   * Fails with `in-use` while a tab has it open, this one included; `corrupt` or `invalid-input` if the file is no
   * library, or somebody has changed its tables, indexes or triggers: `subject` then names the first that is not as it
   * was, such as `trigger loose_track`; `too-new` if a newer version has written it; `quota-exceeded` if there is no room, or it has more than
   * 900 MiB, of which the worker's memory holds several copies.
   */
  static import(file: Blob, options?: { name?: string; worker?: () => Worker } & Abortable): Promise<void>;

  /** Whether {@link chooseFolder} works in this browser. */
  static readonly canChooseFolder: boolean;
  /**
   * Lets the person choose a folder, in answer to a click or a key. Chromium leaves out files whose names Windows
   * would not take, as README.md says.
   *
   * Fails with `unsupported` where the browser has no such dialogue, and with `cancelled` if the person
   * chose none.
   */
  static chooseFolder(): Promise<FileSystemDirectoryHandle>;

  private constructor();

  /** What it was opened as. */
  readonly name: string;
  /**
   * That the browser had found its storage damaged when the library was opened, and had thrown away what it kept
   * there for this site: covers, passwords and which folders were given, or this library; the person should be
   * told. `null` if not. Of IndexedDB only Chromium tells, and only the first page that opens a database afterwards;
   * that the library's file is gone is found in all browsers.
   */
  readonly dataLoss: DataLoss | null;

  /**
   * Makes a folder known, or finds it if it is known. Nothing is read before {@link sync}.
   *
   * A handle is kept across reloads and always shows what is in the folder now. A list of files is what
   * was in the folder when it was chosen, and lasts until the page is reloaded; a list of the same name
   * takes its place, and the next sync sees what changed. So where another folder is of the same name, pass a `name`
   * of its own: a page can't tell whether it is the same.
   *
   * A `DataTransfer` has to be passed while its `drop` event is handled; if several folders were dropped,
   * all are made known and the first is given. There is such an event only where `dragover` was prevented:
   * `preventDefault()` in both, or the browser opens the folder in place of the page.
   *
   * Fails with `folders-overlap` for a handle of a folder that lies in a known one, or holds it; of lists of files
   * that can't be told.
   */
  addFolder(source: FolderSource, options?: FolderOptions): Promise<Folder>;
  /**
   * Makes all folders known that were dropped; to be called while the `drop` event is handled, which comes only where
   * `preventDefault()` was called in `dragover`.
   */
  addFolders(dropped: DataTransfer, options?: FolderOptions): Promise<Folder[]>;
  /**
   * Makes a folder on a WebDAV server known, after asking the server what it can do, or finds it if it is
   * known: then `password` takes the place of the one before. Nothing is read before {@link sync}.
   *
   * The server has to allow the page (CORS), unless the page comes from it; README.md says how. Fails with
   * `not-available` if it does not, and `remedy` says what it has to allow; `auth-expired` if it does not
   * accept user and password; `not-found`, `not-a-directory` or `unsupported` if there is no such folder, or
   * no WebDAV; `offline` if it does not answer; `invalid-input` for a URL that is none, or that holds a user
   * or a password. Nothing is stored then.
   */
  addServer(server: ServerSource, options?: Abortable): Promise<Folder>;
  /**
   * Takes a folder or server out of the library; a sync of it that runs is cancelled. Its handle and its
   * password are forgotten. No file is touched.
   *
   * Its tracks are deleted, but for those that were played, rated, made a favourite or put into a playlist:
   * these stay as missing ones, and come back as themselves when the folder is added again and synced.
   */
  removeFolder(folder: Folder | number): Promise<RemovedFolder>;
  /** Lists folders and servers, oldest first, with what the page may read now. */
  folders(options?: Abortable): Promise<Folder[]>;
  /**
   * Asks the person to let the page read a folder again, where the browser wants that after a reload; in
   * answer to a click or a key: anywhere else it fails with `permission-denied`. The folder that it gives has what came
   * of it in `access`; where that is not `granted`, a sync fails with `permission-denied`, and nothing leaves the
   * library.
   */
  requestAccess(folder: Folder | number): Promise<Folder>;

  /**
   * Starts to bring the library in step with a folder. What is given back is a promise of how it ended,
   * and, in a `for await` loop, how far it is.
   *
   * To leave the loop does not stop the sync: `signal` does, after the transaction in hand, and the next
   * one goes on from there. It fails with `already-running` if the folder is being synced;
   * `root-unavailable`, `not-found` or `permission-denied` if the folder can't be read now; `unsupported` if a page
   * answers in place of a server, as in networks that want a sign-in, and `corrupt` if a server breaks the rules of
   * WebDAV (`message` then begins with its address);
   * `quota-exceeded` if storage is full. What was taken in until then stays.
   */
  sync(folder: Folder | number, options?: SyncOptions): Promise<SyncResult> & AsyncIterable<SyncProgress>;
  /**
   * Lists syncs, newest first, beginning before the sync `before`: `limit` of them, 100 where it is not given, at most
   * 1,000.
   */
  syncs(options?: { before?: number; limit?: number } & Abortable): Promise<SyncRecord[]>;
  /**
   * Lists what a sync had to say about single files, in order, beginning after the warning `after`: `limit` of them, 100
   * where it is not given, at most 1,000. Fails with `not-found` if there is no such sync.
   */
  syncWarnings(job: number, options?: { after?: number; limit?: number } & Abortable): Promise<SyncWarning[]>;

  /** Lists albums by title, or with `newest` those added last first; only those that meet all of the filter. */
  albums(options?: AlbumFilter & PageOptions): List<Album>;
  /** Reads one album. */
  album(id: number, options?: Abortable): Promise<Album>;
  /**
   * Lists tracks by title, those of an album by disc, number and path, or with `newest` those added last first; only
   * those that meet all of the filter.
   */
  tracks(options?: TrackFilter & PageOptions): List<Track>;
  /** Reads one track. */
  track(id: number, options?: Abortable): Promise<Track>;
  /** Lists artists by name: all, only those that albums are by, or only those with a role on a track. */
  artists(options?: ({ albumArtists?: boolean } | { role?: string }) & PageOptions): List<Artist>;
  /** Reads one artist. */
  artist(id: number, options?: Abortable): Promise<Artist>;
  /**
   * Looks for an image of an artist among the files and gives its id for {@link artwork}, or `null`:
   * `artist.jpg` or one that bears the name, with albums of this artist alone or in the folder of this name.
   * What was found is kept, as {@link Artist.artworkId}.
   */
  artistArtwork(artist: Artist | number, options?: Abortable): Promise<number | null>;
  /** Lists genres by name. */
  genres(options?: PageOptions): List<Genre>;
  /** Finds the best of each kind by what a person types, 20 where `limit` is not given. Any text is fine. */
  search(text: string, options?: { limit?: number } & Abortable): Promise<SearchResult>;
  /** Finds tracks, best first. */
  searchTracks(text: string, options?: PageOptions): List<Track>;
  /** Finds albums, best first. */
  searchAlbums(text: string, options?: PageOptions): List<Album>;
  /** Finds artists, best first. */
  searchArtists(text: string, options?: PageOptions): List<Artist>;
  /** Reads the words of a track, the best source first: none if it has none. Fails with `not-found` if there is no such track. */
  lyrics(track: Track | number, options?: Abortable): Promise<Lyrics[]>;
  /**
   * Reads an image by the `artworkId` of an album, a track or an artist: a copy of at most 512 pixels, which is kept
   * and there when the folder is not, or with `original` the image as it lies in the folder.
   */
  artwork(id: number, options?: { original?: boolean } & Abortable): Promise<Blob>;
  /**
   * Gives the file of a track, of which nothing is read: `audio.src = URL.createObjectURL(await library.file(track))`.
   * One on a server is fetched as a whole.
   *
   * Fails with `not-found` if it is gone, and where its folder was not given to the page since it was loaded. Of a list
   * of files it is given all the same when it is gone: to read it then fails as the browser says.
   */
  file(track: Track | number, options?: Abortable): Promise<File>;
  /** Counts what is in the library. */
  stats(options?: Abortable): Promise<Stats>;

  /** Notes that a track was played just now. */
  played(track: Track | number): Promise<void>;
  /** Lists what was played, the latest first. */
  history(options?: PageOptions): List<Play>;
  /** Rates a track from 0 to 100, or takes its rating away with `null`. */
  rate(track: Track | number, rating: number | null): Promise<void>;
  /** Makes a track a favourite, or no favourite. */
  setFavourite(track: Track | number, favourite: boolean): Promise<void>;

  /** Lists playlists by name. */
  playlists(options?: PageOptions): List<Playlist>;
  /** Lists the entries of a playlist in order, those of missing tracks included. */
  playlistEntries(playlist: Playlist | number, options?: PageOptions): List<PlaylistEntry>;
  /** Makes an empty playlist and gives its id. */
  createPlaylist(name: string, options?: { comment?: string }): Promise<number>;
  /** Gives a playlist another name. */
  renamePlaylist(playlist: Playlist | number, name: string): Promise<void>;
  /** Removes a playlist; its tracks stay. */
  deletePlaylist(playlist: Playlist | number): Promise<void>;
  /** Puts tracks at the end of a playlist, or after one of its entries, and gives the entries' ids. */
  addToPlaylist(
    playlist: Playlist | number,
    tracks: Iterable<Track | number>,
    options?: { after?: PlaylistEntry | number },
  ): Promise<number[]>;
  /** Takes entries out of a playlist and tells how many there were. */
  removeFromPlaylist(playlist: Playlist | number, entries: Iterable<PlaylistEntry | number>): Promise<number>;

  /** Makes a playlist of rules, whose tracks are found whenever it is read, and gives its id. */
  createSmartPlaylist(name: string, rules: SmartPlaylistRules, options?: { comment?: string }): Promise<number>;
  /** Gives a smart playlist other rules. */
  setSmartPlaylist(playlist: Playlist | number, rules: SmartPlaylistRules): Promise<void>;
  /** Reads the rules of a smart playlist. */
  smartPlaylist(playlist: Playlist | number, options?: Abortable): Promise<SmartPlaylistRules>;
  /** Lists the tracks that rules give, without making a playlist. */
  previewSmartPlaylist(rules: SmartPlaylistRules, options?: PageOptions): List<Track>;

  /**
   * Makes a playlist of the tracks that a file of another player names: M3U, PLS or XSPF, as its name says. With
   * `folder`, relative paths begin at the root of that folder. The file's own title wins over `name`.
   *
   * Fails with `invalid-input` if it can't be read or names nothing.
   */
  importPlaylist(
    file: File,
    options?: { name?: string; folder?: Folder | number } & Abortable,
  ): Promise<ImportedPlaylist>;
  /**
   * Writes a playlist for other players. With `folder`, tracks of that folder are named by their way from its
   * root, where the file is meant to lie.
   */
  exportPlaylist(
    playlist: Playlist | number,
    options?: { format?: 'm3u8' | 'pls' | 'xspf'; folder?: Folder | number } & Abortable,
  ): Promise<ExportedPlaylist>;

  /**
   * Asks LRCLIB (lrclib.net) for the words of at most `limit` tracks that have none, 100 where it is not given, half
   * a second apart. Nothing is asked unless this is called. The next call goes on where this one ended.
   */
  fetchLyrics(options?: { limit?: number } & Abortable): Promise<OnlineResult>;
  /** Likewise asks MusicBrainz which recordings tracks are whose tags don't say it, a second apart. */
  recogniseTracks(options?: { limit?: number } & Abortable): Promise<OnlineResult>;
  /**
   * Tells what MusicBrainz said a track is; `null` if it was not asked or had nothing. Fails with `not-found` if there is
   * no such track.
   */
  recognised(track: Track | number, options?: Abortable): Promise<Recognised | null>;
  /**
   * Tells what Last.fm says of an artist, with a biography in `language` (such as `de`; English where it is not
   * given), or `null`. It needs the `lastFmKey` of {@link OpenOptions}. An answer is kept for a month, and longer
   * while Last.fm can't be asked.
   */
  artistInfo(artist: Artist | number, options?: { language?: string } & Abortable): Promise<ArtistInfo | null>;
  /** Gives an album's front cover from the Cover Art Archive, which is kept nowhere, or `null`. */
  onlineCover(
    album: Album | number,
    options?: { size?: 'small' | 'medium' | 'large' | 'original' } & Abortable,
  ): Promise<Blob | null>;

  /**
   * Lists the files of a folder that were set aside since they can't be read, by key, after the key `after`. Fails with
   * `not-found` if there is no such folder, as {@link retryQuarantined} does.
   */
  quarantined(folder: Folder | number, options?: { after?: string; limit?: number } & Abortable): Promise<QuarantinedFile[]>;
  /** Lets the next sync try them again, or only the one of this key; tells how many there are. */
  retryQuarantined(folder: Folder | number, options?: { file?: string }): Promise<number>;

  /**
   * Lists groups of tracks of one folder that sound the same, whatever their tags say, and about which nothing was
   * decided yet.
   */
  duplicates(options?: PageOptions): List<DuplicateGroup>;
  /** Lists the tracks that left the lists since another one stands for them. */
  duplicatesSetAside(options?: PageOptions): List<SetAsideTrack>;
  /**
   * Lets the track `keep` stand for the others of a group, which leave the lists and hand their places in playlists,
   * plays and ratings over to it. Without `keep` all are kept, also those that had left the lists. No file is touched.
   *
   * Fails with `invalid-input` unless there are at least two, that sound the same and are in one folder, `keep`
   * among them.
   */
  decideDuplicates(tracks: Iterable<Track | number>, options?: { keep?: Track | number }): Promise<void>;

  /**
   * Tells what happens from now on, until the library is closed. A loop that is slow loses the oldest
   * events, which a gap in `sequence` shows. When `signal` is aborted, the loop fails with its reason.
   */
  events(options?: Abortable): AsyncIterableIterator<LibraryEvent>;
  /**
   * Copies the library, to be kept elsewhere: a SQLite database with all that is known of the music and all that a
   * person made of it. Passwords, handles of folders and kept covers are not in it. The worker's memory holds all of it
   * meanwhile, so one of 2 GiB or more fails with `quota-exceeded`, and one of more than 900 MiB can't be imported by a page.
   */
  export(options?: Abortable): Promise<Blob>;
  /** Tells how the library is. */
  health(options?: Abortable): Promise<Health>;
  /**
   * Stops syncs, closes the library and ends its worker. Calls that are open fail with `closed`. A worker that is not
   * done after ten seconds is ended all the same; what calls have said to be stored is stored.
   */
  close(): Promise<void>;
  /** As {@link close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** What goes wrong in a library. */
export class MusicError extends Error {
  readonly name: 'MusicError';
  /** The cause, for programs. */
  readonly code: MusicErrorCode;
  /** What it is about: a file, a folder, an argument. */
  readonly subject?: string;
  /** What the person or the page can do about it. */
  readonly remedy?: string;
  /** How far the sync came, where a sync failed. */
  readonly result?: SyncResult;
}

export type MusicErrorCode =
  /** Another tab or worker has the library open. */
  | 'in-use'
  /**
   * The browser's storage is full, or a library in IndexedDB has reached its 512 MiB, or a copy is too large for the
   * worker's memory; nothing that was there is lost.
   */
  | 'quota-exceeded'
  /** The person or the browser lets the page neither read this nor store data. */
  | 'permission-denied'
  /** The browser or the page lacks what is needed; `remedy` says what helps. */
  | 'not-available'
  /** This browser can't do that at all, or what answers at a server's address is no WebDAV: a page to sign in, perhaps. */
  | 'unsupported'
  | 'not-found'
  | 'already-exists'
  | 'invalid-input'
  | 'invalid-config'
  /**
   * The folder is gone, empty where it never was, or was not given to the page since it was loaded; of a server
   * also, that it sends the page to another address.
   */
  | 'root-unavailable'
  /** The folder's listing broke off; nothing is taken for deleted. */
  | 'incomplete-listing'
  /** The folder is being synced already. */
  | 'already-running'
  /** Somebody else works on it, or it changed while it was read. */
  | 'conflict'
  | 'cancelled'
  /** What is stored is damaged; or, if `message` begins with a server's address, what that server answers is. */
  | 'corrupt'
  /** What is stored was written by a newer version. */
  | 'too-new'
  /** The library was closed. */
  | 'closed'
  /** The worker has ended; what was stored is there when the library is opened again. */
  | 'crashed'
  /** A file of this package can't be loaded. */
  | 'load-failed'
  | 'already-started'
  | 'not-a-directory'
  | 'is-a-directory'
  | 'directory-not-empty'
  | 'throttled'
  | 'auth-expired'
  | 'cursor-invalid'
  | 'offline'
  | 'timeout'
  | 'http-status'
  | 'redirected'
  | 'constraint'
  | 'illegal-transition'
  | 'task-failed'
  | 'unknown-provider-kind'
  | 'folders-overlap'
  | 'failed'
  | 'paused'
  | 'metered'
  | 'other';

export interface Abortable {
  signal?: AbortSignal;
}

export interface OpenOptions extends Abortable {
  /** What the names of its databases begin with; `music-core` where it is not given. */
  name?: string;
  /**
   * What becomes of files of one folder that sound the same: each is a track of its own (`keep-both`, where it is not
   * given), the newest stands for the others, or the event `duplicates_found` tells that there is something to decide.
   */
  duplicates?: 'keep-both' | 'keep-newest' | 'ask';
  /** The key by which Last.fm knows your app, for {@link MusicLibrary.artistInfo}; they give it to developers. */
  lastFmKey?: string;
  /** Waits for a tab that has it open, instead of failing with `in-use`; no worker is started before that. */
  whenFree?: boolean;
  /** Starts the worker, where a bundler has put `worker.js` elsewhere. */
  worker?: () => Worker;
}

export type FolderSource =
  | FileSystemDirectoryHandle
  | FileList
  | DataTransfer
  | Iterable<File | { path: string; file: File }>;

/** A folder on a WebDAV server. */
export interface ServerSource {
  /** Where it is, such as `https://cloud.example/remote.php/dav/files/anna/Music`. */
  url: string | URL;
  /** Who signs in; without one nobody does. */
  user?: string;
  /** Best one that the server made for this app alone. Without one, that of the last time. */
  password?: string;
  /**
   * Whether the password is kept, encrypted, for the next time; `true` where it is not given. Otherwise it is
   * forgotten when the library is closed. It is never in the library.
   */
  remember?: boolean;
  /** Whether to take in what begins with a dot. */
  includeHidden?: boolean;
}

/** What became of the tracks of a folder that was removed. */
export interface RemovedFolder {
  /** Those that are deleted. */
  tracksRemoved: number;
  /** Those that are kept as missing, since a person made something of them. */
  tracksKept: number;
}

/** See {@link MusicLibrary.dataLoss}. */
export interface DataLoss {
  /** Why, often in the browser's words; may be empty. */
  message: string;
  /** Whether the library is gone, too; otherwise its folders and the passwords of its servers have to be given again. */
  library: boolean;
}

export interface FolderOptions extends Abortable {
  /** What to call it, instead of its own name. */
  name?: string;
  /** Whether to take in what begins with a dot. */
  includeHidden?: boolean;
  /** Patterns of what to leave out, as in a `.gitignore`. */
  exclude?: string[];
}

export interface SyncOptions extends Abortable {
  /** Lists everything, also what seems to be unchanged. */
  full?: boolean;
  /** Says that a person has confirmed the deletions that the last sync held back. */
  confirmDeletions?: boolean;
}

export interface PageOptions extends Abortable {
  /** How many items at most, 1 to 1,000; 100 where it is not given. */
  limit?: number;
  /** Where to go on: the `next` of the page before. */
  after?: string | null;
}

export interface Page<T> {
  items: T[];
  /** Where the next page begins; `null` if this was the last. */
  next: string | null;
}

/** A promise of a page, and in a `for await` loop all items from there on, fetched page by page. */
export type List<T> = Promise<Page<T>> & AsyncIterable<T>;

export interface Folder {
  id: number;
  name: string;
  /** `local`: given by a person. `webdav`: on a server. */
  kind: 'local' | 'webdav';
  /** Where it lies on a server. */
  url: string | null;
  /**
   * `prompt` and `denied`: {@link MusicLibrary.requestAccess}. `missing`: the person has to choose it
   * again, since lists of files don't outlive the page. A server is
   * always `granted`: whether it lets the page in shows when it is synced.
   */
  access: 'granted' | 'prompt' | 'denied' | 'missing';
  /** Whether it is a handle or on a server: kept across reloads, and showing what is in the folder now. */
  live: boolean;
}

/** How far a sync is. No number ever goes back. */
export interface SyncProgress {
  job: number;
  phase: 'discovery' | 'processing' | 'conflict_resolution' | 'covers';
  /** Audio files that were found so far. */
  discovered: number;
  /** Those that are dealt with; never more. */
  processed: number;
  added: number;
  updated: number;
  moved: number;
  deleted: number;
  unchanged: number;
  failed: number;
  /** What is worked on now, for people. */
  current: string | null;
  /** In the last phase: how many covers are kept, of how many. */
  covers?: { done: number; total: number };
}

/** How a sync ended. */
export interface SyncResult {
  job: number;
  syncType: 'full' | 'incremental';
  status: 'completed' | 'failed' | 'cancelled' | 'paused';
  /** Audio files that were found, or were to be read though nothing was said of them. */
  discovered: number;
  /** Tracks that are new, or back. */
  added: number;
  updated: number;
  /** Files that were renamed or moved. */
  moved: number;
  /** Tracks whose file is gone. */
  deleted: number;
  /** Files that are as they were. Those that wait are not among them. */
  unchanged: number;
  /** Files that could not be read. */
  failed: number;
  /** Files that are left for a later sync to read; those that failed and are not set aside are among them. */
  waiting: number;
  /** Deletions that were held back because they are suspiciously many; see `confirmDeletions`. */
  held: number;
  warnings: number;
  requests: number;
  bytesRead: number;
  durationMs: number;
  error?: string;
  errorCode?: MusicErrorCode;
  /** What can be done about it. */
  remedy?: string;
}

/** A sync as it is remembered. Times are in ms since 1970. */
export interface SyncRecord {
  job: number;
  provider: number;
  syncType: 'full' | 'incremental';
  status: 'pending' | 'running' | 'completed' | 'failed' | 'cancelled' | 'paused';
  phase: 'discovery' | 'processing' | 'conflict_resolution' | 'finished';
  discovered: number;
  added: number;
  updated: number;
  moved: number;
  deleted: number;
  unchanged: number;
  failed: number;
  /** Files that were left for a later sync to read. */
  waiting: number;
  held: number;
  warnings: number;
  requests: number;
  bytesRead: number;
  durationMs: number;
  error: string | null;
  createdAt: number;
  finishedAt: number | null;
}

export interface SyncWarning {
  /** What a list that goes on after it is asked with. */
  id: number;
  /** A word that programs can match on. */
  kind: string;
  /** The file or folder. */
  subject: string;
  message: string;
}

export interface ArtistCredit {
  id: number;
  name: string;
  /** `artist`, `composer`, `remixer` … */
  role: string;
}

export interface Track {
  /** It stays, also when the file is renamed, moved or retagged. */
  id: number;
  title: string;
  /** The title it is sorted by, where tags give one. */
  sortTitle: string | null;
  artists: string[];
  /** The artists as the tags want them shown. */
  artistDisplay: string | null;
  credits: ArtistCredit[];
  album: string | null;
  albumId: number | null;
  albumArtists: string[];
  track: number | null;
  trackTotal: number | null;
  disc: number | null;
  discTotal: number | null;
  /** The disc's own title. */
  discSubtitle: string | null;
  /** Whether its album is a compilation, as the tags say. */
  compilation: boolean;
  /** `2004`, `2004-05` or `2004-05-01`. */
  date: string | null;
  originalDate: string | null;
  genres: string[];
  moods: string[];
  grouping: string | null;
  /** The language of its words, as written. */
  language: string | null;
  /** What it was published on: `CD`, `Vinyl` … */
  media: string | null;
  comment: string | null;
  /** Tags of a person's own, or whose meaning is not known here. */
  tags: { name: string; values: string[] }[];
  /** Where it begins in its file, in ms, if the file has several tracks (a cue sheet). */
  startMs: number | null;
  /** Where it ends there; `null` for the last one. */
  endMs: number | null;
  durationMs: number | null;
  codec: string | null;
  bitrateKbps: number | null;
  sampleRateHz: number | null;
  channels: number | null;
  bitDepth: number | null;
  bpm: number | null;
  /** As written. */
  musicalKey: string | null;
  isrc: string | null;
  musicbrainzRecordingId: string | null;
  musicbrainzReleaseTrackId: string | null;
  trackGainDb: number | null;
  /** The highest sample, where 1 is full scale. */
  trackPeak: number | null;
  albumGainDb: number | null;
  albumPeak: number | null;
  /** Against -23 LUFS, as Opus files carry it. */
  r128TrackGainDb: number | null;
  r128AlbumGainDb: number | null;
  /** See {@link MusicLibrary.artwork}. */
  artworkId: number | null;
  /** The id of its folder. */
  provider: number | null;
  /** Where it lies in its folder. */
  path: string | null;
  /** Its folder's or server's name for the file: the path, with `%25` for a percent sign. */
  key: string | null;
  /** Whether it is out of the lists: its file is gone, or it was set aside. */
  missing: boolean;
  /** Whether it was set aside: its file is there, and another track that sounds the same stands for it. */
  setAside: boolean;
  playCount: number;
  /** In ms since 1970. */
  lastPlayedAt: number | null;
  /** 0 to 100. */
  rating: number | null;
  favourite: boolean;
}

export interface Album {
  id: number;
  title: string;
  /** The title it is sorted by, where tags give one. */
  sortTitle: string | null;
  artists: string[];
  artistDisplay: string | null;
  date: string | null;
  originalDate: string | null;
  compilation: boolean;
  /** `album`, `single`, `live` … */
  releaseTypes: string[];
  label: string | null;
  catalogNumber: string | null;
  barcode: string | null;
  musicbrainzReleaseId: string | null;
  musicbrainzReleaseGroupId: string | null;
  /** Its tracks that are there. */
  trackCount: number;
  durationMs: number;
  artworkId: number | null;
}

export interface Artist {
  id: number;
  name: string;
  sortName: string | null;
  musicbrainzId: string | null;
  albumCount: number;
  trackCount: number;
  /** An image of it, once {@link MusicLibrary.artistArtwork} found one. */
  artworkId: number | null;
}

export interface AlbumFilter {
  /** Only those of this album artist. */
  artist?: Artist | number;
  /** Only those on which this artist has any part. */
  appears?: Artist | number;
  /** Only those with a track of this genre. */
  genre?: Genre | number;
  /** Only those that are, or are not, compilations. */
  compilation?: boolean;
  /** Only those of this release type: `album`, `single`, `live` … */
  releaseType?: string;
  newest?: boolean;
}

export interface TrackFilter {
  album?: Album | number;
  /** Only those that this artist has a part in. */
  artist?: Artist | number;
  /** With `artist`: only those where it has this role, such as `composer`. */
  role?: string;
  genre?: Genre | number;
  favourite?: boolean;
  /** Whether those whose file is gone are listed too. */
  missing?: boolean;
  newest?: boolean;
}

/** Something that was played. */
export interface Play {
  track: Track;
  /** In ms since 1970. */
  atMs: number;
}

/**
 * The rules of a smart playlist, such as
 * `{ version: 1, match: { all: [{ field: 'genre', is: 'Rock' }, { field: 'rating', at_least: 60 }] }, limit: 100 }`.
 */
export interface SmartPlaylistRules {
  version: 1;
  match?: SmartPlaylistRule;
  /** By title where it is not given. */
  sort?: { by: string; descending?: boolean }[];
  limit?: number;
}

/** `all`, `any` or `not` of other rules, or a field with one operator. */
export type SmartPlaylistRule =
  | { all: SmartPlaylistRule[] }
  | { any: SmartPlaylistRule[] }
  | { not: SmartPlaylistRule }
  | { field: string; [operator: string]: unknown };

export interface ImportedPlaylist {
  /** `null` if no entry is in the library; then no playlist was made. */
  playlist: number | null;
  added: number;
  /** The entries that are not in the library, or that several tracks answer to alike. */
  unknown: { number: number; location: string }[];
}

export interface ExportedPlaylist {
  file: Blob;
  written: number;
  /** The ids of tracks that the file can't name. */
  leftOut: number[];
}

/** What came of asking a service. */
export interface OnlineResult {
  found: number;
  notFound: number;
  failed: number;
  /** Why it ended before all were asked about: the limit, the service's wish, or no way to it. */
  stopped: 'wanted' | 'throttled' | 'unreachable' | null;
  /** How long the service wants to be left alone. */
  retryAfterMs: number | null;
  reason: string | null;
}

/** What Last.fm says of an artist. */
export interface ArtistInfo {
  name: string;
  musicbrainzId: string | null;
  /** Its page there, to be named where the biography is shown. */
  url: string | null;
  /** A few sentences; their licence is CC BY-SA. */
  biography: string | null;
  /** What people call its music, the most common first. */
  tags: string[];
  /** Names of artists that sound alike, the nearest first. */
  similar: string[];
  listeners: number | null;
  plays: number | null;
}

/** MusicBrainz ids of a track. */
export interface Recognised {
  recording: string;
  release: string | null;
  releaseGroup: string | null;
  artists: string[];
}

/** A file that was set aside. */
export interface QuarantinedFile {
  /** The id of its folder. */
  provider: number;
  key: string;
  name: string;
  /** Why, for people. */
  error: string;
  /** How often it was tried. */
  attempts: number;
}

/** Tracks of one folder that sound the same. */
export interface DuplicateGroup {
  /** The id of their folder. */
  provider: number;
  /** Newest file first. */
  tracks: Track[];
}

/** A track that left the lists. */
export interface SetAsideTrack {
  track: Track;
  /** The id of the track that stands for it. */
  kept: number;
  /** Whether a person decided that, and not the policy of {@link OpenOptions.duplicates}. */
  byPerson: boolean;
}

export interface Genre {
  id: number;
  name: string;
  trackCount: number;
}

export interface Lyrics {
  source: 'embedded' | 'sidecar' | 'online';
  /** Whether the text is LRC with times. */
  synced: boolean;
  language: string | null;
  text: string;
}

export interface Playlist {
  id: number;
  name: string;
  comment: string | null;
  /** Whether rules say what is in it. */
  smart: boolean;
  /** `null` for a smart playlist, whose tracks are found when it is read. */
  entryCount: number | null;
}

export interface PlaylistEntry {
  id: number;
  track: Track;
}

export interface SearchResult {
  tracks: Track[];
  albums: Album[];
  artists: Artist[];
}

export interface Stats {
  tracks: number;
  missingTracks: number;
  albums: number;
  artists: number;
  genres: number;
  playlists: number;
  durationMs: number;
  /** The size of the files. */
  bytes: number;
}

export interface Health {
  healthy: boolean;
  databaseError: string | null;
  runningJobs: number[];
  subscribers: number;
  secrets: string | null;
}

/** Which rows a change touched: how many, and which ones up to 1,000. */
export interface ChangedIds {
  count: number;
  /** Empty if they are more. */
  ids: number[];
}

/** What happens in a library. `sequence` grows by one with each. */
export type LibraryEvent =
  | ({ sequence: number; topic: 'sync' } & SyncEvent)
  | {
      sequence: number;
      topic: 'library';
      event: 'changed';
      tracksAdded: ChangedIds;
      /** Those that were retagged, played, rated or made a favourite, and those that have another `path` alone. */
      tracksUpdated: ChangedIds;
      tracksRemoved: ChangedIds;
      /** Albums that gained, lost or changed a track, or became something else. */
      albums: ChangedIds;
      /** Artists who are credited, or were, on such a track or album, or have another name. */
      artists: ChangedIds;
    }
  | { sequence: number; topic: 'library'; event: 'playlist_changed'; playlist: number }
  /** Covers of albums are there, are others, or are there no more. */
  | { sequence: number; topic: 'library'; event: 'artwork_changed'; albums: ChangedIds }
  /** `provider` is the id of a folder or server; a sync finds out that a person has to sign in again. */
  | { sequence: number; topic: 'provider'; event: 'added' | 'removed' | 'sign_in_needed'; provider: number }
  /** A sync found that nothing can be read there now; `reason` is for people. */
  | { sequence: number; topic: 'provider'; event: 'unavailable'; provider: number; reason: string }
  | { sequence: number; topic: 'network'; event: 'status_changed'; online: boolean | null; metered: boolean | null }
  /**
   * The service of a server wants no requests for so long, and none is sent meanwhile; told anew when it is made longer.
   * Other servers of the same account wait, too.
   */
  | { sequence: number; topic: 'network'; event: 'throttled'; provider: number; waitMs: number }
  | { sequence: number; topic: 'lifecycle'; event: 'stopping' }
  /** The worker itself was too slow, and so many events are gone. */
  | { missed: number };

export type SyncEvent =
  | { event: 'started'; job: number; provider: number; syncType: 'full' | 'incremental' }
  | ({ event: 'progress' } & Omit<SyncProgress, 'covers'>)
  | { event: 'warning'; job: number; kind: string; message: string }
  | { event: 'cursor_reset'; job: number; reason: string }
  | { event: 'held'; job: number; deletions: number }
  | { event: 'duplicates_found'; job: number; groups: number }
  | ({ event: 'completed' | 'cancelled' | 'paused' } & Omit<SyncResult, 'held'>)
  | { event: 'failed'; message: string; summary: Omit<SyncResult, 'held'> };
