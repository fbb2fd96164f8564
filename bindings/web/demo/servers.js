/** The dialogue for a music server. */
import { library } from './library.js';
import { serverProblem } from './messages.js';
import { $ } from './page.js';

const form = $('#server form');
/** What stops the attempt that is under way. */
let connecting = null;
/** Who waits for the dialogue to end. */
let entered = () => {};

/**
 * Opens the dialogue and gives the server that was added, or nothing. `url` stands in it where one is known that wants
 * another password, and `problem` says what is wrong with it.
 */
export function enterServer(url = '', problem) {
  form.reset();
  form.elements.url.value = url;
  showProblem(problem);
  $('#server').showModal();
  if (url) form.elements.user.focus();
  return new Promise((done) => {
    entered = done;
  });
}

function showProblem(problem) {
  const box = form.querySelector('.problem');
  box.hidden = !problem;
  box.querySelector('p').textContent = problem?.text ?? '';
  box.querySelector('pre').hidden = !problem?.headers;
  box.querySelector('pre').textContent = problem?.headers ?? '';
}

form.querySelector('.cancel').onclick = () => $('#server').close();
$('#server').onclose = () => {
  connecting?.abort();
  // It should not stand in the page longer than needed.
  form.reset();
  entered();
};

form.onsubmit = async (event) => {
  event.preventDefault();
  if (connecting) return;
  const { url, user, password, remember } = form.elements;
  const address = url.value.trim();
  const stop = (connecting = new AbortController());
  const submit = form.querySelector('[type=submit]');
  submit.disabled = true;
  submit.textContent = 'Connecting …';
  showProblem();
  let server;
  try {
    server = await library.addServer(
      { url: address, user: user.value.trim(), password: password.value || undefined, remember: remember.checked },
      { signal: stop.signal },
    );
  } catch (error) {
    if (error.name !== 'AbortError') showProblem(serverProblem(error, address));
  } finally {
    connecting = null;
    submit.disabled = false;
    submit.textContent = 'Connect';
  }
  if (!server) return;
  entered(server);
  $('#server').close();
};
