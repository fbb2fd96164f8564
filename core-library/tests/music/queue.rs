//! The queue of work.

use core_library::LibraryError;
use core_library::repository::job::{self, JobCounts, JobRow, JobWarning};
use core_library::repository::work::{self, Failed, Failure, WorkRow};

use crate::fixture::{Music, record};

const PROVIDER: i64 = 1;

/// A library with files 1 to `files`, all of which wait with priority 10.
async fn waiting(files: i64) -> Music {
    let music = Music::new().await;
    for id in 1..=files {
        music.file(id).await;
    }
    let mut tx = music.library.write().await.unwrap();
    let ids: Vec<i64> = (1..=files).collect();
    work::enqueue(&mut tx, PROVIDER, 10, &ids).await.unwrap();
    tx.commit().await.unwrap();
    music
}

async fn lease(music: &Music, job: i64, limit: usize) -> Vec<i64> {
    let mut tx = music.library.write().await.unwrap();
    let rows = work::lease(&mut tx, PROVIDER, job, limit).await.unwrap();
    tx.commit().await.unwrap();
    rows.iter().map(|row: &WorkRow| row.item_id).collect()
}

async fn fail(music: &Music, fates: &[(i64, Failure)]) {
    let failed = fates.iter().map(|(item_id, fate)| Failed {
        item_id: *item_id,
        fate: *fate,
        error: format!("file {item_id} is odd"),
    });
    let mut tx = music.library.write().await.unwrap();
    work::fail(&mut tx, failed.collect()).await.unwrap();
    tx.commit().await.unwrap();
}

#[core_async::test]
async fn work_is_handed_out_once_a_job_and_that_of_a_dead_job_again() {
    let music = waiting(3).await;
    assert_eq!(lease(&music, 1, 2).await, [1, 2]);
    assert_eq!(lease(&music, 1, 9).await, [3]);
    assert_eq!(lease(&music, 1, 9).await, [] as [i64; 0]);
    assert_eq!(lease(&music, 2, 9).await, [1, 2, 3], "job 1 is gone");
    let mut tx = music.library.write().await.unwrap();
    work::give_back(&mut tx, &[2]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(lease(&music, 2, 9).await, [2], "it was given back");
}

#[core_async::test]
async fn what_somebody_looks_at_goes_first() {
    let music = waiting(4).await;
    music
        .run(
            "INSERT INTO remote_item(id, provider_id, key, parent_key, name, kind, version)
              VALUES (50, 1, 'a', '', 'a', 'folder', ''), (51, 1, 'b', 'a', 'b', 'folder', '')",
        )
        .await;
    music
        .run("UPDATE remote_item SET parent_key = 'b' WHERE id = 3")
        .await;
    let mut tx = music.library.write().await.unwrap();
    let raised = work::raise_folder(&mut tx, PROVIDER, 40, "a")
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(raised, 1);
    assert_eq!(lease(&music, 1, 2).await, [3, 1]);
}

#[core_async::test]
async fn the_files_of_tracks_that_somebody_looks_at_go_first() {
    let mut music = waiting(3).await;
    let track = music.add(record(2, "Song", "Artist", "Album")).await;
    let mut tx = music.library.write().await.unwrap();
    let raised = work::raise_tracks(&mut tx, 40, &[track]).await.unwrap();
    // A lower wish changes nothing.
    work::raise_tracks(&mut tx, 5, &[track]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(raised, 1);
    assert_eq!(lease(&music, 1, 1).await, [2]);
}

#[core_async::test]
async fn failures_are_noted_each_in_its_way_at_once() {
    let music = waiting(400).await;
    let fates: Vec<(i64, Failure)> = (1..=400)
        .map(|id| match id % 4 {
            0 => (id, Failure::Quarantine),
            1 => (id, Failure::Defer { not_before: 0 }),
            2 => (id, Failure::Retry { not_before: 0 }),
            _ => (id, Failure::Retry { not_before: 2_000 }),
        })
        .collect();
    fail(&music, &fates).await;

    // The fixture's clock says 1000.
    let due = lease(&music, 1, 1_000).await;
    assert!(due.iter().all(|id| matches!(id % 4, 1 | 2)), "{due:?}");
    assert_eq!(due.len(), 200);
    let charged = "SELECT count(*) FROM work WHERE attempts = 1 AND item_id % 4 <> 1";
    assert_eq!(music.count(charged).await, 300);
    let free = "SELECT count(*) FROM work WHERE attempts = 0 AND item_id % 4 = 1";
    assert_eq!(
        music.count(free).await,
        100,
        "what was deferred is not charged"
    );
    let aside = work::quarantined(&music.library, PROVIDER, "", 1_000)
        .await
        .unwrap();
    assert_eq!(aside.len(), 100);
    let file = aside.iter().find(|it| it.key == "4.mp3").unwrap();
    assert_eq!((&*file.error, file.attempts), ("file 4 is odd", 1));
    for limit in [0, 1_001] {
        let refused = work::quarantined(&music.library, PROVIDER, "", limit).await;
        assert!(is_about_limit(refused), "{limit}");
    }
}

fn is_about_limit<T>(result: core_library::Result<T>) -> bool {
    matches!(
        result,
        Err(LibraryError::InvalidInput { field: "limit", .. })
    )
}

#[core_async::test]
async fn what_a_job_had_to_say_is_listed_in_pages() {
    let music = Music::new().await;
    let mut tx = music.library.write().await.unwrap();
    let row = JobRow {
        id: 0,
        provider_id: PROVIDER,
        sync_type: "full".to_owned(),
        status: "completed".to_owned(),
        phase: "finished".to_owned(),
        cursor: None,
        counts: JobCounts::default(),
        error: None,
        created_at: 1,
        started_at: None,
        finished_at: None,
    };
    let job = job::insert(&mut tx, &row).await.unwrap();
    let other = job::insert(&mut tx, &row).await.unwrap();
    for (job, subject) in [(job, "a"), (other, "x"), (job, "b"), (job, "c")] {
        let warning = JobWarning {
            kind: "damaged".to_owned(),
            subject: subject.to_owned(),
            message: "cut short".to_owned(),
        };
        job::warn(&mut tx, job, vec![warning]).await.unwrap();
    }
    tx.commit().await.unwrap();
    let (mut pages, mut after) = (Vec::new(), None);
    loop {
        let page = job::warnings(&music.library, job, after, 2).await.unwrap();
        let Some((last, _)) = page.last() else {
            break;
        };
        after = Some(*last);
        pages.push(
            page.into_iter()
                .map(|(_, it)| it.subject)
                .collect::<Vec<_>>(),
        );
    }
    assert_eq!(pages, [vec!["a", "b"], vec!["c"]]);
    for limit in [0, 1_001] {
        assert!(is_about_limit(
            job::warnings(&music.library, job, None, limit).await
        ));
        assert!(is_about_limit(job::list(&music.library, None, limit).await));
    }
}

#[core_async::test]
async fn what_was_set_aside_is_tried_again_when_somebody_asks() {
    let music = waiting(3).await;
    let fates: Vec<_> = (1..=3).map(|id| (id, Failure::Quarantine)).collect();
    fail(&music, &fates).await;
    assert_eq!(lease(&music, 1, 9).await, [] as [i64; 0]);
    let mut tx = music.library.write().await.unwrap();
    assert!(work::retry_item(&mut tx, PROVIDER, "2.mp3").await.unwrap());
    assert!(!work::retry_item(&mut tx, PROVIDER, "2.mp3").await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(lease(&music, 1, 9).await, [2]);
    let mut tx = music.library.write().await.unwrap();
    assert_eq!(work::retry_quarantined(&mut tx, PROVIDER).await.unwrap(), 2);
    tx.commit().await.unwrap();
    assert_eq!(lease(&music, 1, 9).await, [1, 3]);
}

#[core_async::test]
async fn only_work_for_the_present_version_counts_as_done() {
    let music = waiting(3).await;
    music
        .run("UPDATE remote_item SET version = '2' WHERE id = 2")
        .await;
    music
        .run("UPDATE remote_item SET removed_at = 1 WHERE id = 3")
        .await;
    assert_eq!(lease(&music, 1, 9).await, [1, 2, 3]);
    let mut tx = music.library.write().await.unwrap();
    let done: Vec<(i64, String)> = (1..=3).map(|id| (id, "1".to_owned())).collect();
    assert_eq!(work::current(&mut tx, 1, &done).await.unwrap(), [1]);
    tx.commit().await.unwrap();
    // A later job took the work over, or it was put in the queue anew.
    assert_eq!(lease(&music, 2, 9).await, [1, 2, 3]);
    let mut tx = music.library.write().await.unwrap();
    let none = work::current(&mut tx, 1, &done).await.unwrap();
    assert_eq!(none, [] as [i64; 0], "the lease of job 1 is void");
    work::enqueue(&mut tx, PROVIDER, 20, &[1]).await.unwrap();
    assert_eq!(
        work::current(&mut tx, 2, &done).await.unwrap(),
        [] as [i64; 0]
    );
}

#[core_async::test]
async fn what_waits_for_its_time_is_due_then_or_when_somebody_asks_or_when_the_clock_was_set_back()
{
    let year = 365 * 86_400_000;
    let music = waiting(3).await;
    let retry = |id, not_before| (id, Failure::Retry { not_before });
    fail(&music, &[retry(1, 1_000), retry(2, 5_000), retry(3, year)]).await;
    assert_eq!(lease(&music, 1, 9).await, [1, 3]);
    let mut tx = music.library.write().await.unwrap();
    work::make_due(&mut tx, PROVIDER).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(lease(&music, 2, 9).await, [1, 2, 3]);
}

#[core_async::test]
async fn what_waits_is_due_where_something_came_beside_it_but_not_what_was_set_aside() {
    let music = waiting(2).await;
    let later = Failure::Retry { not_before: 5_000 };
    fail(&music, &[(1, later), (2, Failure::Quarantine)]).await;
    assert_eq!(lease(&music, 1, 9).await, [] as [i64; 0]);
    let mut tx = music.library.write().await.unwrap();
    work::enqueue_folder_audio(&mut tx, PROVIDER, 0, &[""])
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(lease(&music, 1, 9).await, [1]);
    let afresh = "SELECT count(*) FROM work WHERE item_id = 1 AND attempts = 0 AND priority = 10";
    assert_eq!(music.count(afresh).await, 1);

    // So it is where the same job read it before that.
    let mut tx = music.library.write().await.unwrap();
    work::enqueue_folder_audio(&mut tx, PROVIDER, 0, &[""])
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(lease(&music, 1, 9).await, [1]);
}
