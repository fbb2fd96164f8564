//! `WebDav` keeps the contract of `StorageProvider` on servers of every kind.

use bridge_traits::testing::ExpectedTree;
use core_providers::WebDav;

use crate::support::{Dialect, Hrefs, Server, connect};

const FILES: &[(&str, &str)] = &[
    ("Artist/Album/01 One.flac", "one"),
    ("Artist/Album/02 Zwölf & <mehr>.mp3", "zwei\nzwei"),
    ("Artist/Album/cover.jpg", "\u{fffd}picture"),
    ("Artist/Album/01 One.lrc", "[00:01.00]la"),
    ("Artist/Live/x.mp3", "live"),
    ("Artist/100%/日本.opus", "three"),
    ("B/C/D/e.mp3", "deep"),
    ("list.m3u", "Artist/Album/01 One.flac"),
    ("empty.mp3", ""),
];

/// What is on the server and never shows.
const LEFT_OUT: &[&str] = &[".hidden.mp3", "notes.pdf", "Artist/@eaDir/song.mp3"];

async fn fixture(server: Server, files: &[(&str, &str)]) -> ((WebDav, ExpectedTree), ()) {
    for (path, content) in files {
        server.write(path, content);
    }
    let tree = server.tree();
    for path in LEFT_OUT
        .iter()
        .filter(|it| !it.contains('/') || files.len() > 3)
    {
        server.write(path, "x");
    }
    ((connect(&server).await, tree), ())
}

macro_rules! servers {
    ($($name:ident: $dialect:ident, $files:expr, |$state:ident| $change:block)*) => {$(
        mod $name {
            use super::*;

            bridge_traits::storage_provider_conformance!(async || {
                let server = Server::new(Dialect::$dialect);
                {
                    let mut state = server.set();
                    let $state = &mut *state;
                    $change
                }
                fixture(server, $files).await
            });
        }
    )*};
}

/// A folder without folders, as a collection of xandikos is.
const FLAT: &[(&str, &str)] = &[("a.mp3", "one"), ("ü & b.flac", "two"), ("empty.mp3", "")];

mod a_flat_folder_with_a_feed {
    use super::*;

    bridge_traits::storage_provider_conformance!(async || {
        let server = Server::new(Dialect::Flat);
        for (path, content) in FLAT {
            server.write(path, content);
        }
        let provider = connect(&server).await;
        // A folder that comes later is listed beside the feed.
        server.write("Later/Album/c.mp3", "three");
        let tree = server.tree();
        server.write(".hidden.mp3", "x");
        ((provider, tree), ())
    });
}

servers! {
    a_plain_server: Plain, FILES, |_state| {}
    nextcloud: Nextcloud, FILES, |_state| {}
    a_server_with_a_feed: Sync, FILES, |_state| {}
    a_server_that_cuts_its_reports_short: Sync, FILES, |state| { state.report_rows = 2; }
    whole_urls_weak_etags_and_no_prefix: Plain, FILES, |state| {
        state.hrefs = Hrefs::Absolute;
        state.etags = ("W/&quot;", "&quot;");
        state.prefix = "";
    }
    relative_names_no_slashes_and_no_ranges: Plain, FILES, |state| {
        state.hrefs = Hrefs::Relative;
        state.slashes = false;
        state.ranges = false;
        state.etags = ("", "");
    }
    a_proxy_that_rewrites_paths_and_no_types: Nextcloud, FILES, |state| {
        state.hrefs = Hrefs::Inner;
        state.types = false;
        state.if_match = false;
    }
    unescaped_names_and_no_etags: Plain, FILES, |state| {
        state.hrefs = Hrefs::Bare;
        state.has_etags = false;
        state.prefix = "x:";
    }
}
