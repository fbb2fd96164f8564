//! Lists in pages.

use std::fmt;
use std::str::FromStr;

use bridge_traits::database::SqlValue;
use serde_json::Value;

use crate::error::{LibraryError, Result};

/// A page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Where the next page begins; `None` if this is the last one.
    pub next: Option<PageCursor>,
}

/// Where a page ends, for the next to begin after it.
///
/// It names the last row and not a number of rows: what is added or removed meanwhile neither
/// repeats nor hides others. Its text form may be kept, but only for the same list.
#[derive(Debug, Clone, PartialEq)]
pub struct PageCursor {
    list: String,
    keys: Vec<Value>,
}

impl PageCursor {
    /// Makes the cursor behind a row of `list` with these sort keys.
    pub(crate) fn new(list: &str, keys: Vec<SqlValue>) -> Self {
        Self::of_json(list, keys.into_iter().map(to_json).collect())
    }

    /// Likewise, of sort keys that are texts and whole numbers.
    pub(crate) fn of_json(list: &str, keys: Vec<Value>) -> Self {
        Self {
            list: list.to_owned(),
            keys,
        }
    }

    /// Gives the sort keys.
    ///
    /// # Errors
    /// `InvalidInput` if the cursor is of another list.
    pub(crate) fn keys(&self, list: &str, count: usize) -> Result<Vec<SqlValue>> {
        if self.list != list || self.keys.len() != count {
            return Err(invalid(format!("of the list {}, not {list}", self.list)));
        }
        Ok(self.keys.iter().map(from_json).collect())
    }
}

impl fmt::Display for PageCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.list, Value::Array(self.keys.clone()))
    }
}

impl FromStr for PageCursor {
    type Err = LibraryError;

    fn from_str(text: &str) -> Result<Self> {
        let at = text.find('[').unwrap_or(text.len());
        let keys = serde_json::from_str(&text[at..]).map_err(|_| invalid("not a cursor".into()))?;
        Ok(Self {
            list: text[..at].to_owned(),
            keys,
        })
    }
}

fn invalid(reason: String) -> LibraryError {
    LibraryError::InvalidInput {
        field: "cursor",
        reason,
    }
}

fn to_json(value: SqlValue) -> Value {
    match value {
        SqlValue::Null | SqlValue::Blob(_) => Value::Null,
        SqlValue::Integer(it) => it.into(),
        // As bits: the text of a number need not come back as the same number.
        SqlValue::Real(it) => Value::Array(vec![it.to_bits().into()]),
        SqlValue::Text(it) => it.into(),
    }
}

fn from_json(value: &Value) -> SqlValue {
    match value {
        Value::Number(number) => number.as_i64().into(),
        Value::String(text) => text.as_str().into(),
        Value::Array(bits) => bits
            .first()
            .and_then(Value::as_u64)
            .map(f64::from_bits)
            .into(),
        _ => SqlValue::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::PageCursor;
    use bridge_traits::database::SqlValue;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_cursor_survives_as_text(text in any::<String>(), id in any::<i64>(), rank in -1e9..1e9_f64) {
            let keys = vec![SqlValue::Text(text), id.into(), rank.into()];
            let cursor = PageCursor::new("tracks", keys.clone());
            let again: PageCursor = cursor.to_string().parse().unwrap();
            prop_assert_eq!(again.keys("tracks", 3).unwrap(), keys);
        }

        #[test]
        fn any_text_is_a_cursor_or_a_clear_error(text in any::<String>()) {
            if let Ok(cursor) = text.parse::<PageCursor>() {
                prop_assert!(cursor.keys("tracks", 99).is_err());
            }
        }
    }
}
