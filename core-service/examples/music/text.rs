//! How values are written for people.

use serde_json::Value;

/// Replaces control characters, which could move the cursor, forge lines or turn the order of what is
/// read, by a visible sign.
pub(crate) fn clean(text: &str) -> String {
    let controls = |it: char| it.is_control() || is_bidi_control(it);
    text.replace(controls, "\u{fffd}")
}

/// Tells whether a character has Unicode's property `Bidi_Control`
/// (<https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters>).
fn is_bidi_control(it: char) -> bool {
    matches!(it, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Cleans text of several lines, whose line breaks stay.
pub(crate) fn clean_lines(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(clean).collect();
    lines.join("\n")
}

/// Writes a number of things: `1 track`, `2 tracks`.
pub(crate) fn count(number: u64, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{plural}")
}

/// Writes a duration as minutes and seconds, or hours too.
pub(crate) fn duration(ms: i64) -> String {
    let seconds = ms / 1000;
    match seconds / 3600 {
        0 => format!("{}:{:02}", seconds / 60, seconds % 60),
        hours => format!("{hours}:{:02}:{:02}", seconds / 60 % 60, seconds % 60),
    }
}

/// Writes a moment, given in ms since 1970, as date and time of day in UTC.
pub(crate) fn moment(ms: i64) -> String {
    let minutes = ms.div_euclid(60_000);
    let (year, month, day) = date(minutes.div_euclid(24 * 60));
    let (hour, minute) = (
        minutes.div_euclid(60).rem_euclid(24),
        minutes.rem_euclid(60),
    );
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}")
}

/// Gives year, month and day of a day counted from 1970 on, in the Gregorian calendar.
fn date(days: i64) -> (i64, i64, i64) {
    /// From 0000-03-01 to 1970-01-01. Years that begin in March have their leap day at the end.
    const TO_1970: i64 = 719_468;
    const FOUR_YEARS: i64 = 4 * 365 + 1;
    const CENTURY: i64 = 25 * FOUR_YEARS - 1;
    const FOUR_CENTURIES: i64 = 4 * CENTURY + 1;

    let days = days + TO_1970;
    let (era, rest) = (
        days.div_euclid(FOUR_CENTURIES),
        days.rem_euclid(FOUR_CENTURIES),
    );
    // The last day of four centuries, and of four years, is a leap day beyond the equal parts.
    let century = (rest / CENTURY).min(3);
    let rest = rest - century * CENTURY;
    let (four, rest) = (rest / FOUR_YEARS, rest % FOUR_YEARS);
    let year = (rest / 365).min(3);
    let mut day = rest - year * 365;
    let mut year = era * 400 + century * 100 + four * 4 + year;
    let mut month = 3;
    for length in [31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31] {
        if day < length {
            break;
        }
        day -= length;
        month += 1;
    }
    if month > 12 {
        month -= 12;
        year += 1;
    }
    (year, month, day + 1)
}

/// Writes a field's value; `None` if there is nothing to say.
pub(crate) fn value(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Number(number) if number.is_f64() => {
            let rounded = (number.as_f64()? * 100.0).round() / 100.0;
            Some(rounded.to_string())
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().filter_map(self::value).collect();
            (!items.is_empty()).then(|| items.join(", "))
        }
        // Somebody credited, or a tag of a person's own.
        Value::Object(fields) => {
            let name = fields.get("name").and_then(Value::as_str)?;
            if let Some(values) = fields.get("values").and_then(self::value) {
                return Some(format!("{name}: {values}"));
            }
            Some(match fields.get("role").and_then(Value::as_str) {
                Some(role) => format!("{name} ({role})"),
                None => name.to_owned(),
            })
        }
        other => Some(other.to_string()),
    }
}
