//! Where files are, as a person would say it.

use std::cmp::Reverse;
use std::collections::HashMap;

use bridge_traits::database::SqlValue;
use bridge_traits::storage::path_key;

use crate::db::Tx;
use crate::error::Result;
use crate::repository::json_row;

/// What [`NAMES`] gives.
pub(super) type Names = Option<Vec<(u32, String)>>;

/// Tells whether the key of an item that is called `i` is a path that needs no reading, as most are, or there is no item.
macro_rules! is_plain {
    () => {
        "i.id IS NULL OR i.parent_key IS NOT NULL AND instr(i.key, '%') = 0 AND instr(i.name, '/') = 0
        AND i.key = iif(i.parent_key = '', i.name, i.parent_key || '/' || i.name)"
    };
}

/// Walks up from an item that is called `i`.
///
/// At most 128 folders are looked at, so that a circle of them has an end; a folder that was never seen ends it, and
/// the root, which has no parent and whose name is not part of a path.
macro_rules! with_up {
    () => {
        "WITH RECURSIVE up(parent_key, name, above) AS (
         SELECT i.parent_key, i.name, 0
         UNION ALL
         SELECT f.parent_key, f.name, up.above + 1
         FROM up JOIN remote_item f ON f.provider_id = i.provider_id AND f.key = up.parent_key
         WHERE f.parent_key IS NOT NULL AND up.above < 128)"
    };
}

/// Gives the names on the way to an item that is called `i`, each with how many folders it is above the item; NULL
/// where the key is a path, as most are, or there is no item.
pub(super) const NAMES: &str = concat!(
    "iif(",
    is_plain!(),
    ", NULL,\n    (",
    with_up!(),
    "\n     SELECT json_group_array(json_array(above, name)) FROM up))"
);

/// Gives the way to an item that is called `i` so that what is in one folder sorts together, whatever the case of
/// its letters; an empty text if there is no item.
pub(crate) const PLACE: &str = concat!(
    "replace(lower(ifnull(iif(",
    is_plain!(),
    ", i.key, (",
    with_up!(),
    " SELECT group_concat(name, '/' ORDER BY above DESC) FROM up)), '')), '/', char(1))"
);

/// Where a file is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct FilePath {
    /// The provider's name for it.
    pub(crate) key: String,
    /// The way to it from the root of its provider, for people: what is no text in it is replaced.
    pub(crate) readable: String,
}

impl FilePath {
    /// Gives the names on the way; `None` if one of them is no text.
    pub(crate) fn names(&self) -> Option<Vec<&str>> {
        // Where names are always text, what is none was replaced by this sign.
        let is_lost = |text: &str| text.contains(char::REPLACEMENT_CHARACTER);
        if readable(&self.key) == self.readable && is_lost(&self.readable) && !is_lost(&self.key) {
            return None;
        }
        Some(
            self.readable
                .split('/')
                .filter(|it| !it.is_empty())
                .collect(),
        )
    }
}

/// Gives a key that is a path as a person would say it.
fn readable(key: &str) -> String {
    if !key.contains('%') {
        return key.to_owned();
    }
    let parts = key.split('/').map(path_key::decode);
    let parts: Vec<_> = parts.map(|it| it.to_string_lossy().into_owned()).collect();
    parts.join("/")
}

/// Gives the paths of items from the root of their provider, by item.
///
/// Where keys are paths, that is the key. Elsewhere it is put together from the names of the
/// folders above.
pub(crate) async fn paths(tx: &mut Tx, items: SqlValue) -> Result<HashMap<i64, FilePath>> {
    let columns = format!("json_array(i.id, i.key, i.parent_key, i.name, {NAMES})");
    let from = "FROM remote_item i WHERE i.id IN (SELECT value FROM json_each(?))";
    let rows: Vec<(i64, String, Option<String>, String, Names)> =
        json_row::read(tx, &columns, from, vec![items]).await?;
    let path = |(id, key, parent, name, names): (i64, String, Option<String>, String, Names)| {
        let readable = readable_path(&key, parent.as_deref(), &name, names);
        (id, FilePath { key, readable })
    };
    Ok(rows.into_iter().map(path).collect())
}

/// Gives the way to an item as a person would say it.
pub(super) fn readable_path(key: &str, parent: Option<&str>, name: &str, names: Names) -> String {
    if is_path(key, parent, name) {
        return readable(key);
    }
    let mut names = names.unwrap_or_default();
    names.sort_by_key(|it| Reverse(it.0));
    let names: Vec<String> = names.into_iter().map(|it| it.1).collect();
    names.join("/")
}

/// Tells whether a key is a path, as [`path_key`] writes it: its last part says the item's name.
fn is_path(key: &str, parent: Option<&str>, name: &str) -> bool {
    let last = match parent {
        None => None,
        Some("") => Some(key),
        Some(parent) => key.strip_prefix(parent).and_then(|it| it.strip_prefix('/')),
    };
    last.is_some_and(|it| !it.contains('/') && readable(it) == name)
}
