//! Definitions from and to JSON. Every error names the rule.

use serde_json::{Map, Value, json};

use super::{Condition, Field, Kind, Rule, SmartPlaylist, Sort, SortBy, Test, VERSION};
use crate::error::{LibraryError, Result};
use crate::model::{PartialDate, PlaylistId};

/// Rules within rules.
const MAX_DEPTH: usize = 16;
/// Rules of a definition.
const MAX_RULES: usize = 500;
/// Characters of a text.
const MAX_TEXT: usize = 1_000;
/// The largest number that has a meaning anywhere.
const MAX_NUMBER: f64 = 1e15;
const MS_A_DAY: i64 = 86_400_000;

impl SmartPlaylist {
    /// Reads a definition.
    ///
    /// # Errors
    /// [`LibraryError::InvalidRule`], which names the rule, such as `match.all[1].any[0]`, and says what
    /// is wrong with it and what would be right.
    pub fn parse(json: &str) -> Result<Self> {
        let value: Value =
            serde_json::from_str(json).map_err(|error| wrong("definition", error.to_string()))?;
        let definition = object("definition", &value)?;
        only(
            definition,
            "definition",
            &["version", "match", "sort", "limit"],
        )?;
        match definition.get("version").and_then(Value::as_u64) {
            Some(version) if version == u64::from(VERSION) => (),
            Some(newer) if newer > u64::from(VERSION) => {
                let reason = format!("{newer} is newer than this library, which reads {VERSION}");
                return Err(wrong("version", reason));
            }
            _ => return Err(wrong("version", format!("must be {VERSION}"))),
        }
        let rule = match definition.get("match") {
            Some(rule) => Reader { rules: 0 }.rule("match", rule, 0)?,
            None => Rule::All(Vec::new()),
        };
        let sort = match definition.get("sort") {
            None => Vec::new(),
            Some(Value::Array(sort)) if sort.len() <= 4 => sort
                .iter()
                .enumerate()
                .map(|(at, it)| read_sort(&format!("sort[{at}]"), it))
                .collect::<Result<_>>()?,
            Some(_) => return Err(wrong("sort", "must be a list of at most 4 keys")),
        };
        let limit = match definition.get("limit") {
            None | Some(Value::Null) => None,
            Some(limit) => match limit.as_u64().and_then(|it| u32::try_from(it).ok()) {
                Some(limit) if limit > 0 => Some(limit),
                _ => return Err(wrong("limit", "must be a whole number from 1")),
            },
        };
        Ok(Self { rule, sort, limit })
    }

    /// Writes the definition.
    pub fn to_json(&self) -> String {
        let mut definition = json!({ "version": VERSION, "match": write_rule(&self.rule) });
        if !self.sort.is_empty() {
            definition["sort"] = self.sort.iter().map(write_sort).collect();
        }
        if let Some(limit) = self.limit {
            definition["limit"] = json!(limit);
        }
        definition.to_string()
    }
}

struct Reader {
    rules: usize,
}

impl Reader {
    fn rule(&mut self, path: &str, value: &Value, depth: usize) -> Result<Rule> {
        self.rules += 1;
        if depth > MAX_DEPTH || self.rules > MAX_RULES {
            let reason =
                format!("more than {MAX_RULES} rules, or more than {MAX_DEPTH} within each other");
            return Err(wrong(path, reason));
        }
        let rule = object(path, value)?;
        let mut list = |name: &str, rules: &Value| -> Result<Vec<Rule>> {
            let path = format!("{path}.{name}");
            let Value::Array(rules) = rules else {
                return Err(wrong(&path, "must be a list of rules"));
            };
            rules
                .iter()
                .enumerate()
                .map(|(at, it)| self.rule(&format!("{path}[{at}]"), it, depth + 1))
                .collect()
        };
        match rule.iter().next() {
            Some((name, rules)) if rule.len() == 1 && name == "all" => {
                Ok(Rule::All(list(name, rules)?))
            }
            Some((name, rules)) if rule.len() == 1 && name == "any" => {
                Ok(Rule::Any(list(name, rules)?))
            }
            Some((name, other)) if rule.len() == 1 && name == "not" => {
                let path = format!("{path}.not");
                Ok(Rule::Not(Box::new(self.rule(&path, other, depth + 1)?)))
            }
            _ => Ok(Rule::Field(condition(path, rule)?)),
        }
    }
}

fn condition(path: &str, rule: &Map<String, Value>) -> Result<Condition> {
    let Some(name) = rule.get("field").and_then(Value::as_str) else {
        return Err(wrong(path, "must have `all`, `any` or `not`, or a `field`"));
    };
    let Some(field) = Field::ALL.iter().copied().find(|it| it.name() == name) else {
        let names: Vec<&str> = Field::ALL.iter().map(|it| it.name()).collect();
        let reason = format!("there is no field {name:?}; there are {}", names.join(", "));
        return Err(wrong(path, reason));
    };
    let operators = field.kind().operators();
    let mut others = rule.iter().filter(|(key, _)| *key != "field");
    let (Some((operator, value)), None) = (others.next(), others.next()) else {
        return Err(wrong(
            path,
            format!("{name} needs one of {}", operators.join(", ")),
        ));
    };
    if !operators.contains(&operator.as_str()) {
        let reason = format!(
            "{name} has no {operator:?}; it has {}",
            operators.join(", ")
        );
        return Err(wrong(path, reason));
    }
    let test = test(field.kind(), operator, value)
        .map_err(|reason| wrong(path, format!("{name} {operator}: {reason}")))?;
    Ok(Condition { field, test })
}

fn test(kind: Kind, operator: &str, value: &Value) -> Result<Test, String> {
    if operator == "known" {
        return flag(value).map(Test::Known);
    }
    match kind {
        Kind::Text => {
            let text = match value {
                Value::String(text) if !text.trim().is_empty() => text.trim().to_owned(),
                _ => return Err("must be a text that is not blank".into()),
            };
            if text.chars().count() > MAX_TEXT {
                return Err(format!("is longer than {MAX_TEXT} characters"));
            }
            Ok(match operator {
                "is" => Test::Is(text),
                "is_not" => Test::IsNot(text),
                "contains" => Test::Contains(text),
                "contains_not" => Test::ContainsNot(text),
                "begins_with" => Test::BeginsWith(text),
                _ => Test::EndsWith(text),
            })
        }
        Kind::Number if operator == "between" => match value.as_array().map(Vec::as_slice) {
            Some([from, to]) => {
                let (from, to) = (number(from)?, number(to)?);
                if from > to {
                    return Err("the first number must not be above the second".into());
                }
                Ok(Test::Between(from, to))
            }
            _ => Err("must be a list of two numbers".into()),
        },
        Kind::Number => {
            let number = number(value)?;
            Ok(match operator {
                "is" => Test::Equals(number),
                "is_not" => Test::EqualsNot(number),
                "less_than" => Test::LessThan(number),
                "more_than" => Test::MoreThan(number),
                "at_most" => Test::AtMost(number),
                _ => Test::AtLeast(number),
            })
        }
        Kind::Time if operator.ends_with("days") => {
            let days = value.as_u64().and_then(|it| u32::try_from(it).ok());
            let days = days.filter(|it| (1..=36_500).contains(it));
            let days = days.ok_or("must be a whole number from 1 to 36500")?;
            Ok(match operator {
                "in_last_days" => Test::InLastDays(days),
                _ => Test::NotInLastDays(days),
            })
        }
        Kind::Time => {
            let date = value.as_str().and_then(PartialDate::parse);
            let date = date.ok_or("must be a date such as 2024, 2024-05 or 2024-05-01")?;
            let begins = first_day(&date) * MS_A_DAY;
            Ok(match operator {
                "before" => Test::Before(begins),
                _ => Test::Since(begins),
            })
        }
        Kind::Flag => flag(value).map(Test::Flag),
        Kind::Playlist => match value.as_i64() {
            Some(id) if id > 0 => Ok(Test::InPlaylist(PlaylistId(id), operator == "is")),
            _ => Err("must be the id of a playlist".into()),
        },
    }
}

fn flag(value: &Value) -> Result<bool, String> {
    value
        .as_bool()
        .ok_or_else(|| "must be true or false".into())
}

fn number(value: &Value) -> Result<f64, String> {
    match value.as_f64() {
        Some(number) if number.abs() <= MAX_NUMBER => Ok(number),
        Some(_) => Err(format!("must be from -{MAX_NUMBER:e} to {MAX_NUMBER:e}")),
        None => Err("must be a number".into()),
    }
}

/// Counts the days from 1970 to the first day of a date (Howard Hinnant, `days_from_civil`).
fn first_day(date: &PartialDate) -> i64 {
    let mut parts = date.as_str().split('-').map(|it| it.parse().unwrap_or(1));
    let mut part = || parts.next().unwrap_or(1_i64);
    let (year, month, day) = (part(), part(), part());
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Writes the date whose first day begins at that time.
fn date_of(ms: i64) -> String {
    let days = ms.div_euclid(MS_A_DAY) + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    format!("{:04}-{month:02}-{day:02}", year + era * 400 + next)
}

fn read_sort(path: &str, value: &Value) -> Result<Sort> {
    let key = object(path, value)?;
    only(key, path, &["by", "descending", "seed"])?;
    let name = key.get("by").and_then(Value::as_str).unwrap_or_default();
    let by = SortBy::named(name);
    let mut by =
        by.ok_or_else(|| wrong(path, format!("`by` must be one of {}", SortBy::names())))?;
    match (key.get("seed"), &mut by) {
        (None, _) => (),
        (Some(given), SortBy::Random(seed)) => {
            let given = given.as_u64().and_then(|it| u32::try_from(it).ok());
            *seed = given.ok_or_else(|| wrong(path, "`seed` must be a whole number below 2³²"))?;
        }
        _ => return Err(wrong(path, "only `random` has a `seed`")),
    }
    let descending = key.get("descending").map_or(Ok(false), flag);
    let descending = descending.map_err(|reason| wrong(path, format!("`descending` {reason}")))?;
    Ok(Sort { by, descending })
}

fn write_sort(sort: &Sort) -> Value {
    let mut key = json!({ "by": sort.by.name() });
    if let SortBy::Random(seed) = sort.by {
        key["seed"] = json!(seed);
    }
    if sort.descending {
        key["descending"] = json!(true);
    }
    key
}

fn write_rule(rule: &Rule) -> Value {
    match rule {
        Rule::All(rules) => json!({ "all": rules.iter().map(write_rule).collect::<Vec<_>>() }),
        Rule::Any(rules) => json!({ "any": rules.iter().map(write_rule).collect::<Vec<_>>() }),
        Rule::Not(rule) => json!({ "not": write_rule(rule) }),
        Rule::Field(Condition { field, test }) => {
            let (operator, value) = match test {
                Test::Known(it) => ("known", json!(it)),
                Test::Is(it) => ("is", json!(it)),
                Test::IsNot(it) => ("is_not", json!(it)),
                Test::Contains(it) => ("contains", json!(it)),
                Test::ContainsNot(it) => ("contains_not", json!(it)),
                Test::BeginsWith(it) => ("begins_with", json!(it)),
                Test::EndsWith(it) => ("ends_with", json!(it)),
                Test::Equals(it) => ("is", json!(it)),
                Test::EqualsNot(it) => ("is_not", json!(it)),
                Test::Between(from, to) => ("between", json!([from, to])),
                Test::LessThan(it) => ("less_than", json!(it)),
                Test::MoreThan(it) => ("more_than", json!(it)),
                Test::AtMost(it) => ("at_most", json!(it)),
                Test::AtLeast(it) => ("at_least", json!(it)),
                Test::Before(it) => ("before", json!(date_of(*it))),
                Test::Since(it) => ("since", json!(date_of(*it))),
                Test::InLastDays(it) => ("in_last_days", json!(it)),
                Test::NotInLastDays(it) => ("not_in_last_days", json!(it)),
                Test::Flag(it) => ("is", json!(it)),
                Test::InPlaylist(id, true) => ("is", json!(id.0)),
                Test::InPlaylist(id, false) => ("is_not", json!(id.0)),
            };
            json!({ "field": field.name(), operator: value })
        }
    }
}

fn object<'a>(path: &str, value: &'a Value) -> Result<&'a Map<String, Value>> {
    value
        .as_object()
        .ok_or_else(|| wrong(path, "must be an object"))
}

fn only(object: &Map<String, Value>, path: &str, known: &[&str]) -> Result<()> {
    match object.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => {
            let reason = format!("{key:?} means nothing here; there are {}", known.join(", "));
            Err(wrong(path, reason))
        }
        None => Ok(()),
    }
}

fn wrong(rule: &str, reason: impl Into<String>) -> LibraryError {
    LibraryError::InvalidRule {
        rule: rule.to_owned(),
        reason: reason.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_days_since_1970() {
        #[track_caller]
        fn check(date: &str, days: i64) {
            let parsed = PartialDate::parse(date).unwrap();
            assert_eq!(first_day(&parsed), days, "{date}");
        }
        check("1970", 0);
        check("1969-12-31", -1);
        check("2000-03", 11_017);
        check("2024-02-29", 19_782);
        for days in (-700_000..200_000).step_by(37) {
            let date = date_of(days * MS_A_DAY);
            if let Some(date) = PartialDate::parse(&date) {
                assert_eq!(first_day(&date), days, "{date}");
            }
        }
    }
}
