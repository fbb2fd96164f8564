//! Small helpers for SQL that several repositories share.

use bridge_traits::database::{Row, SqlValue};
use bridge_traits::{BridgeError, ErrorKind};
use serde::de::DeserializeOwned;

use crate::db::json_list;
use crate::error::Result;

/// Reads a column that SQLite wrote as JSON.
///
/// # Errors
/// `Corrupt` if it holds something else.
pub(crate) fn from_json<T: DeserializeOwned>(row: &Row, index: usize) -> Result<T> {
    let read = match row.values().get(index) {
        Some(SqlValue::Text(text)) => serde_json::from_str(text).map_err(|it| it.to_string()),
        other => Err(format!("unexpected value {other:?}")),
    };
    Ok(read.map_err(|why| {
        BridgeError::new(ErrorKind::Corrupt, format!("JSON column {index}")).detail(why)
    })?)
}

/// Makes the JSON list for `IN (SELECT value FROM json_each(?))` from ids.
pub(crate) fn id_list<T: Into<SqlValue>>(ids: impl IntoIterator<Item = T>) -> SqlValue {
    let mut text = String::from("[");
    for id in ids {
        if let SqlValue::Integer(id) = id.into() {
            if text.len() > 1 {
                text.push(',');
            }
            text.push_str(&id.to_string());
        }
    }
    text.push(']');
    SqlValue::Text(text)
}

/// Makes such a list from texts.
pub(crate) fn text_list<'a>(texts: impl IntoIterator<Item = &'a str>) -> SqlValue {
    json_list(&texts.into_iter().collect::<Vec<_>>())
}

/// Makes the JSON list for `IN (SELECT unhex(value) FROM json_each(?))` from blobs.
pub(crate) fn hex_list<'a>(blobs: impl IntoIterator<Item = &'a [u8]>) -> SqlValue {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let hex = |blob: &[u8]| -> String {
        blob.iter()
            .flat_map(|byte| [byte >> 4, byte & 15])
            .map(|digit| char::from(DIGITS[usize::from(digit)]))
            .collect()
    };
    json_list(&blobs.into_iter().map(hex).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_json() {
        assert_eq!(id_list([1_i64, -2]), SqlValue::from("[1,-2]"));
        assert_eq!(id_list::<i64>([]), SqlValue::from("[]"));
        assert_eq!(text_list(["a\"b"]), SqlValue::from("[\"a\\\"b\"]"));
        assert_eq!(hex_list([&[0, 255][..]]), SqlValue::from("[\"00ff\"]"));
    }
}
