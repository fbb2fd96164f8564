//! Servers with a feed of changes (RFC 6578).

use bridge_traits::ErrorKind;
use bridge_traits::provider::{Change, ChangesFrom, ItemKey};

use crate::support::{
    Dialect, Fault, Library, Server, connect, kind, read, read_all, read_stubbornly, since,
};

const FILES: &[&str] = &["A/1/a.mp3", "A/2/b.mp3", "B/c.mp3", "d.mp3"];

#[core_async::test(start_paused = true)]
async fn no_change_costs_one_request() {
    for dialect in [Dialect::Sync, Dialect::Flat] {
        let server = Server::with(dialect, &["a.mp3", "b.mp3"]);
        let provider = connect(&server).await;
        let checkpoint = read_all(&provider).await.checkpoint;
        let requests = server.counter();
        let seen = since(&provider, &checkpoint).await;
        assert_eq!((requests("REPORT"), requests("PROPFIND")), (1, 0));
        assert!(seen.pages.iter().all(|page| page.changes.is_empty()));
    }
}

#[core_async::test(start_paused = true)]
async fn changes_moves_and_deletions_are_told() {
    let server = Server::with(Dialect::Sync, FILES);
    let provider = connect(&server).await;
    let mut seen = read_all(&provider).await;
    let mut library = Library::of(&seen);
    let steps: [&dyn Fn(); 6] = [
        &|| server.write("A/1/new & <x>.mp3", "new"),
        &|| server.write("A/1/a.mp3", "edited"),
        &|| server.delete("A/2"),
        &|| server.rename("A", "Z"),
        &|| server.rename("Z/1/a.mp3", "B/a.mp3"),
        &|| {
            server.delete("B/c.mp3");
            server.write("B/c.mp3", "again");
        },
    ];
    for (at, step) in steps.iter().enumerate() {
        step();
        seen = since(&provider, &seen.checkpoint).await;
        library.apply(&seen.pages);
        assert_eq!(library.keys(), server.keys(), "step {at}");
    }
    assert_eq!(library, Library::of(&read_all(&provider).await));
}

#[core_async::test(start_paused = true)]
async fn a_report_that_is_cut_short_goes_on_with_its_token() {
    let server = Server::with(Dialect::Sync, FILES);
    server.set().report_rows = 2;
    let provider = connect(&server).await;
    let requests = server.counter();
    let seen = read_all(&provider).await;
    assert_eq!(Library::of(&seen).keys(), server.keys());
    assert!(requests("REPORT") >= 4, "{}", requests("REPORT"));
}

#[core_async::test(start_paused = true)]
async fn a_token_that_the_server_forgot_is_invalid() {
    for dialect in [Dialect::Sync, Dialect::Flat] {
        let server = Server::with(dialect, &["a.mp3"]);
        let provider = connect(&server).await;
        let seen = read_all(&provider).await;
        server.expire_tokens();
        let from = ChangesFrom::Checkpoint(seen.checkpoint.clone());
        assert_eq!(
            kind(read(&provider, from).await),
            ErrorKind::cursor_invalid()
        );
        // A full sync heals it.
        let seen = read_all(&provider).await;
        since(&provider, &seen.checkpoint).await;
    }
}

#[core_async::test(start_paused = true)]
async fn other_refusals_are_not_taken_for_a_forgotten_token() {
    let server = Server::with(Dialect::Sync, FILES);
    let provider = connect(&server).await;
    let seen = read_all(&provider).await;
    for (status, expected) in [
        (400, ErrorKind::HttpStatus(400)),
        (401, ErrorKind::AuthExpired),
        (403, ErrorKind::PermissionDenied),
        (404, ErrorKind::RootUnavailable),
        (412, ErrorKind::cursor_invalid()),
        (410, ErrorKind::cursor_invalid()),
        (429, ErrorKind::throttled(None)),
        (501, ErrorKind::Unsupported),
    ] {
        server.fail("REPORT", [Fault::Status(status, vec![])]);
        let from = ChangesFrom::Checkpoint(seen.checkpoint.clone());
        assert_eq!(kind(read(&provider, from).await), expected, "{status}");
    }
}

#[core_async::test(start_paused = true)]
async fn reports_that_lie_are_refused() {
    let start = "<d:multistatus xmlns:d='DAV:'>";
    let end = "</d:multistatus>";
    let token = "<d:sync-token>t</d:sync-token>";
    let foreign = "<d:response><d:href>/other/x.mp3</d:href><d:status>HTTP/1.1 404 Not Found\
                   </d:status></d:response>";
    let error = "<d:error xmlns:d='DAV:'><d:x/></d:error>";
    for (body, expected) in [
        (format!("{start}{end}"), ErrorKind::Corrupt),
        (
            format!("{start}<d:sync-token></d:sync-token>{end}"),
            ErrorKind::Corrupt,
        ),
        (format!("{start}{foreign}{token}{end}"), ErrorKind::Corrupt),
        ("<html>ok</html>".to_owned(), ErrorKind::Unsupported),
        (error.to_owned(), ErrorKind::Corrupt),
    ] {
        let server = Server::with(Dialect::Sync, FILES);
        let provider = connect(&server).await;
        let seen = read_all(&provider).await;
        server.fail(
            "REPORT",
            [Fault::Body("application/xml", body.clone().leak())],
        );
        let from = ChangesFrom::Checkpoint(seen.checkpoint.clone());
        assert_eq!(kind(read(&provider, from).await), expected, "{body}");
    }
}

#[core_async::test(start_paused = true)]
async fn a_report_that_never_ends_is_noticed() {
    let server = Server::with(Dialect::Sync, FILES);
    let provider = connect(&server).await;
    let body = "<multistatus xmlns='DAV:'><response><href>/dav/My%20Music/</href>\
                <status>HTTP/1.1 507 Full</status></response><sync-token>t</sync-token>\
                </multistatus>";
    server.fail("REPORT", vec![Fault::Body("text/xml", body); 10]);
    let result = read(&provider, ChangesFrom::Beginning).await;
    assert_eq!(kind(result), ErrorKind::Corrupt);
}

#[core_async::test(start_paused = true)]
async fn a_broken_report_is_read_again_and_nothing_is_lost() {
    for fault in [
        Fault::Reset,
        Fault::Stall,
        Fault::Cut(900),
        Fault::Short(900),
    ] {
        let server = Server::with(Dialect::Sync, FILES);
        let provider = connect(&server).await;
        server.fail("REPORT", vec![fault.clone(); 3]);
        let mut library = Library::default();
        let checkpoint = read_stubbornly(&provider, ChangesFrom::Beginning, &mut library)
            .await
            .expect("the report in the end");
        assert_eq!(library.keys(), server.keys(), "{fault:?}");
        server.delete("A/2");
        server.fail("REPORT", vec![fault.clone(); 3]);
        let from = ChangesFrom::Checkpoint(checkpoint);
        read_stubbornly(&provider, from, &mut library)
            .await
            .expect("the changes");
        assert_eq!(library.keys(), server.keys(), "{fault:?}");
    }
}

#[core_async::test(start_paused = true)]
async fn folders_in_a_flat_collection_are_listed_beside_its_feed() {
    let server = Server::with(Dialect::Flat, &["a.mp3"]);
    let provider = connect(&server).await;
    let mut seen = read_all(&provider).await;
    let mut library = Library::of(&seen);
    let steps: [&dyn Fn(); 5] = [
        &|| server.write("New/Album/b.mp3", "b"),
        &|| server.write("New/Album/c.mp3", "the feed does not tell this"),
        &|| server.write("d.mp3", "d"),
        &|| server.rename("New", "Renamed"),
        &|| server.delete("Renamed"),
    ];
    for (at, step) in steps.iter().enumerate() {
        step();
        seen = since(&provider, &seen.checkpoint).await;
        library.apply(&seen.pages);
        assert_eq!(library.keys(), server.keys(), "step {at}");
    }
}

#[core_async::test(start_paused = true)]
async fn a_deletion_takes_all_below_with_it() {
    let server = Server::with(Dialect::Sync, FILES);
    let provider = connect(&server).await;
    let seen = read_all(&provider).await;
    server.delete("A");
    let after = since(&provider, &seen.checkpoint).await;
    let gone = Change::Removed {
        key: ItemKey("A".into()),
        subtree: true,
    };
    assert!(after.pages.iter().any(|page| page.changes.contains(&gone)));
}
