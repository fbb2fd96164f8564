//! Keeping the index fast.
//!
//! Each transaction leaves a part of its own in the index, and SQLite merges them only as far as it must to keep
//! writing cheap: a library that was written in one go has some twenty, and each word of a search is looked up in
//! each.

use crate::db::WriteTx;
use crate::error::Result;

/// So many pages a step: some 40 ms and 2 MiB.
const STEP_PAGES: i64 = 500;

/// The indexes.
const INDEXES: [&str; 3] = ["search", "album_search", "artist_search"];

/// Merges parts of each index, a step; tells whether there may be more to do. A library of 100,000 tracks takes
/// about a dozen steps, of which each may be a transaction.
///
/// # Errors
/// What the database says.
///
/// # Cancel safety
/// After a dropped call the transaction must be rolled back.
pub async fn merge_step(tx: &mut WriteTx) -> Result<bool> {
    let mut is_more = false;
    for index in INDEXES {
        // Two parts are enough to be merged; the default is four. The index keeps that.
        let setting = format!("INSERT INTO {index}({index}, rank) VALUES ('usermerge', 2)");
        tx.execute(&setting, vec![]).await?;
        let before = changes(tx).await?;
        let merge = format!("INSERT INTO {index}({index}, rank) VALUES ('merge', ?)");
        tx.execute(&merge, vec![STEP_PAGES.into()]).await?;
        // The statement itself counts as one change: https://sqlite.org/fts5.html#the_merge_command
        is_more |= changes(tx).await? - before >= 2;
    }
    Ok(is_more)
}

async fn changes(tx: &mut WriteTx) -> Result<i64> {
    let rows = tx.query("SELECT total_changes()", vec![]).await?;
    rows.first().map_or(Ok(0), |row| Ok(row.get(0)?))
}
