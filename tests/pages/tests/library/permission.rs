//! Handles of folders that need a person's permission, though headless Chromium asks nobody.
//!
//! The folders are those of the origin's private file system, which need none. The script of the worker, where they
//! are read, and the page, where the person is asked, get functions in the place of the browser's own, which ask the
//! server of the test; what they throw is what Chromium throws.

use std::fs;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use music_core_page_tests::{Server, Tab, demo, http, respond};
use serde_json::json;

use crate::music::audio;
use crate::trouble::serve;

/// What the browser knows and the person answers.
#[derive(Debug)]
struct State {
    access: &'static str,
    answer: &'static str,
    /// How many reads are allowed until the access is taken back, if it is.
    reads: Option<u32>,
    asked: u32,
}

/// The permission to read folders, as a test sets it.
#[derive(Clone, Debug)]
pub(crate) struct Permission(Arc<Mutex<State>>);

/// In the worker: handles that lead to a folder which was given need permission, the worker's own do not.
const IN_WORKER: &str = "
const ask = async (what) => (await fetch(`/permission?${what}`, { cache: 'no-store' })).text();
const own = new WeakSet();
const refuse = async () => {
  if (await ask('read') === 'granted') return;
  throw new DOMException('The request is not allowed by the user agent or the platform in the current context.', 'NotAllowedError');
};
const { getDirectory } = StorageManager.prototype;
StorageManager.prototype.getDirectory = async function () {
  const root = await getDirectory.call(this);
  own.add(root);
  return root;
};
for (const [{ prototype }, name] of [
  [FileSystemDirectoryHandle, 'getFileHandle'], [FileSystemDirectoryHandle, 'getDirectoryHandle'],
  [FileSystemFileHandle, 'getFile'],
]) {
  const original = prototype[name];
  prototype[name] = async function (...args) {
    if (!own.has(this)) await refuse();
    const found = await original.apply(this, args);
    if (own.has(this)) own.add(found);
    return found;
  };
}
for (const name of ['entries', 'values']) {
  const original = FileSystemDirectoryHandle.prototype[name];
  FileSystemDirectoryHandle.prototype[name] = function () {
    const entries = original.call(this);
    const isOwn = own.has(this);
    const next = async () => {
      if (!isOwn) await refuse();
      const step = await entries.next();
      const handle = [step.value].flat().at(-1);
      if (isOwn && handle) own.add(handle);
      return step;
    };
    return { next, [Symbol.asyncIterator]() { return this; } };
  };
}
FileSystemHandle.prototype.queryPermission = () => ask('query');
";

/// In the page: a person is asked after a click only.
const IN_PAGE: &str = "
FileSystemHandle.prototype.requestPermission = async function ({ mode }) {
  if (!navigator.userActivation.isActive || mode !== 'read') {
    throw new DOMException('User activation is required to request permissions.', 'SecurityError');
  }
  return (await fetch('/permission?ask', { cache: 'no-store' })).text();
};";

/// Writes a folder of songs into the origin's private file system and gives its handle as `music`.
const MUSIC: &str = "
const root = await navigator.storage.getDirectory();
const music = await root.getDirectoryHandle('Music', { create: true });
for (const seed of args) {
  const song = await (await fetch(`/song?seed=${seed}`)).arrayBuffer();
  const album = await music.getDirectoryHandle(`Album ${seed % 3}`, { create: true });
  const file = await (await album.getFileHandle(`${seed}.mp3`, { create: true })).createWritable();
  await file.write(song);
  await file.close();
}
";

impl Permission {
    /// Serves the demo and the package with folders that need permission, and have it.
    pub(crate) fn serve() -> Result<(Server, Self)> {
        let state = State {
            access: "granted",
            answer: "granted",
            reads: None,
            asked: 0,
        };
        let permission = Self(Arc::new(Mutex::new(state)));
        let asked = permission.clone();
        let script = fs::read_to_string(demo()?.join("music-core/worker.js"))?;
        let script = format!("{script}\n{{{IN_WORKER}}}");
        let server = serve()?
            .route("/music-core/worker.js", move |request| {
                let kind = http::Header::from_bytes("Content-Type", "text/javascript");
                let script = http::Response::from_string(script.clone());
                respond(request, script.with_header(kind.expect("a header")));
            })
            .route("/permission", move |request| {
                let question = request.url().split('?').nth(1).unwrap_or_default();
                let answer = asked.answer(question);
                respond(request, http::Response::from_string(answer));
            })
            .route("/song", |request| {
                let seed = request.url().rsplit('=').next().unwrap_or_default().parse();
                let song = http::Response::from_data(audio(seed.unwrap_or(1)));
                respond(request, song);
            })
            .start()?;
        Ok((server, permission))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, question: &str) -> &'static str {
        let mut state = self.state();
        match question {
            "ask" => {
                state.asked += 1;
                // Whoever closes the question has answered nothing.
                if state.answer != "prompt" {
                    state.access = state.answer;
                }
                state.answer
            }
            "read" => {
                match &mut state.reads {
                    Some(0) => (state.reads, state.access) = (None, "denied"),
                    Some(left) => *left -= 1,
                    None => {}
                }
                state.access
            }
            _ => state.access,
        }
    }

    /// Sets what the browser knows, and what the person answers when asked.
    pub(crate) fn set(&self, access: &'static str, answer: &'static str) {
        let mut state = self.state();
        (state.access, state.answer, state.reads) = (access, answer, None);
    }

    /// Takes the permission back after so many reads of folders and files.
    pub(crate) fn revoke_after(&self, reads: u32) {
        let mut state = self.state();
        (state.access, state.reads) = ("granted", Some(reads));
    }

    /// Tells what the browser knows now.
    pub(crate) fn access(&self) -> &'static str {
        self.state().access
    }

    /// Tells how often the person was asked.
    pub(crate) fn asked(&self) -> u32 {
        self.state().asked
    }
}

/// Prepares a page, which has to be done after each load.
pub(crate) fn prepare(tab: &Tab) -> Result<()> {
    tab.run(IN_PAGE).map(drop)
}

/// Writes songs of these numbers and runs a script with the folder as `music`.
pub(crate) fn with_music(tab: &Tab, songs: &[u32], script: &str) -> Result<serde_json::Value> {
    let songs: Vec<_> = songs.iter().map(|it| json!(it)).collect();
    tab.run_with(&format!("{MUSIC}{script}"), &songs)
}
