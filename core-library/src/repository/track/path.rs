//! Where files are, as a person would say it.

use std::collections::HashMap;

use bridge_traits::database::SqlValue;

use crate::db::Tx;
use crate::error::Result;

/// Names of folders above a file that are looked at; deeper ones are left out.
const MAX_DEPTH: u32 = 128;

/// Gives the paths of items from the root of their provider, by item.
///
/// Where keys are paths, that is the key. Elsewhere it is put together from the names of the
/// folders above; a folder that was never seen ends it there.
pub(crate) async fn paths(tx: &mut Tx, items: SqlValue) -> Result<HashMap<i64, String>> {
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
        if is_path(&key, parent.as_deref(), &row.get::<String>(3)?) {
            paths.insert(id, key);
        } else {
            others.push(id);
        }
    }
    if !others.is_empty() {
        paths.extend(from_names(tx, super::super::sql::id_list(others)).await?);
    }
    Ok(paths)
}

/// Tells whether an item's key is its path.
pub(super) fn is_path(key: &str, parent: Option<&str>, name: &str) -> bool {
    match parent {
        None => false,
        Some("") => key == name,
        Some(parent) => key
            .strip_prefix(parent)
            .and_then(|it| it.strip_prefix('/'))
            .is_some_and(|it| it == name),
    }
}

/// Puts the paths of items together from names, by item.
pub(super) async fn from_names(tx: &mut Tx, items: SqlValue) -> Result<HashMap<i64, String>> {
    // The root has no parent, and its name is not part of a path.
    let sql = format!(
        "WITH RECURSIVE up(item, provider_id, parent_key, name, depth) AS (
             SELECT id, provider_id, parent_key, name, 0 FROM remote_item
             WHERE id IN (SELECT value FROM json_each(?))
             UNION ALL
             SELECT up.item, f.provider_id, f.parent_key, f.name, up.depth + 1
             FROM up JOIN remote_item f ON f.provider_id = up.provider_id AND f.key = up.parent_key
             WHERE f.parent_key IS NOT NULL AND up.depth < {MAX_DEPTH})
         SELECT item, name FROM up ORDER BY item, depth DESC"
    );
    let mut paths = HashMap::new();
    for row in &tx.query(&sql, vec![items]).await? {
        let path: &mut String = paths.entry(row.get(0)?).or_default();
        if !path.is_empty() {
            path.push('/');
        }
        path.push_str(&row.get::<String>(1)?);
    }
    Ok(paths)
}
