//! Paths as steps from the root.

use std::path::{Component, Path, PathBuf};

use bridge_traits::{BridgeError, ErrorKind, Result};

/// The longest name, in bytes, as usual file systems have it.
const NAME_BYTES: usize = 255;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Down(String),
    Up,
}

/// A path that was checked as far as that is possible without looking.
#[derive(Clone, Debug)]
pub(super) struct Steps {
    pub(super) path: PathBuf,
    pub(super) steps: Vec<Step>,
}

impl Steps {
    pub(super) fn parse(path: &Path) -> Result<Self> {
        let refuse = |what: &str| Err(error(ErrorKind::InvalidInput, path).detail(what));
        if !path.has_root() {
            return refuse("the path is not absolute");
        }
        let mut steps = Vec::new();
        for part in path.components() {
            match part {
                Component::RootDir | Component::Prefix(_) | Component::CurDir => {}
                Component::ParentDir => steps.push(Step::Up),
                Component::Normal(name) => {
                    let Some(name) = name.to_str() else {
                        return refuse("a name that is not UTF-8");
                    };
                    if name.len() > NAME_BYTES {
                        return refuse("a name of more than 255 bytes");
                    }
                    if name.contains('\0') {
                        return refuse("a name with a NUL");
                    }
                    steps.push(Step::Down(name.to_owned()));
                }
            }
        }
        Ok(Self {
            path: path.to_owned(),
            steps,
        })
    }

    pub(super) fn error(&self, kind: ErrorKind) -> BridgeError {
        error(kind, &self.path)
    }
}

pub(super) fn error(kind: ErrorKind, path: &Path) -> BridgeError {
    BridgeError::new(kind, path.to_string_lossy())
}
