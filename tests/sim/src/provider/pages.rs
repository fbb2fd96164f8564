//! The pages of a listing or feed.

use std::collections::VecDeque;
use std::sync::Arc;

use bridge_traits::provider::{
    Change, ChangePage, ChangesFrom, ItemKey, Next, Omitted, RemoteItem, Resync, Unreadable,
    Version,
};
use bridge_traits::{BridgeError, ErrorKind, Result};

use super::{Cursor, Dialect, Site, State};
use crate::drive::{Body, Drive, PathEvent, ROOT};
use crate::fault::Fault;

/// A stream that is open.
pub(super) struct Stream {
    site: Arc<Site>,
    at: Position,
    begun: bool,
    over: bool,
    last: Option<ChangePage>,
}

#[derive(Debug, Clone)]
enum Position {
    Cursor(Cursor),
    /// A walk over folders, those with changes after `since` only.
    Walk {
        /// Each with the path under which it was found.
        folders: VecDeque<(u64, String)>,
        since: u64,
        /// Where the next walk begins; a folder that can't be read is still to be done then.
        next: u64,
    },
}

impl Stream {
    pub(super) fn open(site: Arc<Site>, from: ChangesFrom) -> Result<Self> {
        let mut state = site.lock();
        let at = position(&site, &mut state, from)?;
        drop(state);
        Ok(Self {
            site,
            at,
            begun: false,
            over: false,
            last: None,
        })
    }

    pub(super) fn site(&self) -> &Site {
        &self.site
    }

    pub(super) fn is_over(&self) -> bool {
        self.over
    }

    pub(super) fn has_begun(&self) -> bool {
        self.begun
    }

    pub(super) async fn next_page(&mut self) -> Result<ChangePage> {
        let site = self.site.clone();
        site.request(&format!("page at {:?}", self.at), None)
            .await?;
        if site.hub.strikes(Fault::CursorExpired) {
            let mut state = site.lock();
            state.epoch += 1;
            return Err(refusal(&mut state));
        }
        self.begun = true;
        if let Some(page) = &self.last {
            if site.hub.strikes(Fault::PageTwice) && !has_token(page) {
                return Ok(page.clone());
            }
            if has_token(page) && site.hub.strikes(Fault::TokenLoop) {
                site.lock().circle = Some((page.clone(), 0));
            }
        }
        // However often the stream is opened again.
        if let Some((page, times)) = site.go_round() {
            if times > 1 {
                site.hub
                    .violated("I6", "a feed that runs in a circle is followed");
            }
            return Ok(page);
        }
        let mut page = {
            let state = site.lock();
            match &mut self.at {
                Position::Cursor(cursor) => {
                    let (page, next) = by_cursor(&site, &state, cursor);
                    *cursor = next;
                    page
                }
                Position::Walk {
                    folders,
                    since,
                    next,
                } => walk(&site, &state, folders, *since, next),
            }
        };
        if site.dialect.has_ids() && site.hub.strikes(Fault::OutOfOrder) {
            disorder(&site, &mut page);
        }
        self.over = matches!(page.next, Next::Done(_));
        self.last = Some(page.clone());
        Ok(page)
    }
}

fn has_token(page: &ChangePage) -> bool {
    matches!(page.next, Next::More(Some(_)))
}

/// Refuses a cursor. Every third time the listing is not to be trusted with what it does not show.
fn refusal(state: &mut State) -> BridgeError {
    let omitted = match state.epoch % 3 {
        0 => Omitted::Kept,
        _ => Omitted::Gone,
    };
    state.forgetful |= omitted == Omitted::Kept;
    let resync = Resync {
        omitted,
        restart: None,
    };
    BridgeError::new(ErrorKind::CursorInvalid(resync), "cursor").detail("simulated")
}

fn position(site: &Site, state: &mut State, from: ChangesFrom) -> Result<Position> {
    let end = site.dialect.feed_end(&state.drive);
    let walk = |since| Position::Walk {
        folders: VecDeque::from([(ROOT, String::new())]),
        since,
        next: end,
    };
    let bytes = match from {
        ChangesFrom::Beginning if site.dialect.has_feed() => {
            return Ok(Position::Cursor(Cursor::List {
                feed: end,
                after: String::new(),
            }));
        }
        ChangesFrom::Beginning => return Ok(walk(0)),
        ChangesFrom::Checkpoint(checkpoint) => checkpoint.0,
        ChangesFrom::Page(token) => token.0,
    };
    let (epoch, cursor) = Cursor::parse(&bytes).ok_or_else(|| refusal(state))?;
    if epoch != state.epoch {
        return Err(refusal(state));
    }
    if site.dialect.has_feed() {
        return Ok(Position::Cursor(cursor));
    }
    match (cursor, site.dialect) {
        (Cursor::Feed { at }, Dialect::TreeEtag) => Ok(walk(at)),
        (Cursor::Feed { .. }, _) => Ok(walk(0)),
        (Cursor::List { .. }, _) => Err(refusal(state)),
    }
}

fn by_cursor(site: &Site, state: &State, cursor: &Cursor) -> (ChangePage, Cursor) {
    let (changes, next, done) = match cursor {
        Cursor::List { feed, after } => list(site, state, *feed, after),
        Cursor::Feed { at } => feed(site, state, *at),
    };
    let page = ChangePage {
        changes,
        unreadable: vec![],
        next: if done {
            Next::Done(next.checkpoint(state.epoch))
        } else {
            Next::More(Some(next.token(state.epoch)))
        },
    };
    (page, next)
}

/// Where an item stands in a listing. It must change only with what the feed tells of: of a folder that
/// moves, a feed of ids says nothing about what is in it, so there the names above an item don't count.
/// What moves while it is listed may then be listed twice or not at all, and the feed tells.
fn rank(dialect: Dialect, drive: &Drive, id: u64) -> String {
    match dialect {
        Dialect::Dropbox => drive.path(id),
        Dialect::Drive => format!("{:08}/{}", drive.nodes[&id].parent, drive.nodes[&id].name),
        _ => format!("{id:08}"),
    }
}

/// A page of the listing: what there is now.
fn list(site: &Site, state: &State, feed: u64, after: &str) -> (Vec<Change>, Cursor, bool) {
    let drive = &state.drive;
    let mut all: Vec<(String, u64)> = drive
        .living()
        .map(|(id, _)| (rank(site.dialect, drive, id), id))
        .filter(|(key, _)| key.as_str() > after)
        .collect();
    all.sort();
    let done = all.len() <= site.page_size;
    all.truncate(site.page_size);
    let next = match all.last() {
        Some((key, _)) if !done => Cursor::List {
            feed,
            after: key.clone(),
        },
        _ => Cursor::Feed { at: feed },
    };
    let changes = all
        .iter()
        .map(|(_, id)| Change::Upsert(site.dialect.item(drive, *id)))
        .collect();
    (changes, next, done)
}

/// A page of the feed.
fn feed(site: &Site, state: &State, at: u64) -> (Vec<Change>, Cursor, bool) {
    let end = site.dialect.feed_end(&state.drive);
    let to = end.min(at + site.page_size as u64);
    let range = at.min(to) as usize..to as usize;
    let changes = match site.dialect {
        Dialect::Dropbox => state.drive.by_path[range]
            .iter()
            .map(|event| path_change(site, state, event))
            .collect(),
        _ => id_changes(site, state, &state.drive.by_id[range]),
    };
    (changes, Cursor::Feed { at: to }, to == end)
}

/// The present state of each id, once.
fn id_changes(site: &Site, state: &State, ids: &[u64]) -> Vec<Change> {
    let mut told = Vec::new();
    for id in ids {
        if !told.contains(id) {
            told.push(*id);
        }
    }
    told.into_iter()
        .map(|id| {
            let key = site.dialect.key(&state.drive, id);
            if site.dialect == Dialect::Events {
                Change::Dirty(key)
            } else if state.drive.nodes[&id].alive {
                Change::Upsert(site.dialect.item(&state.drive, id))
            } else {
                Change::Removed { key, subtree: true }
            }
        })
        .collect()
}

fn path_change(site: &Site, state: &State, event: &PathEvent) -> Change {
    let removed = |path: &str| Change::Removed {
        key: ItemKey(path.to_owned()),
        subtree: true,
    };
    match event {
        PathEvent::Gone(path) => removed(path),
        PathEvent::Put(path) => match state.drive.find(path) {
            Some(id) => Change::Upsert(site.dialect.item(&state.drive, id)),
            None => removed(path),
        },
    }
}

/// The listings of the next folders of a walk.
fn walk(
    site: &Site,
    state: &State,
    folders: &mut VecDeque<(u64, String)>,
    since: u64,
    next: &mut u64,
) -> ChangePage {
    let drive = &state.drive;
    let mut changes = Vec::new();
    let mut unreadable = Vec::new();
    while changes.len() < site.page_size.div_ceil(2) {
        let Some((folder, path)) = folders.pop_front() else {
            break;
        };
        let node = &drive.nodes[&folder];
        let is_there = node.alive && drive.path(folder) == path;
        if !is_there || (since > 0 && node.touched <= since) {
            continue;
        }
        let key = site.dialect.key(drive, folder);
        if folder != ROOT && site.hub.strikes(Fault::UnreadableFolder) {
            *next = since;
            unreadable.push(Unreadable {
                key,
                reason: "simulated".to_owned(),
            });
            continue;
        }
        let ids = drive.children(folder);
        for id in ids.iter().filter(|id| drive.nodes[id].body == Body::Folder) {
            folders.push_back((*id, drive.path(*id)));
        }
        let children: Vec<RemoteItem> =
            ids.iter().map(|id| site.dialect.item(drive, *id)).collect();
        changes.push(Change::Listing {
            folder: key,
            digest: digest(&children),
            children,
        });
    }
    let next = if folders.is_empty() {
        Next::Done(Cursor::Feed { at: *next }.checkpoint(state.epoch))
    } else {
        Next::More(None)
    };
    ChangePage {
        changes,
        unreadable,
        next,
    }
}

fn digest(children: &[RemoteItem]) -> Version {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for child in children {
        // A folder's own version changes with all below it, which is not what is asked here.
        let version = match child.kind {
            bridge_traits::provider::ItemKind::Folder => "",
            _ => child.version.0.as_str(),
        };
        for byte in format!("{}\0{version}\0{:?}\0", child.key, child.file_id).bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    Version(format!("{hash:x}"))
}

/// Changes of one page in another order, some twice: each is the item's present state.
fn disorder(site: &Site, page: &mut ChangePage) {
    site.hub.draw(|rng| {
        rng.shuffle(&mut page.changes);
        if let Some(again) = rng.choice(&page.changes).cloned() {
            page.changes.push(again);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Or the library could never learn of it, whatever the engine does.
    #[test]
    fn what_changes_its_place_in_a_listing_is_told_by_the_feed() {
        for dialect in Dialect::ALL.into_iter().filter(|it| it.has_feed()) {
            let mut drive = Drive::new();
            let folder = drive.create(ROOT, "b".to_owned(), Body::Folder, false);
            let file = drive.create(folder, "one.mp3".to_owned(), Body::Junk(1), false);
            for (id, name) in [(folder, "a"), (file, "two.mp3")] {
                let before = rank(dialect, &drive, file);
                let (ids, paths) = (drive.by_id.len(), drive.by_path.len());
                drive.place(&[(id, drive.nodes[&id].parent, name.to_owned())]);
                let is_told = match dialect {
                    Dialect::Dropbox => drive.by_path[paths..]
                        .iter()
                        .any(|it| matches!(it, PathEvent::Put(path) if *path == drive.path(file))),
                    _ => drive.by_id[ids..].contains(&file),
                };
                assert!(
                    is_told || rank(dialect, &drive, file) == before,
                    "{dialect:?}, {name}"
                );
            }
        }
    }
}
