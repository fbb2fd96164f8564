/**
 * What was pushed and not yet taken, for one `for await` loop. It holds `capacity` items: beyond that the
 * oldest is dropped, and `dropped` counts.
 */
export class Queue {
  #items = [];
  #waiting = [];
  #capacity;
  #end = null;
  #left;
  dropped = 0;

  /** `left` is called once, when the loop is left. */
  constructor(capacity, left = () => {}) {
    this.#capacity = capacity;
    this.#left = left;
  }

  push(item) {
    if (this.#end) return;
    const taker = this.#waiting.shift();
    if (taker) {
      taker.resolve({ value: item, done: false });
      return;
    }
    this.#items.push(item);
    if (this.#items.length > this.#capacity) {
      this.#items.shift();
      this.dropped += 1;
    }
  }

  /** Ends the loop after what is left, or fails it then. */
  end(error) {
    if (this.#end) return;
    this.#end = { error };
    for (const taker of this.#waiting.splice(0)) this.#settle(taker);
  }

  next() {
    return new Promise((resolve, reject) => {
      const taker = { resolve, reject };
      if (this.#items.length > 0) resolve({ value: this.#items.shift(), done: false });
      else if (this.#end) this.#settle(taker);
      else this.#waiting.push(taker);
    });
  }

  async return(value) {
    this.#items.length = 0;
    this.end();
    this.#left();
    return { value, done: true };
  }

  [Symbol.asyncIterator]() {
    return this;
  }

  #settle({ resolve, reject }) {
    const { error } = this.#end;
    // An error is told once.
    this.#end = {};
    if (error === undefined) resolve({ value: undefined, done: true });
    else reject(error);
  }
}
