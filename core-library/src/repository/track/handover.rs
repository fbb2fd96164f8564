//! Tracks that came up elsewhere before they were seen to be gone where they were.

use std::collections::{HashMap, HashSet};

use bridge_traits::database::{Row, SqlValue};

use super::made_of;
use crate::db::WriteTx;
use crate::error::Result;
use crate::model::TrackId;
use crate::repository::sql::id_list;
use crate::repository::touched;
use crate::repository::track_writer::refresh_tracks;

/// A track whose file was another one's until now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct HandOver {
    /// The track of which somebody had made something. It was missing and is there again.
    pub back: TrackId,
    /// The track that the file was until now. It is missing.
    pub gone: TrackId,
}

/// Writes a condition: that the title of a track is the name of its file, for want of a better one.
macro_rules! is_named_by_file {
    ($track:literal, $file:literal) => {
        concat!(
            "(",
            $file,
            ".name = ",
            $track,
            ".title OR substr(",
            $file,
            ".name, 1, length(",
            $track,
            ".title) + 1) = ",
            $track,
            ".title || '.' AND instr(substr(",
            $file,
            ".name, length(",
            $track,
            ".title) + 2), '.') = 0)"
        )
    };
}

/// Pairs of a missing track with one that is there: of the same sound, title (if they have one), album (with its
/// artist) and number. Something was made of the first, and nothing of the second, whose file is known to be as it was
/// read.
const PAIRS: &str = concat!(
    "SELECT o.id, n.id FROM json_each(?) p CROSS JOIN track o ON o.id = p.value
    JOIN track n ON n.audio_id = o.audio_id
    JOIN remote_item ni ON ni.id = n.item_id
    LEFT JOIN remote_item oi ON oi.id = o.item_id
    LEFT JOIN album oa ON oa.id = o.album_id
    LEFT JOIN album na ON na.id = n.album_id
    WHERE o.missing_since IS NOT NULL AND n.missing_since IS NULL AND ni.removed_at IS NULL
        AND ni.processed = ni.version AND NOT EXISTS (SELECT 1 FROM work w WHERE w.item_id = ni.id)
        AND na.title IS oa.title
        AND na.artist_display IS oa.artist_display AND n.track IS o.track AND n.disc IS o.disc
        AND (n.title = o.title OR ",
    is_named_by_file!("n", "ni"),
    " AND ",
    is_named_by_file!("o", "oi"),
    ") AND ",
    made_of!("o"),
    " AND NOT ",
    made_of!("n"),
    " ORDER BY o.id, n.id"
);

/// The missing tracks of which somebody made something and that something sounds like which is there, but for those
/// that are out of the lists because another track stands for them.
const LIKE_MISSING: &str = concat!(
    "SELECT o.id FROM track o INDEXED BY track_missing WHERE o.missing_since IS NOT NULL
        AND o.audio_id IS NOT NULL AND ",
    made_of!("o"),
    " AND EXISTS (SELECT 1 FROM track n WHERE n.audio_id = o.audio_id AND n.missing_since IS NULL)
    AND NOT EXISTS (SELECT 1 FROM duplicate d WHERE d.track_id = o.id AND d.kept_id IS NOT NULL)"
);

/// Pairs of a missing track of which somebody made something, whose sound is nowhere, and one of a provider
/// with the same title, artists, place on an album and length, of which nobody made anything, and whose file is known to
/// be as it was read. For a part the artist must be known, no other part of its file may be there, and the file that
/// gets it must be new and as it was read at first: where files and sheets change names one after the other, another disc
/// has its titles for a while.
const TAGGED_ALIKE: &str = concat!(
    "SELECT o.id, n.id FROM track o INDEXED BY track_missing
    CROSS JOIN album oa ON oa.id = o.album_id
    CROSS JOIN track n ON n.sort_key = o.sort_key
    CROSS JOIN album na ON na.id = n.album_id
    CROSS JOIN remote_item ni ON ni.id = n.item_id
    WHERE o.missing_since IS NOT NULL AND n.missing_since IS NULL AND ni.removed_at IS NULL
        AND ni.provider_id = ? AND ni.processed = ni.version
        AND NOT EXISTS (SELECT 1 FROM work w WHERE w.item_id = ni.id)
        AND n.title = o.title AND n.artist_display IS o.artist_display
        AND na.title = oa.title AND na.artist_display IS oa.artist_display
        AND n.track = o.track AND n.disc IS o.disc AND (n.part = 0) = (o.part = 0)
        AND abs(n.duration_ms - o.duration_ms) <= 2000
        AND NOT EXISTS (SELECT 1 FROM track p WHERE p.audio_id = o.audio_id AND p.missing_since IS NULL)
        AND NOT EXISTS (SELECT 1 FROM track p WHERE p.file_audio_id = o.file_audio_id AND p.missing_since IS NULL)
        AND (n.part = 0 OR n.updated_at = n.added_at AND n.artist_display IS NOT NULL AND NOT EXISTS (SELECT 1 FROM track s
            WHERE s.item_id = n.item_id AND s.added_at < n.added_at))
        AND NOT EXISTS (SELECT 1 FROM duplicate d WHERE d.track_id = o.id AND d.kept_id IS NOT NULL)
        AND ",
    made_of!("o"),
    " AND NOT ",
    made_of!("n"),
    " ORDER BY o.id, n.id"
);

/// Gives what was read of files to the tracks that they are now: out of the way, and back under the other id. Lyrics from
/// a service stay with the track.
const READ_OF_FILES: [(&str, &str); 3] = [
    (
        "UPDATE track_artist SET track_id = -track_id WHERE track_id IN (SELECT value FROM json_each(?))",
        ") UPDATE track_artist SET track_id = v.track FROM v WHERE track_artist.track_id = -v.was",
    ),
    (
        "UPDATE track_genre SET track_id = -track_id WHERE track_id IN (SELECT value FROM json_each(?))",
        ") UPDATE track_genre SET track_id = v.track FROM v WHERE track_genre.track_id = -v.was",
    ),
    (
        "UPDATE lyrics SET track_id = -track_id WHERE track_id IN (SELECT value FROM json_each(?))
             AND source <> 'online'",
        ") UPDATE lyrics SET track_id = v.track FROM v WHERE lyrics.track_id = -v.was",
    ),
];

/// Gives missing tracks of which somebody made something the files of tracks which are the same but for their
/// place, and of which nobody made anything: music that was copied to another folder or provider, synced,
/// and deleted where it was. A file is handed over once, with all that was read of it.
///
/// # Errors
/// What the database says.
///
/// # Cancel safety
/// After a dropped call the transaction must be rolled back.
pub async fn hand_over(tx: &mut WriteTx, missing: &[TrackId]) -> Result<Vec<HandOver>> {
    if missing.is_empty() {
        return Ok(Vec::new());
    }
    let rows = tx
        .query(PAIRS, vec![id_list(missing.iter().copied())])
        .await?;
    let mut seen = HashSet::new();
    let mut pairs = Vec::new();
    for row in &rows {
        let pair = HandOver::of(row)?;
        if !seen.contains(&pair.back) && !seen.contains(&pair.gone) {
            seen.extend([pair.back, pair.gone]);
            pairs.push(pair);
        }
    }
    swap(tx, &pairs).await?;
    Ok(pairs)
}

/// Does the same for all missing tracks, whenever they went and whenever what they are like came up: what was copied
/// and deleted may come back where it was, where there is another track since; and a file may have become another one
/// while what it was is known elsewhere, maybe at another provider, which may be synced first or last.
///
/// A missing track whose sound is nowhere gets the file of this provider that has its title, artists, place on its album
/// and length: music in another format. Where two files or tracks are alike in that, neither does.
///
/// # Errors
/// What the database says.
///
/// # Cancel safety
/// After a dropped call the transaction must be rolled back.
pub async fn hand_over_to(tx: &mut WriteTx, provider_id: i64) -> Result<Vec<HandOver>> {
    let rows = tx.query(LIKE_MISSING, vec![]).await?;
    let missing: Result<Vec<TrackId>, _> = rows.iter().map(|row| row.get(0)).collect();
    let mut handed = hand_over(tx, &missing?).await?;
    let rows = tx.query(TAGGED_ALIKE, vec![provider_id.into()]).await?;
    let mut times: HashMap<TrackId, usize> = HashMap::new();
    for row in &rows {
        for column in [0, 1] {
            *times.entry(row.get(column)?).or_default() += 1;
        }
    }
    let mut pairs = Vec::new();
    for row in &rows {
        let pair = HandOver::of(row)?;
        if times[&pair.back] == 1 && times[&pair.gone] == 1 {
            pairs.push(pair);
        }
    }
    swap(tx, &pairs).await?;
    handed.extend(pairs);
    Ok(handed)
}

impl HandOver {
    fn of(row: &Row) -> Result<Self> {
        Ok(Self {
            back: row.get(0)?,
            gone: row.get(1)?,
        })
    }
}

/// Lets the two tracks of each pair change places. All that files say stays where it is, so nothing that is counted or
/// derived of it changes; the ids change, and with them goes what was made of the tracks.
async fn swap(tx: &mut WriteTx, pairs: &[HandOver]) -> Result<()> {
    if pairs.is_empty() {
        return Ok(());
    }
    let others = pairs
        .iter()
        .flat_map(|it| [(it.back, it.gone), (it.gone, it.back)]);
    let other: HashMap<TrackId, TrackId> = others.collect();
    let all = || id_list(other.keys().copied());
    let swapped: Vec<TrackId> = other.keys().copied().collect();
    touched::tracks(tx, &swapped).await?;
    let now = tx.now_ms();
    let rows = tx
        .query(
            "SELECT id, added_at FROM track WHERE id IN (SELECT value FROM json_each(?))",
            vec![all()],
        )
        .await?;
    let mut tracks: Vec<Vec<SqlValue>> = Vec::with_capacity(rows.len());
    for row in &rows {
        let id: TrackId = row.get(0)?;
        tracks.push(vec![
            other[&id].into(),
            id.into(),
            row.get::<i64>(1)?.into(),
            now.into(),
        ]);
    }
    // Until the end of the transaction, by when each id is that of a track again.
    tx.execute("PRAGMA defer_foreign_keys = ON", vec![]).await?;
    // No two have one id meanwhile.
    tx.execute(
        "UPDATE track SET id = -id WHERE id IN (SELECT value FROM json_each(?))",
        vec![all()],
    )
    .await?;
    tx.insert_rows(
        "WITH v(was, track, added, now) AS (",
        4,
        tracks,
        ") UPDATE track SET id = v.track, added_at = v.added, updated_at = v.now
         FROM v WHERE track.id = -v.was",
    )
    .await?;
    for (aside, back) in READ_OF_FILES {
        tx.execute(aside, vec![all()]).await?;
        let rows = other
            .iter()
            .map(|(was, track)| vec![(*was).into(), (*track).into()]);
        tx.insert_rows("WITH v(was, track) AS (", 2, rows, back)
            .await?;
    }
    for tracks in swapped.chunks(1000) {
        refresh_tracks(tx, id_list(tracks.iter().copied())).await?;
    }
    // Services may know something of what is said now.
    tx.execute(
        "DELETE FROM enrichment WHERE subject IN (SELECT value FROM json_each(?))
             AND kind IN ('lyrics', 'recording') AND state <> 'found'",
        vec![all()],
    )
    .await?;
    Ok(())
}
