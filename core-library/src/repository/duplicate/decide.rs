//! What a person, or the policy, decides.

use crate::db::WriteTx;
use crate::error::{LibraryError, Result};
use crate::model::{PlaylistId, TrackId};
use crate::repository::sql::id_list;
use crate::repository::track_writer::NOT_IN_FILE;

use super::{bring_back, set_aside};

/// Which of some tracks that sound the same are to be in the lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// All of them, also those that were set aside.
    All,
    /// This one; the others are set aside.
    Only(TrackId),
}

/// Decides about tracks that sound the same; tells which playlists changed. No file is touched, no place in
/// a playlist, play or rating is lost, and [`Keep::All`] brings back what was set aside.
///
/// # Errors
/// [`LibraryError::NotFound`] for a track that does not exist; [`LibraryError::InvalidInput`] unless there
/// are at least two, of one sound and provider, whose files are there, the one to keep among them.
pub async fn decide(
    tx: &mut WriteTx,
    tracks: &[TrackId],
    keep: Keep,
    by_person: bool,
) -> Result<Vec<PlaylistId>> {
    check(tx, tracks, keep).await?;
    match keep {
        Keep::Only(kept) => {
            let others: Vec<TrackId> = tracks.iter().copied().filter(|it| *it != kept).collect();
            bring_back(tx, &[kept]).await?;
            tx.execute(
                "DELETE FROM duplicate WHERE track_id = ?",
                vec![kept.into()],
            )
            .await?;
            set_aside(tx, &others, kept, by_person).await
        }
        Keep::All => {
            bring_back(tx, tracks).await?;
            let now = tx.now_ms();
            let rows = tracks
                .iter()
                .map(|track| vec![(*track).into(), by_person.into(), now.into()]);
            tx.insert_rows(
                "INSERT OR REPLACE INTO duplicate(track_id, by_person, decided_at)",
                3,
                rows,
                "",
            )
            .await?;
            Ok(Vec::new())
        }
    }
}

async fn check(tx: &mut WriteTx, tracks: &[TrackId], keep: Keep) -> Result<()> {
    let refuse = |reason: &str| {
        Err(LibraryError::InvalidInput {
            field: "tracks",
            reason: reason.to_owned(),
        })
    };
    let rows = tx
        .query(
            "SELECT t.id, hex(t.audio_id), i.provider_id,
                 t.audio_id IS NOT NULL AND i.removed_at IS NULL AND t.digest <> ?
                 AND (t.missing_since IS NULL OR d.kept_id IS NOT NULL)
             FROM track t LEFT JOIN remote_item i ON i.id = t.item_id
             LEFT JOIN duplicate d ON d.track_id = t.id
             WHERE t.id IN (SELECT value FROM json_each(?))",
            vec![NOT_IN_FILE.into(), id_list(tracks.iter().copied())],
        )
        .await?;
    let mut found = Vec::with_capacity(rows.len());
    let mut kinds = std::collections::HashSet::new();
    for row in &rows {
        let id: TrackId = row.get(0)?;
        found.push(id);
        if !row.get::<bool>(3)? {
            return refuse("a track is missing, or its sound is not known");
        }
        kinds.insert((row.get::<String>(1)?, row.get::<Option<i64>>(2)?));
    }
    if let Some(unknown) = tracks.iter().find(|it| !found.contains(it)) {
        return Err(LibraryError::not_found("track", unknown.0));
    }
    if found.len() < 2 || found.len() != tracks.len() {
        return refuse("at least two tracks, each once, are needed");
    }
    if kinds.len() != 1 {
        return refuse("the tracks don't sound the same, or are of several providers");
    }
    match keep {
        Keep::Only(kept) if !tracks.contains(&kept) => refuse("the one to keep is not among them"),
        _ => Ok(()),
    }
}
