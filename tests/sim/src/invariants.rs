//! What must hold, and how it is looked at: in the tables, not in what the engine says of itself.
//!
//! | | invariant | looked at |
//! |---|---|---|
//! | I1 | once faults stop, two syncs make the library equal the drive | at the end |
//! | I2 | what was observed is applied or queued | after each job and crash |
//! | I3 | one row an item, one track a file, the same for ever | after each job |
//! | I4 | the cursor is never ahead of the observations | after each job and crash |
//! | I5 | what is there is never taken for deleted | after each job |
//! | I6 | requests are bounded, and none comes too early or too many at once | at each request |
//! | I7 | jobs say what happened | after each job |

mod identity;
mod tables;

use std::collections::{BTreeMap, HashMap};

use core_runtime::config::MassDeletionGuard;
use core_sync::{GuardVerdict, guard_verdict};

pub(crate) use identity::Identities;
pub(crate) use tables::Tables;

use crate::drive::{Body, Drive, PathEvent, title};
use crate::hub::Hub;
use crate::provider::{Cursor, Dialect, Site, State};

/// I2 and I3: what holds in every committed state.
pub(crate) fn check_tables(hub: &Hub, tables: &Tables) {
    for item in tables.items.values() {
        let work = tables.work.get(&item.id);
        let is_due =
            item.kind == "audio" && !item.removed && item.processed != Some(item.version.clone());
        if is_due && work.is_none() {
            hub.violated(
                "I2",
                format!(
                    "{} of {} is neither in the library nor in the queue",
                    item.key, item.provider
                ),
            );
        }
        if item.removed && work.is_some() {
            hub.violated("I2", format!("{} is gone and still in the queue", item.key));
        }
    }
    for track in &tables.tracks {
        if !track.missing && track.item.is_none() {
            hub.violated(
                "I3",
                format!("track {} is present and has no file", track.id),
            );
        }
    }
}

/// I2: no play is ever lost, whatever became of the file: its track stays, or hands it to the one that
/// stands for it where duplicates are set aside.
pub(crate) fn check_played(
    hub: &Hub,
    played: &mut BTreeMap<i64, i64>,
    tables: &Tables,
    sets_aside: bool,
) {
    let mut counts: BTreeMap<i64, i64> = BTreeMap::new();
    for track in tables.plays.values() {
        *counts.entry(*track).or_default() += 1;
    }
    if counts != tables.play_counts {
        let told = &tables.play_counts;
        hub.violated("I2", format!("plays {counts:?} are counted as {told:?}"));
    }
    for (play, track) in played {
        let now = tables.plays.get(play).copied();
        let is_there = tables
            .tracks
            .iter()
            .any(|it| it.id == *track && !it.missing);
        match now {
            None => hub.violated("I2", format!("a play of track {track} is forgotten")),
            Some(now) if now != *track && (!sets_aside || is_there) => {
                hub.violated("I2", format!("a play of track {track} is one of {now}"));
            }
            Some(now) => *track = now,
        }
    }
}

/// I4: what the stored position has passed is in the observations; what is gone may be there still, if the
/// drive said that its listing is not to be trusted with that.
pub(crate) fn check_cursor(hub: &Hub, site: &Site, provider: i64, tables: &Tables) {
    let Some(feed) = tables.feeds.get(&provider) else {
        return;
    };
    if feed.phase != "idle" || !site.dialect.has_feed() {
        return;
    }
    let position = feed.page_token.as_ref().or(feed.checkpoint.as_ref());
    let Some((_, Cursor::Feed { at })) = position.and_then(|bytes| Cursor::parse(bytes)) else {
        return;
    };
    let state = site.lock();
    let wrong = match site.dialect {
        Dialect::Dropbox => paths_behind(&state, at, provider, tables),
        _ => ids_behind(site.dialect, &state, at, provider, tables),
    };
    drop(state);
    for what in wrong {
        hub.violated("I4", format!("the position {at} has passed {what}"));
    }
}

fn ids_behind(
    dialect: Dialect,
    state: &State,
    at: u64,
    provider: i64,
    tables: &Tables,
) -> Vec<String> {
    let (drive, forgetful) = (&state.drive, state.forgetful);
    let mut last: HashMap<u64, u64> = HashMap::new();
    for (position, id) in drive.by_id.iter().enumerate() {
        last.insert(*id, position as u64);
    }
    let mut wrong = Vec::new();
    for (id, node) in drive
        .nodes
        .iter()
        .filter(|(id, _)| **id != crate::drive::ROOT)
    {
        // A folder that went took with it what was in it, without a word about that.
        let mut changed = 0;
        let mut up = *id;
        while up != crate::drive::ROOT {
            changed = changed.max(last.get(&up).copied().unwrap_or(0));
            up = drive.nodes[&up].parent;
        }
        if changed >= at {
            continue;
        }
        let row = tables.item(provider, &dialect.key(drive, *id).0);
        let truth = node.alive.then(|| dialect.item(drive, *id));
        if !(tables::agrees(row, truth.as_ref()) || forgetful && truth.is_none()) {
            wrong.push(format!(
                "item {id}, which is {truth:?} and observed as {row:?}"
            ));
        }
    }
    wrong
}

fn paths_behind(state: &State, at: u64, provider: i64, tables: &Tables) -> Vec<String> {
    let (drive, forgetful) = (&state.drive, state.forgetful);
    let mut last: BTreeMap<&str, u64> = BTreeMap::new();
    for (position, event) in drive.by_path.iter().enumerate() {
        match event {
            PathEvent::Put(path) => {
                last.insert(path, position as u64);
            }
            PathEvent::Gone(path) => {
                let below = format!("{path}/");
                for (other, when) in &mut last {
                    if *other == path || other.starts_with(&below) {
                        *when = position as u64;
                    }
                }
                last.insert(path, position as u64);
            }
        }
    }
    let mut wrong = Vec::new();
    for (path, changed) in last {
        if changed >= at {
            continue;
        }
        let row = tables.item(provider, path);
        let truth = drive.find(path).map(|id| Dialect::Dropbox.item(drive, id));
        if !(tables::agrees(row, truth.as_ref()) || forgetful && truth.is_none()) {
            wrong.push(format!(
                "{path}, which is {truth:?} and observed as {row:?}"
            ));
        }
    }
    wrong
}

/// I5: what looks like a mishap waits for a person's word. Tracks whose files have another content by
/// now are not meant.
pub(crate) fn check_guard(
    hub: &Hub,
    guard: &MassDeletionGuard,
    provider: i64,
    before: &Tables,
    after: &Tables,
) {
    let was = before.present_ids(provider);
    let gone = after.tracks.iter().filter(|track| {
        let file = track.item.and_then(|id| after.items.get(&id));
        track.missing && was.contains(&track.id) && file.is_some_and(|it| it.removed)
    });
    let gone = gone.count() as u64;
    // Those that were set aside as duplicates were there when the guard was asked.
    let aside = after.tracks.iter().filter(|track| {
        let file = track.item.and_then(|id| after.items.get(&id));
        track.missing && file.is_some_and(|it| it.provider == provider && !it.removed)
    });
    let there = gone + after.present_ids(provider).len() as u64 + aside.count() as u64;
    if gone > 0 && guard_verdict(guard, gone, there, false) == GuardVerdict::Hold {
        hub.violated(
            "I5",
            format!("{gone} of {there} tracks were deleted, and nobody was asked"),
        );
    }
}

fn is_older_copy(drive: &Drive, id: u64, sound: u32) -> bool {
    drive.living().any(|(other, it)| {
        drive.sound(other) == Some(sound) && it.version > drive.nodes[&id].version
    })
}

/// I1: the library is the drive; with `newest_only` of files that sound the same only the newest.
pub(crate) fn check_converged(
    hub: &Hub,
    site: &Site,
    provider: i64,
    tables: &Tables,
    newest_only: bool,
) {
    let state = site.lock();
    let drive = &state.drive;
    let mut expected: BTreeMap<String, String> = BTreeMap::new();
    let mut junk = 0;
    for id in drive.files() {
        match drive.nodes[&id].body {
            Body::Song { sound, .. } if newest_only && is_older_copy(drive, id, sound) => {}
            Body::Song { title: number, .. } => {
                expected.insert(drive.path(id), title(number));
            }
            _ => junk += 1,
        }
    }
    drop(state);
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for track in tables.present(provider) {
        let path = tables.path(track.item);
        if found.insert(path.clone(), track.title.clone()).is_some() {
            hub.violated("I3", format!("two tracks are at {path}"));
        }
    }
    for (path, title) in &expected {
        match found.get(path) {
            None if !newest_only && tables.is_stood_for(provider, path) => {}
            None => hub.violated(
                "I1",
                format!("{path} is on {} and not in the library", site.name),
            ),
            Some(other) if other != title => hub.violated(
                "I1",
                format!("{path} is called {other:?} in the library and is {title:?}"),
            ),
            Some(_) => {}
        }
    }
    // A file that is no music any more keeps what was known of it, and is set aside for all to see.
    let is_junk = |path: &String| {
        let state = site.lock();
        let id = state.drive.find(path);
        id.is_some_and(|id| matches!(state.drive.nodes[&id].body, Body::Junk(_)))
    };
    for path in found.keys() {
        if expected.contains_key(path) || is_junk(path) {
            continue;
        }
        hub.violated(
            "I1",
            format!("{path} is in the library and not on {}", site.name),
        );
    }
    let (waiting, aside) = tables.queue(provider);
    if waiting != 0 || aside != junk {
        hub.violated(
            "I1",
            format!("{waiting} items wait and {aside} are set aside, of which {junk} are no music"),
        );
    }
}
