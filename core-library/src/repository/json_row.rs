//! Rows that SQLite writes as JSON, a whole list as one text.
//!
//! Between SQLite's thread and the caller's, and between C and Rust, a row and a value cost more than their
//! text does: fifty tracks are read in half the time.

use std::str::FromStr;

use bridge_traits::database::SqlValue;
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};

use super::sql::from_json;
use crate::db::Tx;
use crate::error::Result;

/// Declares a struct whose fields are read from a row, each with the SQL that gives it.
macro_rules! json_columns {
    ($(#[$attribute:meta])* $visibility:vis struct $name:ident {
        $first:ident: $first_type:ty = $first_sql:literal $(, $field:ident: $type:ty = $sql:literal)* $(,)?
    }) => {
        $(#[$attribute])*
        #[derive(serde::Deserialize)]
        $visibility struct $name {
            pub(super) $first: $first_type,
            $(pub(super) $field: $type,)*
        }

        impl $name {
            /// The JSON list of the fields.
            pub(super) const COLUMNS: &str = concat!("json_array(", $first_sql $(, ", ", $sql)*, ")");
        }
    };
}

pub(super) use json_columns;

/// Reads a list of `columns`, one JSON value a row, with `FROM …` behind. The order is that in which SQLite comes
/// across the rows.
pub(crate) async fn read<T: DeserializeOwned>(
    tx: &mut Tx,
    columns: &str,
    from: &str,
    params: Vec<SqlValue>,
) -> Result<Vec<T>> {
    let sql = format!("SELECT json_group_array({columns}) {from}");
    let rows = tx.query(&sql, params).await?;
    rows.first().map_or(Ok(Vec::new()), |row| from_json(row, 0))
}

/// A number with a fraction. SQLite's JSON has 15 digits of it, which are too few; as `format('%!.17g', …)` it
/// comes back as it was from 1e-6 to 1e6, and else but for its last bit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Real(pub(super) f64);

impl<'de> Deserialize<'de> for Real {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <&str>::deserialize(deserializer)?;
        f64::from_str(text).map(Self).map_err(D::Error::custom)
    }
}
