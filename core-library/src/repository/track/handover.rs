//! Tracks that came up elsewhere before they were seen to be gone where they were.

use std::collections::{HashMap, HashSet};

use bridge_traits::database::SqlValue;

use super::made_of;
use crate::db::{WriteTx, json_list};
use crate::error::Result;
use crate::model::TrackId;
use crate::repository::sql::id_list;
use crate::repository::work;

/// A track whose file was another one's until now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct HandOver {
    /// The track of which somebody had made something. It was missing and is there again.
    pub back: TrackId,
    /// The track that the file was until now. It is missing.
    pub gone: TrackId,
    /// Whether the file says other things of itself than the track that is back: it waits to be read again.
    pub differs: bool,
}

/// Pairs of a missing track with one that is there: of the same sound, title, album (with its artist) and
/// number. Something was made of the first, and nothing of the second, whose file is known to be as it was read.
const PAIRS: &str = concat!(
    "SELECT o.id, n.id, n.item_id, o.digest <> n.digest, o.item_id FROM json_each(?) p CROSS JOIN track o ON o.id = p.value
    JOIN track n ON n.audio_id = o.audio_id
    JOIN remote_item ni ON ni.id = n.item_id
    LEFT JOIN album oa ON oa.id = o.album_id
    LEFT JOIN album na ON na.id = n.album_id
    WHERE o.missing_since IS NOT NULL AND n.missing_since IS NULL AND ni.removed_at IS NULL
        AND ni.processed = ni.version AND NOT EXISTS (SELECT 1 FROM work w WHERE w.item_id = ni.id)
        AND n.title = o.title AND na.title IS oa.title
        AND na.artist_display IS oa.artist_display AND n.track IS o.track AND n.disc IS o.disc
        AND ",
    made_of!("o"),
    " AND NOT ",
    made_of!("n"),
    " ORDER BY o.id, n.id"
);

/// Gives missing tracks of which somebody made something the files of tracks which are the same but for their
/// place, and of which nobody made anything: music that was copied to another folder or provider, synced,
/// and deleted where it was. A file is handed over once. One that says other things of itself than the track
/// had is put into the queue with this priority.
///
/// # Errors
/// What the database says.
///
/// # Cancel safety
/// After a dropped call the transaction must be rolled back.
pub async fn hand_over(
    tx: &mut WriteTx,
    missing: &[TrackId],
    priority: i64,
) -> Result<Vec<HandOver>> {
    if missing.is_empty() {
        return Ok(Vec::new());
    }
    let rows = tx
        .query(PAIRS, vec![id_list(missing.iter().copied())])
        .await?;
    let mut seen = HashSet::new();
    let mut pairs = Vec::new();
    let (mut differing, mut left): (Vec<i64>, Vec<i64>) = (Vec::new(), Vec::new());
    for row in &rows {
        let (back, gone): (TrackId, TrackId) = (row.get(0)?, row.get(1)?);
        if !seen.contains(&back) && !seen.contains(&gone) {
            seen.extend([back, gone]);
            let differs = row.get(3)?;
            if differs {
                differing.push(row.get(2)?);
                // Should it come back, its track is one that says what the other file said.
                left.extend(row.get::<Option<i64>>(4)?);
            }
            pairs.push(HandOver {
                back,
                gone,
                differs,
            });
        }
    }
    if !pairs.is_empty() {
        swap(tx, &pairs).await?;
    }
    if !differing.is_empty() {
        work::enqueue_again(tx, priority, &differing).await?;
        tx.execute(
            "UPDATE remote_item SET processed = NULL WHERE id IN (SELECT value FROM json_each(?))",
            vec![json_list(&left)],
        )
        .await?;
    }
    Ok(pairs)
}

/// Lets the two tracks of each pair change places, with what depends on the place.
async fn swap(tx: &mut WriteTx, pairs: &[HandOver]) -> Result<()> {
    let now = tx.now_ms();
    let back = || id_list(pairs.iter().map(|it| it.back));
    let gone = || id_list(pairs.iter().map(|it| it.gone));
    let others = pairs
        .iter()
        .flat_map(|it| [(it.back, it.gone), (it.gone, it.back)]);
    let other: HashMap<TrackId, TrackId> = others.collect();
    let rows = tx
        .query(
            "SELECT id, item_id, part, album_id, artwork_id FROM track
             WHERE id IN (SELECT value FROM json_each(?))",
            vec![id_list(other.keys().copied())],
        )
        .await?;
    let mut places: Vec<Vec<SqlValue>> = Vec::with_capacity(rows.len());
    for row in &rows {
        let mut place = row.values().to_vec();
        place[0] = other[&row.get::<TrackId>(0)?].into();
        places.push(place);
    }
    // Neither is in a file meanwhile, and the counts are told of one change at a time.
    tx.execute(
        "UPDATE track SET missing_since = ? WHERE id IN (SELECT value FROM json_each(?))",
        vec![now.into(), gone()],
    )
    .await?;
    tx.execute(
        "UPDATE track SET item_id = NULL, updated_at = ? WHERE id IN (SELECT value FROM json_each(?))",
        vec![now.into(), id_list(other.keys().copied())],
    )
    .await?;
    tx.insert_rows(
        "WITH v(track, item, part, album, artwork) AS (",
        5,
        places,
        ") UPDATE track SET item_id = v.item, part = v.part, album_id = v.album, artwork_id = v.artwork
         FROM v WHERE track.id = v.track",
    )
    .await?;
    tx.execute(
        "UPDATE track SET missing_since = NULL WHERE id IN (SELECT value FROM json_each(?))",
        vec![back()],
    )
    .await?;
    Ok(())
}
