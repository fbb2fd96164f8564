//! Where files are, as a person would say it.

use std::cmp::Reverse;
use std::collections::HashMap;

use bridge_traits::database::SqlValue;
use bridge_traits::storage::path_key;

use crate::db::Tx;
use crate::error::Result;
use crate::repository::json_row;

/// Names of folders above a file that are looked at; deeper ones are left out.
const MAX_DEPTH: u32 = 128;

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
pub(super) fn readable(key: &str) -> String {
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
/// folders above; a folder that was never seen ends it there.
pub(crate) async fn paths(tx: &mut Tx, items: SqlValue) -> Result<HashMap<i64, FilePath>> {
    let rows = tx
        .query(
            "SELECT id, key, parent_key, name FROM remote_item
             WHERE id IN (SELECT value FROM json_each(?))",
            vec![items],
        )
        .await?;
    let mut paths = HashMap::with_capacity(rows.len());
    let mut others = Vec::new();
    for row in &rows {
        let (id, key): (i64, String) = (row.get(0)?, row.get(1)?);
        let parent: Option<String> = row.get(2)?;
        let mut path = FilePath {
            readable: String::new(),
            key,
        };
        if is_path(&path.key, parent.as_deref(), &row.get::<String>(3)?) {
            path.readable = readable(&path.key);
        } else {
            others.push(id);
        }
        paths.insert(id, path);
    }
    if !others.is_empty() {
        for (id, readable) in from_names(tx, super::super::sql::id_list(others)).await? {
            paths.entry(id).or_default().readable = readable;
        }
    }
    Ok(paths)
}

/// Tells whether a key is a path, as [`path_key`] writes it: its last part says the item's name.
pub(super) fn is_path(key: &str, parent: Option<&str>, name: &str) -> bool {
    let last = match parent {
        None => None,
        Some("") => Some(key),
        Some(parent) => key.strip_prefix(parent).and_then(|it| it.strip_prefix('/')),
    };
    last.is_some_and(|it| !it.contains('/') && readable(it) == name)
}

/// Puts the paths of items together from names, by item.
pub(super) async fn from_names(tx: &mut Tx, items: SqlValue) -> Result<HashMap<i64, String>> {
    // The root has no parent, and its name is not part of a path.
    let with = format!(
        "WITH RECURSIVE up(item, provider_id, parent_key, name, depth) AS (
             SELECT id, provider_id, parent_key, name, 0 FROM remote_item
             WHERE id IN (SELECT value FROM json_each(?))
             UNION ALL
             SELECT up.item, f.provider_id, f.parent_key, f.name, up.depth + 1
             FROM up JOIN remote_item f ON f.provider_id = up.provider_id AND f.key = up.parent_key
             WHERE f.parent_key IS NOT NULL AND up.depth < {MAX_DEPTH})"
    );
    let columns = "json_array(item, depth, name)";
    let mut names: Vec<(i64, u32, String)> =
        json_row::read(tx, &with, columns, "FROM up", vec![items]).await?;
    names.sort_by_key(|(item, depth, _)| (*item, Reverse(*depth)));
    let of_an_item = names.chunk_by(|left, right| left.0 == right.0);
    let path = of_an_item.map(|names| {
        let path: Vec<&str> = names.iter().map(|it| it.2.as_str()).collect();
        (names[0].0, path.join("/"))
    });
    Ok(path.collect())
}
