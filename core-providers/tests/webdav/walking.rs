//! Listing all folders, where a server can do no better.

use bridge_traits::ErrorKind;
use bridge_traits::provider::{ChangesFrom, ItemKind, Next, StorageProvider};
use core_providers::WebDavOptions;

use crate::support::{
    Dialect, Fault, Library, Server, connect, connect_with, kind, options, read, read_all, since,
};

const FILES: &[&str] = &[
    "A/1/a.mp3",
    "A/2/b.mp3",
    "A/2/deep/c.mp3",
    "A-/d.mp3",
    "B/e.mp3",
    "f.mp3",
];

#[core_async::test(start_paused = true)]
async fn folders_come_depth_first_however_many_are_asked_for_at_once() {
    let server = Server::with(Dialect::Plain, FILES);
    let expected = ["", "A", "A/1", "A/2", "A/2/deep", "A-", "B"];
    for look_ahead in [1, 2, 6, 64] {
        let provider = connect_with(
            &server,
            WebDavOptions {
                look_ahead,
                ..options()
            },
        )
        .await;
        let requests = server.counter();
        assert_eq!(read_all(&provider).await.listed(), expected);
        assert_eq!(requests("PROPFIND"), expected.len(), "one request a folder");
    }
}

#[core_async::test(start_paused = true)]
async fn only_the_properties_that_are_needed_are_asked_for() {
    let server = Server::with(Dialect::Plain, FILES);
    let provider = connect(&server).await;
    read_all(&provider).await;
    for request in server.requests() {
        let body = String::from_utf8_lossy(&request.body).into_owned();
        assert!(
            !body.contains("allprop") && body.contains("getetag"),
            "{body}"
        );
        assert!(!request.follow_redirects, "redirects are our own business");
    }
}

#[core_async::test(start_paused = true)]
async fn names_of_any_bytes_are_kept_apart_and_can_be_read() {
    let server = Server::new(Dialect::Plain);
    for (path, content) in [
        ("caf%E9.mp3", "latin"),
        ("caf%C3%A9.mp3", "composed"),
        ("cafe%CC%81.mp3", "decomposed"),
        ("AC%2FDC/x.mp3", "slash"),
        ("100%25.mp3", "percent"),
        ("%2525.mp3", "escaped percent"),
        ("%F0%9F%8E%B5%20%26%20%3C%3E%22%27%3F%23.mp3", "signs"),
    ] {
        server.write_escaped(path, content);
    }
    let provider = connect(&server).await;
    let library = Library::of(&read_all(&provider).await);
    let mut expected = [
        "%2525.mp3",
        "100%25.mp3",
        "AC%2FDC",
        "AC%2FDC/x.mp3",
        "cafe\u{301}.mp3",
        "caf%E9.mp3",
        "caf\u{e9}.mp3",
        "\u{1f3b5} & <>\"'?#.mp3",
    ];
    expected.sort_unstable();
    assert_eq!(library.keys(), expected);
    for item in library
        .items
        .values()
        .filter(|it| it.kind == ItemKind::Audio)
    {
        let bytes = provider.read(&item.key, Some(&item.version), 0..100).await;
        assert_eq!(
            bytes.expect("it can be read").len() as u64,
            item.size,
            "{item:?}"
        );
        assert_eq!(&provider.stat(&item.key).await.expect("it is there"), item);
    }
}

#[core_async::test(start_paused = true)]
async fn every_page_token_leads_to_the_rest() {
    let server = Server::with(Dialect::Plain, FILES);
    let provider = connect(&server).await;
    let whole = read_all(&provider).await;
    let tokens = whole.tokens();
    assert!(tokens.len() > 3, "{}", tokens.len());
    for (at, token) in tokens.into_iter().enumerate() {
        let rest = read(&provider, ChangesFrom::Page(token))
            .await
            .expect("the rest");
        let mut library = Library::default();
        library.apply(&whole.pages[..=at]);
        let again = rest.listed();
        assert!(
            whole.listed()[..=at].iter().all(|it| !again.contains(it)),
            "page {at} is listed again: {again:?}"
        );
        library.apply(&rest.pages);
        assert_eq!(library, Library::of(&whole), "after page {at}");
    }
}

#[core_async::test(start_paused = true)]
async fn a_walk_that_goes_on_tells_of_the_folders_that_came_meanwhile() {
    for dialect in [Dialect::Plain, Dialect::Nextcloud] {
        let server = Server::with(dialect, FILES);
        let provider = connect(&server).await;
        let whole = read_all(&provider).await;
        for (at, token) in whole.tokens().into_iter().enumerate() {
            let mut library = Library::default();
            library.apply(&whole.pages[..=at]);
            server.write(&format!("zz {at}/deep/x.mp3"), "x");
            let rest = read(&provider, ChangesFrom::Page(token))
                .await
                .expect("the rest");
            library.apply(&rest.pages);
            // A folder that nobody knows could never be found gone.
            for folder in [format!("zz {at}"), format!("zz {at}/deep")] {
                assert!(
                    library.items.contains_key(&folder),
                    "after page {at}: no {folder}"
                );
            }
        }
    }
}

#[core_async::test(start_paused = true)]
async fn a_walk_goes_on_past_a_folder_that_can_not_be_listed() {
    let server = Server::with(Dialect::Plain, FILES);
    let provider = connect(&server).await;
    let whole = read_all(&provider).await;
    for (at, token) in whole.tokens().into_iter().enumerate() {
        let folder = whole.listed()[at];
        if folder.is_empty() {
            continue;
        }
        server.fail(&format!("PROPFIND {folder}"), [Fault::Status(403, vec![])]);
        let rest = read(&provider, ChangesFrom::Page(token)).await;
        let rest = rest.unwrap_or_else(|error| panic!("after {folder}: {error}"));
        assert_eq!(rest.unreadable()[0], folder);
        let mut library = Library::default();
        library.apply(&whole.pages[..=at]);
        library.apply(&rest.pages);
        // What is below it may not have been seen yet.
        let below = format!("{folder}/");
        for key in Library::of(&whole).keys() {
            assert!(
                key.starts_with(&below) || library.items.contains_key(key),
                "after {folder}: no {key}"
            );
        }
    }
}

#[core_async::test(start_paused = true)]
async fn a_walk_does_not_go_on_in_a_root_that_was_emptied() {
    let server = Server::with(Dialect::Plain, FILES);
    let provider = connect(&server).await;
    let seen = read_all(&provider).await;
    let again = since(&provider, &seen.checkpoint).await;
    let token = again.tokens()[0].clone();
    for path in ["A", "A-", "B", "f.mp3"] {
        server.delete(path);
    }
    let rest = read(&provider, ChangesFrom::Page(token)).await;
    assert_eq!(kind(rest), ErrorKind::RootUnavailable);
}

#[core_async::test(start_paused = true)]
async fn a_walk_goes_on_where_the_folder_it_came_to_is_gone() {
    let server = Server::with(Dialect::Plain, FILES);
    let provider = connect(&server).await;
    let whole = read_all(&provider).await;
    // After A/2/deep, say.
    let at = whole
        .listed()
        .iter()
        .position(|it| *it == "A/2/deep")
        .expect("listed");
    let token = whole.tokens()[at].clone();
    server.delete("A/2");
    let rest = read(&provider, ChangesFrom::Page(token))
        .await
        .expect("the rest");
    assert_eq!(rest.listed(), ["A", "A-", "B"], "A has no 2 any more");
}

#[core_async::test(start_paused = true)]
async fn tokens_of_other_rules_accounts_and_kinds_are_void() {
    let server = Server::with(Dialect::Plain, FILES);
    let provider = connect(&server).await;
    let seen = read_all(&provider).await;
    let hidden = connect_with(
        &server,
        WebDavOptions {
            include_hidden: true,
            ..options()
        },
    )
    .await;
    let token = seen.tokens()[0].clone();
    let from = ChangesFrom::Page(token.clone());
    assert_eq!(kind(read(&hidden, from).await), ErrorKind::cursor_invalid());
    let from = ChangesFrom::Checkpoint(seen.checkpoint.clone());
    assert_eq!(kind(read(&hidden, from).await), ErrorKind::cursor_invalid());
    // One is not the other.
    let mut crossed = seen.checkpoint.clone();
    crossed.0 = token.0;
    let from = ChangesFrom::Checkpoint(crossed);
    assert_eq!(
        kind(read(&provider, from).await),
        ErrorKind::cursor_invalid()
    );
}

#[core_async::test(start_paused = true)]
async fn an_unchanged_tree_has_the_same_digests_and_a_moved_file_keeps_its_identity() {
    let server = Server::with(Dialect::Plain, FILES);
    let provider = connect(&server).await;
    let before = read_all(&provider).await;
    let after = since(&provider, &before.checkpoint).await;
    assert_eq!(
        before
            .pages
            .iter()
            .map(|it| &it.changes)
            .collect::<Vec<_>>(),
        after.pages.iter().map(|it| &it.changes).collect::<Vec<_>>()
    );
    server.rename("A/2", "Z");
    let mut library = Library::of(&before);
    let old = library.items["A/2/deep/c.mp3"].clone();
    library.apply(&since(&provider, &after.checkpoint).await.pages);
    let new = &library.items["Z/deep/c.mp3"];
    assert!(old.file_id.is_some());
    assert_eq!((old.file_id, &old.version), (new.file_id, &new.version));
    assert_ne!(new.file_id, library.items["Z/b.mp3"].file_id);
}

#[core_async::test(start_paused = true)]
async fn without_etags_no_file_is_taken_for_one_that_is_like_it() {
    let server = Server::with(Dialect::Plain, FILES);
    server.set().has_etags = false;
    let provider = connect(&server).await;
    let library = Library::of(&read_all(&provider).await);
    assert!(library.items.values().all(|it| it.file_id.is_none()));
}

#[core_async::test(start_paused = true)]
async fn a_root_that_is_suddenly_empty_or_gone_is_no_deletion() {
    for dialect in [Dialect::Plain, Dialect::Nextcloud] {
        let server = Server::with(dialect, &["A/a.mp3"]);
        let provider = connect(&server).await;
        let seen = read_all(&provider).await;
        server.delete("A");
        let from = ChangesFrom::Checkpoint(seen.checkpoint.clone());
        assert_eq!(
            kind(read(&provider, from).await),
            ErrorKind::RootUnavailable
        );
        server.delete("");
        let from = ChangesFrom::Checkpoint(seen.checkpoint);
        assert_eq!(
            kind(read(&provider, from).await),
            ErrorKind::RootUnavailable
        );
        let key = bridge_traits::provider::ItemKey("A/a.mp3".into());
        assert_eq!(kind(provider.stat(&key).await), ErrorKind::RootUnavailable);
    }
}

#[core_async::test(start_paused = true)]
async fn an_empty_folder_is_fine_where_it_always_was() {
    let server = Server::with(Dialect::Plain, &[]);
    let provider = connect(&server).await;
    let seen = read_all(&provider).await;
    assert!(Library::of(&seen).items.is_empty());
    since(&provider, &seen.checkpoint).await;
}

#[core_async::test(start_paused = true)]
async fn a_folder_with_nomedia_shows_nothing_of_itself() {
    let server = Server::with(
        Dialect::Plain,
        &["A/a.mp3", "A/B/b.mp3", "A/.nomedia", "c.mp3"],
    );
    let provider = connect(&server).await;
    let seen = read_all(&provider).await;
    assert_eq!(Library::of(&seen).keys(), ["A", "c.mp3"]);
    server.delete("A/.nomedia");
    let mut library = Library::of(&seen);
    library.apply(&since(&provider, &seen.checkpoint).await.pages);
    assert_eq!(
        library.keys(),
        ["A", "A/B", "A/B/b.mp3", "A/a.mp3", "c.mp3"]
    );
}

#[core_async::test(start_paused = true)]
async fn one_bad_folder_is_passed_over_and_nothing_in_it_is_gone() {
    for fault in [
        Fault::Status(403, vec![]),
        Fault::Status(404, vec![]),
        Fault::Status(500, vec![]),
        Fault::Status(423, vec![]),
        // The server has no room; ours is another matter.
        Fault::Status(507, vec![]),
        Fault::Status(302, vec![("Location", "http://cdn.test/elsewhere")]),
        Fault::Status(302, vec![("Location", "/dav/My%20Music/A/2/deep/")]),
        Fault::Body("text/html", "<html>Sorry</html>"),
        Fault::Body("application/xml", "<a/>"),
        Fault::Rows(0),
        Fault::Other("B"),
    ] {
        let server = Server::with(Dialect::Plain, FILES);
        let provider = connect(&server).await;
        let seen = read_all(&provider).await;
        let mut library = Library::of(&seen);
        let complete = library.clone();
        server.fail("PROPFIND A/2/deep", vec![fault.clone(); 30]);
        let again = since(&provider, &seen.checkpoint).await;
        assert_eq!(again.unreadable(), ["A/2/deep"], "{fault:?}");
        library.apply(&again.pages);
        assert_eq!(library, complete, "{fault:?}");
    }
}

#[core_async::test(start_paused = true)]
async fn somebody_who_answers_in_place_of_the_server_is_told_from_a_damaged_answer() {
    const SIGN_IN: &str = "<!DOCTYPE html><html><body>Welcome to our network</body></html>";
    for (fault, expected) in [
        (Fault::Body("text/html", SIGN_IN), ErrorKind::Unsupported),
        (Fault::Body("text/html", "<br>"), ErrorKind::Unsupported),
        (
            Fault::Body("application/json", "{}"),
            ErrorKind::Unsupported,
        ),
        (Fault::Body("text/plain", ""), ErrorKind::Unsupported),
        (
            Fault::Body("text/xml", "<multistatus></response>"),
            ErrorKind::Corrupt,
        ),
        (Fault::Status(507, vec![]), ErrorKind::HttpStatus(507)),
    ] {
        for dialect in [Dialect::Plain, Dialect::Nextcloud, Dialect::Sync] {
            let server = Server::with(dialect, FILES);
            let provider = connect(&server).await;
            let seen = read_all(&provider).await;
            for method in ["PROPFIND", "REPORT"] {
                server.fail(method, vec![fault.clone(); 30]);
            }
            let from = ChangesFrom::Checkpoint(seen.checkpoint.clone());
            let told = kind(read(&provider, from).await);
            assert_eq!(told, expected, "{dialect:?}: {fault:?}");
        }
    }
}

#[core_async::test(start_paused = true)]
async fn folders_end_somewhere() {
    let server = Server::with(Dialect::Plain, &[&format!("{}x.mp3", "d/".repeat(80))]);
    let provider = connect(&server).await;
    let seen = read_all(&provider).await;
    assert_eq!(seen.unreadable().len(), 1);
    assert!(matches!(
        seen.pages.last().map(|it| &it.next),
        Some(Next::Done(_))
    ));
    let deepest = seen.listed().len();
    let token = seen.tokens().pop().expect("a token");
    let rest = read(&provider, ChangesFrom::Page(token)).await;
    let depth = |folder: &&str| folder.split('/').count();
    let rest = rest.expect("the rest");
    assert!(rest.listed().iter().map(depth).max() < Some(deepest));
}

#[core_async::test(start_paused = true)]
async fn a_folder_that_contains_itself_is_passed_over() {
    for dialect in [Dialect::Plain, Dialect::Nextcloud] {
        let server = Server::with(dialect, FILES);
        server.link("A/2/loop", "A/2");
        server.link("B/root", "");
        let provider = connect(&server).await;
        let requests = server.counter();
        let seen = read_all(&provider).await;
        assert_eq!(seen.unreadable(), ["A/2/loop", "B/root"]);
        let reasons = seen.pages.iter().flat_map(|it| &it.unreadable);
        assert!(
            reasons.clone().all(|it| it.reason.contains("circle")),
            "{:?}",
            reasons.collect::<Vec<_>>()
        );
        assert!(requests("PROPFIND") < 12, "{}", requests("PROPFIND"));
        assert_eq!(Library::of(&seen).keys(), server.keys());
        // Nor does the rest of a walk go there, wherever it goes on.
        for (at, token) in seen.tokens().into_iter().enumerate() {
            let rest = read(&provider, ChangesFrom::Page(token)).await;
            let rest = rest.expect("the rest");
            let mut library = Library::default();
            library.apply(&seen.pages[..=at]);
            library.apply(&rest.pages);
            assert_eq!(library.keys(), server.keys(), "after page {at}");
        }
        // What was there before is not gone.
        let mut library = Library::of(&seen);
        let other = Server::with(dialect, &["B/root/x.mp3"]);
        let other = read_all(&connect(&other).await).await;
        library.items.extend(Library::of(&other).items);
        server.write("f.mp3", "more");
        library.apply(&since(&provider, &seen.checkpoint).await.pages);
        assert!(library.items.contains_key("B/root/x.mp3"));
    }
}

#[core_async::test(start_paused = true)]
async fn circles_of_folders_without_files_end() {
    let server = Server::with(Dialect::Plain, &["A/a.mp3", "B/b.mp3", "C/D/c.mp3"]);
    server.link("up", "");
    server.link("C/up", "");
    let provider = connect(&server).await;
    let requests = server.counter();
    let seen = read_all(&provider).await;
    assert!(requests("PROPFIND") < 200, "{}", requests("PROPFIND"));
    assert!(!seen.unreadable().is_empty());
    let library = Library::of(&seen);
    for key in server.keys() {
        assert!(library.items.contains_key(&key), "no {key}");
    }
    // Where folders have dates they are known the first time.
    server.set().dates_folders = true;
    let seen = read_all(&provider).await;
    assert_eq!(seen.unreadable(), ["C/up", "up"]);
    assert_eq!(Library::of(&seen).keys(), server.keys());
}

#[core_async::test(start_paused = true)]
async fn folders_of_equal_names_in_each_other_are_no_circle() {
    let server = Server::new(Dialect::Plain);
    for path in ["0/0", "0/1", "1/0", "1/1"] {
        for shard in ["0", "1"] {
            server.write(&format!("{path}/{shard}/{}.mp3", path.len()), path);
        }
    }
    let provider = connect(&server).await;
    for dates_folders in [false, true] {
        server.set().dates_folders = dates_folders;
        let seen = read_all(&provider).await;
        assert!(seen.unreadable().is_empty(), "{:?}", seen.unreadable());
        assert_eq!(Library::of(&seen).keys(), server.keys());
    }
}

#[core_async::test(start_paused = true)]
async fn a_root_that_goes_during_a_walk_is_no_deletion() {
    use futures::StreamExt;

    let server = Server::with(Dialect::Plain, FILES);
    let provider = connect(&server).await;
    let mut stream = provider
        .get_changes(bridge_traits::provider::ChangesFrom::Beginning)
        .await
        .expect("a stream");
    stream.next().await.expect("a page").expect("the root's");
    server.delete("");
    let rest = stream.next().await.expect("an end");
    assert_eq!(kind(rest), ErrorKind::RootUnavailable);
}
