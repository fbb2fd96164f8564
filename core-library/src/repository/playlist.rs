//! Playlists. Entries of missing tracks stay where they are.

mod entries;
mod export;
mod resolve;

use std::collections::HashMap;

use bridge_traits::database::{Row, SqlValue};

use super::paging::PageQuery;
use super::sql::id_list;
use crate::db::{Library, WriteTx};
use crate::error::{LibraryError, Result};
use crate::model::{Page, PageCursor, Playlist, PlaylistId};
use crate::search::fold;

pub use entries::{Place, add, entries, move_entries, remove_entries, stream_entries};
pub use export::{ExportPaths, Exported, export};
pub use resolve::{Origin, resolve};

/// Makes an empty playlist. Several may have one name.
///
/// # Errors
/// `InvalidInput` for a blank name.
pub async fn create(tx: &mut WriteTx, name: &str, comment: Option<&str>) -> Result<PlaylistId> {
    let name = checked(name)?;
    let now = tx.now_ms();
    let params: Vec<SqlValue> = vec![
        name.into(),
        fold(name).into(),
        comment.into(),
        now.into(),
        now.into(),
    ];
    let done = tx
        .execute(
            "INSERT INTO playlist(name, sort_key, comment, created_at, updated_at)
             VALUES (?, ?, ?, ?, ?)",
            params,
        )
        .await?;
    Ok(PlaylistId(done.last_insert_rowid))
}

/// Gives a playlist another name.
///
/// # Errors
/// `InvalidInput` for a blank name, `NotFound` if there is no such playlist.
pub async fn rename(tx: &mut WriteTx, id: PlaylistId, name: &str) -> Result<()> {
    let name = checked(name)?;
    let now = tx.now_ms();
    let done = tx
        .execute(
            "UPDATE playlist SET name = ?, sort_key = ?, updated_at = ? WHERE id = ?",
            vec![name.into(), fold(name).into(), now.into(), id.into()],
        )
        .await?;
    found(id, done.rows_affected)
}

/// Deletes a playlist and its entries, not the tracks.
///
/// # Errors
/// `NotFound` if there is no such playlist.
pub async fn delete(tx: &mut WriteTx, id: PlaylistId) -> Result<()> {
    let done = tx
        .execute("DELETE FROM playlist WHERE id = ?", vec![id.into()])
        .await?;
    found(id, done.rows_affected)
}

/// Reads a playlist without its entries.
///
/// # Errors
/// `NotFound` if there is no such playlist.
pub async fn get(library: &Library, id: PlaylistId) -> Result<Playlist> {
    let rows = library.query(PLAYLISTS, vec![id_list([id])]).await?;
    rows.first()
        .map(playlist)
        .ok_or_else(|| LibraryError::not_found("playlist", id))?
}

/// Lists a page of playlists by name.
///
/// # Errors
/// `InvalidInput` for a limit that is not 1 to [`MAX_PAGE`](super::MAX_PAGE) and for a cursor of
/// another list.
pub async fn page(
    library: &Library,
    after: Option<&PageCursor>,
    limit: usize,
) -> Result<Page<Playlist>> {
    let keys = &["p.sort_key", "p.id"];
    let query = PageQuery::new("playlists", "playlist p", "p", keys, false);
    let mut tx = library.read().await?;
    let page = query.read(&mut tx, after, limit).await?;
    let rows = tx
        .query(PLAYLISTS, vec![id_list(page.ids.iter().copied())])
        .await?;
    let mut playlists = HashMap::with_capacity(rows.len());
    for row in &rows {
        let playlist = playlist(row)?;
        playlists.insert(playlist.id.0, playlist);
    }
    Ok(Page {
        items: page
            .ids
            .iter()
            .filter_map(|id| playlists.remove(id))
            .collect(),
        next: page.next,
    })
}

const PLAYLISTS: &str = "SELECT p.id, p.name, p.comment, p.created_at, p.updated_at,
        p.rules IS NOT NULL, iif(p.rules IS NULL,
            (SELECT count(*) FROM playlist_entry e WHERE e.playlist_id = p.id), NULL)
    FROM playlist p WHERE p.id IN (SELECT value FROM json_each(?))";

fn playlist(row: &Row) -> Result<Playlist> {
    Ok(Playlist {
        id: row.get(0)?,
        name: row.get(1)?,
        comment: row.get(2)?,
        created_at: row.get(3)?,
        updated_at: row.get(4)?,
        smart: row.get(5)?,
        entry_count: row.get(6)?,
    })
}

fn checked(name: &str) -> Result<&str> {
    let name = name.trim();
    if name.is_empty() {
        return Err(LibraryError::InvalidInput {
            field: "name",
            reason: "a playlist needs a name".into(),
        });
    }
    Ok(name)
}

fn found(id: PlaylistId, rows: u64) -> Result<()> {
    match rows {
        0 => Err(LibraryError::not_found("playlist", id)),
        _ => Ok(()),
    }
}
