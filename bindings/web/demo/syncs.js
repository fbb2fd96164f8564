/** Syncs: one after another, with progress, and what came of them. */
import { library } from './library.js';
import { serverProblem, syncText, textOf } from './messages.js';
import { $, NUMBER, count, failed, forgetOutcomes, isNoNews, state, tellOutcome } from './page.js';
import { hasUnread, showUnread } from './unread.js';

const PHASES = {
  discovery: ({ discovered }) => `Looking for music: ${count(discovered, 'file')}`,
  processing: ({ processed, discovered, current }) =>
    `Reading ${NUMBER.format(processed)} of ${NUMBER.format(discovered)}${current ? `: ${current}` : ''}`,
  conflict_resolution: () => 'Looking for what was moved or removed',
  covers: ({ covers }) => `Keeping covers: ${covers.done} of ${covers.total}`,
};

export class Syncs {
  #signIn;
  #synced;
  #rested;
  /** What stops the sync that runs. */
  #running = null;
  /** Syncs that wait until it is their turn. */
  #waiting = [];

  /**
   * `signIn` is called with the URL of a server that refuses and with what is wrong; `synced` after each sync, and
   * `rested` once none runs or waits.
   */
  constructor({ signIn, synced, rested }) {
    this.#signIn = signIn;
    this.#synced = synced;
    this.#rested = rested;
    $('#stop').onclick = () => this.#running?.abort();
  }

  /** Syncs a folder when it is its turn; resolves when that is over, however it went, and has told of it. */
  sync(folder, options = {}) {
    // What waits will find all that is there then.
    const isSame = (it) => it.folder.id === folder.id && it.options.confirmDeletions === options.confirmDeletions;
    const same = this.#waiting.find(isSame);
    if (same) return same.over;
    const turn = { folder, options };
    turn.over = new Promise((done) => {
      turn.done = done;
    });
    this.#waiting.push(turn);
    if (this.#running) this.#showWaiting();
    else this.#takeTurns();
    return turn.over;
  }

  /** Lets some of the syncs that wait never have their turn. */
  forget(some) {
    const gone = this.#waiting.filter(some);
    this.#waiting = this.#waiting.filter((turn) => !some(turn));
    for (const turn of gone) turn.done();
    this.#showWaiting();
  }

  /** Stops the one that runs and forgets those that wait. */
  stop() {
    this.forget(() => true);
    this.#running?.abort();
  }

  async #takeTurns() {
    forgetOutcomes();
    $('#sync').hidden = false;
    state.sync = 'running';
    for (let turn; (turn = this.#waiting.shift()); turn.done()) {
      this.#running = new AbortController();
      await this.#run(turn.folder, { ...turn.options, signal: this.#running.signal });
      // What is chosen meanwhile waits.
      await this.#synced();
    }
    // Only now: who is told that nothing runs any more finds what was synced.
    this.#running = null;
    state.sync = 'idle';
    $('#sync').hidden = true;
    this.#rested();
  }

  #showWaiting() {
    const box = $('#sync .waiting');
    box.hidden = this.#waiting.length === 0;
    box.textContent = `Then ${this.#waiting.map(({ folder }) => folder.name).join(', ')}`;
  }

  async #run(folder, options) {
    const bar = $('#progress');
    bar.removeAttribute('value');
    $('#progress-text').textContent = `Syncing ${folder.name}`;
    this.#showWaiting();
    try {
      const job = library.sync(folder, options);
      for await (const progress of job) {
        $('#progress-text').textContent = PHASES[progress.phase]?.(progress) ?? '';
        const { done, total } = progress.covers ?? { done: progress.processed, total: progress.discovered };
        if (progress.phase === 'discovery' || total === 0) continue;
        bar.max = total;
        bar.value = done;
      }
      await this.#tellResult(folder, await job);
      // So that the browser does not clear it when disks run full. It may say no.
      navigator.storage?.persist?.().catch(() => {});
    } catch (error) {
      if (!isNoNews(error)) this.#tellTrouble(folder, error);
    }
  }

  async #tellResult(folder, result) {
    const parts = ['added', 'updated', 'moved', 'deleted', 'failed']
      .filter((what) => result[what] > 0)
      .map((what) => `${NUMBER.format(result[what])} ${what === 'deleted' ? 'removed' : what}`);
    state.result = JSON.stringify(result);
    if (result.held > 0) {
      tellOutcome(
        `${NUMBER.format(result.held)} tracks are not in ${folder.name} any more, which is a lot. They are kept until you say so.`,
        `Remove ${NUMBER.format(result.held)} tracks`,
        () => this.sync(folder, { confirmDeletions: true }),
      );
    } else {
      const isUnread = await hasUnread(result);
      const isEmpty = parts.length === 0 && (await isWithoutMusic(folder, result));
      const told = parts.join(', ') || (isEmpty ? 'there is no music in it' : 'nothing has changed');
      const text = `${folder.name}: ${told}.`;
      const show = () => showUnread(result).catch(failed);
      if (result.failed > 0) tellOutcome(text, 'Show what failed', show);
      else if (isUnread) tellOutcome(`${text} Not all could be read.`, 'Show what could not', show);
      else tellOutcome(text);
    }
  }

  #tellTrouble(folder, error) {
    const isServer = folder.kind === 'webdav';
    // What a person can do about it is in the dialogue.
    if (isServer && error.code === 'auth-expired') {
      tellOutcome(`${folder.name}: ${textOf(error)}`, 'Sign in again', () => this.#signIn(folder.url));
    } else if (isServer && error.code === 'not-available') {
      const how = () => this.#signIn(folder.url, serverProblem(error, folder.url));
      tellOutcome(`${folder.name}: the server does not let this page read it any more.`, 'What it has to allow', how);
    } else {
      tellOutcome(`${folder.name}: ${syncText(error, folder)}`);
    }
  }
}

/** How many syncs are asked for at once. */
const SYNCS = 1000;

/**
 * Tells whether a folder holds no music at all. Where changes alone are listed, that there are none says nothing; then it
 * is what all syncs of the folder added and removed.
 */
async function isWithoutMusic(folder, { syncType, discovered, unchanged, waiting }) {
  if (discovered + unchanged + waiting > 0) return false;
  if (syncType === 'full') return true;
  let tracks = 0;
  for (let before; ; ) {
    const syncs = await library.syncs({ before, limit: SYNCS });
    for (const { provider, added, deleted, failed: broken } of syncs) {
      if (provider !== folder.id) continue;
      // There is some, though it can't be read.
      if (broken > 0) return false;
      tracks += added - deleted;
    }
    if (syncs.length < SYNCS) return tracks === 0;
    before = syncs.at(-1).job;
  }
}
