//! The event bus: order, lag, shutdown, and wakers that call back.

use std::cell::RefCell;
use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use core_runtime::events::{
    ChangedIds, CoreEvent, Event, EventBus, EventError, EventTopic, JobSummary, Lagged,
    LibraryEvent, LifecycleEvent, NetworkEvent, ProviderEvent, SyncEvent, SyncProgress,
    TryEventError,
};
use futures::StreamExt;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn bus(capacity: usize) -> EventBus {
    EventBus::new(capacity).unwrap()
}

fn progress(job: i64, processed: u64) -> CoreEvent {
    CoreEvent::Sync(SyncEvent::Progress(SyncProgress {
        job,
        processed,
        ..SyncProgress::default()
    }))
}

#[core_async::test]
async fn every_subscriber_receives_every_event_in_order() {
    let bus = bus(16);
    let mut subscribers = [bus.subscribe(), bus.subscribe()];
    for n in 1..=10 {
        assert_eq!(bus.publish(progress(1, n)).unwrap(), n);
    }
    for subscriber in &mut subscribers {
        for n in 1..=10 {
            let event = subscriber.recv().await.unwrap();
            assert_eq!((event.sequence, &event.event), (n, &progress(1, n)));
        }
        assert_eq!(subscriber.try_recv(), Err(TryEventError::Empty));
    }
}

#[core_async::test]
async fn a_late_subscriber_sees_only_what_comes_after() {
    let bus = bus(4);
    bus.publish(progress(1, 1)).unwrap();
    let mut late = bus.subscribe();
    bus.publish(progress(1, 2)).unwrap();
    assert_eq!(late.recv().await.unwrap().sequence, 2);
}

#[core_async::test]
async fn a_slow_subscriber_is_told_what_it_missed_and_goes_on() {
    let bus = bus(4);
    let mut slow = bus.subscribe();
    for n in 1..=10 {
        bus.publish(progress(1, n)).unwrap();
    }
    let missed = match slow.recv().await {
        Err(EventError::Lagged(Lagged { missed })) => missed,
        other => panic!("{other:?}"),
    };
    assert_eq!(missed, 6);
    for n in 7..=10 {
        assert_eq!(slow.recv().await.unwrap().sequence, n);
    }
}

#[core_async::test]
async fn lag_is_the_gap_in_the_sequence() {
    let bus = bus(2);
    let mut slow = bus.subscribe().filter_job(2);
    for n in 1..=7 {
        bus.publish(progress(n % 2 + 1, 0)).unwrap();
    }
    let Err(EventError::Lagged(lagged)) = slow.recv().await else {
        panic!("no lag");
    };
    let next = slow.recv().await.unwrap();
    // Of the two that are left, 6 and 7, the filter lets 7 through.
    assert_eq!((lagged.missed, next.sequence), (5, 7));
}

#[core_async::test]
async fn shutdown_resolves_every_receiver_after_draining() {
    let bus = bus(8);
    let mut waiting = bus.subscribe();
    let mut behind = bus.subscribe();
    let waiter = core_async::task::spawn(async move {
        let first = waiting.recv().await;
        (first.map(|it| it.sequence), waiting.recv().await)
    });
    bus.publish(progress(1, 1)).unwrap();
    bus.shutdown();
    let (first, second) = waiter.await.unwrap();
    assert_eq!((first, second), (Ok(1), Err(EventError::Closed)));
    assert_eq!(behind.recv().await.unwrap().sequence, 1);
    assert_eq!(behind.recv().await, Err(EventError::Closed));
    assert_eq!(behind.recv().await, Err(EventError::Closed));
    assert_eq!(behind.try_recv(), Err(TryEventError::Closed));
}

#[core_async::test]
async fn a_receiver_that_already_waits_is_woken_by_shutdown() {
    let bus = bus(8);
    let mut subscriber = bus.subscribe();
    let woken = Arc::new(Count::default());
    let waker = Waker::from(Arc::clone(&woken));
    let mut recv = pin!(subscriber.recv());
    assert!(
        recv.as_mut()
            .poll(&mut Context::from_waker(&waker))
            .is_pending()
    );
    bus.shutdown();
    assert_eq!(woken.0.load(Ordering::SeqCst), 1);
    let resolved = recv.as_mut().poll(&mut Context::from_waker(&waker));
    assert_eq!(resolved, Poll::Ready(Err(EventError::Closed)));
}

#[core_async::test]
async fn dropping_the_last_handle_shuts_the_bus_down() {
    let bus = bus(8);
    let other = bus.clone();
    let mut subscriber = bus.subscribe();
    drop(bus);
    other.publish(progress(1, 1)).unwrap();
    drop(other);
    assert!(subscriber.recv().await.is_ok());
    assert_eq!(subscriber.recv().await, Err(EventError::Closed));
}

#[core_async::test]
async fn after_shutdown_publishing_gives_the_event_back() {
    let bus = bus(8);
    bus.shutdown();
    bus.shutdown();
    assert!(bus.is_shut_down());
    let error = bus.publish(progress(3, 1)).unwrap_err();
    assert_eq!(*error.event, progress(3, 1));
    assert_eq!(bus.receiver_count(), 0);
    assert_eq!(bus.subscribe().recv().await, Err(EventError::Closed));
}

#[core_async::test]
async fn receivers_are_counted() {
    let bus = bus(8);
    assert_eq!(bus.receiver_count(), 0);
    assert_eq!(bus.publish(progress(1, 1)).unwrap(), 1);
    let first = bus.subscribe();
    let second = bus.subscribe().filter_job(1);
    assert_eq!(bus.receiver_count(), 2);
    drop(first);
    assert_eq!(bus.receiver_count(), 1);
    drop(second.into_stream());
    assert_eq!(bus.receiver_count(), 0);
}

#[core_async::test]
async fn filters_add_up() {
    let bus = bus(16);
    let mut wanted = bus
        .subscribe()
        .filter(|event| event.topic() == EventTopic::Sync)
        .filter_job(2);
    bus.publish(LifecycleEvent::Started).unwrap();
    bus.publish(progress(1, 1)).unwrap();
    bus.publish(progress(2, 1)).unwrap();
    assert_eq!(wanted.recv().await.unwrap().sequence, 3);
    assert_eq!(wanted.try_recv(), Err(TryEventError::Empty));
}

#[core_async::test]
async fn a_stream_reports_the_gap_and_ends_with_the_bus() {
    let bus = bus(2);
    let stream = bus.subscribe().into_stream();
    for n in 1..=3 {
        bus.publish(progress(1, n)).unwrap();
    }
    bus.shutdown();
    let items: Vec<_> = stream.map(|it| it.map(|it| it.sequence)).collect().await;
    assert_eq!(items, [Err(Lagged { missed: 1 }), Ok(2), Ok(3)]);
}

#[core_async::test]
async fn a_dropped_recv_loses_nothing() {
    let bus = bus(4);
    let mut subscriber = bus.subscribe();
    let waker = Waker::noop();
    {
        let mut recv = pin!(subscriber.recv());
        assert!(
            recv.as_mut()
                .poll(&mut Context::from_waker(waker))
                .is_pending()
        );
        bus.publish(progress(1, 1)).unwrap();
    }
    assert_eq!(subscriber.recv().await.unwrap().sequence, 1);
}

#[test]
fn impossible_capacities_are_refused() {
    for capacity in [0, EventBus::MAX_CAPACITY + 1, usize::MAX] {
        let error = EventBus::new(capacity).unwrap_err();
        assert_eq!(error.capacity, capacity);
        assert!(error.to_string().contains(&capacity.to_string()));
    }
    assert_eq!(bus(1).capacity(), 1);
}

thread_local! {
    /// The bus of the test; a waker is `Send` and can't hold it, which in a browser is not.
    static BUS: RefCell<Option<EventBus>> = const { RefCell::new(None) };
}

/// A waker that publishes, as a task that runs at once would.
struct Republish {
    left: AtomicUsize,
    sequences: Mutex<Vec<u64>>,
}

impl Wake for Republish {
    fn wake(self: Arc<Self>) {
        if self.left.fetch_sub(1, Ordering::SeqCst) > 0 {
            let bus = BUS
                .with_borrow(Clone::clone)
                .expect("the test put it there");
            let sequence = bus.publish(progress(9, 0)).unwrap();
            self.sequences.lock().unwrap().push(sequence);
        }
    }
}

#[core_async::test]
async fn a_waker_may_publish() {
    let bus = bus(8);
    let mut observer = bus.subscribe();
    let mut first = bus.subscribe();
    let republish = Arc::new(Republish {
        left: AtomicUsize::new(1),
        sequences: Mutex::default(),
    });
    BUS.set(Some(bus.clone()));
    let waker = Waker::from(Arc::clone(&republish));
    let mut recv = Box::pin(first.recv());
    assert!(
        recv.as_mut()
            .poll(&mut Context::from_waker(&waker))
            .is_pending()
    );
    assert_eq!(bus.publish(progress(1, 1)).unwrap(), 1);
    assert_eq!(*republish.sequences.lock().unwrap(), [2]);
    assert_eq!(observer.try_recv().unwrap().sequence, 1);
    assert_eq!(observer.try_recv().unwrap().sequence, 2);
    drop(BUS.take());
}

#[derive(Default)]
struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[core_async::test]
async fn a_receiver_that_waits_is_woken_by_an_event_and_by_nothing_else() {
    let bus = bus(8);
    let mut subscriber = bus.subscribe();
    let woken = Arc::new(Count::default());
    let waker = Waker::from(Arc::clone(&woken));
    let mut context = Context::from_waker(&waker);
    let mut recv = pin!(subscriber.recv());
    assert!(recv.as_mut().poll(&mut context).is_pending());
    for _ in 0..100 {
        core_async::task::yield_now().await;
    }
    core_async::time::sleep(Duration::from_millis(1)).await;
    assert_eq!(woken.0.load(Ordering::SeqCst), 0, "a receiver spins");
    bus.publish(progress(1, 1)).unwrap();
    bus.publish(progress(1, 2)).unwrap();
    assert_eq!(woken.0.load(Ordering::SeqCst), 1);
    let Poll::Ready(Ok(event)) = recv.as_mut().poll(&mut context) else {
        panic!("an event is there");
    };
    assert_eq!(event.sequence, 1);
}

#[core_async::test]
async fn shutdown_resolves_every_receiver_that_waits_in_a_task() {
    let bus = bus(8);
    let waiting: Vec<_> = (0..20)
        .map(|_| {
            let mut subscriber = bus.subscribe();
            core_async::task::spawn(async move { subscriber.recv().await.unwrap_err() })
        })
        .collect();
    core_async::task::yield_now().await;
    assert_eq!(bus.receiver_count(), 20);
    bus.shutdown();
    for task in waiting {
        assert_eq!(task.await.unwrap(), EventError::Closed);
    }
}

#[core_async::test]
async fn concurrent_publishers_are_received_in_sequence() {
    const EACH: u64 = 500;
    let bus = bus(4_096);
    let mut subscriber = bus.subscribe();
    let publishers: Vec<_> = (0..4)
        .map(|job| {
            let bus = bus.clone();
            core_async::task::spawn(async move {
                for n in 0..EACH {
                    bus.publish(progress(job, n)).unwrap();
                    core_async::task::yield_now().await;
                }
            })
        })
        .collect();
    let mut last_of_job = [None; 4];
    for sequence in 1..=4 * EACH {
        let event = subscriber.recv().await.unwrap();
        assert_eq!(event.sequence, sequence);
        let CoreEvent::Sync(SyncEvent::Progress(progress)) = &event.event else {
            panic!("{event:?}");
        };
        let last = &mut last_of_job[progress.job as usize];
        assert!(last.is_none_or(|last| last + 1 == progress.processed));
        *last = Some(progress.processed);
    }
    for publisher in publishers {
        publisher.await.unwrap();
    }
}

#[test]
fn events_serialise_as_flat_objects() {
    let summary = JobSummary {
        job: 7,
        status: "failed".into(),
        ..JobSummary::default()
    };
    check(
        SyncEvent::Started {
            job: 7,
            provider: 3,
            sync_type: "full".into(),
        },
        r#"{"sequence":1,"topic":"sync","event":"started","job":7,"provider":3,"sync_type":"full"}"#,
    );
    check(
        SyncEvent::Warning {
            job: 7,
            kind: "corrupt".into(),
            message: "a.mp3: no frames".into(),
        },
        r#"{"sequence":1,"topic":"sync","event":"warning","job":7,"kind":"corrupt","message":"a.mp3: no frames"}"#,
    );
    check(
        SyncEvent::Held {
            job: 7,
            deletions: 900,
        },
        r#"{"sequence":1,"topic":"sync","event":"held","job":7,"deletions":900}"#,
    );
    check(
        SyncEvent::Failed {
            message: "disk full".into(),
            summary,
        },
        r#"{"sequence":1,"topic":"sync","event":"failed","message":"disk full","summary":{"job":7,"sync_type":"","status":"failed","discovered":0,"added":0,"updated":0,"moved":0,"deleted":0,"unchanged":0,"failed":0,"waiting":0,"warnings":0,"requests":0,"bytes_read":0,"duration_ms":0}}"#,
    );
    check(
        SyncEvent::Progress(SyncProgress {
            job: 7,
            phase: "discovery".into(),
            ..SyncProgress::default()
        }),
        r#"{"sequence":1,"topic":"sync","event":"progress","job":7,"phase":"discovery","discovered":0,"processed":0,"added":0,"updated":0,"moved":0,"deleted":0,"unchanged":0,"failed":0,"current":null}"#,
    );
    check(
        LibraryEvent::ArtworkChanged {
            albums: ChangedIds::from_iter([3, 4]),
        },
        r#"{"sequence":1,"topic":"library","event":"artwork_changed","albums":{"count":2,"ids":[3,4]}}"#,
    );
    check(
        ProviderEvent::SignInNeeded { provider: 3 },
        r#"{"sequence":1,"topic":"provider","event":"sign_in_needed","provider":3}"#,
    );
    check(
        NetworkEvent::StatusChanged {
            online: Some(true),
            metered: None,
        },
        r#"{"sequence":1,"topic":"network","event":"status_changed","online":true,"metered":null}"#,
    );
    check(
        LifecycleEvent::Stopping,
        r#"{"sequence":1,"topic":"lifecycle","event":"stopping"}"#,
    );
}

fn check(event: impl Into<CoreEvent>, json: &str) {
    let event = Event {
        sequence: 1,
        event: event.into(),
    };
    assert_eq!(serde_json::to_string(&event).unwrap(), json);
    assert_eq!(serde_json::from_str::<Event>(json).unwrap(), event);
}

#[test]
fn changed_ids_list_few_and_count_many() {
    let few: ChangedIds = (0..3).collect();
    assert_eq!((few.count(), few.ids()), (3, Some(&[0, 1, 2][..])));
    let most: ChangedIds = (0..ChangedIds::MAX_LISTED as i64).collect();
    assert_eq!(most.ids().map(<[i64]>::len), Some(ChangedIds::MAX_LISTED));
    let many: ChangedIds = (0..=ChangedIds::MAX_LISTED as i64).collect();
    assert_eq!(
        (many.count(), many.ids()),
        (ChangedIds::MAX_LISTED as u64 + 1, None)
    );
    assert!(ChangedIds::default().is_empty());
    assert_eq!(ChangedIds::default().ids(), Some(&[][..]));
}

#[test]
fn every_sync_event_knows_its_job_and_whether_it_is_the_last() {
    let summary = JobSummary {
        job: 5,
        ..JobSummary::default()
    };
    let message = String::new();
    let table = [
        (
            SyncEvent::Held {
                job: 5,
                deletions: 1,
            },
            false,
        ),
        (
            SyncEvent::CursorReset {
                job: 5,
                reason: String::new(),
            },
            false,
        ),
        (SyncEvent::Completed(summary.clone()), true),
        (SyncEvent::Cancelled(summary.clone()), true),
        (SyncEvent::Paused(summary.clone()), true),
        (SyncEvent::Failed { message, summary }, true),
    ];
    for (event, is_final) in table {
        assert_eq!((event.job(), event.is_final()), (5, is_final), "{event:?}");
    }
}
