//! The history of syncs.

use bridge_traits::database::{Row, SqlValue};

use crate::db::{Library, WriteTx};
use crate::error::Result;
use crate::repository::paging::check_limit;

/// What a job did, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JobCounts {
    /// Audio files that were observed, and those that were to be read though nothing was said of them.
    pub discovered: u64,
    /// Tracks that the provider has more: new ones, missing ones that are back, and those whose file
    /// came from another provider. `added` less `deleted` is what its number of tracks grew by.
    pub added: u64,
    /// Tracks whose content changed.
    pub updated: u64,
    /// Audio files that were renamed or moved while their tracks were there.
    pub moved: u64,
    /// Tracks that became missing.
    pub deleted: u64,
    /// Audio files that are as they were. Those that wait are not among them.
    pub unchanged: u64,
    /// Audio files that could not be processed.
    pub failed: u64,
    /// Audio files that were left in the queue when the job ended, for a later one to read; those that failed and are
    /// not set aside are among them.
    pub waiting: u64,
    /// Deletions that the guard kept back.
    pub held: u64,
    /// Warnings.
    pub warnings: u64,
    /// Calls to the provider that a server would count, or files that were opened.
    pub requests: u64,
    /// Bytes of content that were read.
    pub bytes_read: u64,
}

/// One sync, as it is stored. The words are core-sync's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRow {
    /// Its id.
    pub id: i64,
    /// The provider.
    pub provider_id: i64,
    /// `full` or `incremental`.
    pub sync_type: String,
    /// `pending`, `running`, `paused`, `completed`, `failed` or `cancelled`.
    pub status: String,
    /// `discovery`, `processing`, `conflict_resolution` or `finished`.
    pub phase: String,
    /// What the last committed page ended in.
    pub cursor: Option<Vec<u8>>,
    /// What it did.
    pub counts: JobCounts,
    /// Why it failed.
    pub error: Option<String>,
    /// When it was asked for.
    pub created_at: i64,
    /// When it began.
    pub started_at: Option<i64>,
    /// When it ended.
    pub finished_at: Option<i64>,
}

const COLUMNS: &str = "SELECT id, provider_id, sync_type, status, phase, cursor, discovered, added,
    updated, moved, deleted, unchanged, failed, held, requests, bytes_read, error, created_at,
    started_at, finished_at, waiting,
    (SELECT count(*) FROM sync_warning w WHERE w.job_id = sync_job.id) FROM sync_job";

fn from_row(row: &Row) -> Result<JobRow> {
    Ok(JobRow {
        id: row.get(0)?,
        provider_id: row.get(1)?,
        sync_type: row.get(2)?,
        status: row.get(3)?,
        phase: row.get(4)?,
        cursor: row.get(5)?,
        counts: JobCounts {
            discovered: row.get(6)?,
            added: row.get(7)?,
            updated: row.get(8)?,
            moved: row.get(9)?,
            deleted: row.get(10)?,
            unchanged: row.get(11)?,
            failed: row.get(12)?,
            held: row.get(13)?,
            requests: row.get(14)?,
            bytes_read: row.get(15)?,
            waiting: row.get(20)?,
            warnings: row.get(21)?,
        },
        error: row.get(16)?,
        created_at: row.get(17)?,
        started_at: row.get(18)?,
        finished_at: row.get(19)?,
    })
}

/// Inserts a job and gives its id; `job.id` is not used.
pub async fn insert(tx: &mut WriteTx, job: &JobRow) -> Result<i64> {
    let params: Vec<SqlValue> = vec![
        job.provider_id.into(),
        job.sync_type.as_str().into(),
        job.status.as_str().into(),
        job.phase.as_str().into(),
        job.created_at.into(),
    ];
    let done = tx
        .execute(
            "INSERT INTO sync_job(provider_id, sync_type, status, phase, created_at)
             VALUES (?, ?, ?, ?, ?)",
            params,
        )
        .await?;
    Ok(done.last_insert_rowid)
}

const UPDATE: &str =
    "UPDATE sync_job SET sync_type = ?, status = ?, phase = ?, cursor = ?, discovered = ?,
    added = ?, updated = ?, moved = ?, deleted = ?, unchanged = ?, failed = ?, held = ?,
    requests = ?, bytes_read = ?, error = ?, started_at = ?, finished_at = ?";

/// Writes all that can change in a job while it runs.
pub async fn update(tx: &mut WriteTx, job: &JobRow) -> Result<()> {
    tx.execute(&format!("{UPDATE} WHERE id = ?"), changes(job))
        .await?;
    Ok(())
}

/// Writes the end of a job, and gives how many files it leaves in the queue.
///
/// # Errors
/// What the database says.
///
/// # Cancel safety
/// After a dropped call the transaction must be rolled back.
pub async fn end(tx: &mut WriteTx, job: &JobRow) -> Result<u64> {
    let sql = format!(
        "{UPDATE}, waiting = (SELECT count(*) FROM work w
             WHERE w.provider_id = sync_job.provider_id AND w.quarantined = 0)
         WHERE id = ? RETURNING waiting"
    );
    let rows = tx.query(&sql, changes(job)).await?;
    rows.first().map_or(Ok(0), |row| Ok(row.get(0)?))
}

fn changes(job: &JobRow) -> Vec<SqlValue> {
    let counts = &job.counts;
    let mut params: Vec<SqlValue> = vec![
        job.sync_type.as_str().into(),
        job.status.as_str().into(),
        job.phase.as_str().into(),
        job.cursor.clone().into(),
    ];
    params.extend(
        [
            counts.discovered,
            counts.added,
            counts.updated,
            counts.moved,
            counts.deleted,
            counts.unchanged,
            counts.failed,
            counts.held,
            counts.requests,
            counts.bytes_read,
        ]
        .map(|count| SqlValue::Integer(count as i64)),
    );
    params.extend([
        job.error.clone().into(),
        job.started_at.into(),
        job.finished_at.into(),
        SqlValue::from(job.id),
    ]);
    params
}

/// Finds a job.
pub async fn find(library: &Library, id: i64) -> Result<Option<JobRow>> {
    let rows = library
        .query(&format!("{COLUMNS} WHERE id = ?"), vec![id.into()])
        .await?;
    rows.first().map(from_row).transpose()
}

/// Lists jobs, newest first, beginning before job `before`.
///
/// # Errors
/// `InvalidInput` for a limit that is not 1 to [`MAX_PAGE`](super::MAX_PAGE); else what the database says.
pub async fn list(library: &Library, before: Option<i64>, limit: usize) -> Result<Vec<JobRow>> {
    check_limit(limit)?;
    let rows = library
        .query(
            &format!("{COLUMNS} WHERE id < ? ORDER BY id DESC LIMIT ?"),
            vec![before.unwrap_or(i64::MAX).into(), (limit as i64).into()],
        )
        .await?;
    rows.iter().map(from_row).collect()
}

/// Lists the jobs that say they are running or about to.
pub async fn running(library: &Library) -> Result<Vec<JobRow>> {
    let unfinished = format!("{COLUMNS} WHERE status IN ('pending', 'running')");
    let rows = library.query(&unfinished, vec![]).await?;
    rows.iter().map(from_row).collect()
}

/// Something that a job had to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobWarning {
    /// A word that programs can match on.
    pub kind: String,
    /// The file or folder.
    pub subject: String,
    /// A sentence for people.
    pub message: String,
}

/// Adds warnings to a job.
pub async fn warn(tx: &mut WriteTx, job_id: i64, warnings: Vec<JobWarning>) -> Result<()> {
    let now = tx.now_ms();
    let rows = warnings.into_iter().map(|it| {
        vec![
            job_id.into(),
            it.kind.into(),
            it.subject.into(),
            it.message.into(),
            now.into(),
        ]
    });
    tx.insert_rows(
        "INSERT INTO sync_warning(job_id, kind, subject, message, at)",
        5,
        rows,
        "",
    )
    .await?;
    Ok(())
}

/// Lists what a job had to say, in order, each with its id, beginning after the one of id `after`.
///
/// # Errors
/// `InvalidInput` for a limit that is not 1 to [`MAX_PAGE`](super::MAX_PAGE); else what the database says.
pub async fn warnings(
    library: &Library,
    job_id: i64,
    after: Option<i64>,
    limit: usize,
) -> Result<Vec<(i64, JobWarning)>> {
    check_limit(limit)?;
    let rows = library
        .query(
            "SELECT id, kind, subject, message FROM sync_warning
             WHERE job_id = ? AND id > ? ORDER BY id LIMIT ?",
            vec![
                job_id.into(),
                after.unwrap_or_default().into(),
                (limit as i64).into(),
            ],
        )
        .await?;
    rows.iter()
        .map(|row| {
            let warning = JobWarning {
                kind: row.get(1)?,
                subject: row.get(2)?,
                message: row.get(3)?,
            };
            Ok((row.get(0)?, warning))
        })
        .collect()
}
