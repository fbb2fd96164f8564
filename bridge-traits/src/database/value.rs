//! Values that go into and come out of SQL.

use std::sync::Arc;

use crate::{BridgeError, ErrorKind, Result};

/// One value, in SQLite's five storage classes.
#[derive(Debug, Clone, PartialEq)]
pub enum SqlValue {
    /// `NULL`
    Null,
    /// `INTEGER`
    Integer(i64),
    /// `REAL`
    Real(f64),
    /// `TEXT`
    Text(String),
    /// `BLOB`
    Blob(Vec<u8>),
}

macro_rules! into_value {
    ($($from:ty => |$it:ident| $make:expr;)*) => {$(
        impl From<$from> for SqlValue {
            fn from($it: $from) -> Self { $make }
        }
    )*};
}
into_value! {
    i64 => |it| Self::Integer(it);
    i32 => |it| Self::Integer(it.into());
    u32 => |it| Self::Integer(it.into());
    u16 => |it| Self::Integer(it.into());
    u8 => |it| Self::Integer(it.into());
    bool => |it| Self::Integer(it.into());
    f64 => |it| Self::Real(it);
    f32 => |it| Self::Real(it.into());
    String => |it| Self::Text(it);
    &str => |it| Self::Text(it.to_owned());
    Vec<u8> => |it| Self::Blob(it);
    &[u8] => |it| Self::Blob(it.to_owned());
}

impl<T: Into<SqlValue>> From<Option<T>> for SqlValue {
    fn from(it: Option<T>) -> Self {
        it.map_or(Self::Null, Into::into)
    }
}

/// One row of a result; columns are addressed by position, as the query lists them.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    columns: Arc<[String]>,
    values: Vec<SqlValue>,
}

impl Row {
    /// Makes a row; `columns` is shared by all rows of a result.
    ///
    /// # Panics
    /// If there are not as many values as columns.
    pub fn new(columns: Arc<[String]>, values: Vec<SqlValue>) -> Self {
        assert_eq!(columns.len(), values.len(), "a row has one value a column");
        Self { columns, values }
    }

    /// Names the columns.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Gives the raw values.
    pub fn values(&self) -> &[SqlValue] {
        &self.values
    }

    /// Converts column `index`.
    ///
    /// # Errors
    /// `Corrupt` if there is no such column or it holds another type; the error names the column.
    pub fn get<T: FromSql>(&self, index: usize) -> Result<T> {
        let name = || self.columns.get(index).map_or("?", String::as_str);
        let value = self.values.get(index).ok_or_else(|| {
            BridgeError::new(ErrorKind::Corrupt, format!("column {index}")).detail("no such column")
        })?;
        T::from_sql(value).ok_or_else(|| {
            BridgeError::new(ErrorKind::Corrupt, format!("column {}", name()))
                .detail(format!("unexpected value {value:?}"))
        })
    }

    /// Moves column `index` out of the row, leaving `NULL`; for text and blobs without a copy.
    pub fn take(&mut self, index: usize) -> SqlValue {
        self.values
            .get_mut(index)
            .map_or(SqlValue::Null, |it| std::mem::replace(it, SqlValue::Null))
    }
}

/// A type that a column converts to.
pub trait FromSql: Sized {
    /// Converts, or gives `None` where the value is of another type or out of range.
    fn from_sql(value: &SqlValue) -> Option<Self>;
}

macro_rules! from_integer {
    ($($to:ty),*) => {$(
        impl FromSql for $to {
            fn from_sql(value: &SqlValue) -> Option<Self> {
                match value {
                    SqlValue::Integer(it) => (*it).try_into().ok(),
                    _ => None,
                }
            }
        }
    )*};
}
from_integer!(i64, i32, u64, u32, u16, u8, usize);

impl FromSql for bool {
    fn from_sql(value: &SqlValue) -> Option<Self> {
        i64::from_sql(value).map(|it| it != 0)
    }
}

impl FromSql for f64 {
    fn from_sql(value: &SqlValue) -> Option<Self> {
        match value {
            SqlValue::Real(it) => Some(*it),
            SqlValue::Integer(it) => Some(*it as f64),
            _ => None,
        }
    }
}

impl FromSql for String {
    fn from_sql(value: &SqlValue) -> Option<Self> {
        match value {
            SqlValue::Text(it) => Some(it.clone()),
            _ => None,
        }
    }
}

impl FromSql for Vec<u8> {
    fn from_sql(value: &SqlValue) -> Option<Self> {
        match value {
            SqlValue::Blob(it) => Some(it.clone()),
            _ => None,
        }
    }
}

impl<T: FromSql> FromSql for Option<T> {
    fn from_sql(value: &SqlValue) -> Option<Self> {
        match value {
            SqlValue::Null => Some(None),
            other => T::from_sql(other).map(Some),
        }
    }
}
