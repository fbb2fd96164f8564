//! How large a module is that does little: what a page loads before it does anything.

use std::fs;

use anyhow::{Context, Result};

use super::PACKAGE;
use crate::bench::row::{Cost, Row};
use crate::command::Cmd;
use crate::wasm::{PageTools, TARGET};
use crate::workspace;

/// Modules by their example's name, ours first.
const MODULES: &[(&str, &str)] = &[
    ("size_ours", "ours"),
    ("size_tokio_sync", "tokio::sync on spawn_local"),
    ("size_tokio_with_wasm", "tokio_with_wasm"),
    ("size_nothing", "nothing at all"),
];

pub(super) fn measure() -> Result<Vec<Row>> {
    let tools = PageTools::prepare()?;
    let examples = MODULES.iter().flat_map(|(it, _)| ["--example", it]);
    tools
        .toolchain
        .cargo("build")
        .args(["-p", PACKAGE, "--profile", "web", "--quiet"])
        .args(examples)
        .run()?;
    let folder = workspace::target_dir()
        .join("wasm")
        .join(TARGET)
        .join("web/examples");
    let out = workspace::target_dir().join("bench/sizes");
    let mut sizes = Vec::new();
    for (module, _) in MODULES {
        Cmd::new(&tools.bindgen)
            .args(["--target", "web", "--no-typescript"])
            .args(["--remove-name-section", "--remove-producers-section"])
            .arg("--out-dir")
            .arg(&out)
            .arg(folder.join(module).with_extension("wasm"))
            .capture()?;
        let file = out.join(format!("{module}_bg.wasm"));
        let size = fs::metadata(&file).with_context(|| format!("can't read {}", file.display()))?;
        sizes.push(Cost::exact(size.len() as f64));
    }
    let peers = MODULES.iter().zip(&sizes).skip(1);
    let row = |((_, peer), size): (&(_, &str), &Cost)| Row {
        bench: "module_size".to_owned(),
        unit: "bytes",
        ours: sizes[0],
        peer_name: (*peer).to_owned(),
        peer: Ok(*size),
    };
    Ok(peers.map(row).collect())
}
