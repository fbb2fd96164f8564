//! What was set aside follows what becomes of the files.

use std::collections::BTreeMap;

use crate::db::{Library, WriteTx};
use crate::error::Result;
use crate::model::{PlaylistId, TrackId};
use crate::repository::sql::id_list;
use crate::repository::touched;
use crate::repository::track::made_of;
use crate::repository::track_writer::NOT_IN_FILE;

use super::{bring_back, move_what_was_made, note};

/// What [`keep_up`] did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Upkeep {
    /// Tracks that are in the lists again.
    pub back: Vec<TrackId>,
    /// Tracks that had come back by themselves and are set aside again.
    pub aside: Vec<TrackId>,
    /// Playlists that changed.
    pub playlists: Vec<PlaylistId>,
}

/// Lets what was set aside follow the files: where the track that stands for others is missing, or its file can't be
/// read any more and theirs can, or is another provider's by now, or where they sound otherwise by now, they are back;
/// and of those that came back while it is there, the ones that a person set aside are so again, and the others are
/// noted. What was made of one since goes to the track that stands for it, and what a file does not have any more, as
/// when it is cut into tracks by now, is let go. Looks at what was set aside only.
///
/// # Errors
/// What the database says.
///
/// # Cancel safety
/// After a dropped call the transaction must be rolled back.
pub async fn keep_up(tx: &mut WriteTx, provider_id: i64) -> Result<Upkeep> {
    let mut done = Upkeep {
        playlists: pass_on(tx, provider_id).await?,
        ..Upkeep::default()
    };
    let rows = tx
        .query(
            "SELECT d.track_id, d.kept_id, t.audio_id IS k.audio_id AND ifnull(ki.provider_id = i.provider_id, 1), k.missing_since IS NOT NULL,
                 t.missing_since IS NULL, d.by_person, w.item_id IS NOT NULL AND i.processed IS i.version, t.digest = ?1
             FROM duplicate d JOIN track t ON t.id = d.track_id JOIN track k ON k.id = d.kept_id
             JOIN remote_item i ON i.id = t.item_id AND i.removed_at IS NULL
             LEFT JOIN remote_item ki ON ki.id = k.item_id
             LEFT JOIN work w ON w.item_id = k.item_id AND w.quarantined
             WHERE i.provider_id = ?2 AND (k.missing_since IS NOT NULL OR t.digest = ?1
                 OR t.missing_since IS NULL OR t.audio_id IS NOT k.audio_id OR ki.provider_id <> i.provider_id
                 OR w.item_id IS NOT NULL AND i.processed IS i.version)
             ORDER BY d.kept_id, i.modified_at DESC NULLS LAST, t.added_at DESC, t.id DESC",
            vec![NOT_IN_FILE.into(), provider_id.into()],
        )
        .await?;
    // By the track that is missing: those that it stood for, newest first.
    let mut heirs: BTreeMap<TrackId, Vec<Aside>> = BTreeMap::new();
    let (mut others, mut anew) = (Vec::new(), Vec::new());
    for row in &rows {
        let (same, kept_missing): (bool, bool) = (row.get(2)?, row.get(3)?);
        let it = Aside {
            track: row.get(0)?,
            present: row.get(4)?,
            by_person: row.get(5)?,
        };
        if row.get(7)? {
            others.push(it.track);
        } else if !same {
            others.push(it.track);
            done.back.extend(it.absent());
        } else if !kept_missing && row.get::<bool>(6)? {
            // Both are listed, each with its own, until it is decided anew, which may be by a person.
            anew.push(it.track);
            done.back.extend(it.absent());
        } else if kept_missing {
            heirs.entry(row.get(1)?).or_default().push(it);
        } else {
            it.settle(&mut done, &mut anew);
        }
    }
    for (kept, heirs) in heirs {
        let (heir, rest) = (&heirs[0], &heirs[1..]);
        let playlists = move_what_was_made(tx, &[kept], heir.track).await?;
        done.playlists.extend(playlists);
        tx.execute(
            "UPDATE duplicate SET kept_id = ?1 WHERE kept_id = ?2 AND track_id <> ?1",
            vec![heir.track.into(), kept.into()],
        )
        .await?;
        others.push(heir.track);
        // It may have come back by itself: its file went elsewhere, or was read again.
        done.back.extend(heir.absent());
        rest.iter().for_each(|it| it.settle(&mut done, &mut anew));
    }
    note(tx, provider_id, &anew).await?;
    others.append(&mut anew);
    if !others.is_empty() {
        tx.execute(
            "DELETE FROM duplicate WHERE track_id IN (SELECT value FROM json_each(?))",
            vec![id_list(others)],
        )
        .await?;
    }
    bring_back(tx, &done.back).await?;
    if !done.aside.is_empty() {
        touched::tracks(tx, &done.aside).await?;
        let now = tx.now_ms();
        tx.execute(
            "UPDATE track SET missing_since = ? WHERE id IN (SELECT value FROM json_each(?))",
            vec![now.into(), id_list(done.aside.iter().copied())],
        )
        .await?;
    }
    done.playlists.sort();
    done.playlists.dedup();
    Ok(done)
}

/// Gives what somebody made of tracks since they were set aside, as by a queue from before, to those that stand for
/// them; tells which playlists changed.
async fn pass_on(tx: &mut WriteTx, provider_id: i64) -> Result<Vec<PlaylistId>> {
    let rows = tx.query(MADE_ASIDE, vec![provider_id.into()]).await?;
    let mut playlists = Vec::new();
    for row in &rows {
        playlists.extend(move_what_was_made(tx, &[row.get(0)?], row.get(1)?).await?);
    }
    Ok(playlists)
}

const MADE_ASIDE: &str = concat!(
    "SELECT t.id, d.kept_id FROM duplicate d JOIN track t ON t.id = d.track_id
     JOIN remote_item i ON i.id = t.item_id
     WHERE d.kept_id IS NOT NULL AND t.missing_since IS NOT NULL AND i.provider_id = ? AND ",
    made_of!("t"),
    " ORDER BY t.id"
);

/// A track for which another one stands.
struct Aside {
    track: TrackId,
    /// Whether it came back by itself.
    present: bool,
    by_person: bool,
}

impl Aside {
    /// Gives the track if it is in no list.
    fn absent(&self) -> Option<TrackId> {
        (!self.present).then_some(self.track)
    }

    /// Decides about one for which another track goes on to stand.
    fn settle(&self, done: &mut Upkeep, anew: &mut Vec<TrackId>) {
        match (self.present, self.by_person) {
            (false, _) => {}
            (true, true) => done.aside.push(self.track),
            // Its file changed, perhaps, and is the newest now: the policy is to decide anew.
            (true, false) => anew.push(self.track),
        }
    }
}

/// Tells whether anything was set aside.
pub async fn has_any(library: &Library) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM duplicate WHERE kept_id IS NOT NULL)";
    let rows = library.query(sql, vec![]).await?;
    rows.first().map_or(Ok(false), |row| Ok(row.get(0)?))
}

/// Forgets up to `limit` decisions about a provider's tracks that no person made, as when the policy is
/// another one by now, and brings back what was set aside; tells which. `None` if there are none.
pub async fn release(
    tx: &mut WriteTx,
    provider_id: i64,
    limit: usize,
) -> Result<Option<Vec<TrackId>>> {
    let rows = tx
        .query(
            "SELECT d.track_id, t.missing_since IS NOT NULL AND i.removed_at IS NULL AND t.digest <> ?
             FROM duplicate d JOIN track t ON t.id = d.track_id
             JOIN remote_item i ON i.id = t.item_id
             WHERE d.by_person = 0 AND i.provider_id = ? ORDER BY d.track_id LIMIT ?",
            vec![
                NOT_IN_FILE.into(),
                provider_id.into(),
                (limit as i64).into(),
            ],
        )
        .await?;
    let (mut all, mut back) = (Vec::new(), Vec::new());
    for row in &rows {
        let track: TrackId = row.get(0)?;
        all.push(track);
        if row.get::<bool>(1)? {
            back.push(track);
        }
    }
    if all.is_empty() {
        return Ok(None);
    }
    bring_back(tx, &back).await?;
    tx.execute(
        "DELETE FROM duplicate WHERE track_id IN (SELECT value FROM json_each(?))",
        vec![id_list(all)],
    )
    .await?;
    Ok(Some(back))
}
