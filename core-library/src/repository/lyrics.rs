//! Lyrics.

use crate::db::{Library, WriteTx};
use crate::error::{LibraryError, Result};
use crate::model::{Lyrics, LyricsSource, TrackId};
use crate::repository::track_writer::LyricsRecord;

/// Reads the lyrics of a track, best first: with times before without, a file of their own before
/// tags before a service.
pub async fn of_track(library: &Library, track: TrackId) -> Result<Vec<Lyrics>> {
    let rows = library
        .query(
            "SELECT id, track_id, source, synced, language, text FROM lyrics WHERE track_id = ?
             ORDER BY synced DESC, source = 'sidecar' DESC, source = 'embedded' DESC, id",
            vec![track.into()],
        )
        .await?;
    rows.iter()
        .map(|row| {
            let source: String = row.get(2)?;
            Ok(Lyrics {
                id: row.get(0)?,
                track_id: row.get(1)?,
                source: LyricsSource::parse(&source)
                    .ok_or_else(|| LibraryError::not_found("lyrics source", source))?,
                synced: row.get(3)?,
                language: row.get(4)?,
                text: row.get(5)?,
            })
        })
        .collect()
}

/// Replaces the lyrics that a track has from one source; an empty list removes them.
///
/// # Errors
/// `InvalidInput` if a record is of another source; a `Constraint` of the database if there is no
/// such track.
pub async fn replace(
    tx: &mut WriteTx,
    track: TrackId,
    source: LyricsSource,
    lyrics: Vec<LyricsRecord>,
) -> Result<()> {
    if let Some(other) = lyrics.iter().find(|it| it.source != source) {
        return Err(LibraryError::InvalidInput {
            field: "lyrics",
            reason: format!("{} among {}", other.source.as_str(), source.as_str()),
        });
    }
    tx.execute(
        "DELETE FROM lyrics WHERE track_id = ? AND source = ?",
        vec![track.into(), source.as_str().into()],
    )
    .await?;
    let rows = lyrics.into_iter().map(|it| {
        vec![
            track.into(),
            it.source.as_str().into(),
            it.synced.into(),
            it.language.into(),
            it.text.into(),
        ]
    });
    let head = "INSERT INTO lyrics(track_id, source, synced, language, text)";
    tx.insert_rows(head, 5, rows, "").await?;
    Ok(())
}
