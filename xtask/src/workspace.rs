//! Where things are.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cargo_metadata::{Metadata, MetadataCommand};

/// The repository's root folder.
pub(crate) fn root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent()
        .expect("xtask lies in the workspace")
        .to_owned()
}

/// The folder for what can be made again: cargo's target folder.
pub(crate) fn target_dir() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => root().join(dir),
        None => root().join("target"),
    }
}

/// Reads the workspace's packages and the graph of all dependencies.
pub(crate) fn metadata() -> Result<Metadata> {
    MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .exec()
        .context("this command failed: cargo metadata --format-version 1")
}

/// Finds a program on the search path.
pub(crate) fn find_program(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let dirs: Vec<PathBuf> = env::split_paths(&path).collect();
    names
        .iter()
        .flat_map(|name| dirs.iter().map(move |dir| dir.join(name)))
        .find(|it| it.is_file())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::command::Cmd;

    /// The dependencies of packages, each with its features.
    fn features(choice: &[&str]) -> BTreeSet<String> {
        let shown = Cmd::cargo()
            .args(["tree", "--prefix=none", "--no-dedupe", "--format={p} {f}"])
            .args(choice)
            .current_dir(&root())
            .capture()
            .unwrap();
        shown.lines().map(str::to_owned).collect()
    }

    #[test]
    fn nothing_that_this_package_compiles_is_compiled_again_for_the_workspace() {
        let own = features(&["-p=xtask", "--edges=normal,build"]);
        let all = features(&["--workspace"]);
        let again: Vec<_> = own.difference(&all).collect();
        assert!(
            again.is_empty(),
            "xtask/Cargo.toml asks for other features than the workspace: {again:#?}"
        );
    }
}
