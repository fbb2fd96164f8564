//! Which tracks sound the same.

use std::fmt;
use std::str::FromStr;

use bridge_traits::database::{Row, SqlValue};

use crate::db::{Library, WriteTx};
use crate::error::{LibraryError, Result};
use crate::model::TrackId;
use crate::repository::paging::check_limit;
use crate::repository::sql::{hex_list, id_list};

/// Tracks of one provider that sound the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DuplicateGroup {
    /// The provider.
    pub provider_id: i64,
    /// The identity of their sound.
    pub audio_id: Vec<u8>,
    /// Those that are in the lists, newest file first: by the time at which the provider says that it
    /// changed, then by when the track was added. Files that changed and could not be read come last.
    pub tracks: Vec<TrackId>,
}

/// A track that left the lists, since another one stands for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SetAside {
    /// The track.
    pub track: TrackId,
    /// The one that stands for it.
    pub kept: TrackId,
    /// Whether a person decided that, and not the policy.
    pub by_person: bool,
}

/// Where a list of groups goes on: after this sound of this provider. Its text form may be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupCursor {
    /// The sound.
    pub audio_id: Vec<u8>,
    /// The provider.
    pub provider_id: i64,
}

impl From<&DuplicateGroup> for GroupCursor {
    fn from(group: &DuplicateGroup) -> Self {
        Self {
            audio_id: group.audio_id.clone(),
            provider_id: group.provider_id,
        }
    }
}

impl fmt::Display for GroupCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/", self.provider_id)?;
        self.audio_id
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for GroupCursor {
    type Err = LibraryError;

    fn from_str(text: &str) -> Result<Self> {
        let read = || {
            let (provider, sound) = text.split_once('/')?;
            let bytes = (0..sound.len()).step_by(2).map(|at| {
                let digits = sound.get(at..at + 2)?;
                // It would take a sign too.
                u8::from_str_radix(digits, 16)
                    .ok()
                    .filter(|_| !digits.starts_with('+'))
            });
            Some(Self {
                audio_id: bytes.collect::<Option<_>>()?,
                provider_id: provider.parse().ok()?,
            })
        };
        read().ok_or_else(|| LibraryError::InvalidInput {
            field: "cursor",
            reason: "not a cursor".to_owned(),
        })
    }
}

/// The tracks of a group, newest first, but for those whose file has other content by now, which could not be
/// read yet: they come last. What nobody decided about has no row in `duplicate`.
const GROUP: &str = "SELECT t.audio_id, i.provider_id, json_group_array(t.id ORDER BY
        i.processed IS i.version DESC, i.modified_at DESC NULLS LAST, t.added_at DESC, t.id DESC)
    FROM track t JOIN remote_item i ON i.id = t.item_id
    LEFT JOIN duplicate d ON d.track_id = t.id";
const IS_OPEN: &str = "GROUP BY t.audio_id, i.provider_id
    HAVING count(*) > 1 AND count(d.track_id) < count(*)";

/// Lists the groups about which nothing was decided yet, of all providers or of one, in a fixed order,
/// beginning after a place. Two tracks are in one group if they are of one provider, sound the same, and are not
/// missing; the tracks of one file are not.
///
/// # Errors
/// `InvalidInput` for a limit that is not 1 to [`MAX_PAGE`](crate::repository::MAX_PAGE).
pub async fn groups(
    library: &Library,
    provider_id: Option<i64>,
    after: Option<&GroupCursor>,
    limit: usize,
) -> Result<Vec<DuplicateGroup>> {
    check_limit(limit)?;
    let (sound, provider): (SqlValue, SqlValue) = match after {
        Some(it) => (it.audio_id.clone().into(), it.provider_id.into()),
        None => (Vec::new().into(), i64::MIN.into()),
    };
    let sql = format!(
        "{GROUP} WHERE t.missing_since IS NULL AND t.part = 0 AND t.audio_id >= ?1
             AND (t.audio_id > ?1 OR i.provider_id > ?2)
             AND i.provider_id = ifnull(?3, i.provider_id)
         {IS_OPEN} ORDER BY t.audio_id, i.provider_id LIMIT ?4"
    );
    let rows = library
        .query(
            &sql,
            vec![sound, provider, provider_id.into(), (limit as i64).into()],
        )
        .await?;
    rows.iter().map(group).collect()
}

/// Likewise, the groups of a provider that have one of these sounds. With `for_policy` without tracks about
/// which a person decided: a policy does not overrule anybody.
pub async fn groups_of(
    tx: &mut WriteTx,
    provider_id: i64,
    sounds: &[Vec<u8>],
    for_policy: bool,
) -> Result<Vec<DuplicateGroup>> {
    let people = match for_policy {
        true => "AND ifnull(d.by_person, 0) = 0",
        false => "",
    };
    let sql = format!(
        "{GROUP} WHERE t.missing_since IS NULL AND t.part = 0 AND i.provider_id = ?
             AND t.audio_id IN (SELECT unhex(value) FROM json_each(?)) {people}
         {IS_OPEN} ORDER BY t.audio_id"
    );
    let sounds = hex_list(sounds.iter().map(Vec::as_slice));
    let rows = tx.query(&sql, vec![provider_id.into(), sounds]).await?;
    rows.iter().map(group).collect()
}

fn group(row: &Row) -> Result<DuplicateGroup> {
    let tracks: String = row.get(2)?;
    let tracks: Vec<i64> = serde_json::from_str(&tracks).unwrap_or_default();
    Ok(DuplicateGroup {
        audio_id: row.get(0)?,
        provider_id: row.get(1)?,
        tracks: tracks.into_iter().map(TrackId).collect(),
    })
}

/// Lists the tracks that left the lists and whose files are there, by id, beginning after one.
///
/// # Errors
/// `InvalidInput` for a limit that is not 1 to [`MAX_PAGE`](crate::repository::MAX_PAGE).
pub async fn aside(
    library: &Library,
    after: Option<TrackId>,
    limit: usize,
) -> Result<Vec<SetAside>> {
    check_limit(limit)?;
    let rows = library
        .query(
            "SELECT d.track_id, d.kept_id, d.by_person
             FROM duplicate d JOIN track t ON t.id = d.track_id
             JOIN remote_item i ON i.id = t.item_id AND i.removed_at IS NULL
             WHERE d.kept_id IS NOT NULL AND d.track_id > ? ORDER BY d.track_id LIMIT ?",
            vec![
                after.map_or(i64::MIN, |it| it.0).into(),
                (limit as i64).into(),
            ],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(SetAside {
                track: row.get(0)?,
                kept: row.get(1)?,
                by_person: row.get(2)?,
            })
        })
        .collect()
}

/// Notes the sounds of a provider's tracks that were written, to be looked at by [`noted`].
pub async fn note(tx: &mut WriteTx, provider_id: i64, tracks: &[TrackId]) -> Result<()> {
    if tracks.is_empty() {
        return Ok(());
    }
    tx.execute(
        "INSERT OR IGNORE INTO duplicate_check(provider_id, audio_id)
         SELECT ?, audio_id FROM track WHERE id IN (SELECT value FROM json_each(?))
             AND audio_id IS NOT NULL",
        vec![provider_id.into(), id_list(tracks.iter().copied())],
    )
    .await?;
    Ok(())
}

/// Tells whether a sound of the provider was noted.
pub async fn has_noted(library: &Library, provider_id: i64) -> Result<bool> {
    let rows = library
        .query(
            "SELECT EXISTS (SELECT 1 FROM duplicate_check WHERE provider_id = ?)",
            vec![provider_id.into()],
        )
        .await?;
    rows.first().map_or(Ok(false), |row| Ok(row.get(0)?))
}

/// Takes up to `limit` sounds of the provider that were noted.
pub async fn noted(tx: &mut WriteTx, provider_id: i64, limit: usize) -> Result<Vec<Vec<u8>>> {
    let rows = tx
        .query(
            "SELECT audio_id FROM duplicate_check WHERE provider_id = ? ORDER BY audio_id LIMIT ?",
            vec![provider_id.into(), (limit as i64).into()],
        )
        .await?;
    let sounds: Vec<Vec<u8>> = rows
        .iter()
        .map(|row| Ok(row.get(0)?))
        .collect::<Result<_>>()?;
    tx.execute(
        "DELETE FROM duplicate_check WHERE provider_id = ?
         AND audio_id IN (SELECT unhex(value) FROM json_each(?))",
        vec![
            provider_id.into(),
            hex_list(sounds.iter().map(Vec::as_slice)),
        ],
    )
    .await?;
    Ok(sounds)
}

#[cfg(test)]
mod tests {
    use super::GroupCursor;

    #[test]
    fn a_cursor_of_groups_survives_as_text() {
        for (audio_id, provider_id) in [(vec![0, 255, 16], 7), (Vec::new(), i64::MIN)] {
            let cursor = GroupCursor {
                audio_id,
                provider_id,
            };
            assert_eq!(cursor.to_string().parse::<GroupCursor>().unwrap(), cursor);
        }
        for text in ["", "7", "x/00", "7/0", "7/0g", "7/+1", "7/\u{e4}"] {
            text.parse::<GroupCursor>().unwrap_err();
        }
    }
}
