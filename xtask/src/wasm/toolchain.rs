//! A compiler with the wasm32 target.
//!
//! The common way is rustup's target. Where rustup can't fetch it, Debian's compiler is used with a
//! standard library that is built once from Debian's sources, in a folder of its own: nothing of
//! the system or of rustup is changed.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::{TARGET, debian};
use crate::command::Cmd;
use crate::workspace;

/// How to compile for wasm32.
pub(crate) enum Toolchain {
    /// The toolchain in use has the target.
    Rustup,
    /// Debian's compiler with a standard library of our own.
    Debian {
        /// The folder with `bin/rustc` and the standard libraries.
        sysroot: PathBuf,
    },
}

impl Toolchain {
    /// Finds compilers for Rust and C that know the target, or installs them.
    pub(crate) fn prepare() -> Result<Self> {
        let toolchain = Self::prepare_rust()?;
        if c_compiler().is_none() {
            if !debian::is_debian() {
                bail!("{NO_CLANG}");
            }
            debian::install(debian::C_COMPILER)?;
        }
        Ok(toolchain)
    }

    fn prepare_rust() -> Result<Self> {
        if let Ok(found) = find_rust() {
            return Ok(found);
        }
        if !wants_debian() {
            eprintln!("the toolchain lacks {TARGET}: asking rustup for it");
            let added = Cmd::new("rustup").args(["target", "add", TARGET]).run();
            match added {
                Ok(()) if rustup_has_target() => return Ok(Self::Rustup),
                Ok(()) => eprintln!("rustup has added it to another toolchain"),
                Err(error) => eprintln!("{error:#}"),
            }
        }
        if !debian::is_debian() {
            bail!("there is no compiler for {TARGET}; run by hand: rustup target add {TARGET}");
        }
        Ok(Self::Debian {
            sysroot: debian::prepare()?,
        })
    }

    /// Makes a `cargo <command>` for the target, in a target folder of its own: another compiler
    /// may be at work there than natively.
    pub(crate) fn cargo(&self, command: &str) -> Cmd {
        match self {
            Self::Rustup => Cmd::cargo().arg(command),
            Self::Debian { sysroot } if command == "clippy" => {
                debian::cargo_clippy().envs(debian::vars(sysroot))
            }
            Self::Debian { sysroot } => Cmd::cargo().arg(command).envs(debian::vars(sysroot)),
        }
        .current_dir(&workspace::root())
        .args(["--target", TARGET])
        .env("CARGO_TARGET_DIR", workspace::target_dir().join("wasm"))
        .envs(c_compiler().unwrap_or_default())
    }

    pub(super) fn describe(&self) -> String {
        match self {
            Self::Rustup => "of the toolchain in use".to_owned(),
            Self::Debian { sysroot } => format!("of Debian's compiler, {}", sysroot.display()),
        }
    }
}

/// Finds a Rust compiler that knows the target, without installing anything.
pub(super) fn find_rust() -> Result<Toolchain> {
    if !wants_debian() && rustup_has_target() {
        return Ok(Toolchain::Rustup);
    }
    match debian::find() {
        Some(sysroot) => Ok(Toolchain::Debian { sysroot }),
        None => bail!("no compiler has it; get it with: rustup target add {TARGET}"),
    }
}

/// The second way is seldom needed where the first works, and has to be tried all the same.
fn wants_debian() -> bool {
    env::var_os("XTASK_WASM_TOOLCHAIN").is_some_and(|it| it == "debian")
}

fn rustup_has_target() -> bool {
    let shown = Cmd::new("rustc")
        .args(["--print", "target-libdir", "--target", TARGET])
        .capture();
    shown.is_ok_and(|dir| has_core(Path::new(dir.trim())))
}

/// Tells whether a folder has the compiled `core` in it.
pub(super) fn has_core(dir: &Path) -> bool {
    let entries = dir.read_dir().into_iter().flatten().flatten();
    entries
        .map(|it| it.file_name())
        .any(|it| it.to_string_lossy().starts_with("libcore-"))
}

/// Names the C compiler that knows the target and what puts its output into libraries.
pub(super) fn find_c() -> Result<String> {
    let Some(found) = c_compiler() else {
        bail!("{NO_CLANG}");
    };
    let programs: Vec<_> = found
        .iter()
        .map(|(_, it)| it.display().to_string())
        .collect();
    Ok(programs.join(", "))
}

const NO_CLANG: &str = "SQLite needs a clang of version 18 or later and its llvm-ar; on Debian run: \
    apt-get install --no-install-recommends clang-22 llvm-22";

/// C code, SQLite's, needs a clang that knows the target. Tells cargo of the newest.
fn c_compiler() -> Option<Vec<(&'static str, PathBuf)>> {
    let numbered = (18..=25)
        .rev()
        .map(|version| (format!("clang-{version}"), format!("llvm-ar-{version}")));
    let plain = clang_version()
        .filter(|version| *version >= 18)
        .map(|_| ("clang".to_owned(), "llvm-ar".to_owned()));
    numbered.chain(plain).find_map(|(cc, ar)| {
        Some(vec![
            (
                "CC_wasm32_unknown_unknown",
                workspace::find_program(&[&cc])?,
            ),
            (
                "AR_wasm32_unknown_unknown",
                workspace::find_program(&[&ar])?,
            ),
        ])
    })
}

/// The major version of the clang without a version in its name.
fn clang_version() -> Option<u32> {
    let shown = Cmd::new("clang").arg("-dumpversion").capture().ok()?;
    shown.split('.').next()?.trim().parse().ok()
}
