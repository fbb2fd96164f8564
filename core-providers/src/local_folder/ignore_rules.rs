//! Rules that leave files and folders out: ignore files and the host's own patterns.

use std::ffi::OsStr;
use std::path::Path;
use std::sync::Arc;

use bridge_traits::{BridgeError, ErrorKind, Result};
use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// Changes when the built-in rules or the meaning of ignore files do.
pub(super) const FORMAT: u32 = 1;

/// A file that leaves out its folder and all below, whatever it holds: Android's convention.
pub(super) const WHOLE_FOLDER: &str = ".nomedia";

/// Files with patterns in gitignore's syntax; one without any text leaves out its whole folder.
pub(super) const PATTERN_FILES: &[&str] = &[".musicignore", ".ndignore"];

/// The largest ignore file that is read, in bytes.
pub(super) const MAX_PATTERN_FILE: u64 = 256 * 1024;

/// The rules that hold in a folder: its own and those of the folders above.
#[derive(Clone)]
pub(super) struct Rules {
    own: Arc<Gitignore>,
    outer: Option<Arc<Rules>>,
}

/// What one folder's ignore files say.
pub(super) enum FolderRules {
    /// Nothing of its own.
    None,
    /// The whole folder is left out.
    Everything,
    /// Patterns, and the lines that are none.
    Patterns {
        /// The compiled patterns.
        matcher: Gitignore,
        /// For each line that was passed over, the name of the file and what is wrong.
        bad_lines: Vec<(&'static str, String)>,
    },
}

impl Rules {
    /// Compiles the host's patterns; `None` if there are none.
    ///
    /// # Errors
    /// `InvalidInput` naming the pattern.
    pub(super) fn from_patterns(root: &Path, patterns: &[String]) -> Result<Option<Self>> {
        if patterns.is_empty() {
            return Ok(None);
        }
        let mut builder = GitignoreBuilder::new(root);
        for pattern in patterns {
            let refuse = || {
                BridgeError::new(
                    ErrorKind::InvalidInput,
                    format!("exclude pattern {pattern:?}"),
                )
            };
            // In a file these are comments and blank lines; from a host they are mistakes.
            if pattern.trim().is_empty() || pattern.starts_with('#') {
                return Err(refuse().detail("it would match nothing; write `\\#` for a `#`"));
            }
            builder
                .add_line(None, pattern)
                .map_err(|error| refuse().source(error))?;
        }
        let own = builder.build().map_err(|error| {
            BridgeError::new(ErrorKind::InvalidInput, "exclude patterns").source(error)
        })?;
        Ok(Some(Self::below(None, own)))
    }

    /// Puts a folder's own rules before those from above.
    pub(super) fn below(outer: Option<&Rules>, own: Gitignore) -> Self {
        Self {
            own: Arc::new(own),
            outer: outer.cloned().map(Arc::new),
        }
    }

    /// Tells what these rules say of a path: `Some(true)` leaves it out, `Some(false)` takes it in
    /// expressly. The nearest folder with an opinion decides.
    pub(super) fn verdict(&self, path: &Path, is_folder: bool) -> Option<bool> {
        let mut rules = self;
        loop {
            match rules.own.matched(path, is_folder) {
                Match::Ignore(_) => return Some(true),
                Match::Whitelist(_) => return Some(false),
                Match::None => rules = rules.outer.as_deref()?,
            }
        }
    }
}

/// Tells whether a file of this name may hold rules.
pub(super) fn pattern_file(name: &OsStr) -> Option<&'static str> {
    PATTERN_FILES.iter().copied().find(|known| name == *known)
}

/// Compiles the ignore files of a folder, given as name and content.
///
/// # Errors
/// `InvalidInput` if the patterns can't be compiled together.
pub(super) fn compile(folder: &Path, files: &[(&'static str, Vec<u8>)]) -> Result<FolderRules> {
    if files.is_empty() {
        return Ok(FolderRules::None);
    }
    let mut builder = GitignoreBuilder::new(folder);
    let mut bad_lines = Vec::new();
    for (name, content) in files {
        let content = content.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(content);
        if content.trim_ascii().is_empty() {
            return Ok(FolderRules::Everything);
        }
        for (at, line) in content.split(|byte| *byte == b'\n').enumerate() {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let problem = match std::str::from_utf8(line) {
                Ok(line) => builder
                    .add_line(None, line)
                    .err()
                    .map(|error| error.to_string()),
                Err(_) => Some("not UTF-8".to_owned()),
            };
            if let Some(problem) = problem {
                bad_lines.push((*name, format!("line {}: {problem}", at + 1)));
            }
        }
    }
    let matcher = builder.build().map_err(|error| {
        BridgeError::new(ErrorKind::InvalidInput, folder.display().to_string())
            .detail("its ignore files can't be used")
            .source(error)
    })?;
    Ok(FolderRules::Patterns { matcher, bad_lines })
}
