//! What is in the database, read as it stands.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use bridge_traits::database::DatabaseAdapter;
use bridge_traits::provider::{ItemKind, RemoteItem};
use serde::de::DeserializeOwned;

use crate::database::finish;

#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) id: i64,
    pub(crate) provider: i64,
    pub(crate) key: String,
    pub(crate) parent: Option<String>,
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) version: String,
    pub(crate) processed: Option<String>,
    pub(crate) removed: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Track {
    pub(crate) id: i64,
    pub(crate) item: Option<i64>,
    pub(crate) title: String,
    pub(crate) missing: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct FeedRow {
    pub(crate) phase: String,
    pub(crate) checkpoint: Option<Vec<u8>>,
    pub(crate) page_token: Option<Vec<u8>>,
}

/// All rows that matter here.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    pub(crate) items: BTreeMap<i64, Item>,
    by_key: HashMap<(i64, String), i64>,
    pub(crate) tracks: Vec<Track>,
    /// By item: whether it is set aside.
    pub(crate) work: HashMap<i64, bool>,
    pub(crate) feeds: HashMap<i64, FeedRow>,
    /// The tracks that were set aside, with those that stand for them.
    aside: BTreeMap<i64, i64>,
    /// The track of each play.
    pub(crate) plays: BTreeMap<i64, i64>,
    /// How often each track was played, as it is told of it.
    pub(crate) play_counts: BTreeMap<i64, i64>,
    /// Jobs that say they run.
    pub(crate) running: Vec<i64>,
}

impl Tables {
    pub(crate) fn read(database: &dyn DatabaseAdapter) -> Self {
        let mut tables = Self::default();
        let all: Vec<ItemRow> = rows(
            database,
            "SELECT json_group_array(json_array(id, provider_id, key, parent_key, name, kind,
                     version, processed, removed_at IS NOT NULL)) FROM remote_item",
        );
        for (id, provider, key, parent, name, kind, version, processed, removed) in all {
            let item = Item {
                id,
                provider,
                key,
                parent,
                name,
                kind,
                version,
                processed,
                removed: removed != 0,
            };
            tables
                .by_key
                .insert((item.provider, item.key.clone()), item.id);
            tables.items.insert(item.id, item);
        }
        let all: Vec<(i64, Option<i64>, String, u8)> = rows(
            database,
            "SELECT json_group_array(json_array(id, item_id, title, missing_since IS NOT NULL))
             FROM (SELECT * FROM track ORDER BY id)",
        );
        for (id, item, title, missing) in all {
            let missing = missing != 0;
            tables.tracks.push(Track {
                id,
                item,
                title,
                missing,
            });
        }
        let all: Vec<(i64, u8)> = rows(
            database,
            "SELECT json_group_array(json_array(item_id, quarantined)) FROM work",
        );
        for (item, aside) in all {
            tables.work.insert(item, aside != 0);
        }
        let all: Vec<(i64, String, Option<String>, Option<String>)> = rows(
            database,
            "SELECT json_group_array(json_array(provider_id, phase,
                 iif(checkpoint IS NULL, NULL, hex(checkpoint)),
                 iif(page_token IS NULL, NULL, hex(page_token)))) FROM feed",
        );
        for (provider, phase, checkpoint, page_token) in all {
            let feed = FeedRow {
                phase,
                checkpoint: checkpoint.as_deref().map(unhex),
                page_token: page_token.as_deref().map(unhex),
            };
            tables.feeds.insert(provider, feed);
        }
        let all: Vec<(i64, i64)> = rows(
            database,
            "SELECT json_group_array(json_array(track_id, kept_id)) FROM duplicate
             WHERE kept_id IS NOT NULL",
        );
        tables.aside = all.into_iter().collect();
        let all: Vec<(i64, i64)> = rows(
            database,
            "SELECT json_group_array(json_array(id, track_id)) FROM play",
        );
        tables.plays = all.into_iter().collect();
        let all: Vec<(i64, i64)> = rows(
            database,
            "SELECT json_group_array(json_array(track_id, play_count)) FROM annotation",
        );
        tables.play_counts = all.into_iter().collect();
        tables.running = rows(
            database,
            "SELECT json_group_array(id) FROM sync_job WHERE status IN ('pending', 'running')",
        );
        tables
    }

    pub(crate) fn item(&self, provider: i64, key: &str) -> Option<&Item> {
        let id = self.by_key.get(&(provider, key.to_owned()))?;
        self.items.get(id)
    }

    /// Lists the tracks of a provider that count as present.
    pub(crate) fn present(&self, provider: i64) -> impl Iterator<Item = &Track> {
        self.tracks.iter().filter(move |track| {
            !track.missing
                && track
                    .item
                    .and_then(|id| self.items.get(&id))
                    .is_some_and(|item| item.provider == provider)
        })
    }

    pub(crate) fn present_ids(&self, provider: i64) -> BTreeSet<i64> {
        self.present(provider).map(|track| track.id).collect()
    }

    pub(crate) fn track_of(&self, item: i64) -> Option<&Track> {
        self.tracks.iter().find(|track| track.item == Some(item))
    }

    /// Tells whether the track at a path was set aside for one of its provider that is present.
    pub(crate) fn is_stood_for(&self, provider: i64, path: &str) -> bool {
        let present = self.present_ids(provider);
        let mut of_path = self
            .tracks
            .iter()
            .filter(|it| it.item.is_some() && self.path(it.item) == path);
        of_path.any(|it| {
            let item = it.item.and_then(|id| self.items.get(&id));
            item.is_some_and(|it| it.provider == provider && !it.removed)
                && self
                    .aside
                    .get(&it.id)
                    .is_some_and(|it| present.contains(it))
        })
    }

    /// Puts an item's path together from the names above it.
    pub(crate) fn path(&self, item: Option<i64>) -> String {
        let mut parts = Vec::new();
        let mut at = item.and_then(|id| self.items.get(&id));
        while let Some(item) = at.filter(|_| parts.len() < 64) {
            let Some(parent) = &item.parent else {
                break;
            };
            parts.push(item.name.as_str());
            at = self.item(item.provider, parent);
        }
        parts.reverse();
        parts.join("/")
    }

    /// Counts what waits in a provider's queue, and what is set aside.
    pub(crate) fn queue(&self, provider: i64) -> (usize, usize) {
        let of_it = |id: &i64| self.items.get(id).is_some_and(|it| it.provider == provider);
        let aside = self
            .work
            .iter()
            .filter(|(id, aside)| of_it(id) && **aside)
            .count();
        let all = self.work.keys().filter(|id| of_it(id)).count();
        (all - aside, aside)
    }

    /// Writes all rows as a number.
    pub(crate) fn digest(&self) -> u64 {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        let mut text = String::new();
        for item in self.items.values() {
            text.push_str(&format!("{item:?}{:?}", self.work.get(&item.id)));
        }
        text.push_str(&format!("{:?}", self.tracks));
        for byte in text.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        hash
    }
}

/// The columns of an item, as [`Tables::read`] asks for them.
type ItemRow = (
    i64,
    i64,
    String,
    Option<String>,
    String,
    String,
    String,
    Option<String>,
    u8,
);

/// Reads a table as one value: a row that travels alone costs more than what is in it.
fn rows<T: DeserializeOwned>(database: &dyn DatabaseAdapter, sql: &str) -> Vec<T> {
    let found = finish(database.query(sql, vec![])).expect("the tables can be read");
    let text: String = found[0].get(0).expect("text");
    serde_json::from_str(&text).expect("columns as asked for")
}

fn unhex(text: &str) -> Vec<u8> {
    let pair = |at| u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal digits");
    (0..text.len()).step_by(2).map(pair).collect()
}

/// Tells whether a row says what is true.
pub(super) fn agrees(row: Option<&Item>, truth: Option<&RemoteItem>) -> bool {
    match (row.filter(|row| !row.removed), truth) {
        (None, None) => true,
        (Some(row), Some(truth)) => {
            row.name == truth.name
                && row.parent.as_deref() == truth.parent.as_ref().map(|key| key.0.as_str())
                && row.kind == truth.kind.as_str()
                && (truth.kind == ItemKind::Folder || row.version == truth.version.0)
        }
        _ => false,
    }
}
