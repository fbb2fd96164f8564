/** What the page says and asks. */
import { textOf } from './messages.js';

export const $ = (selector) => document.querySelector(selector);
/** What the page is at, for its style and for tests. */
export const state = document.body.dataset;

export const NUMBER = new Intl.NumberFormat();

/** Words how many there are of something. */
export function count(number, one) {
  return `${NUMBER.format(number)} ${one}${number === 1 ? '' : 's'}`;
}

/** What came of syncs since one was begun while none ran, or the message was closed. */
let outcomes = [];

/** Shows a message, with something that can be done about it; without one, hides it. */
export function tell(text = '', action = '', act = () => {}) {
  const box = $('#message');
  const button = box.querySelector('button');
  box.hidden = text === '';
  box.querySelector('p').textContent = text;
  button.hidden = action === '';
  button.textContent = action;
  button.onclick = () => {
    dismiss();
    act();
  };
}

/** Tells what came of a sync, after what came of those before; of what can be done about them, the last. */
export function tellOutcome(text, action, act) {
  outcomes.push({ text, action, act });
  const last = outcomes.findLast((it) => it.action);
  tell(outcomes.map((it) => it.text).join(' '), last?.action, last?.act);
}

/** Forgets what came of syncs; the message that is shown stays. */
export function forgetOutcomes() {
  outcomes = [];
}

function dismiss() {
  forgetOutcomes();
  tell();
}

$('#message .close').onclick = dismiss;

/** Tells whether nobody has to hear of it: the person chose nothing, or the loop on the events says it already. */
export function isNoNews(error) {
  return error.name === 'AbortError' || ['cancelled', 'closed', 'crashed'].includes(error.code);
}

export function failed(error) {
  if (!isNoNews(error)) tell(textOf(error));
}

/** Asks whether something should really be done. */
export function ask(title, text, yes) {
  // What has the focus gets it back afterwards: an entry of a menu that is gone could not.
  $('#menu').hidePopover();
  const dialog = $('#sure');
  $('#sure-title').textContent = title;
  $('#sure-text').textContent = text;
  $('#sure-yes').textContent = yes;
  dialog.returnValue = 'no';
  dialog.showModal();
  return new Promise((done) => {
    dialog.onclose = () => done(dialog.returnValue === 'yes');
  });
}
