/** Checks what a page passes, so that an error names the argument and nothing wrong is taken for nothing at all. */
import { MusicError } from './error.js';

export function invalid(subject, reason, cause) {
  return new MusicError({ code: 'invalid-input', message: `${subject}: ${reason}`, subject }, { cause });
}

/** Takes an id, or what has one. */
export function idOf(name, it) {
  const id = typeof it === 'object' && it !== null ? it.id : it;
  if (!Number.isSafeInteger(id)) throw invalid(name, 'it is no id; pass a number, or what has one as `id`');
  return id;
}

export function idsOf(name, list) {
  if (typeof list === 'string' || typeof list?.[Symbol.iterator] !== 'function') {
    throw invalid(name, 'it is no list of ids, or of what has one');
  }
  return [...list].map((it) => idOf(name, it));
}

/** Takes text; halves of characters, as `slice` leaves them, become replacement characters. */
export function textOf(name, it) {
  if (typeof it !== 'string') throw invalid(name, 'it is no text');
  return it.toWellFormed?.() ?? it;
}

/** Makes a check for one of some words. */
export function oneOf(...words) {
  return (name, it) => {
    if (words.includes(it)) return it;
    const given = typeof it === 'string' ? `'${it}'` : 'it';
    throw invalid(name, `${given} is none of ${words.map((word) => `'${word}'`).join(', ')}`);
  };
}

/** Takes the name of a library. */
export function nameOf(name, it) {
  const text = textOf(name, it);
  if (text === '') throw invalid(name, 'it is empty');
  return text;
}

export function textsOf(name, list) {
  if (!Array.isArray(list)) throw invalid(name, 'it is no list of texts');
  return list.map((it) => textOf(name, it));
}

export function flagOf(name, it) {
  if (typeof it !== 'boolean') throw invalid(name, 'it is neither true nor false');
  return it;
}

/** Takes how many there shall be. */
export function countOf(name, it) {
  if (!Number.isSafeInteger(it) || it < 0) throw invalid(name, 'it is no whole number from 0 on');
  return it;
}

/** Takes a rating; that there is none has to be said. */
export function ratingOf(name, it) {
  if (it === null) return null;
  if (!Number.isInteger(it) || it < 0 || it > 100) {
    throw invalid(name, 'it is no whole number from 0 to 100; pass null to take the rating away');
  }
  return it;
}

/** Takes rules, as JSON. */
export function rulesOf(name, it) {
  let text;
  try {
    text = JSON.stringify(it);
  } catch (error) {
    throw invalid(name, `they can not be written as JSON: ${error.message}`, error);
  }
  if (text === undefined) throw invalid(name, 'there are none');
  return text;
}

/** Takes a signal; that of another window will do. */
export function signalOf(name, it) {
  if (typeof it?.aborted === 'boolean' && typeof it.addEventListener === 'function') return it;
  throw invalid(name, 'it is no AbortSignal; of an AbortController pass its `signal`');
}

/** Takes a function. */
export function functionOf(name, it) {
  if (typeof it !== 'function') throw invalid(name, 'it is no function');
  return it;
}

/** Checks what may be left out: `undefined` and `null` say nothing. */
export function maybe(check, name, it) {
  return it === undefined || it === null ? undefined : check(name, it);
}
