//! The npm package for web pages, and the demo page that uses it.

mod demo;
mod package;
mod size;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};

use crate::command::Cmd;
use crate::wasm::{PageTools, TARGET};
use crate::workspace;

/// The package that is the module.
const PACKAGE: &str = "music-core-web";

#[derive(Args)]
pub(crate) struct Options {
    /// How much the module is optimised
    #[arg(long, value_enum, default_value_t = Profile::Web)]
    profile: Profile,
    /// Serves the demo page until Ctrl-C
    #[arg(long)]
    serve: bool,
    /// The port to serve on
    #[arg(long, default_value_t = 8000, requires = "serve")]
    port: u16,
}

/// How the module is compiled.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Profile {
    /// As it is published
    Web,
    /// As tests have it: built quickly
    Dev,
}

/// Where everything is put.
pub(crate) struct Folders {
    /// What is published.
    pub(crate) package: PathBuf,
    /// What is served.
    pub(crate) demo: PathBuf,
    /// Whether the module went through `wasm-opt`.
    is_optimised: bool,
}

/// Builds both and prints their folders; fails if the published module is larger than it may be.
#[allow(clippy::print_stdout, reason = "the folders are the result")]
pub(crate) fn run(options: &Options) -> Result<()> {
    let folders = build(options.profile)?;
    println!("package {}", folders.package.display());
    println!("demo {}", folders.demo.display());
    if options.profile == Profile::Web {
        let sizes = size::Sizes::measure(&folders.package)?;
        for line in sizes.lines() {
            println!("{line}");
        }
        sizes.check(folders.is_optimised)?;
    }
    if options.serve {
        serve(&folders.demo, options.port)?;
    }
    Ok(())
}

/// Builds the package and the demo.
pub(crate) fn build(profile: Profile) -> Result<Folders> {
    let (name, folder) = match profile {
        Profile::Web => ("web", "release"),
        Profile::Dev => ("dev", "debug"),
    };
    let out = workspace::target_dir().join("web");
    fs::create_dir_all(&out)?;
    // One at a time, and given back at the end of this function.
    let lock = fs::File::create(out.join(".lock"))?;
    lock.lock()
        .context("can't lock the folder of the package")?;
    let out = out.join(folder);
    let mut folders = Folders {
        package: out.join("package"),
        demo: out.join("demo"),
        is_optimised: false,
    };
    let tools = PageTools::prepare()?;
    let wasm = compile(&tools, name)?;
    folders.is_optimised = package::lay_out(&tools, &wasm, &folders.package, profile)?;
    demo::lay_out(&folders)?;
    Ok(folders)
}

/// Compiles the module and gives its file.
fn compile(tools: &PageTools, profile: &str) -> Result<PathBuf> {
    tools
        .toolchain
        .cargo("rustc")
        .args(["-p", PACKAGE, "--lib", "--crate-type", "cdylib"])
        .args(["--profile", profile])
        .run()?;
    let folder = if profile == "dev" { "debug" } else { profile };
    Ok(workspace::target_dir()
        .join("wasm")
        .join(TARGET)
        .join(folder)
        .join(format!("{}.wasm", PACKAGE.replace('-', "_"))))
}

fn serve(folder: &Path, port: u16) -> Result<()> {
    Cmd::cargo()
        .args(["run", "--quiet", "-p", "music-core-page-tests"])
        .args(["--example", "serve", "--"])
        .arg(folder)
        .arg(port.to_string())
        .current_dir(&workspace::root())
        .run()
}

fn sources() -> PathBuf {
    workspace::root().join("bindings/web")
}

/// Empties a folder, or makes it.
fn renew(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder).with_context(|| format!("can't make {}", folder.display()))
}

/// Copies a folder with all below it.
fn copy_all(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    let entries = fs::read_dir(from).with_context(|| format!("can't list {}", from.display()))?;
    for entry in entries {
        let path = entry?.path();
        let copy = to.join(path.file_name().context("an entry has a name")?);
        if path.is_dir() {
            copy_all(&path, &copy)?;
        } else {
            fs::copy(&path, &copy).with_context(|| format!("can't copy {}", path.display()))?;
        }
    }
    Ok(())
}
