//! Tells what is there.

use anyhow::{Context, Result, anyhow};

use crate::command::Cmd;
use crate::{bench, wasm, web_servers};

/// What Node.js and npm are for, and how to get them.
const NO_NODE: &str = "with Node.js and npm the module for web pages is made about 1 % smaller, and the benchmark of \
    storage has its peers; on Debian run: apt-get install --no-install-recommends nodejs npm";

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
    rows.extend(["node", "npm"].map(|it| (it, version(it).map_err(|_| anyhow!(NO_NODE)))));
    rows.extend(bench::report());
    let servers = web_servers::find()
        .map(|it| it.display().to_string())
        .context("`cargo xtask test` installs them");
    rows.push(("WebDAV servers", servers));
    for (name, state) in rows {
        match state {
            Ok(found) => eprintln!("{name:<26} {found}"),
            Err(error) => eprintln!("{name:<26} missing: {error:#}"),
        }
    }
    Ok(())
}
