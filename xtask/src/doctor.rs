//! Tells what is there.

use anyhow::Result;

use crate::command::Cmd;
use crate::{bench, wasm, web_servers};

pub(crate) fn run() -> Result<()> {
    let version = |program: &str| {
        let shown = Cmd::new(program).arg("--version").capture();
        shown.map(|it| it.lines().next().unwrap_or_default().to_owned())
    };
    let mut rows = vec![
        ("cargo", version("cargo")),
        ("rustc", version("rustc")),
        ("clippy", version("clippy-driver")),
        ("rustfmt", version("rustfmt")),
    ];
    rows.extend(wasm::report());
    rows.extend(bench::report());
    let servers = web_servers::find().map(|it| it.display().to_string());
    rows.push(("WebDAV servers", servers));
    for (name, state) in rows {
        match state {
            Ok(found) => eprintln!("{name:<26} {found}"),
            Err(error) => eprintln!("{name:<26} missing: {error:#}"),
        }
    }
    Ok(())
}
