//! Debian's packages: a compiler with its sources, and a browser.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::TARGET;
use super::toolchain::has_core;
use crate::command::Cmd;
use crate::workspace;

/// The compiler that Debian keeps current for its browsers, and all that it takes to build the
/// standard library with it.
const COMPILER: &[&str] = &[
    "rustc-web",
    "cargo-web",
    "rust-web-src",
    "rust-web-llvm",
    "rust-web-clippy",
    "lld-22",
];

/// What compiles SQLite for wasm32; Debian's own clang is too old for it.
pub(super) const C_COMPILER: &[&str] = &["clang-22", "llvm-22"];

const HOST: &str = "x86_64-unknown-linux-gnu";

pub(super) fn is_debian() -> bool {
    Path::new("/etc/debian_version").exists() && workspace::find_program(&["apt-get"]).is_some()
}

/// Installs packages.
pub(crate) fn install(packages: &[&str]) -> Result<()> {
    if !is_debian() {
        bail!(
            "this is not Debian; get these packages by hand: {}",
            packages.join(" ")
        );
    }
    eprintln!("installing Debian packages: {}", packages.join(" "));
    let apt = |words: &[&str]| {
        // `id -u` says 0 for root, who needs no sudo.
        let is_root = Cmd::new("id")
            .arg("-u")
            .capture()
            .is_ok_and(|it| it.trim() == "0");
        let cmd = if is_root {
            Cmd::new("apt-get")
        } else {
            Cmd::new("sudo").args(["-n", "apt-get"])
        };
        cmd.env("DEBIAN_FRONTEND", "noninteractive")
            .args(words)
            .run()
    };
    apt(&["update", "-qq"])?;
    apt(&[
        &["install", "-y", "-qq", "--no-install-recommends"],
        packages,
    ]
    .concat())
}

/// Finds the finished sysroot of the compiler that is installed now.
pub(super) fn find() -> Option<PathBuf> {
    let sysroot = folder().join("sysroot");
    let built_by = fs::read_to_string(folder().join("built-by")).ok()?;
    let is_current = compiler_version().is_ok_and(|it| it == built_by);
    (is_current && has_core(&target_lib(&sysroot))).then_some(sysroot)
}

/// Makes the sysroot, installing the compiler where it is missing.
pub(super) fn prepare() -> Result<PathBuf> {
    if let Some(sysroot) = find() {
        return Ok(sysroot);
    }
    let has_sources = Path::new("/usr/lib/rustlib/src/rust/library/std/Cargo.toml").exists();
    if compiler_version().is_err() || !has_sources {
        install(COMPILER)?;
    }
    let version = compiler_version()?;
    eprintln!("building the standard library for {TARGET}, once, which takes about a minute");
    let libraries = build_std()?;
    let sysroot = folder().join("sysroot");
    lay_out(&sysroot, &libraries)?;
    fs::write(folder().join("built-by"), version)?;
    find().with_context(|| format!("the standard library is not in {}", sysroot.display()))
}

/// What makes cargo use the sysroot.
pub(super) fn vars(sysroot: &Path) -> Vec<(&'static str, PathBuf)> {
    vec![
        ("RUSTC", sysroot.join("bin/rustc")),
        ("RUSTDOC", sysroot.join("bin/rustdoc")),
        // For clippy, which is a compiler of its own.
        ("SYSROOT", sysroot.to_owned()),
    ]
}

/// Makes a `cargo clippy` with Debian's clippy.
pub(super) fn cargo_clippy() -> Cmd {
    let cargo = Cmd::new("rustup").args(["which", "cargo"]).capture();
    let cargo = cargo.map_or_else(|_| "cargo".to_owned(), |it| it.trim().to_owned());
    Cmd::new("/usr/bin/cargo-clippy")
        .arg("clippy")
        .env("CARGO", cargo)
}

fn folder() -> PathBuf {
    workspace::target_dir().join("wasm-toolchain")
}

fn target_lib(sysroot: &Path) -> PathBuf {
    sysroot.join("lib/rustlib").join(TARGET).join("lib")
}

fn compiler_version() -> Result<String> {
    Cmd::new("/usr/bin/rustc").arg("-vV").capture()
}

/// Builds the standard library, and lists what came out.
fn build_std() -> Result<Vec<PathBuf>> {
    let build = folder().join("build");
    fs::create_dir_all(build.join("src"))?;
    fs::write(
        build.join("Cargo.toml"),
        "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n",
    )?;
    fs::write(build.join("src/lib.rs"), "")?;
    let target = build.join("target");
    // Without `test` the test harness would not compile.
    Cmd::new("/usr/bin/cargo")
        .args(["build", "--release", "--quiet", "--target", TARGET])
        .arg("-Zbuild-std=std,panic_abort,panic_unwind,proc_macro,test")
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTC", "/usr/bin/rustc")
        .env("CARGO_TARGET_DIR", &target)
        .current_dir(&build)
        .run()?;
    let folder = target.join(TARGET).join("release/deps");
    let mut libraries = Vec::new();
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.ends_with(".rlib") && !name.starts_with("libempty") {
            libraries.push(path);
        }
    }
    if libraries.is_empty() {
        bail!("no library came out in {}", folder.display());
    }
    Ok(libraries)
}

/// Lays out a sysroot: our libraries for the target, the system's for the host, and compilers that
/// know it.
fn lay_out(sysroot: &Path, libraries: &[PathBuf]) -> Result<()> {
    if sysroot.exists() {
        fs::remove_dir_all(sysroot)?;
    }
    let lib = target_lib(sysroot);
    fs::create_dir_all(&lib)?;
    for library in libraries {
        fs::copy(library, lib.join(library.file_name().unwrap_or_default()))?;
    }
    link(
        Path::new("/usr/lib/rustlib").join(HOST),
        sysroot.join("lib/rustlib").join(HOST),
    )?;
    fs::create_dir_all(sysroot.join("bin"))?;
    for tool in ["rustc", "rustdoc"] {
        let script = format!(
            "#!/bin/sh\nexec /usr/bin/{tool} --sysroot '{}' \"$@\"\n",
            sysroot.display()
        );
        write_program(&sysroot.join("bin").join(tool), &script)?;
    }
    Ok(())
}

#[cfg(unix)]
fn link(original: PathBuf, link: PathBuf) -> Result<()> {
    std::os::unix::fs::symlink(original, link).context("can't make a link")
}

#[cfg(unix)]
fn write_program(path: &Path, script: &str) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::write(path, script)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))?;
    Ok(())
}

#[cfg(not(unix))]
fn link(_: PathBuf, _: PathBuf) -> Result<()> {
    bail!("this is not Debian")
}

#[cfg(not(unix))]
fn write_program(_: &Path, _: &str) -> Result<()> {
    bail!("this is not Debian")
}
