//! A browser that a test owns: its processes, its profile, its tabs.

mod chromium;
mod driver;
mod renderer;
mod tab;

use std::env;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use anyhow::{Context, Result};
use serde_json::json;
use tempfile::TempDir;

use chromium::Chromium;
use driver::Driver;
pub use renderer::Renderer;
pub use tab::Tab;

/// How a browser is started.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Further arguments of the command line, such as `--lang=de`.
    pub arguments: Vec<String>,
}

/// What a browser keeps: cookies, databases, caches. Deleted when it is dropped.
pub struct Profile {
    folder: TempDir,
    options: Options,
}

impl Profile {
    /// Makes an empty one.
    ///
    /// # Errors
    /// If the folder for it can't be made.
    pub fn new(options: Options) -> Result<Self> {
        let folder = TempDir::with_prefix("page-test-").context("can't make a profile")?;
        Ok(Self { folder, options })
    }

    /// Gives the folder, in which Chromium keeps what it likes.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Names the files of all of its IndexedDB databases.
    ///
    /// # Errors
    /// If their folders can't be read.
    pub fn indexed_db_files(&self) -> Result<Vec<PathBuf>> {
        let mut files = Vec::new();
        for database in std::fs::read_dir(self.folder().join("Default/IndexedDB"))? {
            for file in std::fs::read_dir(database?.path())? {
                files.push(file?.path());
            }
        }
        Ok(files)
    }

    /// Starts a browser with what is kept here.
    ///
    /// # Errors
    /// If the browser or its driver are missing or don't start.
    pub fn reopen(self) -> Result<Browser> {
        let chromium = Chromium::start(self.folder(), &self.options.arguments)?;
        let driver = Driver::start(chromium.devtools_port())?;
        Ok(Browser {
            driver: Rc::new(driver),
            chromium,
            profile: self,
        })
    }
}

/// A headless Chromium of its own, which ends when it is dropped.
///
/// It is started by the test, not by the driver, so that the test can kill it.
pub struct Browser {
    // Dropped in this order: the profile goes when nobody writes to it any more.
    driver: Rc<Driver>,
    chromium: Chromium,
    profile: Profile,
}

impl Browser {
    /// Starts one on an empty profile.
    ///
    /// # Errors
    /// If the browser or its driver are missing or don't start.
    pub fn start() -> Result<Self> {
        Self::start_with(Options::default())
    }

    /// Starts one on an empty profile.
    ///
    /// # Errors
    /// If the browser or its driver are missing or don't start.
    pub fn start_with(options: Options) -> Result<Self> {
        Profile::new(options)?.reopen()
    }

    /// Gives the tab that is open from the start.
    ///
    /// # Errors
    /// If the browser is gone.
    pub fn tab(&self) -> Result<Tab> {
        let handle = self.driver.get("/window")?;
        Ok(Tab::new(self.driver.clone(), handle))
    }

    /// Opens another tab, in the same profile and beside the first.
    ///
    /// # Errors
    /// If the browser is gone.
    pub fn new_tab(&self) -> Result<Tab> {
        let opened = self.driver.post("/window/new", &json!({"type": "tab"}))?;
        Ok(Tab::new(self.driver.clone(), opened["handle"].clone()))
    }

    /// Finds the process in which a tab runs, to be stopped or killed. Who starts workers in other tabs meanwhile
    /// is taken for it.
    ///
    /// # Errors
    /// If the tab shows nothing that may start a worker.
    pub fn renderer(&self, tab: &Tab) -> Result<Renderer> {
        Renderer::of(tab, self.chromium.id())
    }

    /// Kills all of the browser's processes at once, as a power cut would, and waits until they are gone.
    ///
    /// # Errors
    /// If one of them does not go.
    pub fn kill(self) -> Result<Profile> {
        self.chromium.kill()?;
        Ok(self.profile)
    }

    /// Gives the profile that it runs with.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Quits the browser, which may write what it still has to.
    ///
    /// # Errors
    /// If it does not go.
    pub fn quit(self) -> Result<Profile> {
        // The answer may get lost as the browser goes.
        let _ = self.driver.devtools("Browser.close", &json!({}));
        self.chromium.wait()?;
        Ok(self.profile)
    }
}

/// Finds a program by a variable, else by its names on the search path.
fn find_program(variable: &str, names: &[&str]) -> Result<PathBuf> {
    if let Some(path) = env::var_os(variable) {
        return Ok(PathBuf::from(path));
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    let candidates = names
        .iter()
        .flat_map(|name| folders.iter().map(move |it| it.join(name)));
    candidates
        .into_iter()
        .find(|it| it.is_file())
        .with_context(|| format!("{} is not there; `cargo xtask test` installs it", names[0]))
}
