/** How many files are sent to the worker at once. */

/** How long a batch should hold up the page, in ms: less than a frame of an animation, also where one takes longer. */
const AIM = 10;
/** More are not worth it, and the next ones may take longer than these. */
const MOST = 256;

/**
 * Cuts a list so that no batch holds up the page for long. As a file is sent, the browser looks it up on the
 * disk, and the page waits: for a third of a millisecond, or for a hundred where the disk is far away.
 */
export class Batches {
  #items;
  #at = 0;
  /** Of the first it is not known how long it takes. */
  #size = 1;

  constructor(items) {
    this.#items = items;
  }

  get isDone() {
    return this.#at >= this.#items.length;
  }

  /** Passes the next items to `send`, which sends them before it returns; gives what that gives. */
  next(send) {
    const some = this.#items.slice(this.#at, this.#at + this.#size);
    this.#at += some.length;
    const start = performance.now();
    const sent = send(some);
    const took = performance.now() - start;
    const fitting = took > 0 ? Math.floor((some.length * AIM) / took) : MOST;
    // Those that come may be slower than those that went.
    this.#size = Math.max(1, Math.min(fitting, 2 * this.#size, MOST));
    return sent;
  }
}
