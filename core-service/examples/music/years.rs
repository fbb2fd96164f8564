//! Years, as a person gives them.

use std::ops::RangeInclusive;
use std::str::FromStr;

/// A year, or all from one to another.
#[derive(Clone)]
pub(crate) struct Years(pub(crate) RangeInclusive<u16>);

impl FromStr for Years {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (from, to) = text.split_once('-').unwrap_or((text, text));
        match (from.parse(), to.parse()) {
            (Ok(from), Ok(to)) if from <= to => Ok(Self(from..=to)),
            (Ok(_), Ok(_)) => Err("the first year is after the second"),
            _ => Err("not a year, such as 1990, or years, such as 1990-1999"),
        }
    }
}

impl Years {
    /// Tells whether a date, which begins with its year, is in one of them.
    pub(crate) fn include(&self, date: Option<&str>) -> bool {
        let year = date.and_then(|it| it.get(..4)?.parse().ok());
        year.is_some_and(|it| self.0.contains(&it))
    }
}
