/**
 * The page's end of the messages to the worker.
 *
 *   page to worker   {call, method, args}   {cancel: call}
 *   worker to page   {call, value}   {call, error}   {call, update}   {event}   {crashed}
 *
 * No call stays open when the worker is gone: one that fails says so, and one that vanishes lets go of a
 * Web Lock, for which the page waits.
 */
import { invalid, maybe, signalOf } from './checks.js';
import { MusicError, fromBrowser } from './error.js';

export class Connection {
  #worker;
  #calls = new Map();
  #next = 1;
  /** Why there is no worker any more. */
  #ended = null;
  #watch = new AbortController();
  #listeners;

  /** `start` gives the worker; `onEvent` gets the core's events and `onEnd` the reason when it is gone. */
  constructor(start, listeners) {
    const worker = start();
    if (typeof worker?.postMessage !== 'function' || typeof worker.terminate !== 'function') {
      throw invalid('worker', 'it gives no Worker');
    }
    this.#worker = worker;
    this.#listeners = listeners;
    worker.onmessage = ({ data }) => this.#receive(data);
    worker.onmessageerror = () => this.end(crashed('a message of the worker can not be read'));
    worker.onerror = (event) => {
      event.preventDefault();
      this.end(event.message ? crashed(event.message) : noScript());
    };
  }

  /**
   * Calls the method with which the worker begins, from which on it is noticed when it is gone: by a lock that it
   * holds as long as it lives.
   */
  begin(method, args, options) {
    const lock = `music-core-worker/${crypto.randomUUID?.() ?? Math.random()}`;
    return this.call(method, { ...args, lock }, { ...options, onUpdate: () => this.#watchFor(lock) });
  }

  #watchFor(lock) {
    navigator.locks
      .request(lock, { signal: this.#watch.signal }, () => {
        this.end(crashed('the worker was ended by the browser'));
      })
      .catch(() => {
        // The connection was closed before.
      });
  }

  /**
   * Calls a method of the worker. When `signal` aborts, the call fails at once, or, with `patient`, as soon
   * as the worker has stopped. `onUpdate` gets what the worker tells meanwhile. `args` may be a function that
   * makes them; what it throws fails the call.
   */
  call(method, args = {}, { signal, patient = false, onUpdate } = {}) {
    return new Promise((resolve, reject) => {
      maybe(signalOf, 'signal', signal);
      if (signal?.aborted) return reject(signal.reason);
      if (this.#ended) return reject(this.#ended);
      const sent = typeof args === 'function' ? args() : args;
      const call = this.#next++;
      const abort = () => {
        this.#worker.postMessage({ cancel: call });
        if (patient) return;
        this.#calls.delete(call);
        reject(signal.reason);
      };
      const settled = (settle) => (outcome) => {
        signal?.removeEventListener('abort', abort);
        settle(outcome);
      };
      const open = { resolve: settled(resolve), reject: settled(reject), onUpdate };
      this.#calls.set(call, open);
      signal?.addEventListener('abort', abort, { once: true });
      try {
        this.#worker.postMessage({ call, method, args: sent });
      } catch (error) {
        this.#calls.delete(call);
        open.reject(fromBrowser(error, method));
      }
    });
  }

  /** Ends the worker; calls that are open, and all later ones, fail with `reason`. */
  end(reason) {
    if (this.#ended) return;
    this.#ended = reason;
    this.#watch.abort();
    this.#worker.terminate();
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    for (const { reject } of calls) reject(reason);
    this.#listeners.onEnd(reason);
  }

  #receive(message) {
    if ('event' in message) return this.#listeners.onEvent(message.event);
    if ('crashed' in message) return this.end(crashed(message.crashed));
    const call = this.#calls.get(message.call);
    // It was aborted meanwhile.
    if (!call) return;
    if ('update' in message) return call.onUpdate?.(message.update);
    this.#calls.delete(message.call);
    if ('error' in message) call.reject(new MusicError(message.error));
    else call.resolve(message.value);
  }
}

/** Says that the script of the worker can't be loaded; `thrown` is what the browser says of it. */
export function noScript(thrown) {
  const why = thrown ? `: ${thrown.message}` : '';
  return new MusicError(
    {
      code: 'load-failed',
      message: `the script of the worker can not be loaded${why}`,
      subject: 'worker.js',
      remedy: 'serve the package as it is, from the page’s own origin, or pass `worker`',
    },
    { cause: thrown },
  );
}

function crashed(message) {
  return new MusicError({
    code: 'crashed',
    message: `the library has stopped: ${message}`,
    subject: 'worker',
    remedy: 'open it again; what was stored is still there',
  });
}
