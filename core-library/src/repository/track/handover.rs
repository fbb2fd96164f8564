//! Tracks that came up elsewhere before they were seen to be gone where they were.

use std::collections::{HashMap, HashSet};

use bridge_traits::database::{Row, SqlValue};

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
    "SELECT o.id, n.id, n.item_id, o.digest <> n.digest, o.item_id FROM json_each(?) p CROSS JOIN track o ON o.id = p.value
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
    "SELECT o.id, n.id, n.item_id, 1, o.item_id FROM track o INDEXED BY track_missing
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
    for row in &rows {
        let pair = Pair::of(row)?;
        let HandOver { back, gone, .. } = pair.tracks;
        if !seen.contains(&back) && !seen.contains(&gone) {
            seen.extend([back, gone]);
            pairs.push(pair);
        }
    }
    give(tx, pairs, priority).await
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
pub async fn hand_over_to(
    tx: &mut WriteTx,
    provider_id: i64,
    priority: i64,
) -> Result<Vec<HandOver>> {
    let rows = tx.query(LIKE_MISSING, vec![]).await?;
    let missing: Result<Vec<TrackId>, _> = rows.iter().map(|row| row.get(0)).collect();
    let mut handed = hand_over(tx, &missing?, priority).await?;
    let rows = tx.query(TAGGED_ALIKE, vec![provider_id.into()]).await?;
    let mut times: HashMap<TrackId, usize> = HashMap::new();
    for row in &rows {
        for column in [0, 1] {
            *times.entry(row.get(column)?).or_default() += 1;
        }
    }
    let mut pairs = Vec::new();
    for row in &rows {
        if times[&row.get(0)?] == 1 && times[&row.get(1)?] == 1 {
            pairs.push(Pair::of(row)?);
        }
    }
    handed.extend(give(tx, pairs, priority).await?);
    Ok(handed)
}

/// A track that is missing and one that is there, and their files.
struct Pair {
    tracks: HandOver,
    file: i64,
    left: Option<i64>,
}

impl Pair {
    fn of(row: &Row) -> Result<Self> {
        Ok(Self {
            tracks: HandOver {
                back: row.get(0)?,
                gone: row.get(1)?,
                differs: row.get(3)?,
            },
            file: row.get(2)?,
            left: row.get(4)?,
        })
    }
}

/// Hands files over, and has those read again that say other things than the track that they are now.
async fn give(tx: &mut WriteTx, pairs: Vec<Pair>, priority: i64) -> Result<Vec<HandOver>> {
    if pairs.is_empty() {
        return Ok(Vec::new());
    }
    let differing = pairs.iter().filter(|it| it.tracks.differs);
    // Should it come back, its track is one that says what the other file said. Not so where it is there as another one.
    let left: Vec<i64> = differing.clone().filter_map(|it| it.left).collect();
    let differing: Vec<i64> = differing.map(|it| it.file).collect();
    let pairs: Vec<HandOver> = pairs.into_iter().map(|it| it.tracks).collect();
    swap(tx, &pairs).await?;
    if !differing.is_empty() {
        work::enqueue_again(tx, priority, &differing).await?;
        tx.execute(
            "UPDATE remote_item SET processed = NULL WHERE id IN (SELECT value FROM json_each(?))
                 AND NOT EXISTS (SELECT 1 FROM track t
                     WHERE t.item_id = remote_item.id AND t.missing_since IS NULL)",
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
            "SELECT id, item_id, part, album_id, album_tags, artwork_id, audio_id, file_audio_id FROM track
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
        "WITH v(track, item, part, album, tags, artwork, audio, file) AS (",
        8,
        places,
        ") UPDATE track SET item_id = v.item, part = v.part, album_id = v.album, album_tags = v.tags,
             artwork_id = v.artwork, audio_id = v.audio, file_audio_id = v.file
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
