//! Dates that may lack the month or the day.

use std::{fmt, str::FromStr};

/// Holds a year, a year and a month, or a full date.
///
/// Dates order by year, month and day; a less precise date comes before the dates it contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PartialDate {
    year: u16,
    month: Option<u8>,
    day: Option<u8>,
}

impl PartialDate {
    /// Makes a date, or none if the year is 0 or above 9999 or a part is out of its range.
    ///
    /// A day without a month is not a date.
    #[must_use]
    pub fn new(year: u16, month: Option<u8>, day: Option<u8>) -> Option<Self> {
        let in_range = (1..=9999).contains(&year)
            && month.is_none_or(|month| (1..=12).contains(&month))
            && day.is_none_or(|day| {
                month.is_some_and(|month| day >= 1 && day <= days_in(year, month))
            });
        in_range.then_some(Self { year, month, day })
    }

    /// Returns the year, 1 to 9999.
    #[must_use]
    pub fn year(self) -> u16 {
        self.year
    }

    /// Returns the month, 1 to 12.
    #[must_use]
    pub fn month(self) -> Option<u8> {
        self.month
    }

    /// Returns the day of the month, from 1.
    #[must_use]
    pub fn day(self) -> Option<u8> {
        self.day
    }

    /// Reads the date that a tag's text starts with.
    ///
    /// Understood are ISO dates and times with `-`, `.`, `/` or nothing between the parts, and
    /// dates in numbers that end with a year of four digits, where the day comes first unless that
    /// is impossible. A month or day out of range is left out, the year stays. Other free text is
    /// no date: a year somewhere in it may be that of anything.
    #[must_use]
    pub fn from_tag(text: &str) -> Option<Self> {
        let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0');
        let mut groups = digit_groups(text);
        let first = groups.next().filter(|first| first.offset == 0)?;
        if matches!(first.digits.len(), 6 | 8) {
            return compact(first.digits);
        }
        let rest: Vec<Group<'_>> = groups.take(2).collect();
        match (first.digits.len(), rest.as_slice()) {
            (4, rest) => year_first(&first, rest, text),
            (1 | 2, [second, third]) if second.digits.len() <= 2 && third.digits.len() == 4 => {
                day_first(&first, second, third, text)
            }
            _ => None,
        }
    }
}

impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        if let Some(month) = self.month {
            write!(f, "-{month:02}")?;
        }
        if let Some(day) = self.day {
            write!(f, "-{day:02}")?;
        }
        Ok(())
    }
}

/// Says that a text is not `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a date of the form YYYY, YYYY-MM or YYYY-MM-DD")]
pub struct ParseDateError(String);

impl FromStr for PartialDate {
    type Err = ParseDateError;

    /// Parses exactly what [`Display`](fmt::Display) writes.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || ParseDateError(text.chars().take(40).collect());
        let mut parts = text.split('-');
        let mut part = |width: usize| -> Result<Option<u16>, ParseDateError> {
            match parts.next() {
                None => Ok(None),
                Some(digits)
                    if digits.len() == width && digits.bytes().all(|b| b.is_ascii_digit()) =>
                {
                    digits.parse().map(Some).map_err(|_| error())
                }
                Some(_) => Err(error()),
            }
        };
        let year = part(4)?.ok_or_else(error)?;
        let month = part(2)?.map(|month| month as u8);
        let day = part(2)?.map(|day| day as u8);
        if parts.next().is_some() {
            return Err(error());
        }
        Self::new(year, month, day).ok_or_else(error)
    }
}

struct Group<'a> {
    digits: &'a str,
    offset: usize,
}

fn digit_groups(text: &str) -> impl Iterator<Item = Group<'_>> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let start = from + text[from..].find(|c: char| c.is_ascii_digit())?;
        let len = text[start..]
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(text.len() - start);
        from = start + len;
        Some(Group {
            digits: &text[start..from],
            offset: start,
        })
    })
}

fn number(digits: &str) -> u16 {
    digits.parse().unwrap_or(0)
}

fn compact(digits: &str) -> Option<PartialDate> {
    let day = (digits.len() == 8).then(|| number(&digits[6..]));
    let date = lenient(number(&digits[..4]), Some(number(&digits[4..6])), day)?;
    date.month.map(|_| date)
}

fn year_first(year: &Group<'_>, rest: &[Group<'_>], text: &str) -> Option<PartialDate> {
    let mut before = year;
    let mut parts = [None, None];
    for (slot, group) in parts.iter_mut().zip(rest) {
        if !joined(before, group, text) || group.digits.len() > 2 {
            break;
        }
        *slot = Some(number(group.digits));
        before = group;
    }
    lenient(number(year.digits), parts[0], parts[1])
}

fn day_first(
    day: &Group<'_>,
    month: &Group<'_>,
    year: &Group<'_>,
    text: &str,
) -> Option<PartialDate> {
    if !joined(day, month, text) || !joined(month, year, text) {
        return None;
    }
    let (mut day, mut month) = (number(day.digits), number(month.digits));
    if month > 12 {
        std::mem::swap(&mut day, &mut month);
    }
    lenient(number(year.digits), Some(month), Some(day))
}

fn joined(before: &Group<'_>, after: &Group<'_>, text: &str) -> bool {
    let end = before.offset + before.digits.len();
    matches!(&text[end..after.offset], "-" | "." | "/")
}

fn lenient(year: u16, month: Option<u16>, day: Option<u16>) -> Option<PartialDate> {
    let month = month
        .filter(|month| (1..=12).contains(month))
        .map(|month| month as u8);
    let day = day
        .and_then(|day| u8::try_from(day).ok())
        .filter(|_| month.is_some());
    PartialDate::new(year, month, day).or_else(|| PartialDate::new(year, month, None))
}

fn days_in(year: u16, month: u8) -> u8 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let read = PartialDate::from_tag(text).map(|date| date.to_string());
        assert_eq!(read.as_deref(), expected, "{text:?}");
    }

    #[test]
    fn tag_dates_of_all_shapes_are_read() {
        check("1999", Some("1999"));
        check("1999-07", Some("1999-07"));
        check("1999-07-03", Some("1999-07-03"));
        check("1999/7/3", Some("1999-07-03"));
        check("1999.12.31", Some("1999-12-31"));
        check("19991231", Some("1999-12-31"));
        check("199912", Some("1999-12"));
        check("2003-06-23T14:07:03Z", Some("2003-06-23"));
        check("2003-06-23 14:07", Some("2003-06-23"));
        check("23.06.2003", Some("2003-06-23"));
        check("06/23/2003", Some("2003-06-23"));
        check("1984 remaster 2001", Some("1984"));
        check("  2011\0", Some("2011"));
    }

    #[test]
    fn parts_out_of_range_are_left_out() {
        check("1999-13", Some("1999"));
        check("1999-00-00", Some("1999"));
        check("1999-02-30", Some("1999-02"));
        check("2000-02-29", Some("2000-02-29"));
        check("1900-02-29", Some("1900-02"));
        check("0000", None);
        check("", None);
        check("soon", None);
        check("Oct 3, 1995", None);
        check("(c) 1984 Somebody", None);
        check("3 songs of 10 from 1984", None);
        check("99", None);
        check("123456789", None);
    }

    #[test]
    fn what_is_displayed_is_parsed_back_and_nothing_else_is() {
        for text in ["0001", "1999-12", "2024-02-29"] {
            assert_eq!(
                text.parse::<PartialDate>().map(|date| date.to_string()),
                Ok(text.into())
            );
        }
        for text in [
            "",
            "99",
            "1999-1",
            "1999-13",
            "1999-02-29",
            "1999-12-31-1",
            "1999-+1",
            "٠٠٠١",
        ] {
            assert!(text.parse::<PartialDate>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_less_precise_date_comes_first() {
        let date = |text: &str| text.parse::<PartialDate>().unwrap();
        assert!(date("1999") < date("1999-01"));
        assert!(date("1999-01") < date("1999-01-01"));
        assert!(date("1999-12-31") < date("2000"));
    }
}
