//! Finding what a path names.

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};

use bridge_traits::{ErrorKind, Result};

use super::entry::Entry;
use super::path::{Step, Steps};
use super::{ENTRIES, ROOT};
use crate::idb::{Tx, pair};

/// How many folders the cache knows at most, and how many files.
const CACHED: usize = 10_000;

/// Where folders and files were when they were last seen. Another tab may have moved them, so this only
/// tells which requests to send ahead; the answers are what counts.
#[derive(Default)]
pub(super) struct Cache {
    folders: RefCell<HashMap<u64, HashMap<String, u64>>>,
    /// Inode and size by parent and name.
    files: RefCell<HashMap<(u64, String), (u64, u64)>>,
}

impl Cache {
    fn get(&self, parent: u64, name: &str) -> Option<u64> {
        self.folders.borrow().get(&parent)?.get(name).copied()
    }

    /// Guesses the inode and the size of a file.
    pub(super) fn guess(&self, steps: &Steps) -> Option<(u64, u64)> {
        let (last, above) = steps.steps.split_last()?;
        let mut folder = ROOT;
        for step in above {
            let Step::Down(name) = step else { return None };
            folder = self.get(folder, name)?;
        }
        let Step::Down(name) = last else { return None };
        let files = self.files.borrow();
        files.get(&(folder, name.clone())).copied()
    }

    /// Remembers a file.
    pub(super) fn put_file(&self, parent: u64, name: &str, entry: &Entry) {
        let mut files = self.files.borrow_mut();
        if files.len() >= CACHED {
            files.clear();
        }
        files.insert((parent, name.to_owned()), (entry.ino, entry.size));
    }

    fn put(&self, parent: u64, name: &str, ino: u64) {
        if self.get(parent, name) == Some(ino) {
            return;
        }
        let mut folders = self.folders.borrow_mut();
        if folders.len() >= CACHED {
            folders.clear();
        }
        folders
            .entry(parent)
            .or_default()
            .insert(name.to_owned(), ino);
    }
}

/// One folder on the way to a place, with its own place in its parent.
#[derive(Clone, Debug)]
struct Passed {
    parent: u64,
    name: String,
    entry: Entry,
}

/// What a path names, or could.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// The folder that it is in.
    pub(super) parent: u64,
    /// Its name there; empty for the root.
    pub(super) name: String,
    /// What is there.
    pub(super) entry: Option<Entry>,
    /// The names from the root to here.
    pub(super) names: Vec<String>,
    /// The inodes of the folders from the root to the parent.
    pub(super) folders: Vec<u64>,
}

impl Place {
    pub(super) fn is_root(&self) -> bool {
        self.names.is_empty()
    }
}

fn root() -> Entry {
    Entry::new(true, ROOT, 0, 0)
}

impl Cache {
    /// Finds a place. All folders on the way must exist; what is at the end need not.
    pub(super) async fn resolve(&self, tx: &Tx<'_>, steps: &Steps) -> Result<Place> {
        let mut way: Vec<Passed> = Vec::new();
        let mut ahead = VecDeque::new();
        for (at, step) in steps.steps.iter().enumerate() {
            let here = way.last().map_or(ROOT, |it| it.entry.ino);
            let Step::Down(name) = step else {
                way.pop();
                continue;
            };
            if ahead.is_empty() {
                let mut parent = Some(here);
                for step in &steps.steps[at..] {
                    let (Step::Down(name), Some(folder)) = (step, parent) else {
                        break;
                    };
                    let key = pair(folder as f64, name.as_str());
                    ahead.push_back((folder, Box::pin(tx.get(ENTRIES, key)?)));
                    parent = self.get(folder, name);
                }
            }
            let Some((_, request)) = ahead.pop_front() else {
                return Err(steps.error(ErrorKind::Other));
            };
            let found = match request.await? {
                Some(value) => Some(Entry::decode(&value, &steps.path.to_string_lossy())?.1),
                None => None,
            };
            let is_last = at + 1 == steps.steps.len();
            match found {
                Some(entry) if entry.is_folder => {
                    if ahead.front().is_some_and(|(next, _)| *next != entry.ino) {
                        ahead.clear();
                    }
                    self.put(here, name, entry.ino);
                    way.push(Passed {
                        parent: here,
                        name: name.clone(),
                        entry,
                    });
                }
                entry if is_last => return Ok(place(way, here, name, entry)),
                Some(_) => return Err(steps.error(ErrorKind::NotADirectory)),
                None => return Err(steps.error(ErrorKind::NotFound)),
            }
        }
        match way.pop() {
            Some(last) => Ok(place(way, last.parent, &last.name, Some(last.entry))),
            None => Ok(Place {
                parent: ROOT,
                name: String::new(),
                entry: Some(root()),
                names: Vec::new(),
                folders: Vec::new(),
            }),
        }
    }

    /// Finds what exists.
    pub(super) async fn existing(&self, tx: &Tx<'_>, steps: &Steps) -> Result<(Place, Entry)> {
        let place = self.resolve(tx, steps).await?;
        match place.entry.clone() {
            Some(entry) => Ok((place, entry)),
            None => Err(steps.error(ErrorKind::NotFound)),
        }
    }

    /// Finds a file.
    pub(super) async fn file(&self, tx: &Tx<'_>, steps: &Steps) -> Result<(Place, Entry)> {
        let (place, entry) = self.existing(tx, steps).await?;
        match entry.is_folder {
            false => Ok((place, entry)),
            true => Err(steps.error(ErrorKind::IsADirectory)),
        }
    }

    /// Finds a folder.
    pub(super) async fn folder(&self, tx: &Tx<'_>, steps: &Steps) -> Result<(Place, Entry)> {
        let (place, entry) = self.existing(tx, steps).await?;
        match entry.is_folder {
            true => Ok((place, entry)),
            false => Err(steps.error(ErrorKind::NotADirectory)),
        }
    }

    /// Finds a place where a file may be put.
    pub(super) async fn place(&self, tx: &Tx<'_>, steps: &Steps) -> Result<Place> {
        let place = self.resolve(tx, steps).await?;
        match &place.entry {
            Some(entry) if entry.is_folder => Err(steps.error(ErrorKind::IsADirectory)),
            _ => Ok(place),
        }
    }
}

fn place(way: Vec<Passed>, parent: u64, name: &str, entry: Option<Entry>) -> Place {
    let mut folders = vec![ROOT];
    folders.extend(way.iter().map(|it| it.entry.ino));
    let mut names: Vec<_> = way.into_iter().map(|it| it.name).collect();
    names.push(name.to_owned());
    Place {
        parent,
        name: name.to_owned(),
        entry,
        names,
        folders,
    }
}
