//! Errors, as a page is told of them.

use core_service::{ConfigError, ServiceError};
use serde::Serialize;

/// What the package makes its `MusicError` of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// A word that programs match on.
    pub code: String,
    /// A sentence for people who develop.
    pub message: String,
    /// What it is about: a file, an argument, a database.
    pub subject: Option<String>,
    /// What the person or the page can do about it.
    pub remedy: Option<&'static str>,
}

impl Failure {
    /// Makes one with a code of this crate's own.
    pub fn new(code: &str, subject: &str, message: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            message: message.into(),
            subject: Some(subject.to_owned()),
            remedy: None,
        }
    }

    /// Says that an argument can never work.
    pub fn invalid(field: &str, reason: impl std::fmt::Display) -> Self {
        Self::new("invalid-input", field, format!("{field}: {reason}"))
    }
}

impl From<ServiceError> for Failure {
    fn from(error: ServiceError) -> Self {
        let full = (error.code() == "quota-exceeded")
            .then_some("make room on this device, or remove what this site keeps");
        Self {
            code: error.code().to_owned(),
            message: error.to_string(),
            subject: error.subject(),
            remedy: error.remedy().or(full),
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        ServiceError::from(error).into()
    }
}
