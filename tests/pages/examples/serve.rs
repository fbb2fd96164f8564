//! Serves a folder on loopback: `serve <folder> [port] [--isolated]`. `cargo xtask page --serve` runs it.

use std::env;
use std::path::PathBuf;

use anyhow::{Context, Result};
use music_core_page_tests::Server;

fn main() -> Result<()> {
    let (flags, words): (Vec<String>, Vec<String>) =
        env::args().skip(1).partition(|it| it.starts_with("--"));
    let folder = words.first().context("which folder?")?;
    let port = words.get(1).map_or(Ok(8000), |it| it.parse())?;
    let mut server = Server::of(&PathBuf::from(folder)).port(port);
    if flags.iter().any(|it| it == "--isolated") {
        server = server.isolated();
    }
    let server = server.start()?;
    eprintln!("open {} in a browser; Ctrl-C ends", server.url("/"));
    server.wait();
    Ok(())
}
