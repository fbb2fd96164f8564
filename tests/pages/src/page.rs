//! Pages: wasm as a module that a browser imports, beside its static files.

use std::collections::HashMap;
use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;

use anyhow::{Context, Result, bail};

/// What to build: an example of a package whose crate type is `cdylib`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Page {
    package: String,
    example: String,
    features: Vec<String>,
    is_optimised: bool,
}

impl Page {
    /// Names an example of a package of the workspace.
    pub fn example(package: &str, example: &str) -> Self {
        Self {
            package: package.to_owned(),
            example: example.to_owned(),
            features: Vec::new(),
            is_optimised: false,
        }
    }

    /// Switches a feature of the package on.
    #[must_use]
    pub fn feature(mut self, feature: &str) -> Self {
        self.features.push(feature.to_owned());
        self
    }

    /// Builds with the optimisations of what pages load (Cargo's profile `web`).
    #[must_use]
    pub fn optimised(mut self) -> Self {
        self.is_optimised = true;
        self
    }

    /// Builds the page, once a process, and gives its folder.
    ///
    /// In it are `<example>.js`, `<example>_bg.wasm`, all that lies beside the example's `main.rs`, and
    /// an `index.html`, empty where the example has none.
    ///
    /// # Errors
    /// If the page does not compile, or a tool is missing: with the command that says why.
    pub fn build(&self) -> Result<PathBuf> {
        static BUILT: Mutex<Option<HashMap<Page, PathBuf>>> = Mutex::new(None);
        // Held while building: cargo would make the others wait anyway.
        let mut built = BUILT.lock().unwrap_or_else(|it| it.into_inner());
        let built = built.get_or_insert_default();
        if let Some(folder) = built.get(self) {
            return Ok(folder.clone());
        }
        let folder = self.build_now()?;
        built.insert(self.clone(), folder.clone());
        Ok(folder)
    }

    fn build_now(&self) -> Result<PathBuf> {
        let mut command = xtask();
        command.args(["page", &self.package, &self.example]);
        if !self.features.is_empty() {
            command.args(["--features", &self.features.join(",")]);
        }
        if self.is_optimised {
            command.args(["--profile", "web"]);
        }
        Ok(PathBuf::from(answer(command)?.trim_end()))
    }
}

/// Builds the demo page with the npm package that it uses, once a process, and gives its folder.
///
/// # Errors
/// If the package does not compile, or a tool is missing: with the command that says why.
pub fn demo() -> Result<PathBuf> {
    built_for_web("dev")
}

/// Builds the demo page as it is published, which takes minutes.
///
/// # Errors
/// As [`demo`].
pub fn published_demo() -> Result<PathBuf> {
    built_for_web("web")
}

fn built_for_web(profile: &'static str) -> Result<PathBuf> {
    static BUILT: Mutex<Option<HashMap<&str, PathBuf>>> = Mutex::new(None);
    let mut built = BUILT.lock().unwrap_or_else(|it| it.into_inner());
    let built = built.get_or_insert_default();
    if let Some(folder) = built.get(profile) {
        return Ok(folder.clone());
    }
    let mut command = xtask();
    command.args(["web", "--profile", profile]);
    let said = answer(command)?;
    let folder = said.lines().find_map(|it| it.strip_prefix("demo "));
    let folder = PathBuf::from(folder.context("cargo xtask web names no demo")?);
    built.insert(profile, folder.clone());
    Ok(folder)
}

/// Runs a task and gives what it says.
fn answer(mut command: Command) -> Result<String> {
    let output = command
        .output()
        .with_context(|| format!("can't start {command:?}"))?;
    if !output.status.success() {
        bail!(
            "{command:?} failed:\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    String::from_utf8(output.stdout).context("what a task says is text")
}

/// `cargo xtask`: the very program that runs the tests, or a new one where they are run by hand.
fn xtask() -> Command {
    if let Some(program) = env::var_os("XTASK") {
        return Command::new(program);
    }
    let cargo = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(cargo);
    command
        .arg("xtask")
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    command
}
