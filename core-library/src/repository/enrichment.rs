//! What services were asked about tracks and albums, and what is still to be asked.

use bridge_traits::database::SqlValue;

use crate::db::{Library, WriteTx};
use crate::error::Result;
use crate::model::{AlbumId, TrackId};

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EnrichmentKind {
    /// The words of a track.
    Lyrics,
    /// Which MusicBrainz recording and release a track is.
    Recording,
    /// The cover of an album.
    Cover,
    /// Who an artist is.
    Artist,
}

/// What came of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// Something was found; what has no table of its own is the answer, as JSON.
    Found(Option<String>),
    /// The service has nothing.
    None,
    /// The service failed on this question.
    Failed(String),
}

/// A track that a service is to be asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The track.
    pub track_id: TrackId,
    /// Its title.
    pub title: String,
    /// Its artists as one text.
    pub artist: String,
    /// Its album.
    pub album: Option<String>,
    /// Its length in ms.
    pub duration_ms: Option<i64>,
}

impl EnrichmentKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Lyrics => "lyrics",
            Self::Recording => "recording",
            Self::Cover => "cover",
            Self::Artist => "artist",
        }
    }
}

/// Lists tracks behind `after` that a service is to be asked about now, at most `limit`: those that are
/// there and lack what is asked for, unless they were asked about and their time has not come.
///
/// # Panics
/// For covers, which are of albums, and for artists.
pub async fn questions(
    library: &Library,
    kind: EnrichmentKind,
    after: Option<TrackId>,
    limit: usize,
) -> Result<Vec<Question>> {
    let lacks = match kind {
        EnrichmentKind::Lyrics => {
            "t.duration_ms > 0 AND NOT EXISTS (SELECT 1 FROM lyrics y WHERE y.track_id = t.id)"
        }
        EnrichmentKind::Recording => "t.recording_id IS NULL",
        EnrichmentKind::Cover | EnrichmentKind::Artist => panic!("{kind:?} is not of a track"),
    };
    let sql = format!(
        "SELECT t.id, t.title, coalesce(t.artist_display,
                 (SELECT group_concat(name, ', ') FROM (SELECT name FROM track_artist
                  WHERE track_id = t.id AND role = 'artist' ORDER BY position))),
             a.title, t.duration_ms
         FROM track t LEFT JOIN album a ON a.id = t.album_id
         WHERE t.id > ? AND t.missing_since IS NULL AND {lacks}
             AND EXISTS (SELECT 1 FROM track_artist l WHERE l.track_id = t.id AND l.role = 'artist')
             AND NOT EXISTS (SELECT 1 FROM enrichment e
                 WHERE e.kind = ? AND e.subject = t.id AND (e.state = 'found' OR e.not_before > ?))
         ORDER BY t.id LIMIT ?"
    );
    let params: Vec<SqlValue> = vec![
        after.map_or(i64::MIN, |it| it.0).into(),
        kind.as_str().into(),
        library.now_ms().into(),
        (limit as i64).into(),
    ];
    let rows = library.query(&sql, params).await?;
    rows.iter()
        .map(|row| {
            Ok(Question {
                track_id: row.get(0)?,
                title: row.get(1)?,
                artist: row.get::<Option<String>>(2)?.unwrap_or_default(),
                album: row.get(3)?,
                duration_ms: row.get(4)?,
            })
        })
        .collect()
}

/// Notes what came of a question, which may be asked again from `not_before_ms` on.
pub async fn note(
    tx: &mut WriteTx,
    kind: EnrichmentKind,
    subject: i64,
    asked: &Asked,
    not_before_ms: i64,
) -> Result<()> {
    let (state, answer, reason) = match asked {
        Asked::Found(answer) => ("found", answer.as_deref(), None),
        Asked::None => ("none", None, None),
        Asked::Failed(reason) => ("failed", None, Some(reason.as_str())),
    };
    let now = tx.now_ms();
    tx.execute(
        "INSERT INTO enrichment(kind, subject, state, answer, reason, asked_at, not_before)
         VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT(kind, subject) DO UPDATE SET state = excluded.state, answer = excluded.answer,
             reason = excluded.reason, asked_at = excluded.asked_at, not_before = excluded.not_before",
        vec![
            kind.as_str().into(),
            subject.into(),
            state.into(),
            answer.into(),
            reason.into(),
            now.into(),
            not_before_ms.into(),
        ],
    )
    .await?;
    Ok(())
}

/// Reads what came of a question, if its time to be asked again has not come; what was found stays.
pub async fn asked(library: &Library, kind: EnrichmentKind, subject: i64) -> Result<Option<Asked>> {
    let last = last(library, kind, subject).await?;
    Ok(last
        .filter(|(asked, fresh)| *fresh || matches!(asked, Asked::Found(_)))
        .map(|it| it.0))
}

/// Reads what came of a question, and whether its time to be asked again has not come.
pub async fn last(
    library: &Library,
    kind: EnrichmentKind,
    subject: i64,
) -> Result<Option<(Asked, bool)>> {
    let rows = library
        .query(
            "SELECT state, answer, reason, not_before > ? FROM enrichment
             WHERE kind = ? AND subject = ?",
            vec![
                library.now_ms().into(),
                kind.as_str().into(),
                subject.into(),
            ],
        )
        .await?;
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    let asked = match row.get::<String>(0)?.as_str() {
        "found" => Asked::Found(row.get(1)?),
        "none" => Asked::None,
        _ => Asked::Failed(row.get::<Option<String>>(2)?.unwrap_or_default()),
    };
    Ok(Some((asked, row.get(3)?)))
}

/// Tells the MusicBrainz release that most tracks of an album were found to be on.
pub async fn release_of(library: &Library, album: AlbumId) -> Result<Option<String>> {
    let rows = library
        .query(
            "SELECT e.answer ->> '$.release' AS release FROM track t
             JOIN enrichment e ON e.kind = 'recording' AND e.subject = t.id
             WHERE t.album_id = ? AND e.state = 'found' AND e.answer ->> '$.release' IS NOT NULL
             GROUP BY release ORDER BY count(*) DESC, release LIMIT 1",
            vec![album.into()],
        )
        .await?;
    Ok(rows.first().map(|row| row.get(0)).transpose()?)
}
