//! What is measured, as JSON.

use std::io::Write;
use std::time::Duration;

use anyhow::Result;
use serde_json::json;

/// The figures of one size.
pub(crate) struct Figures {
    pub(crate) tracks: u64,
    /// Files and folders, the root included.
    pub(crate) rows: u64,
    /// From the start of the first sync until all rows are committed.
    pub(crate) listing: Duration,
    /// The whole first sync.
    pub(crate) total: Duration,
    /// A sync after ten changes, each round.
    pub(crate) changes: Vec<Duration>,
    /// A sync after none.
    pub(crate) no_change: Vec<Duration>,
}

impl Figures {
    pub(crate) fn print(&self) -> Result<()> {
        let all = |times: &[Duration]| times.iter().map(Duration::as_secs_f64).collect::<Vec<_>>();
        let line = json!({
            "tracks": self.tracks,
            "rows": self.rows,
            "listing_s": self.listing.as_secs_f64(),
            "first_sync_s": self.total.as_secs_f64(),
            "changes_s": all(&self.changes),
            "no_change_s": all(&self.no_change),
            "peak_kib": peak_kib(),
        });
        Ok(writeln!(std::io::stdout(), "{line}")?)
    }
}

/// Tells the most memory that this process had, in KiB, where the system says it.
fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|it| it.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}
