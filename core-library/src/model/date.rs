//! Dates that may lack their month and day.

use std::fmt;

use bridge_traits::database::{FromSql, SqlValue};

/// A date as tags give it: `2004`, `2004-05` or `2004-05-01`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PartialDate(String);

impl PartialDate {
    /// Takes text that is a year of four digits, which may be followed by a month and a day.
    ///
    /// A month or day of `00`, as some taggers write it, counts as absent.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let mut parts = text.split('-');
        let year = number(parts.next()?, 4).filter(|year| *year > 0)?;
        let month = parts.next().map(|it| number(it, 2)).unwrap_or(Some(0))?;
        let day = parts.next().map(|it| number(it, 2)).unwrap_or(Some(0))?;
        if parts.next().is_some() || month > 12 || day > days(year, month) {
            return None;
        }
        Some(Self(match (month, day) {
            (0, _) => text[..4].to_owned(),
            (_, 0) => text[..7].to_owned(),
            _ => text.to_owned(),
        }))
    }

    /// Takes what [`parse`](Self::parse) does, and else the year that the text begins with.
    pub fn lenient(text: &str) -> Option<Self> {
        Self::parse(text).or_else(|| Self::parse(text.trim().get(..4)?))
    }

    /// Gives the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Gives the year.
    pub fn year(&self) -> u16 {
        self.0.get(..4).and_then(|it| it.parse().ok()).unwrap_or(0)
    }
}

fn number(text: &str, digits: usize) -> Option<u16> {
    let sound = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    sound.then(|| text.parse().ok()).flatten()
}

fn days(year: u16, month: u16) -> u16 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromSql for PartialDate {
    fn from_sql(value: &SqlValue) -> Option<Self> {
        match value {
            SqlValue::Text(text) => Self::parse(text),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::PartialDate;

    #[test]
    fn dates_may_lack_parts_but_must_exist() {
        #[track_caller]
        fn check(text: &str, expected: Option<&str>) {
            let date = PartialDate::parse(text);
            assert_eq!(date.as_ref().map(PartialDate::as_str), expected, "{text}");
        }
        check("2004", Some("2004"));
        check(" 2004-05 ", Some("2004-05"));
        check("2004-02-29", Some("2004-02-29"));
        check("2005-02-29", None);
        check("1969-00-00", Some("1969"));
        check("1969-07-00", Some("1969-07"));
        check("2004-13", None);
        check("04", None);
        check("0000", None);
        check("2004-5-1", None);
        check("2004-05-01-02", None);
        check("２００４", None);
        check("", None);
    }
}
