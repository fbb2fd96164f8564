//! What was last observed at a provider: its files and folders as a table.
//!
//! Observations say what is there, not what is to be done; a row stays, marked as removed, as long
//! as a track refers to it, so that a file that comes back is itself.

mod disc;
mod moves;
mod place;

use std::collections::HashMap;

use bridge_traits::database::{Row, SqlValue};
use bridge_traits::provider::{ItemKind, RemoteItem};
use bridge_traits::storage::FileId;

use crate::db::{Library, WriteTx, json_list};
use crate::error::{LibraryError, Result};
use crate::model::TrackId;
use crate::repository::track_writer::is_disc_folder;

pub(crate) use disc::with_discs;
pub use disc::{album_folder, album_folders};
pub use moves::{MovePair, adopt, moved_by_file_id, moved_by_spelling};
pub use place::{Place, Relocated, told_by_place};

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObservedItem {
    /// The row's id, which survives renames.
    pub id: i64,
    /// The provider's name for the item.
    pub key: String,
    /// The folder it lies in.
    pub parent_key: Option<String>,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: ItemKind,
    /// The version seen last.
    pub version: String,
    /// The version that the library's rows came from.
    pub processed: Option<String>,
    /// The identity that survives a rename.
    pub file_id: Option<FileId>,
    /// Whether it was seen to be gone.
    pub removed: bool,
}

const COLUMNS: &str = "SELECT id, key, parent_key, name, kind, version, processed, file_device,
    file_number, removed_at IS NOT NULL FROM remote_item";

fn from_row(row: &Row) -> Result<ObservedItem> {
    let kind: String = row.get(4)?;
    let file_id = match (row.get::<Option<i64>>(7)?, row.get::<Option<i64>>(8)?) {
        (Some(device), Some(file)) => Some(FileId {
            device: device as u64,
            file: file as u64,
        }),
        _ => None,
    };
    Ok(ObservedItem {
        id: row.get(0)?,
        key: row.get(1)?,
        parent_key: row.get(2)?,
        name: row.get(3)?,
        kind: ItemKind::parse(&kind).ok_or_else(|| LibraryError::not_found("item kind", kind))?,
        version: row.get(5)?,
        processed: row.get(6)?,
        file_id,
        removed: row.get(9)?,
    })
}

/// Finds rows by key, removed ones included.
pub async fn by_keys(
    tx: &mut WriteTx,
    provider_id: i64,
    keys: &[&str],
) -> Result<HashMap<String, ObservedItem>> {
    let sql =
        format!("{COLUMNS} WHERE provider_id = ? AND key IN (SELECT value FROM json_each(?))");
    let rows = tx
        .query(&sql, vec![provider_id.into(), json_list(keys)])
        .await?;
    rows.iter()
        .map(|row| from_row(row).map(|item| (item.key.clone(), item)))
        .collect()
}

/// Finds all rows directly in any of the folders, removed ones included.
pub async fn children_of(
    tx: &mut WriteTx,
    provider_id: i64,
    folders: &[&str],
) -> Result<Vec<ObservedItem>> {
    let sql = format!(
        "{COLUMNS} WHERE provider_id = ? AND parent_key IN (SELECT value FROM json_each(?))"
    );
    let rows = tx
        .query(&sql, vec![provider_id.into(), json_list(folders)])
        .await?;
    rows.iter().map(from_row).collect()
}

/// Finds the images, lyrics and cue sheets that are directly in any of the folders, by name.
pub async fn styles_in(
    tx: &mut WriteTx,
    provider_id: i64,
    folders: &[&str],
) -> Result<Vec<ObservedItem>> {
    let sql = format!(
        "{COLUMNS} WHERE provider_id = ? AND parent_key IN (SELECT value FROM json_each(?))
         AND kind IN ('image', 'lyrics', 'cue') AND removed_at IS NULL ORDER BY name, id"
    );
    let rows = tx
        .query(&sql, vec![provider_id.into(), json_list(folders)])
        .await?;
    rows.iter().map(from_row).collect()
}

/// Reads the digests of the listings that were taken in for these folders.
pub async fn listings(
    library: &Library,
    provider_id: i64,
    folders: &[&str],
) -> Result<HashMap<String, String>> {
    let rows = library
        .query(
            "SELECT key, listing FROM remote_item WHERE provider_id = ?
             AND key IN (SELECT value FROM json_each(?)) AND listing IS NOT NULL
             AND removed_at IS NULL",
            vec![provider_id.into(), json_list(folders)],
        )
        .await?;
    rows.iter()
        .map(|row| Ok((row.get(0)?, row.get(1)?)))
        .collect()
}

/// Notes that a folder's listing, down to this digest, has been taken in.
pub async fn set_listings(
    tx: &mut WriteTx,
    provider_id: i64,
    listings: Vec<(String, String)>,
) -> Result<()> {
    let rows = listings
        .into_iter()
        .map(|(key, digest)| vec![key.into(), digest.into()]);
    let tail = format!(
        ") UPDATE remote_item SET listing = v.digest FROM v
         WHERE remote_item.provider_id = {provider_id} AND remote_item.key = v.key"
    );
    tx.insert_rows("WITH v(key, digest) AS (", 2, rows, &tail)
        .await?;
    Ok(())
}

/// Makes sure that the root has a row.
pub async fn ensure_root(tx: &mut WriteTx, provider_id: i64, generation: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO remote_item(provider_id, key, name, kind, version, generation)
         VALUES (?, '', '', 'folder', '', ?)
         ON CONFLICT(provider_id, key) DO UPDATE SET generation = excluded.generation,
             removed_at = NULL",
        vec![provider_id.into(), generation.into()],
    )
    .await?;
    Ok(())
}

/// Inserts items that have no row yet and gives their ids, in the same order.
pub async fn insert(
    tx: &mut WriteTx,
    provider_id: i64,
    generation: i64,
    items: Vec<RemoteItem>,
) -> Result<Vec<i64>> {
    let rows = tx
        .query("SELECT coalesce(max(id), 0) FROM remote_item", vec![])
        .await?;
    let last: i64 = rows.first().map_or(Ok(0), |row| row.get(0))?;
    let ids: Vec<i64> = (last + 1..).take(items.len()).collect();
    let rows = ids.iter().zip(items).map(|(id, item)| {
        let mut row = Vec::with_capacity(12);
        row.extend([
            SqlValue::from(*id),
            provider_id.into(),
            item.key.0.clone().into(),
        ]);
        row.extend(state(item, generation));
        row
    });
    tx.insert_rows(
        "INSERT INTO remote_item(id, provider_id, key, parent_key, name, kind, version, size,
             modified_at, file_device, file_number, content_hash, generation)",
        13,
        rows,
        "",
    )
    .await?;
    Ok(ids)
}

/// Overwrites rows with what is observed now. Removed rows are there again.
pub async fn update(
    tx: &mut WriteTx,
    generation: i64,
    items: Vec<(i64, RemoteItem)>,
) -> Result<()> {
    let rows = items.into_iter().map(|(id, item)| {
        let mut row = Vec::with_capacity(11);
        row.push(id.into());
        row.extend(state(item, generation));
        row
    });
    tx.insert_rows(
        "WITH v(id, parent_key, name, kind, version, size, modified_at, file_device, file_number,
             content_hash, generation) AS (",
        11,
        rows,
        ") UPDATE remote_item SET parent_key = v.parent_key, name = v.name, kind = v.kind,
             version = v.version, size = v.size, modified_at = v.modified_at,
             file_device = v.file_device, file_number = v.file_number,
             content_hash = v.content_hash, generation = v.generation, removed_at = NULL
           FROM v WHERE remote_item.id = v.id",
    )
    .await?;
    Ok(())
}

/// The values that an observation sets, in the order that [`insert`] and [`update`] name them.
fn state(item: RemoteItem, generation: i64) -> [SqlValue; 10] {
    [
        item.parent.map(|key| key.0).into(),
        item.name.into(),
        item.kind.as_str().into(),
        item.version.0.into(),
        (item.size as i64).into(),
        item.modified_ms.into(),
        item.file_id.map(|id| id.device as i64).into(),
        item.file_id.map(|id| id.file as i64).into(),
        item.content_hash.into(),
        generation.into(),
    ]
}

/// Notes that the full listing has seen these rows.
pub async fn stamp(tx: &mut WriteTx, generation: i64, ids: &[i64]) -> Result<()> {
    tx.execute(
        "UPDATE remote_item SET generation = ? WHERE id IN (SELECT value FROM json_each(?))",
        vec![generation.into(), json_list(ids)],
    )
    .await?;
    Ok(())
}

/// Notes that the full listing has seen everything directly in these folders.
pub async fn stamp_children(
    tx: &mut WriteTx,
    provider_id: i64,
    generation: i64,
    folders: &[&str],
) -> Result<()> {
    tx.execute(
        "UPDATE remote_item SET generation = ? WHERE provider_id = ?
         AND parent_key IN (SELECT value FROM json_each(?)) AND removed_at IS NULL",
        vec![generation.into(), provider_id.into(), json_list(folders)],
    )
    .await?;
    Ok(())
}

/// The rows at and below a key; a cycle of parents ends the walk. The join is `CROSS`, since SQLite else reads
/// all rows of the provider for each folder.
const SUBTREE: &str = "WITH RECURSIVE below(key) AS (
        SELECT ?2 UNION
        SELECT i.key FROM below CROSS JOIN remote_item i
            ON i.provider_id = ?1 AND i.parent_key = below.key)";

/// Shields what is at and below a key that could not be read from the sweep.
pub async fn stamp_subtree(
    tx: &mut WriteTx,
    provider_id: i64,
    generation: i64,
    key: &str,
) -> Result<()> {
    let sql = format!(
        "{SUBTREE} UPDATE remote_item SET generation = ?3
         WHERE provider_id = ?1 AND removed_at IS NULL AND key IN (SELECT key FROM below)"
    );
    tx.execute(
        &sql,
        vec![provider_id.into(), key.into(), generation.into()],
    )
    .await?;
    Ok(())
}

/// The generation of a row that went because a folder above it did: nobody said so of the row itself.
const WITH_FOLDER: i64 = -1;

/// Notes of what went with a folder that nobody said so of the rows themselves but for the one of this key, so
/// that they are back with a folder between ([`bring_back_below`]).
///
/// # Errors
/// What the database says.
///
/// # Cancel safety
/// After a dropped call the transaction must be rolled back.
pub async fn note_went_with_folder(
    tx: &mut WriteTx,
    provider_id: i64,
    ids: &[i64],
    key: &str,
) -> Result<()> {
    tx.execute(
        "UPDATE remote_item SET generation = iif(key = ?1, 0, ?2)
         WHERE removed_at IS NOT NULL AND (id IN (SELECT value FROM json_each(?3))
             OR (provider_id = ?4 AND key = ?1))",
        vec![
            key.into(),
            WITH_FOLDER.into(),
            json_list(ids),
            provider_id.into(),
        ],
    )
    .await?;
    Ok(())
}

/// A row that is there again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Back {
    /// The row.
    pub id: i64,
    /// What it is.
    pub kind: ItemKind,
    /// Whether the library has its content.
    pub processed: bool,
}

/// Brings back what went with a folder above some folders and lies in these, which are there. A feed of ids
/// may tell first that the folder above is gone, and then that these had left it before.
///
/// # Errors
/// What the database says.
///
/// # Cancel safety
/// After a dropped call the transaction must be rolled back.
pub async fn bring_back_below(
    tx: &mut WriteTx,
    provider_id: i64,
    folders: &[&str],
) -> Result<Vec<Back>> {
    let rows = tx
        .query(
            "WITH RECURSIVE back(id, key) AS (
                 SELECT id, key FROM remote_item WHERE provider_id = ?1
                     AND parent_key IN (SELECT value FROM json_each(?2))
                     AND removed_at IS NOT NULL AND generation = ?3
                 UNION
                 SELECT i.id, i.key FROM back CROSS JOIN remote_item i
                     ON i.provider_id = ?1 AND i.parent_key = back.key
                 WHERE i.removed_at IS NOT NULL AND i.generation = ?3)
             SELECT i.id, i.kind, i.processed IS i.version FROM back JOIN remote_item i ON i.id = back.id",
            vec![provider_id.into(), json_list(folders), WITH_FOLDER.into()],
        )
        .await?;
    let mut back = Vec::with_capacity(rows.len());
    for row in &rows {
        let kind: String = row.get(1)?;
        back.push(Back {
            id: row.get(0)?,
            kind: ItemKind::parse(&kind)
                .ok_or_else(|| LibraryError::not_found("item kind", kind))?,
            processed: row.get(2)?,
        });
    }
    let ids: Vec<i64> = back.iter().map(|it| it.id).collect();
    tx.execute(
        "UPDATE remote_item SET removed_at = NULL, generation = 0
         WHERE id IN (SELECT value FROM json_each(?))",
        vec![json_list(&ids)],
    )
    .await?;
    Ok(back)
}

/// The version that the library's rows of a file came from if they lack what came or went beside it since: that of no file.
pub(crate) const LACKS_WHAT_IS_BESIDE: &str = "";

/// Marks rows as gone and forgets the work for them. What was to be read again although it had not changed still is,
/// should it come up elsewhere.
pub async fn mark_removed(tx: &mut WriteTx, ids: &[i64]) -> Result<()> {
    let now = tx.now_ms();
    tx.execute(
        "UPDATE remote_item SET processed = ? WHERE processed = version
             AND id IN (SELECT item_id FROM work
                 WHERE item_id IN (SELECT value FROM json_each(?)))",
        vec![LACKS_WHAT_IS_BESIDE.into(), json_list(ids)],
    )
    .await?;
    tx.execute(
        "UPDATE remote_item SET removed_at = ?, listing = NULL
         WHERE removed_at IS NULL AND id IN (SELECT value FROM json_each(?))",
        vec![now.into(), json_list(ids)],
    )
    .await?;
    tx.execute(
        "DELETE FROM work WHERE item_id IN (SELECT value FROM json_each(?))",
        vec![json_list(ids)],
    )
    .await?;
    Ok(())
}

/// Gives the ids of the rows that are there at and below a key.
pub async fn subtree(tx: &mut WriteTx, provider_id: i64, key: &str) -> Result<Vec<i64>> {
    let sql = format!(
        "{SUBTREE} SELECT id FROM remote_item
         WHERE provider_id = ?1 AND removed_at IS NULL AND key IN (SELECT key FROM below)"
    );
    let rows = tx.query(&sql, vec![provider_id.into(), key.into()]).await?;
    rows.iter().map(|row| Ok(row.get(0)?)).collect()
}

/// Gives the ids of the rows that are there and that the full listing did not see.
pub async fn unseen(tx: &mut WriteTx, provider_id: i64, generation: i64) -> Result<Vec<i64>> {
    let rows = tx
        .query(
            "SELECT id FROM remote_item
             WHERE provider_id = ? AND generation < ? AND removed_at IS NULL AND key <> ''",
            vec![provider_id.into(), generation.into()],
        )
        .await?;
    rows.iter().map(|row| Ok(row.get(0)?)).collect()
}

/// Where the content of an item is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemSource {
    /// The provider.
    pub provider_id: i64,
    /// The provider's name for it.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Bytes.
    pub size: u64,
}

/// Tells which item a track is in; `None` if it is in none any more.
///
/// # Errors
/// [`LibraryError::NotFound`] if there is no such track.
pub async fn of_track(library: &Library, id: TrackId) -> Result<Option<i64>> {
    let rows = library
        .query("SELECT item_id FROM track WHERE id = ?", vec![id.into()])
        .await?;
    let row = rows
        .first()
        .ok_or_else(|| LibraryError::not_found("track", id))?;
    Ok(row.get(0)?)
}

/// Tells where the content of an item is.
///
/// # Errors
/// [`LibraryError::NotFound`] if there is no such item.
pub async fn source(library: &Library, id: i64) -> Result<ItemSource> {
    let rows = library
        .query(
            "SELECT provider_id, key, name, size FROM remote_item WHERE id = ?",
            vec![id.into()],
        )
        .await?;
    let row = rows
        .first()
        .ok_or_else(|| LibraryError::not_found("item", id))?;
    Ok(ItemSource {
        provider_id: row.get(0)?,
        key: row.get(1)?,
        name: row.get(2)?,
        size: row.get(3)?,
    })
}

/// Deletes the rows of things that are gone and that nothing refers to.
///
/// What went with images, lyrics or cue sheets beside it, or with its folder while images of its album are or were
/// above, of which nothing is known from now on, will be read again should it come back.
pub async fn purge_removed(tx: &mut WriteTx, provider_id: i64) -> Result<u64> {
    let rows = tx
        .query(
            "SELECT f.key, f.name FROM remote_item f
             WHERE f.provider_id = ?1 AND f.removed_at IS NOT NULL AND f.kind = 'folder'
                 AND EXISTS (SELECT 1 FROM remote_item s WHERE s.provider_id = ?1
                     AND s.parent_key = f.parent_key AND s.kind = 'image')",
            vec![provider_id.into()],
        )
        .await?;
    let mut discs: Vec<String> = Vec::new();
    for row in &rows {
        if is_disc_folder(&row.get::<String>(1)?) {
            discs.push(row.get(0)?);
        }
    }
    tx.execute(
        "UPDATE remote_item SET processed = ?1
         WHERE provider_id = ?2 AND removed_at IS NOT NULL AND kind = 'audio'
             AND processed = version AND (parent_key IN (SELECT s.parent_key FROM remote_item s
                 WHERE s.provider_id = ?2 AND s.removed_at IS NOT NULL
                     AND s.kind IN ('image', 'lyrics', 'cue'))
                 OR parent_key IN (SELECT value FROM json_each(?3)))",
        vec![
            LACKS_WHAT_IS_BESIDE.into(),
            provider_id.into(),
            json_list(&discs),
        ],
    )
    .await?;
    let done = tx
        .execute(
            "DELETE FROM remote_item WHERE provider_id = ? AND removed_at IS NOT NULL
             AND NOT EXISTS (SELECT 1 FROM track WHERE track.item_id = remote_item.id)",
            vec![provider_id.into()],
        )
        .await?;
    Ok(done.rows_affected)
}
