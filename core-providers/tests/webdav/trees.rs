//! Servers on which a folder's ETag tells of everything below it.

use bridge_traits::provider::ChangesFrom;

use crate::support::{
    Dialect, Fault, Library, Server, connect, kind, read, read_all, read_stubbornly, since,
};

const FILES: &[&str] = &[
    "A/1/a.mp3",
    "A/2/b.mp3",
    "A/2/deep/c.mp3",
    "B/x/y/e.mp3",
    "C/f.mp3",
    "g.mp3",
];

#[core_async::test(start_paused = true)]
async fn no_change_costs_one_request() {
    let server = Server::with(Dialect::Nextcloud, FILES);
    let provider = connect(&server).await;
    let mut checkpoint = read_all(&provider).await.checkpoint;
    for _ in 0..3 {
        let requests = server.counter();
        let seen = since(&provider, &checkpoint).await;
        assert_eq!(requests("PROPFIND"), 1);
        assert_eq!(seen.listed(), [""; 0]);
        checkpoint = seen.checkpoint;
    }
}

#[core_async::test(start_paused = true)]
async fn a_change_costs_the_folders_on_the_way_to_it() {
    let server = Server::with(Dialect::Nextcloud, FILES);
    let provider = connect(&server).await;
    let seen = read_all(&provider).await;
    let mut library = Library::of(&seen);
    server.write("A/2/deep/new.mp3", "new");
    let requests = server.counter();
    let after = since(&provider, &seen.checkpoint).await;
    assert_eq!(after.listed(), ["", "A", "A/2", "A/2/deep"]);
    assert_eq!(requests("PROPFIND"), 5, "and one for the root's ETag");
    library.apply(&after.pages);
    assert_eq!(library.keys(), server.keys());
    let requests = server.counter();
    since(&provider, &after.checkpoint).await;
    assert_eq!(requests("PROPFIND"), 1);
}

#[core_async::test(start_paused = true)]
async fn a_folder_that_comes_back_with_its_old_etag_is_listed() {
    let server = Server::with(Dialect::Nextcloud, FILES);
    let provider = connect(&server).await;
    let mut seen = read_all(&provider).await;
    let mut library = Library::of(&seen);
    for (from, to) in [("A/2", "C/2"), ("C/2", "A/2"), ("A", "C/A"), ("C/A", "A")] {
        server.rename(from, to);
        seen = since(&provider, &seen.checkpoint).await;
        library.apply(&seen.pages);
        assert_eq!(library.keys(), server.keys(), "{from} -> {to}");
    }
}

#[core_async::test(start_paused = true)]
async fn ids_recognise_what_was_moved_and_renamed() {
    let server = Server::with(Dialect::Nextcloud, FILES);
    let provider = connect(&server).await;
    let seen = read_all(&provider).await;
    let before = Library::of(&seen);
    server.rename("A/1/a.mp3", "B/renamed.mp3");
    server.write("B/renamed.mp3", "and edited");
    let mut after = before.clone();
    after.apply(&since(&provider, &seen.checkpoint).await.pages);
    let (old, new) = (&before.items["A/1/a.mp3"], &after.items["B/renamed.mp3"]);
    assert_eq!(old.file_id, new.file_id);
    assert_ne!(old.version, new.version);
}

#[core_async::test(start_paused = true)]
async fn a_folder_that_failed_is_asked_for_again_though_nothing_changed() {
    let server = Server::with(Dialect::Nextcloud, FILES);
    let provider = connect(&server).await;
    server.fail("PROPFIND A/2/deep", vec![Fault::Status(403, vec![]); 1]);
    let seen = read_all(&provider).await;
    assert_eq!(seen.unreadable(), ["A/2/deep"]);
    let mut library = Library::of(&seen);
    let seen = since(&provider, &seen.checkpoint).await;
    library.apply(&seen.pages);
    assert_eq!(library.keys(), server.keys());
    let requests = server.counter();
    since(&provider, &seen.checkpoint).await;
    assert_eq!(requests("PROPFIND"), 1);
}

#[core_async::test(start_paused = true)]
async fn what_changes_while_it_is_listed_is_found_by_the_next_sync() {
    use bridge_traits::provider::{Next, StorageProvider};
    use futures::StreamExt;

    let server = Server::with(Dialect::Nextcloud, FILES);
    let provider = connect(&server).await;
    // After each page in turn something changes everywhere.
    for pause in 0..6 {
        let mut library = Library::default();
        let mut stream = provider
            .get_changes(ChangesFrom::Beginning)
            .await
            .expect("a stream");
        let mut checkpoint = None;
        let mut pages = 0;
        while let Some(page) = stream.next().await {
            let page = page.expect("a page");
            library.apply(std::slice::from_ref(&page));
            if let Next::Done(done) = page.next {
                checkpoint = Some(done);
            }
            if pages == pause {
                for folder in ["A/1", "A/2/deep", "B/x/y", "C"] {
                    server.write(&format!("{folder}/during {pause}.mp3"), "x");
                }
            }
            pages += 1;
        }
        let checkpoint = checkpoint.expect("the end");
        library.apply(&since(&provider, &checkpoint).await.pages);
        assert_eq!(library.keys(), server.keys(), "paused after page {pause}");
    }
}

#[core_async::test(start_paused = true)]
async fn a_walk_that_was_taken_up_again_leaves_a_tree_that_hides_nothing() {
    let server = Server::with(Dialect::Nextcloud, FILES);
    let provider = connect(&server).await;
    let whole = read_all(&provider).await;
    for (at, token) in whole.tokens().into_iter().enumerate() {
        let mut library = Library::default();
        library.apply(&whole.pages[..=at]);
        // It changes where the walk has been, and where it is still to come.
        server.write(&format!("A/1/{at}.mp3"), "x");
        server.write(&format!("C/{at}.mp3"), "x");
        let rest = read(&provider, ChangesFrom::Page(token))
            .await
            .expect("the rest");
        library.apply(&rest.pages);
        library.apply(&since(&provider, &rest.checkpoint).await.pages);
        for key in [format!("A/1/{at}.mp3"), format!("C/{at}.mp3")] {
            assert!(
                library.items.contains_key(&key),
                "after page {at}: no {key}"
            );
        }
    }
}

#[core_async::test(start_paused = true)]
async fn faults_on_the_way_hide_nothing() {
    let server = Server::with(Dialect::Nextcloud, FILES);
    let provider = connect(&server).await;
    let mut library = Library::default();
    let checkpoint = read_stubbornly(&provider, ChangesFrom::Beginning, &mut library)
        .await
        .expect("the first sync");
    server.write("A/1/new.mp3", "x");
    server.write("B/x/y/new.mp3", "x");
    server.fail("PROPFIND B/x", vec![Fault::Reset; 6]);
    let from = ChangesFrom::Checkpoint(checkpoint.clone());
    let mut partly = library.clone();
    assert!(kind(read(&provider, from.clone()).await) == bridge_traits::ErrorKind::Offline);
    read_stubbornly(&provider, from, &mut partly)
        .await
        .expect("the second try");
    assert_eq!(partly.keys(), server.keys());
}
