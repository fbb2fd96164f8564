/** The tabs of this browser that have the page open. */

const LOCK = 'music-core-demo/tab';

/** Says that this tab is there, as long as it is. */
export function stayKnown() {
  navigator.locks?.request(LOCK, { mode: 'shared' }, () => new Promise(() => {})).catch(() => {});
}

/** Tells whether another tab has the page open: it takes the library once this one closes it. */
export async function hasOther() {
  const { held = [] } = (await navigator.locks?.query()) ?? {};
  return held.filter(({ name }) => name === LOCK).length > 1;
}
