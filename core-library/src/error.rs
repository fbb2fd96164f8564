//! What can go wrong in the library.

use std::fmt;

use bridge_traits::BridgeError;

/// The result of the library's calls.
pub type Result<T, E = LibraryError> = std::result::Result<T, E>;

/// Why a call into the library failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LibraryError {
    /// The database refused; its [kind](BridgeError::kind) says why.
    #[error(transparent)]
    Database(#[from] BridgeError),
    /// The database was written by a newer version of this library.
    #[error("database has schema {found}, this version knows up to {known}; update the app")]
    SchemaTooNew {
        /// The newest migration in the database.
        found: i64,
        /// The newest migration known here.
        known: i64,
    },
    /// A migration in the database is not the one that was shipped under its number.
    #[error("migration {number} in the database differs from the one in this version")]
    SchemaDiverged {
        /// The migration's number.
        number: i64,
    },
    /// The database has tables and is no library.
    #[error(
        "this is the database of something else: it has a table '{table}' and no history of ours"
    )]
    Foreign {
        /// One of its tables.
        table: String,
    },
    /// The database has our history, and not the schema that goes with it.
    #[error("this is no library of ours, or somebody has changed it: {object} {difference}")]
    SchemaDiffers {
        /// Its first object that differs, such as `trigger loose_track`.
        object: String,
        /// What is the matter with it.
        difference: SchemaDifference,
    },
    /// A row names another one that is not there.
    #[error("the database is damaged: a row of {table} names one of {parent} that is not there")]
    Dangling {
        /// The row's table.
        table: String,
        /// The table of the one that it names.
        parent: String,
    },
    /// There is no such row.
    #[error("{entity} {id} does not exist")]
    NotFound {
        /// What was looked for.
        entity: &'static str,
        /// Its id or key.
        id: String,
    },
    /// A rule of a smart playlist means nothing.
    #[error("{rule}: {reason}")]
    InvalidRule {
        /// Which rule, such as `match.all[1].any[0]`.
        rule: String,
        /// What is wrong with it, and what would be right.
        reason: String,
    },
    /// The caller passed something that can never work.
    #[error("{field}: {reason}")]
    InvalidInput {
        /// The argument.
        field: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}

/// How a table, an index, a trigger or a view of a database is not as in a library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SchemaDifference {
    /// It is not there.
    Missing,
    /// There is another one of this name.
    Changed,
    /// Libraries have none of this name.
    Foreign,
}

impl fmt::Display for SchemaDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "is missing",
            Self::Changed => "is another than ours",
            Self::Foreign => "is not one of ours",
        })
    }
}

impl LibraryError {
    /// Makes the error for a missing row.
    pub(crate) fn not_found(entity: &'static str, id: impl ToString) -> Self {
        Self::NotFound {
            entity,
            id: id.to_string(),
        }
    }

    /// Names the cause in a word: that of [`ErrorKind::code`](bridge_traits::ErrorKind::code) where
    /// it was the database, and one of those elsewhere.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Database(error) => error.kind().code(),
            Self::SchemaTooNew { .. } => "too-new",
            Self::SchemaDiverged { .. } | Self::Dangling { .. } => "corrupt",
            Self::NotFound { .. } => "not-found",
            // Nothing is wrong with what belongs to somebody else.
            Self::Foreign { .. }
            | Self::SchemaDiffers { .. }
            | Self::InvalidInput { .. }
            | Self::InvalidRule { .. } => "invalid-input",
        }
    }

    /// Tells what the database said, where it was the database.
    pub fn bridge(&self) -> Option<&BridgeError> {
        match self {
            Self::Database(error) => Some(error),
            _ => None,
        }
    }
}
