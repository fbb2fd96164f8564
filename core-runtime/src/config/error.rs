//! What is wrong with a configuration, and what to do about it.

/// The error of a configuration that can't work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// Something that the core can't do without was not given.
    #[error("{capability} is missing: {remedy}")]
    Missing {
        /// What is missing.
        capability: &'static str,
        /// What the host can do about it.
        remedy: &'static str,
    },
    /// A setting has a value that can't work.
    #[error("setting `{field}` is {value}: {expected}")]
    Invalid {
        /// The setting's name.
        field: &'static str,
        /// What it was set to.
        value: String,
        /// What it may be.
        expected: String,
    },
}

/// Takes a capability that the host may have given.
///
/// ```
/// use core_runtime::config::require;
///
/// let http: Option<u8> = None;
/// let error = require(http, "an HTTP client", "pass one with `http_client`").unwrap_err();
/// assert_eq!(error.to_string(), "an HTTP client is missing: pass one with `http_client`");
/// ```
///
/// # Errors
/// [`ConfigError::Missing`] if `given` is `None`.
pub fn require<T>(
    given: Option<T>,
    capability: &'static str,
    remedy: &'static str,
) -> Result<T, ConfigError> {
    given.ok_or(ConfigError::Missing { capability, remedy })
}
