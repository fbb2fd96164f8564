//! Pages of wasm: an example as a module that a browser imports, with what lies beside it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::command::Cmd;
use crate::wasm::{PageTools, TARGET, portable_packages};
use crate::workspace;

#[derive(Args)]
pub(crate) struct Options {
    /// The package that has the example
    package: String,
    /// The example; its crate type is `cdylib`
    example: String,
    /// Features of the package
    #[arg(long, value_delimiter = ',')]
    features: Vec<String>,
    /// With optimisations
    #[arg(long)]
    release: bool,
    /// With this profile of Cargo's, such as `web`
    #[arg(long, conflicts_with = "release")]
    profile: Option<String>,
    /// Serves the page until Ctrl-C
    #[arg(long)]
    serve: bool,
    /// The port to serve on
    #[arg(long, default_value_t = 8000, requires = "serve")]
    port: u16,
}

impl Options {
    /// Names an example and the profile to build it with.
    pub(crate) fn example(package: &str, example: &str, profile: &str) -> Self {
        Self {
            package: package.to_owned(),
            example: example.to_owned(),
            features: Vec::new(),
            release: false,
            profile: Some(profile.to_owned()),
            serve: false,
            port: 0,
        }
    }

    /// Names Cargo's profile, and the folder of what it builds.
    fn profile(&self) -> (&str, &str) {
        match (&self.profile, self.release) {
            (Some(profile), _) => (profile, profile),
            (None, true) => ("release", "release"),
            (None, false) => ("dev", "debug"),
        }
    }
}

/// Builds the page and prints its folder.
#[allow(clippy::print_stdout, reason = "the folder is the result")]
pub(crate) fn run(options: &Options) -> Result<()> {
    let folder = build(options)?;
    println!("{}", folder.display());
    if options.serve {
        Cmd::cargo()
            .args(["run", "--quiet", "-p", "music-core-page-tests"])
            .args(["--example", "serve", "--"])
            .arg(&folder)
            .arg(options.port.to_string())
            .current_dir(&workspace::root())
            .run()?;
    }
    Ok(())
}

/// Builds the page and gives its folder.
pub(crate) fn build(options: &Options) -> Result<PathBuf> {
    let sources = example_folder(&options.package, &options.example)?;
    let tools = PageTools::prepare()?;
    let pages = workspace::target_dir().join("pages");
    fs::create_dir_all(&pages)?;
    // The compiler's output has the same name whatever the features: one page at a time.
    let lock = fs::File::create(pages.join(".lock"))?;
    lock.lock().context("can't lock the folder of pages")?;
    let (profile, profile_folder) = options.profile();
    let mut cargo = tools.toolchain.cargo("build");
    cargo = match profile {
        // As the tests are compiled.
        "dev" => cargo.args(portable_packages()),
        // What others' tests ask for is no part of it.
        _ => cargo,
    };
    cargo = cargo.args(["-p", &options.package, "--example", &options.example]);
    for feature in &options.features {
        let feature = match feature.contains('/') {
            true => feature.clone(),
            false => format!("{}/{feature}", options.package),
        };
        cargo = cargo.args(["--features", &feature]);
    }
    cargo.args(["--profile", profile]).run()?;

    let wasm = workspace::target_dir()
        .join("wasm")
        .join(TARGET)
        .join(profile_folder)
        .join("examples")
        .join(format!("{}.wasm", options.example));
    let folder = pages.join(folder_name(options));
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    Cmd::new(&tools.bindgen)
        .args(["--target", "web", "--no-typescript", "--out-dir"])
        .arg(&folder)
        .arg(&wasm)
        .run()?;
    if let Some(sources) = sources {
        copy_static_files(&sources, &folder)?;
    }
    let index = folder.join("index.html");
    if !index.exists() {
        let title = &options.example;
        fs::write(
            index,
            format!("<!doctype html>\n<meta charset=\"utf-8\">\n<title>{title}</title>\n"),
        )?;
    }
    Ok(folder)
}

/// Names the page's folder; what differs in a page stands in it.
fn folder_name(options: &Options) -> String {
    let mut name = format!("{}-{}", options.package, options.example);
    for feature in &options.features {
        name.push('+');
        name.push_str(&feature.replace('/', "-"));
    }
    match options.profile() {
        ("dev", _) => {}
        (profile, _) => {
            name.push('-');
            name.push_str(profile);
        }
    }
    name
}

/// Gives the folder of the example's sources, if it has one of its own.
fn example_folder(package: &str, example: &str) -> Result<Option<PathBuf>> {
    let metadata = workspace::metadata()?;
    let packages = metadata.workspace_packages();
    let Some(package) = packages.iter().find(|it| it.name.as_str() == package) else {
        bail!("there is no package {package} in the workspace");
    };
    let targets = package.targets.iter();
    let Some(target) = targets
        .filter(|it| it.is_example())
        .find(|it| it.name == example)
    else {
        bail!("{} has no example {example}", package.name);
    };
    if !target
        .crate_types
        .iter()
        .any(|it| it.to_string() == "cdylib")
    {
        bail!("the example {example} is no page: its Cargo.toml lacks crate-type = [\"cdylib\"]");
    }
    let has_folder = target.src_path.file_name() == Some("main.rs");
    let folder = target.src_path.parent().filter(|_| has_folder);
    Ok(folder.map(|it| it.as_std_path().to_owned()))
}

/// Copies all but Rust's sources.
fn copy_static_files(from: &Path, to: &Path) -> Result<()> {
    let entries = fs::read_dir(from).with_context(|| format!("can't list {}", from.display()))?;
    for entry in entries {
        let path = entry?.path();
        let copy = to.join(path.file_name().context("an entry has a name")?);
        if path.is_dir() {
            fs::create_dir_all(&copy)?;
            copy_static_files(&path, &copy)?;
        } else if path.extension().is_none_or(|it| it != "rs") {
            fs::copy(&path, &copy).with_context(|| format!("can't copy {}", path.display()))?;
        }
    }
    Ok(())
}
