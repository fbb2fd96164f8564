//! Which records are written.

use tracing_subscriber::filter::{LevelFilter, Targets};

/// Says which records are written: a level for all, and other levels for single modules, as in
/// `info,core_sync=debug,sqlx=warn`.
///
/// Levels are `off`, `error`, `warn`, `info`, `debug` and `trace`.
#[derive(Debug, Clone)]
pub struct LogFilter(Targets);

impl LogFilter {
    /// Reads a filter.
    ///
    /// # Errors
    /// [`InvalidLogFilter`] names the first part that is neither a level nor `module=level`.
    pub fn parse(text: &str) -> Result<Self, InvalidLogFilter> {
        let mut targets = Targets::new();
        for part in text.split(',').map(str::trim) {
            let invalid = || InvalidLogFilter {
                part: part.to_owned(),
            };
            let (target, level) = match part.split_once('=') {
                Some((target, level)) => (Some(target.trim()), level.trim()),
                None => (None, part),
            };
            let level = parse_level(level).ok_or_else(invalid)?;
            targets = match target {
                Some("") => return Err(invalid()),
                Some(target) => targets.with_target(target, level),
                None => targets.with_default(level),
            };
        }
        Ok(Self(targets))
    }

    pub(super) fn into_targets(self) -> Targets {
        self.0
    }
}

fn parse_level(name: &str) -> Option<LevelFilter> {
    // The library also takes numbers and an empty text, which are typing errors here.
    let named = name.chars().all(|it| it.is_ascii_alphabetic()) && !name.is_empty();
    named.then(|| name.parse().ok()).flatten()
}

/// The error of a log filter that can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{part}` is neither a level (off, error, warn, info, debug, trace) nor `module=level`")]
pub struct InvalidLogFilter {
    /// The part that can't be read.
    pub part: String,
}
