//! Rules as values.

use super::Field;
use crate::model::PlaylistId;

/// What a track must meet.
#[derive(Debug, Clone, PartialEq)]
pub enum Rule {
    /// All of these; without any, every track.
    All(Vec<Rule>),
    /// At least one of these.
    Any(Vec<Rule>),
    /// Not this.
    Not(Box<Rule>),
    /// A test of one field.
    Field(Condition),
}

/// A test of one field.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// What is tested.
    pub field: Field,
    /// How.
    pub test: Test,
}

/// An operator with its value.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// The field has a value, or has none.
    Known(bool),
    /// Text that is the same but for case and accents; of several values one is.
    Is(String),
    /// Text that is not, for none of several values.
    IsNot(String),
    /// Text that has this in it.
    Contains(String),
    /// Text that does not have this in it.
    ContainsNot(String),
    /// Text that begins with this.
    BeginsWith(String),
    /// Text that ends with this.
    EndsWith(String),
    /// A number that is equal.
    Equals(f64),
    /// A number that is not equal, or not known.
    EqualsNot(f64),
    /// A number within these, both included.
    Between(f64, f64),
    /// A number below.
    LessThan(f64),
    /// A number above.
    MoreThan(f64),
    /// A number below or equal.
    AtMost(f64),
    /// A number above or equal.
    AtLeast(f64),
    /// A time before this one, in ms since 1970.
    Before(i64),
    /// A time from this one on, in ms since 1970.
    Since(i64),
    /// A time in the last days.
    InLastDays(u32),
    /// No time in the last days: earlier, or never.
    NotInLastDays(u32),
    /// Whether it is so.
    Flag(bool),
    /// In, or not in, an ordinary playlist.
    InPlaylist(PlaylistId, bool),
}
