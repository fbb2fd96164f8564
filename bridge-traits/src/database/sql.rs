//! What can be told of SQL without running it; for those who implement the contract.

use crate::{BridgeError, ErrorKind, Result};

/// Refuses SQL that begins or ends a transaction: that is `begin`, `commit` and `rollback`'s job.
///
/// # Errors
/// `InvalidInput` naming the statement; also for SQL with a NUL, which SQLite can't take.
pub fn refuse_transaction_control(sql: &str) -> Result<()> {
    refuse_nul(sql)?;
    let (word, rest) = first_word(sql);
    let is = |other: &str| word.eq_ignore_ascii_case(other);
    let back_to_savepoint = is("ROLLBACK")
        && rest
            .split_ascii_whitespace()
            .any(|word| word.eq_ignore_ascii_case("TO"));
    if (is("BEGIN") || is("COMMIT") || is("END") || is("ROLLBACK")) && !back_to_savepoint {
        return Err(BridgeError::new(ErrorKind::InvalidInput, short(sql))
            .detail("transactions are begun and ended by the adapter"));
    }
    Ok(())
}

/// Refuses SQL with a NUL, at which SQLite would stop reading.
///
/// # Errors
/// `InvalidInput` naming the statement.
pub fn refuse_nul(sql: &str) -> Result<()> {
    if sql.as_bytes().contains(&0) {
        return Err(
            BridgeError::new(ErrorKind::InvalidInput, short(sql)).detail("the SQL contains a NUL")
        );
    }
    Ok(())
}

/// Tells whether the SQL could begin or end a transaction in a place where
/// [`refuse_transaction_control`] does not look: after its first statement.
pub fn may_hide_transaction_control(sql: &str) -> bool {
    let (word, _) = first_word(sql);
    sql.trim_end_matches(|letter: char| letter == ';' || letter.is_ascii_whitespace())
        .contains(';')
        || word.eq_ignore_ascii_case("SAVEPOINT")
}

/// Tells whether there is nothing to run.
pub fn is_empty(sql: &str) -> bool {
    let (word, rest) = first_word(sql);
    word.is_empty() && rest.is_empty()
}

/// Tells whether SQLite counts changed rows for this statement.
pub fn changes_rows(sql: &str) -> bool {
    let (word, _) = first_word(sql);
    ["INSERT", "UPDATE", "DELETE", "REPLACE", "WITH"]
        .iter()
        .any(|it| word.eq_ignore_ascii_case(it))
}

/// Tells whether the statement may change what other prepared statements return.
pub fn changes_schema(sql: &str) -> bool {
    let (word, _) = first_word(sql);
    ["CREATE", "ALTER", "DROP", "ATTACH", "DETACH", "VACUUM"]
        .iter()
        .any(|it| word.eq_ignore_ascii_case(it))
}

/// Shortens SQL to what tells it apart, for an error's subject.
pub fn short(sql: &str) -> String {
    const CHARS: usize = 80;
    let mut text = String::with_capacity(CHARS + 4);
    let mut count = 0;
    for word in sql.split_ascii_whitespace() {
        if count > 0 && count < CHARS {
            text.push(' ');
            count += 1;
        }
        for letter in word.chars() {
            if count >= CHARS {
                text.push('…');
                return text;
            }
            text.push(letter);
            count += 1;
        }
    }
    text
}

/// Splits off the first word, comments and blanks before it left out.
fn first_word(sql: &str) -> (&str, &str) {
    let mut rest = sql;
    loop {
        rest = rest.trim_start_matches(|letter: char| {
            letter.is_ascii_whitespace() || letter == ';' || letter == '\u{feff}'
        });
        if let Some(comment) = rest.strip_prefix("--") {
            rest = comment.split_once('\n').map_or("", |(_, after)| after);
        } else if let Some(comment) = rest.strip_prefix("/*") {
            rest = comment.split_once("*/").map_or("", |(_, after)| after);
        } else {
            break;
        }
    }
    let end = rest
        .find(|letter: char| !letter.is_ascii_alphabetic())
        .unwrap_or(rest.len());
    rest.split_at(end)
}

#[cfg(test)]
mod tests {
    use super::{changes_rows, may_hide_transaction_control, refuse_transaction_control, short};

    #[test]
    fn statements_that_end_a_transaction_are_refused_however_they_are_written() {
        for sql in [
            "COMMIT",
            " commit;",
            "-- now\nEND TRANSACTION",
            "/* a */ /* b */ Rollback",
            ";BEGIN IMMEDIATE",
            "SELECT 1\0",
        ] {
            assert!(refuse_transaction_control(sql).is_err(), "{sql}");
        }
        for sql in [
            "ROLLBACK TO here",
            "rollback transaction to savepoint here",
            "SELECT 'COMMIT'",
            "INSERT INTO commits VALUES (1)",
            "",
        ] {
            assert!(refuse_transaction_control(sql).is_ok(), "{sql}");
        }
    }

    #[test]
    fn a_second_statement_raises_doubt() {
        assert!(may_hide_transaction_control("SELECT 1; COMMIT"));
        assert!(may_hide_transaction_control("SAVEPOINT a"));
        assert!(!may_hide_transaction_control("SELECT 1; ;\n"));
        assert!(!may_hide_transaction_control("SELECT 1"));
    }

    #[test]
    fn only_statements_that_change_rows_count_them() {
        assert!(changes_rows("insert into t values (1)"));
        assert!(changes_rows("WITH a AS (SELECT 1) DELETE FROM t"));
        assert!(!changes_rows("CREATE TABLE insert_log (a)"));
        assert!(!changes_rows("PRAGMA user_version = 3"));
    }

    #[test]
    fn long_sql_is_cut_and_short_sql_is_not() {
        assert_eq!(short("SELECT  1\n FROM t"), "SELECT 1 FROM t");
        let long = format!("INSERT INTO t VALUES {}", "(?, ?), ".repeat(500));
        let cut = short(&long);
        assert_eq!(cut.chars().count(), 81, "{cut}");
        assert!(cut.starts_with("INSERT INTO t VALUES (?, ?),") && cut.ends_with('…'));
    }
}
