//! Files that went from one key to another.

use std::collections::HashMap;

use bridge_traits::database::SqlValue;

use super::place::{Place, Relocated, spelling, told_by_place};
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

/// Pairs rows that are gone with new ones (which have no tracks) that have the same file id, version and size: renamed
/// files of a provider whose keys are paths. Each row is in one pair at the most, and of several
/// rows that are gone the one that went last is taken.
pub async fn moved_by_file_id(tx: &mut WriteTx, provider_id: i64) -> Result<Vec<MovePair>> {
    let rows = tx
        .query(
            "SELECT gone, found FROM (
                 SELECT gone.id AS gone, min(found.id) AS found, gone.removed_at AS at FROM work
                 JOIN remote_item found ON found.id = work.item_id AND found.processed IS NULL
                 JOIN remote_item gone ON gone.provider_id = found.provider_id
                     AND gone.file_number = found.file_number AND gone.removed_at IS NOT NULL
                     AND gone.file_device = found.file_device AND gone.version = found.version
                     AND gone.size = found.size AND gone.kind = found.kind
                     AND gone.processed IS NOT NULL
                 WHERE work.provider_id = ?
                 GROUP BY gone.id)
             WHERE NOT EXISTS (SELECT 1 FROM track t WHERE t.item_id = found)
             ORDER BY at DESC, gone DESC",
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

/// Pairs rows that are gone with new ones whose key differs only in case or Unicode normalisation, with
/// the same version and size: files that were respelled, or that lie in a respelled folder, of a provider
/// whose keys are paths and which knows no file ids. Each row is in one pair at the most, and where
/// several could be meant there is none: the sound will tell.
pub async fn moved_by_spelling(tx: &mut WriteTx, provider_id: i64) -> Result<Vec<MovePair>> {
    let rows = tx
        .query(
            // In this order: what waits is often little, and what is gone is found by an index of its own.
            "WITH gone AS MATERIALIZED (
                 SELECT id, key, version, size, kind FROM remote_item
                 WHERE provider_id = ?1 AND removed_at IS NOT NULL AND processed IS NOT NULL)
             SELECT gone.id, gone.key, found.id, found.key FROM work
             CROSS JOIN remote_item found ON found.id = work.item_id
             CROSS JOIN gone ON gone.version = found.version AND gone.size = found.size
                 AND gone.kind = found.kind
             WHERE work.provider_id = ?1 AND EXISTS (SELECT 1 FROM gone)
                 AND found.processed IS NULL AND found.removed_at IS NULL
                 AND NOT EXISTS (SELECT 1 FROM track t WHERE t.item_id = found.id)",
            vec![provider_id.into()],
        )
        .await?;
    let mut pairs = Vec::new();
    for row in rows {
        let (gone_key, found_key): (String, String) = (row.get(1)?, row.get(3)?);
        if spelling(&gone_key) == spelling(&found_key) {
            pairs.push(MovePair {
                gone: row.get(0)?,
                found: row.get(2)?,
            });
        }
    }
    let count = |of: &dyn Fn(&MovePair) -> i64| {
        let mut counts: HashMap<i64, usize> = HashMap::new();
        pairs
            .iter()
            .for_each(|it| *counts.entry(of(it)).or_default() += 1);
        counts
    };
    let (gone, found) = (count(&|it| it.gone), count(&|it| it.found));
    pairs.retain(|it| gone[&it.gone] == 1 && found[&it.found] == 1);
    Ok(pairs)
}

/// Gives the rows with the history the place and state of the new ones, which cease to be.
///
/// What refers to the old row (tracks, artwork) goes on referring to it. Work for the new row moves
/// over where the content differs from what was processed, and is done with where it does not. A file is read again,
/// too, if its [new place says something else](told_by_place).
pub async fn adopt(tx: &mut WriteTx, provider_id: i64, pairs: &[MovePair]) -> Result<()> {
    let found: Vec<i64> = pairs.iter().map(|pair| pair.found).collect();
    let rows = tx
        .query(
            "SELECT id, key, parent_key, name, version, size, modified_at, file_device,
                 file_number, content_hash, generation
             FROM remote_item WHERE id IN (SELECT value FROM json_each(?))",
            vec![json_list(&found)],
        )
        .await?;
    let told = told_by_new_place(tx, provider_id, pairs).await?;
    let gone_of: HashMap<i64, i64> = pairs.iter().map(|pair| (pair.found, pair.gone)).collect();
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
    tx.execute(
        "UPDATE remote_item SET processed = NULL WHERE id IN (SELECT value FROM json_each(?))",
        vec![json_list(&told)],
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

/// Gives the rows with the history of files whose new place says something else of them than the old one.
async fn told_by_new_place(
    tx: &mut WriteTx,
    provider_id: i64,
    pairs: &[MovePair],
) -> Result<Vec<i64>> {
    let ids = pairs.iter().map(|it| [it.gone, it.found]);
    let rows = tx
        .query(
            "SELECT g.id, g.parent_key, g.name, f.parent_key, f.name
             FROM json_each(?) p CROSS JOIN remote_item g ON g.id = p.value ->> 0
             CROSS JOIN remote_item f ON f.id = p.value ->> 1 WHERE g.kind = 'audio'",
            vec![json_list(&ids.collect::<Vec<_>>())],
        )
        .await?;
    let relocated: Result<Vec<Relocated>> = rows
        .iter()
        .map(|row| {
            Ok(Relocated {
                item_id: row.get(0)?,
                from: Place {
                    folder: row.get(1)?,
                    name: row.get(2)?,
                },
                to: Place {
                    folder: row.get(3)?,
                    name: row.get(4)?,
                },
            })
        })
        .collect();
    told_by_place(tx, provider_id, &relocated?).await
}
