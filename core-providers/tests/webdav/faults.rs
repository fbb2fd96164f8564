//! A bad network and a server under stress.

use std::time::Duration;

use bridge_traits::ErrorKind;
use bridge_traits::provider::ChangesFrom;

use crate::support::{
    Dialect, Fault, Library, Server, connect, kind, read, read_all, read_stubbornly,
};

const FILES: &[&str] = &[
    "A/1/a.mp3",
    "A/2/b.mp3",
    "A/2/deep/c.mp3",
    "B/d.mp3",
    "C/e.mp3",
    "f.mp3",
];

#[core_async::test(start_paused = true)]
async fn a_connection_that_breaks_now_and_then_goes_unnoticed() {
    for fault in [
        Fault::Reset,
        Fault::Stall,
        Fault::Cut(0),
        Fault::Cut(300),
        Fault::Short(300),
        Fault::Status(500, vec![]),
        Fault::Status(502, vec![]),
        Fault::Status(504, vec![]),
    ] {
        let server = Server::with(Dialect::Plain, FILES);
        let provider = connect(&server).await;
        server.fail("PROPFIND A", vec![fault.clone(); 2]);
        server.fail("PROPFIND B", vec![fault.clone(); 2]);
        let seen = read_all(&provider).await;
        assert_eq!(Library::of(&seen).keys(), server.keys(), "{fault:?}");
        assert!(seen.unreadable().is_empty(), "{fault:?}");
    }
}

#[core_async::test(start_paused = true)]
async fn a_listing_that_ends_too_early_is_never_believed() {
    let server = Server::with(Dialect::Plain, FILES);
    let provider = connect(&server).await;
    let whole = read_all(&provider).await;
    let complete = Library::of(&whole);
    let length = 1400;
    for end in (0..length).step_by(37) {
        for fault in [Fault::Cut(end), Fault::Short(end)] {
            server.fail("PROPFIND A/2", vec![fault.clone(); 4]);
            let mut library = complete.clone();
            let from = ChangesFrom::Checkpoint(whole.checkpoint.clone());
            let result = read_stubbornly(&provider, from, &mut library).await;
            assert_eq!(library, complete, "{fault:?} {result:?}");
        }
    }
}

#[core_async::test(start_paused = true)]
async fn throttling_is_told_at_once_with_the_wait_that_is_asked_for() {
    for (status, headers, wait) in [
        (429, vec![], None),
        (429, vec![("Retry-After", "7")], Some(7)),
        (503, vec![("Retry-After", "120")], Some(120)),
        (
            503,
            vec![
                ("Date", "Tue, 01 Sep 2026 10:00:00 GMT"),
                ("Retry-After", "Tue, 01 Sep 2026 10:00:30 GMT"),
            ],
            Some(30),
        ),
        (429, vec![("Retry-After", "soon")], None),
    ] {
        let server = Server::with(Dialect::Plain, FILES);
        let provider = connect(&server).await;
        let requests = server.counter();
        server.fail("PROPFIND ", vec![Fault::Status(status, headers); 9]);
        let result = read(&provider, ChangesFrom::Beginning).await;
        let retry_after = wait.map(Duration::from_secs);
        assert_eq!(kind(result), ErrorKind::throttled(retry_after));
        assert_eq!(requests("PROPFIND"), 1, "nothing is sent meanwhile");
    }
}

#[core_async::test(start_paused = true)]
async fn what_was_listed_before_trouble_is_kept() {
    let server = Server::with(Dialect::Plain, FILES);
    let provider = connect(&server).await;
    server.fail("PROPFIND C", vec![Fault::Status(429, vec![])]);
    let mut library = Library::default();
    let requests = server.counter();
    read_stubbornly(&provider, ChangesFrom::Beginning, &mut library)
        .await
        .expect("all of it");
    assert_eq!(library.keys(), server.keys());
    // Seven folders, C again, and the way back to where it was: root and B.
    assert!(requests("PROPFIND") <= 10, "{}", requests("PROPFIND"));
}

#[core_async::test(start_paused = true)]
async fn a_lost_sign_in_is_told_and_no_deletion() {
    let server = Server::with(Dialect::Plain, FILES);
    let provider = connect(&server).await;
    server.fail("PROPFIND A/2", vec![Fault::Status(401, vec![]); 2]);
    let result = read(&provider, ChangesFrom::Beginning).await;
    assert_eq!(kind(result), ErrorKind::AuthExpired);
}

#[core_async::test(start_paused = true)]
async fn a_tenth_of_all_requests_may_fail() {
    let faults = [
        Fault::Reset,
        Fault::Cut(200),
        Fault::Short(500),
        Fault::Status(503, vec![]),
        Fault::Status(500, vec![]),
        Fault::Body("text/html", "<html>wait</html>"),
    ];
    for dialect in [Dialect::Plain, Dialect::Nextcloud, Dialect::Sync] {
        let server = Server::new(dialect);
        for folder in 0..60 {
            server.write(&format!("{}/{folder}/a.mp3", folder % 7), "x");
        }
        let provider = connect(&server).await;
        for at in 0..60 {
            if at % 10 == 3 {
                let fault = faults[at / 10 % (faults.len() - 1)].clone();
                server.fail(&format!("/{at}"), [fault.clone()]);
                server.fail("REPORT", [fault]);
            }
        }
        let mut library = Library::default();
        read_stubbornly(&provider, ChangesFrom::Beginning, &mut library)
            .await
            .expect("all of it");
        assert_eq!(library.keys(), server.keys(), "{dialect:?}");
    }
}

#[core_async::test(start_paused = true)]
async fn a_repeated_answer_of_another_folder_is_no_listing_of_this_one() {
    let server = Server::with(Dialect::Plain, FILES);
    let provider = connect(&server).await;
    let seen = read_all(&provider).await;
    let mut library = Library::of(&seen);
    let complete = library.clone();
    server.fail("PROPFIND B", [Fault::Other("A/1")]);
    let again = read_all(&provider).await;
    assert_eq!(again.unreadable(), ["B"]);
    library.apply(&again.pages);
    assert_eq!(library, complete);
}
