//! Rules as SQL. Names of columns come from this program, values are parameters.

use bridge_traits::database::SqlValue;

use super::field::Source;
use super::{Condition, Rule, SmartPlaylist, Sort, SortBy, Test};
use crate::search::fold;

const MS_A_DAY: i64 = 86_400_000;

/// A condition on a track `t`, with its parameters in order.
pub(super) struct Sql {
    pub(super) text: String,
    pub(super) params: Vec<SqlValue>,
}

/// Writes what a track must meet; days count back from `now_ms`.
pub(super) fn rule(rule: &Rule, now_ms: i64) -> Sql {
    let mut sql = Sql {
        text: String::new(),
        params: Vec::new(),
    };
    sql.rule(rule, now_ms);
    sql
}

/// Writes the sort keys as expressions, each with whether it descends; the last one is the id.
pub(super) fn keys(playlist: &SmartPlaylist) -> Vec<(String, bool)> {
    let by_title = Sort {
        by: SortBy::Title,
        descending: false,
    };
    let mut keys = Vec::new();
    for sort in playlist.sort.iter().chain([&by_title]) {
        let expression = sort.by.expression();
        // No key is NULL, so that each row has a place that a page can end at.
        keys.push((format!("{expression} IS NULL"), false));
        keys.push((format!("ifnull({expression}, 0)"), sort.descending));
    }
    keys.push(("t.id".to_owned(), false));
    keys
}

impl Sql {
    fn rule(&mut self, rule: &Rule, now_ms: i64) {
        match rule {
            Rule::All(rules) => self.join(rules, " AND ", "1", now_ms),
            Rule::Any(rules) => self.join(rules, " OR ", "0", now_ms),
            Rule::Not(rule) => {
                self.text.push_str("NOT ");
                self.rule(rule, now_ms);
            }
            // What is not known is neither true nor false to SQLite, and here it is false.
            Rule::Field(condition) => {
                self.text.push_str("ifnull(");
                self.condition(condition, now_ms);
                self.text.push_str(", 0)");
            }
        }
    }

    fn join(&mut self, rules: &[Rule], word: &str, none: &str, now_ms: i64) {
        self.text.push('(');
        for (at, rule) in rules.iter().enumerate() {
            if at > 0 {
                self.text.push_str(word);
            }
            self.rule(rule, now_ms);
        }
        if rules.is_empty() {
            self.text.push_str(none);
        }
        self.text.push(')');
    }

    fn condition(&mut self, condition: &Condition, now_ms: i64) {
        match condition.field.source() {
            Source::Text {
                around,
                plain,
                folded,
            } => self.text_test(around, plain, folded, &condition.test),
            Source::Value(expression) => self.value_test(expression, &condition.test, now_ms),
            Source::Playlist => {
                let Test::InPlaylist(id, within) = condition.test else {
                    return self.never();
                };
                let not = if within { "" } else { "NOT " };
                self.text.push_str(not);
                self.text.push_str(
                    "EXISTS (SELECT 1 FROM playlist_entry e WHERE e.track_id = t.id AND e.playlist_id = ?)",
                );
                self.params.push(id.into());
            }
        }
    }

    fn text_test(&mut self, around: &str, plain: &[&str], folded: &[&str], test: &Test) {
        let (text, negated, pattern): (&str, bool, fn(&str) -> String) = match test {
            Test::Known(known) => {
                let columns: Vec<String> =
                    plain.iter().map(|it| format!("{it} IS NOT NULL")).collect();
                let not = if *known { "" } else { "NOT " };
                let any = format!("({})", columns.join(" OR "));
                self.text.push_str(not);
                self.text.push_str(&around.replace("{}", &any));
                return;
            }
            Test::Is(text) => (text, false, |it| it.to_owned()),
            Test::IsNot(text) => (text, true, |it| it.to_owned()),
            Test::Contains(text) => (text, false, |it| format!("%{it}%")),
            Test::ContainsNot(text) => (text, true, |it| format!("%{it}%")),
            Test::BeginsWith(text) => (text, false, |it| format!("{it}%")),
            Test::EndsWith(text) => (text, false, |it| format!("%{it}")),
            _ => return self.never(),
        };
        let mut any = Vec::new();
        let folded_text = fold(text);
        let of_folded = folded.iter().filter(|_| !folded_text.is_empty());
        for (column, text) in plain
            .iter()
            .map(|it| (it, text))
            .chain(of_folded.map(|it| (it, folded_text.as_str())))
        {
            any.push(format!("{column} LIKE ? ESCAPE '\\'"));
            self.params.push(pattern(&escaped(text)).into());
        }
        let any = format!("ifnull({}, 0)", any.join(" OR "));
        if negated {
            self.text.push_str("NOT ");
        }
        self.text.push_str(&around.replace("{}", &any));
    }

    fn value_test(&mut self, expression: &str, test: &Test, now_ms: i64) {
        let ago = |days: &u32| SqlValue::Integer(now_ms - i64::from(*days) * MS_A_DAY);
        let (operator, value): (&str, SqlValue) = match test {
            Test::Known(true) => return self.push(&format!("{expression} IS NOT NULL")),
            Test::Known(false) => return self.push(&format!("{expression} IS NULL")),
            Test::Flag(wanted) => {
                let not = if *wanted { "" } else { "NOT " };
                return self.push(&format!("{not}ifnull({expression}, 0)"));
            }
            Test::Between(from, to) => {
                self.push(&format!("{expression} BETWEEN ? AND ?"));
                self.params.extend([(*from).into(), (*to).into()]);
                return;
            }
            Test::NotInLastDays(days) => {
                self.push(&format!("NOT ifnull({expression} >= ?, 0)"));
                self.params.push(ago(days));
                return;
            }
            Test::Equals(it) => ("=", (*it).into()),
            Test::EqualsNot(it) => ("IS NOT", (*it).into()),
            Test::LessThan(it) => ("<", (*it).into()),
            Test::MoreThan(it) => (">", (*it).into()),
            Test::AtMost(it) => ("<=", (*it).into()),
            Test::AtLeast(it) => (">=", (*it).into()),
            Test::Before(it) => ("<", (*it).into()),
            Test::Since(it) => (">=", (*it).into()),
            Test::InLastDays(days) => (">=", ago(days)),
            _ => return self.never(),
        };
        self.push(&format!("{expression} {operator} ?"));
        self.params.push(value);
    }

    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Writes a condition that nothing meets: for a test that the field does not have, which the reader
    /// of definitions refuses.
    fn never(&mut self) {
        self.text.push('0');
    }
}

/// Makes text stand for itself in a pattern.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
