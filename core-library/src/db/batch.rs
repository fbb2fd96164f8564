//! Many rows in few statements.
//!
//! A statement that reaches SQLite alone costs more in transit than in the database. Rows
//! therefore travel in multi-row statements of a few fixed sizes, so that each size is prepared
//! once and found in the statement cache from then on.

use bridge_traits::database::SqlValue;

use super::WriteTx;
use crate::error::Result;

/// Rows a statement, largest first. The last one makes every number of rows possible.
const CHUNKS: [usize; 4] = [256, 64, 8, 1];
/// SQLite's default limit on parameters in a statement.
const MAX_PARAMS: usize = 32_766;

/// Runs `{head} VALUES (?, …), … {tail}` over all rows, each `width` values wide, and returns how
/// many rows were changed.
///
/// # Panics
/// If a row is not `width` wide.
pub(super) async fn insert_rows(
    tx: &mut WriteTx,
    head: &str,
    width: usize,
    rows: impl IntoIterator<Item = Vec<SqlValue>>,
    tail: &str,
) -> Result<u64> {
    let mut rows: Vec<Vec<SqlValue>> = rows.into_iter().collect();
    let mut changed = 0;
    let mut rest = rows.drain(..);
    for chunk in CHUNKS
        .into_iter()
        .filter(|chunk| chunk * width <= MAX_PARAMS)
    {
        if rest.len() < chunk {
            continue;
        }
        let sql = statement(head, width, chunk, tail);
        while rest.len() >= chunk {
            let mut params = Vec::with_capacity(chunk * width);
            for row in rest.by_ref().take(chunk) {
                assert_eq!(row.len(), width, "a row of another width for: {head}");
                params.extend(row);
            }
            changed += tx.execute(&sql, params).await?.rows_affected;
        }
    }
    Ok(changed)
}

fn statement(head: &str, width: usize, rows: usize, tail: &str) -> String {
    let row = format!("({})", vec!["?"; width].join(","));
    format!("{head} VALUES {} {tail}", vec![row; rows].join(","))
}

#[cfg(test)]
mod tests {
    use super::statement;

    #[test]
    fn a_statement_has_one_group_a_row() {
        assert_eq!(
            statement("INSERT INTO t(a,b)", 2, 3, "ON CONFLICT DO NOTHING"),
            "INSERT INTO t(a,b) VALUES (?,?),(?,?),(?,?) ON CONFLICT DO NOTHING"
        );
    }
}
