//! What a browser reads of a file is what a native program reads, to the byte.

#![allow(missing_docs, reason = "a test")]

#[path = "../../../core-metadata/examples/extract/describe.rs"]
mod describe;

use std::convert::Infallible;
use std::fs;
use std::io::Cursor;
use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use core_metadata::{ExtractOptions, extract};
use music_core_page_tests::{Browser, Page, Server, http, respond};
use serde_json::json;

/// So much a file may make the page's memory grow, besides its own bytes.
const GROWTH: u64 = 64 << 20;

/// The folders with files: the sample library, and the corpus where it is at hand.
fn folders() -> Vec<PathBuf> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let corpus = std::env::var_os("MUSIC_CORE_CORPUS")
        .map_or_else(|| workspace.join("../shared/corpus"), PathBuf::from);
    let corpus = corpus.join("files");
    let samples = workspace.join("core-service/examples/sample-library");
    let has_corpus = corpus.is_dir();
    if !has_corpus {
        eprintln!("no corpus, so the sample library alone; name its folder in MUSIC_CORE_CORPUS");
    }
    [Some(samples), has_corpus.then_some(corpus)]
        .into_iter()
        .flatten()
        .collect()
}

fn collect(folder: &Path, below: &Path, files: &mut Vec<String>) -> Result<()> {
    for entry in fs::read_dir(folder.join(below))? {
        let entry = entry?;
        let path = below.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            collect(folder, &path, files)?;
        } else {
            files.push(path.to_str().context("a name of text")?.to_owned());
        }
    }
    Ok(())
}

/// Gives what a native program says of a file, read whole and in ranges.
fn natively(path: &str, bytes: &[u8]) -> [String; 2] {
    let size = bytes.len() as u64;
    let whole = extract(&mut Cursor::new(bytes), &ExtractOptions::new(path, size));
    let read = |range: Range<u64>| {
        let end = range.end.min(size);
        Ok::<_, Infallible>(bytes[range.start.min(end) as usize..end as usize].to_vec())
    };
    let Ok((ranged, cost)) = describe::ranged(path, size, true, read);
    [
        describe::line(path, &whole, None).to_string(),
        describe::line(path, &ranged, Some(cost)).to_string(),
    ]
}

#[test]
fn a_page_reads_what_a_native_program_reads() -> Result<()> {
    let page = Page::example("music-core-web", "extract_page").build()?;
    let browser = Browser::start()?;
    for folder in folders() {
        let mut paths = Vec::new();
        collect(&folder, Path::new(""), &mut paths)?;
        paths.sort();
        assert!(!paths.is_empty(), "{}", folder.display());
        let (root, served) = (folder.clone(), paths.clone());
        let server = Server::of(&page).route("/file", move |request| {
            let number = request
                .url()
                .rsplit('?')
                .next()
                .and_then(|it| it.parse().ok());
            let path: &String = &served[number.unwrap_or(usize::MAX)];
            let bytes = fs::read(root.join(path)).expect("a file that is listed");
            respond(request, http::Response::from_data(bytes));
        });
        let server = server.start()?;
        let tab = browser.tab()?;
        tab.open(&server.url("/"))?;
        tab.run(
            "window.it = await import('/extract_page.js');
             window.memory = (await it.default()).memory;
             window.read = async (number, path) => {
               const answer = await fetch(`/file?${number}`);
               if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
               const bytes = new Uint8Array(await answer.arrayBuffer());
               const before = memory.buffer.byteLength;
               const lines = [it.whole(path, bytes), it.ranged(path, bytes)];
               return [...lines, memory.buffer.byteLength - before];
             };",
        )?;
        for (number, path) in paths.iter().enumerate() {
            let bytes = fs::read(folder.join(path))?;
            let read = tab.run_with(
                "return await read(args[0], args[1])",
                &[json!(number), json!(path)],
            )?;
            let lines = natively(path, &bytes);
            assert_eq!(read[0], lines[0], "{path}");
            assert_eq!(read[1], lines[1], "{path}, in ranges");
            // Both copies of the bytes are in there, too.
            let growth = read[2].as_u64().context("a number")?;
            assert!(
                growth <= GROWTH + 2 * bytes.len() as u64,
                "{path}: {growth}"
            );
        }
    }
    Ok(())
}
