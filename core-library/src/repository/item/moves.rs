//! Files that went from one key to another.

use bridge_traits::database::SqlValue;

use crate::db::{WriteTx, json_list};
use crate::error::Result;

/// A row that is gone and the new row in which its file came up again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MovePair {
    /// The row with the history.
    pub gone: i64,
    /// The row without one.
    pub found: i64,
}

/// Pairs rows that are gone with new ones that have the same file id, version and size: renamed
/// files of a provider whose keys are paths. Each row is in one pair at the most, and of several
/// rows that are gone the one that went last is taken.
pub async fn moved_by_file_id(tx: &mut WriteTx, provider_id: i64) -> Result<Vec<MovePair>> {
    let rows = tx
        .query(
            "SELECT gone.id, min(found.id) FROM work
             JOIN remote_item found ON found.id = work.item_id AND found.processed IS NULL
             JOIN remote_item gone ON gone.provider_id = found.provider_id
                 AND gone.file_number = found.file_number AND gone.removed_at IS NOT NULL
                 AND gone.file_device = found.file_device AND gone.version = found.version
                 AND gone.size = found.size AND gone.kind = found.kind
                 AND gone.processed IS NOT NULL
             WHERE work.provider_id = ?
             GROUP BY gone.id ORDER BY gone.removed_at DESC, gone.id DESC",
            vec![provider_id.into()],
        )
        .await?;
    let mut taken = std::collections::HashSet::new();
    let mut pairs = Vec::with_capacity(rows.len());
    for row in rows {
        let pair = MovePair {
            gone: row.get(0)?,
            found: row.get(1)?,
        };
        if taken.insert(pair.found) {
            pairs.push(pair);
        }
    }
    Ok(pairs)
}

/// Gives the rows with the history the place and state of the new ones, which cease to be.
///
/// What refers to the old row (tracks, artwork) goes on referring to it. Work for the new row moves
/// over where the content differs from what was processed, and is done with where it does not.
pub async fn adopt(tx: &mut WriteTx, pairs: &[MovePair]) -> Result<()> {
    let found: Vec<i64> = pairs.iter().map(|pair| pair.found).collect();
    let rows = tx
        .query(
            "SELECT id, key, parent_key, name, version, size, modified_at, file_device,
                 file_number, content_hash, generation
             FROM remote_item WHERE id IN (SELECT value FROM json_each(?))",
            vec![json_list(&found)],
        )
        .await?;
    let gone_of: std::collections::HashMap<i64, i64> =
        pairs.iter().map(|pair| (pair.found, pair.gone)).collect();
    let mut moved = Vec::with_capacity(rows.len());
    for mut row in rows {
        let id: i64 = row.get(0)?;
        let Some(gone) = gone_of.get(&id) else {
            continue;
        };
        let mut values: Vec<SqlValue> = vec![(*gone).into()];
        values.extend((1..11).map(|column| row.take(column)));
        moved.push(values);
    }
    let work = tx
        .query(
            "SELECT item_id, priority FROM work WHERE item_id IN (SELECT value FROM json_each(?))",
            vec![json_list(&found)],
        )
        .await?;
    tx.execute(
        "DELETE FROM remote_item WHERE id IN (SELECT value FROM json_each(?))",
        vec![json_list(&found)],
    )
    .await?;
    tx.insert_rows(
        "WITH v(id, key, parent_key, name, version, size, modified_at, file_device, file_number,
             content_hash, generation) AS (",
        11,
        moved,
        ") UPDATE remote_item SET key = v.key, parent_key = v.parent_key, name = v.name,
             version = v.version, size = v.size, modified_at = v.modified_at,
             file_device = v.file_device, file_number = v.file_number,
             content_hash = v.content_hash, generation = v.generation, removed_at = NULL
           FROM v WHERE remote_item.id = v.id",
    )
    .await?;
    for row in work {
        let (found, priority): (i64, i64) = (row.get(0)?, row.get(1)?);
        let Some(gone) = gone_of.get(&found) else {
            continue;
        };
        tx.execute(
            "INSERT INTO work(item_id, provider_id, priority)
             SELECT id, provider_id, ? FROM remote_item WHERE id = ? AND version IS NOT processed
             ON CONFLICT(item_id) DO NOTHING",
            vec![priority.into(), (*gone).into()],
        )
        .await?;
    }
    Ok(())
}
