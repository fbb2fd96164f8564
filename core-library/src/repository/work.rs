//! What is still to be done: a durable queue, at most one row an item.

mod quarantine;
mod urgency;

use std::collections::BTreeMap;

use bridge_traits::provider::ItemKind;

use crate::db::{Library, WriteTx, json_list};
use crate::error::{LibraryError, Result};
use crate::repository::item::{LACKS_WHAT_IS_BESIDE, with_discs};

pub use quarantine::{Quarantined, quarantined, retry_item, retry_quarantined};
pub use urgency::{raise_folder, raise_tracks};

/// An item whose content is to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkRow {
    /// The item.
    pub item_id: i64,
    /// Its key at the provider.
    pub key: String,
    /// The folder it lies in.
    pub parent_key: String,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: ItemKind,
    /// The version that the work is for.
    pub version: String,
    /// Bytes.
    pub size: u64,
    /// Whether the library has rows of an earlier version.
    pub known: bool,
    /// How often it was tried before.
    pub attempts: u32,
    /// Whether a job that died had leased it.
    pub abandoned: bool,
}

/// Nothing waits longer than this for its time to come: where it seems so the clock was set back, and the
/// item is due. In ms.
pub const LONGEST_WAIT: i64 = 86_400_000;

/// Puts items in the queue. One that waits already keeps the higher priority and starts afresh:
/// its content is new.
pub async fn enqueue(
    tx: &mut WriteTx,
    provider_id: i64,
    priority: i64,
    item_ids: &[i64],
) -> Result<()> {
    let rows = item_ids
        .iter()
        .map(|id| vec![(*id).into(), provider_id.into(), priority.into()]);
    tx.insert_rows(
        "INSERT INTO work(item_id, provider_id, priority)",
        3,
        rows,
        "ON CONFLICT(item_id) DO UPDATE SET priority = max(priority, excluded.priority),
             attempts = 0, not_before = 0, lease = NULL, quarantined = 0, last_error = NULL",
    )
    .await?;
    Ok(())
}

/// Puts the audio files of folders in the queue, and of the discs in them, as after a cover or lyrics changed there.
/// Those that were there and are gone will be read should they come up elsewhere.
pub async fn enqueue_folder_audio(
    tx: &mut WriteTx,
    provider_id: i64,
    priority: i64,
    folders: &[&str],
) -> Result<()> {
    let folders = with_discs(tx, provider_id, folders).await?;
    enqueue_audio_in(tx, provider_id, priority, &folders, &[]).await
}

/// Puts the audio files in the queue that are there; one that waits already starts afresh, unless it was set aside,
/// for which its own content is to blame. Those that are gone will be read should they come back, but for those that
/// went just now.
async fn enqueue_audio_in(
    tx: &mut WriteTx,
    provider_id: i64,
    priority: i64,
    folders: &[String],
    went_now: &[i64],
) -> Result<()> {
    tx.execute(
        "INSERT INTO work(item_id, provider_id, priority)
         SELECT id, provider_id, ? FROM remote_item
         WHERE provider_id = ? AND parent_key IN (SELECT value FROM json_each(?))
             AND kind = 'audio' AND removed_at IS NULL
         ON CONFLICT(item_id) DO UPDATE SET priority = max(priority, excluded.priority),
             attempts = 0, not_before = 0, lease = NULL WHERE quarantined = 0",
        vec![priority.into(), provider_id.into(), json_list(folders)],
    )
    .await?;
    tx.execute(
        "UPDATE remote_item SET processed = ?
         WHERE provider_id = ? AND parent_key IN (SELECT value FROM json_each(?))
             AND kind = 'audio' AND removed_at IS NOT NULL AND processed = version
             AND id NOT IN (SELECT value FROM json_each(?))",
        vec![
            LACKS_WHAT_IS_BESIDE.into(),
            provider_id.into(),
            json_list(folders),
            json_list(went_now),
        ],
    )
    .await?;
    Ok(())
}

/// Puts the audio files in the queue that are in the folders of these items, if those are images, lyrics or cue
/// sheets, and those of the discs in them: as after these went. Audio files that had gone before will be read should
/// they come back.
///
/// # Errors
/// What the database says.
///
/// # Cancel safety
/// After a dropped call the transaction must be rolled back.
pub async fn enqueue_beside(tx: &mut WriteTx, priority: i64, item_ids: &[i64]) -> Result<()> {
    let rows = tx
        .query(
            "SELECT DISTINCT s.provider_id, s.parent_key FROM json_each(?) g
             CROSS JOIN remote_item s ON s.id = g.value
             WHERE s.kind IN ('image', 'lyrics', 'cue') AND s.parent_key IS NOT NULL",
            vec![json_list(item_ids)],
        )
        .await?;
    let mut folders: BTreeMap<i64, Vec<String>> = BTreeMap::new();
    for row in &rows {
        folders.entry(row.get(0)?).or_default().push(row.get(1)?);
    }
    for (provider_id, folders) in folders {
        let folders: Vec<&str> = folders.iter().map(String::as_str).collect();
        let folders = with_discs(tx, provider_id, &folders).await?;
        enqueue_audio_in(tx, provider_id, priority, &folders, item_ids).await?;
    }
    Ok(())
}

/// Puts all audio files that the library has rows of in the queue, as when it is to read them differently.
///
/// # Errors
/// What the database says.
pub async fn enqueue_all_audio(tx: &mut WriteTx, priority: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO work(item_id, provider_id, priority)
         SELECT id, provider_id, ? FROM remote_item
         WHERE kind = 'audio' AND removed_at IS NULL AND processed IS NOT NULL
         ON CONFLICT(item_id) DO NOTHING",
        vec![priority.into()],
    )
    .await?;
    Ok(())
}

/// Takes up to `limit` items that are due, most urgent first, for job `job_id`. No two jobs have one id, so
/// it is the epoch of the lease. Leases of other jobs are void: their process is gone, since only one may
/// write; should it come back, what it did does not count ([`current`]).
pub async fn lease(
    tx: &mut WriteTx,
    provider_id: i64,
    job_id: i64,
    limit: usize,
) -> Result<Vec<WorkRow>> {
    let now = tx.now_ms();
    let rows = tx
        .query(
            "SELECT i.id, i.key, coalesce(i.parent_key, ''), i.name, i.kind, i.version, i.size,
                 i.processed IS NOT NULL, w.attempts, w.lease IS NOT NULL
             FROM work w JOIN remote_item i ON i.id = w.item_id
             WHERE w.provider_id = ?1 AND w.quarantined = 0 AND w.lease IS NOT ?4
                 AND (w.not_before <= ?2 OR w.not_before > ?3)
             ORDER BY w.priority DESC, w.item_id LIMIT ?5",
            vec![
                provider_id.into(),
                now.into(),
                now.saturating_add(LONGEST_WAIT).into(),
                job_id.into(),
                (limit as i64).into(),
            ],
        )
        .await?;
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        let kind: String = row.get(4)?;
        items.push(WorkRow {
            item_id: row.get(0)?,
            key: row.get(1)?,
            parent_key: row.get(2)?,
            name: row.get(3)?,
            kind: ItemKind::parse(&kind)
                .ok_or_else(|| LibraryError::not_found("item kind", kind))?,
            version: row.get(5)?,
            size: row.get(6)?,
            known: row.get(7)?,
            attempts: row.get(8)?,
            abandoned: row.get(9)?,
        });
    }
    let ids: Vec<i64> = items.iter().map(|item| item.item_id).collect();
    tx.execute(
        "UPDATE work SET lease = ? WHERE item_id IN (SELECT value FROM json_each(?))",
        vec![job_id.into(), json_list(&ids)],
    )
    .await?;
    Ok(items)
}

/// Tells which of the items still have the version that job `job_id` did its work for, and are still leased
/// to it. The others changed meanwhile, or somebody else has the work by now: what was done does not count.
pub async fn current(tx: &mut WriteTx, job_id: i64, done: &[(i64, String)]) -> Result<Vec<i64>> {
    let ids: Vec<i64> = done.iter().map(|(id, _)| *id).collect();
    let rows = tx
        .query(
            "SELECT i.id, i.version FROM remote_item i JOIN work w ON w.item_id = i.id
             WHERE i.id IN (SELECT value FROM json_each(?)) AND i.removed_at IS NULL AND w.lease = ?",
            vec![json_list(&ids), job_id.into()],
        )
        .await?;
    let versions: std::collections::HashMap<i64, String> = rows
        .iter()
        .map(|row| Ok((row.get(0)?, row.get(1)?)))
        .collect::<Result<_>>()?;
    Ok(done
        .iter()
        .filter(|(id, version)| versions.get(id) == Some(version))
        .map(|(id, _)| *id)
        .collect())
}

/// Tells whether an audio file besides these has content that the library does not know yet. What was set
/// aside does not count: nobody reads it.
///
/// # Errors
/// What the database says.
///
/// # Cancel safety
/// After a dropped call the transaction must be rolled back.
pub async fn any_unread_besides(
    tx: &mut WriteTx,
    provider_id: i64,
    item_ids: &[i64],
) -> Result<bool> {
    let rows = tx
        .query(
            "SELECT EXISTS (SELECT 1 FROM work w JOIN remote_item i ON i.id = w.item_id
             WHERE w.provider_id = ? AND w.quarantined = 0 AND i.kind = 'audio'
                 AND i.removed_at IS NULL AND i.version IS NOT i.processed
                 AND i.id NOT IN (SELECT value FROM json_each(?)))",
            vec![provider_id.into(), json_list(item_ids)],
        )
        .await?;
    rows.first().map_or(Ok(false), |row| Ok(row.get(0)?))
}

/// Notes that these items' present versions are in the library, and takes them out of the queue.
pub async fn complete(tx: &mut WriteTx, item_ids: &[i64]) -> Result<()> {
    note_processed(tx, item_ids).await?;
    let sql = "DELETE FROM work WHERE item_id IN (SELECT value FROM json_each(?))";
    tx.execute(sql, vec![json_list(item_ids)]).await?;
    Ok(())
}

/// Notes that these items' present versions are in the library.
async fn note_processed(tx: &mut WriteTx, item_ids: &[i64]) -> Result<()> {
    let sql =
        "UPDATE remote_item SET processed = version WHERE id IN (SELECT value FROM json_each(?))";
    tx.execute(sql, vec![json_list(item_ids)]).await?;
    Ok(())
}

/// Notes that these items' present versions are in the library but for what lies beside them, and keeps them in the
/// queue until that can be read.
///
/// # Errors
/// What the database says.
///
/// # Cancel safety
/// After a dropped call the transaction must be rolled back.
pub async fn complete_in_part(tx: &mut WriteTx, lacking: Vec<Failed>) -> Result<()> {
    if lacking.is_empty() {
        return Ok(());
    }
    let items: Vec<i64> = lacking.iter().map(|it| it.item_id).collect();
    note_processed(tx, &items).await?;
    fail(tx, lacking).await
}

/// Makes everything that waits for its time due at once, as when somebody asks for all to be looked at.
pub async fn make_due(tx: &mut WriteTx, provider_id: i64) -> Result<()> {
    tx.execute(
        "UPDATE work SET not_before = 0 WHERE provider_id = ? AND not_before > 0",
        vec![provider_id.into()],
    )
    .await?;
    Ok(())
}

/// What becomes of work that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// It is tried again from this time on, in ms since 1970.
    Retry {
        /// When.
        not_before: i64,
    },
    /// The way to it failed, not the item: it is tried again from this time on, in ms since 1970, without
    /// that being held against it.
    Defer {
        /// When; zero for at once, by the next job.
        not_before: i64,
    },
    /// The content itself is at fault: it is set aside until the content changes or a person asks.
    Quarantine,
}

/// Work that failed, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// The item.
    pub item_id: i64,
    /// What becomes of it.
    pub fate: Failure,
    /// Why it failed, for people.
    pub error: String,
}

/// Notes that items could not be processed.
pub async fn fail(tx: &mut WriteTx, failed: Vec<Failed>) -> Result<()> {
    let rows = failed.into_iter().map(|it| {
        let (charged, not_before, quarantined) = match it.fate {
            Failure::Retry { not_before } => (true, not_before, false),
            Failure::Defer { not_before } => (false, not_before, false),
            Failure::Quarantine => (true, 0, true),
        };
        vec![
            it.item_id.into(),
            charged.into(),
            not_before.into(),
            quarantined.into(),
            it.error.into(),
        ]
    });
    tx.insert_rows(
        "WITH v(id, charged, not_before, quarantined, error) AS (",
        5,
        rows,
        ") UPDATE work SET attempts = attempts + v.charged, not_before = v.not_before,
             quarantined = v.quarantined, last_error = v.error
           FROM v WHERE work.item_id = v.id",
    )
    .await?;
    Ok(())
}

/// Gives leased work back untouched.
pub async fn release(tx: &mut WriteTx, job_id: i64) -> Result<()> {
    tx.execute(
        "UPDATE work SET lease = NULL WHERE lease = ?",
        vec![job_id.into()],
    )
    .await?;
    Ok(())
}

/// How much is in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QueueDepth {
    /// Items to be processed, also those that have to wait.
    pub waiting: u64,
    /// Items set aside.
    pub quarantined: u64,
}

/// Gives back some of the work that a job has leased, untouched.
pub async fn give_back(tx: &mut WriteTx, item_ids: &[i64]) -> Result<()> {
    tx.execute(
        "UPDATE work SET lease = NULL WHERE item_id IN (SELECT value FROM json_each(?))",
        vec![json_list(item_ids)],
    )
    .await?;
    Ok(())
}

/// Counts the queue.
pub async fn depth(library: &Library, provider_id: i64) -> Result<QueueDepth> {
    let rows = library
        .query(
            "SELECT coalesce(sum(quarantined = 0), 0), coalesce(sum(quarantined), 0)
             FROM work WHERE provider_id = ?",
            vec![provider_id.into()],
        )
        .await?;
    let Some(row) = rows.first() else {
        return Ok(QueueDepth::default());
    };
    Ok(QueueDepth {
        waiting: row.get(0)?,
        quarantined: row.get(1)?,
    })
}

/// How many files a job is to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ToRead {
    /// Those that are due.
    pub due: u64,
    /// Those for which it is too early.
    pub early: u64,
}

/// Counts what a job is to read. It looks at the whole queue, so it is asked of the connection that has just written it:
/// another one would fill a cache of its own.
///
/// # Errors
/// What the database says.
///
/// # Cancel safety
/// After a dropped call the transaction must be rolled back.
pub async fn to_read(tx: &mut WriteTx, provider_id: i64) -> Result<ToRead> {
    let now = tx.now_ms();
    let rows = tx
        .query(
            "SELECT coalesce(sum(is_due), 0), coalesce(sum(1 - is_due), 0) FROM (
                 SELECT not_before <= ?2 OR not_before > ?3 AS is_due FROM work
                 WHERE provider_id = ?1 AND quarantined = 0)",
            vec![
                provider_id.into(),
                now.into(),
                now.saturating_add(LONGEST_WAIT).into(),
            ],
        )
        .await?;
    let Some(row) = rows.first() else {
        return Ok(ToRead::default());
    };
    Ok(ToRead {
        due: row.get(0)?,
        early: row.get(1)?,
    })
}

/// Tells whether anything is to be processed, also if it has to wait.
pub async fn has_waiting(library: &Library, provider_id: i64) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM work WHERE provider_id = ? AND quarantined = 0)";
    let rows = library.query(sql, vec![provider_id.into()]).await?;
    rows.first().map_or(Ok(false), |row| Ok(row.get(0)?))
}

/// Counts which of these items wait in the queue.
///
/// # Errors
/// What the database says.
///
/// # Cancel safety
/// After a dropped call the transaction must be rolled back.
pub async fn waiting_of(tx: &mut WriteTx, item_ids: &[i64]) -> Result<u64> {
    let rows = tx
        .query(
            "SELECT count(*) FROM work
             WHERE item_id IN (SELECT value FROM json_each(?)) AND quarantined = 0",
            vec![json_list(item_ids)],
        )
        .await?;
    rows.first().map_or(Ok(0), |row| Ok(row.get(0)?))
}

/// Counts the items directly in folders that wait in the queue.
///
/// # Errors
/// What the database says.
///
/// # Cancel safety
/// After a dropped call the transaction must be rolled back.
pub async fn waiting_in(tx: &mut WriteTx, provider_id: i64, folders: &[&str]) -> Result<u64> {
    let rows = tx
        .query(
            "SELECT count(*) FROM remote_item i JOIN work w ON w.item_id = i.id
             WHERE i.provider_id = ? AND i.parent_key IN (SELECT value FROM json_each(?))
                 AND w.quarantined = 0",
            vec![provider_id.into(), json_list(folders)],
        )
        .await?;
    rows.first().map_or(Ok(0), |row| Ok(row.get(0)?))
}
