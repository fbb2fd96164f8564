//! Bad use: a clear panic or a typed error, the same as tokio's where tokio defines it.

use super::support::{Wakes, run};
use core_async::local::sync::{Mutex, Semaphore, broadcast, mpsc, oneshot, watch};
use core_async::local::task::{spawn, yield_now};
use core_async::local::time::{Duration, Instant, advance, interval, interval_at, pause, resume};
use std::future::{Future, pending};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::Context;

fn panics(body: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(body)).expect_err("it must panic");
    let text = payload.downcast_ref::<String>().cloned();
    text.or_else(|| {
        payload
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
    })
    .expect("a message")
}

#[test]
fn zero_capacities_panic_as_tokios_do() {
    assert_eq!(
        panics(|| drop(mpsc::channel::<u8>(0))),
        panics(|| drop(tokio::sync::mpsc::channel::<u8>(0)))
    );
    assert_eq!(
        panics(|| drop(broadcast::channel::<u8>(0))),
        panics(|| drop(tokio::sync::broadcast::channel::<u8>(0)))
    );
}

#[test]
fn too_many_permits_panic() {
    assert_eq!(Semaphore::MAX_PERMITS, tokio::sync::Semaphore::MAX_PERMITS);
    let text = panics(|| drop(Semaphore::new(Semaphore::MAX_PERMITS + 1)));
    assert!(text.contains("MAX_PERMITS"), "{text}");
    let semaphore = Semaphore::new(Semaphore::MAX_PERMITS);
    let text = panics(|| semaphore.add_permits(1));
    assert!(text.contains("would overflow MAX_PERMITS"), "{text}");
    assert_eq!(
        semaphore.available_permits(),
        Semaphore::MAX_PERMITS,
        "nothing was added"
    );
}

#[test]
#[allow(clippy::arc_with_non_send_sync, reason = "tokio's signature")]
fn permits_of_different_semaphores_don_t_merge() {
    let (one, other) = (Semaphore::new(1), Semaphore::new(1));
    let mut permit = one.try_acquire().expect("it is free");
    let text = panics(|| permit.merge(other.try_acquire().expect("it is free")));
    assert!(text.contains("different semaphore"), "{text}");
    drop(permit);
    assert_eq!((one.available_permits(), other.available_permits()), (1, 1));
    let (one, other) = (Arc::new(Semaphore::new(1)), Arc::new(Semaphore::new(1)));
    let mut permit = one.try_acquire_owned().expect("it is free");
    panics(|| permit.merge(other.try_acquire_owned().expect("it is free")));
}

#[test]
fn a_watch_value_sent_while_it_is_borrowed_panics_instead_of_hanging() {
    let (sender, receiver) = watch::channel(1);
    let borrowed = receiver.borrow();
    let text = panics(|| assert!(sender.send(2).is_ok()));
    assert!(text.contains("borrowed `Ref`"), "{text}");
    assert_eq!(*borrowed, 1);
    drop(borrowed);
    sender.send(2).expect("somebody receives");
    assert_eq!(*receiver.borrow(), 2);
}

#[test]
fn a_watch_value_is_kept_if_changing_it_panics() {
    let (sender, mut receiver) = watch::channel(1);
    panics(|| sender.send_modify(|_| panic!("as planned")));
    assert!(!receiver.has_changed().expect("it is open"));
    sender.send(2).expect("somebody receives");
    assert!(receiver.borrow_and_update().has_changed());
}

#[test]
fn a_future_polled_after_its_end_panics() {
    let waker = Arc::new(Wakes::default()).waker();
    let mut cx = Context::from_waker(&waker);
    let (sender, mut receiver) = oneshot::channel();
    sender.send(1).expect("somebody receives");
    let mut receiver = std::pin::Pin::new(&mut receiver);
    assert!(receiver.as_mut().poll(&mut cx).is_ready());
    assert_eq!(
        panics(|| drop(receiver.poll(&mut cx))),
        "called after complete"
    );
    run(async {
        let mut handle = spawn(async {});
        (&mut handle).await.expect("it ends well");
        let waker = Arc::new(Wakes::default()).waker();
        let mut cx = Context::from_waker(&waker);
        let text = panics(|| drop(std::pin::Pin::new(&mut handle).poll(&mut cx)));
        assert_eq!(text, "JoinHandle polled after completion");
    });
}

#[test]
fn an_interval_of_zero_panics() {
    run(async {
        let expected = "`period` must be non-zero.";
        assert_eq!(panics(|| drop(interval(Duration::ZERO))), expected);
        assert_eq!(
            panics(|| drop(interval_at(Instant::now(), Duration::ZERO))),
            expected
        );
    });
}

#[test]
fn a_clock_is_stopped_and_started_in_turns() {
    run(async {
        assert_eq!(panics(resume), "time is not frozen");
        pause();
        assert_eq!(panics(pause), "time is already frozen");
        resume();
        let mut forward = Box::pin(advance(Duration::ZERO));
        let waker = Arc::new(Wakes::default()).waker();
        let text = panics(|| {
            assert!(
                forward
                    .as_mut()
                    .poll(&mut Context::from_waker(&waker))
                    .is_ready()
            )
        });
        assert_eq!(text, "time is not frozen");
    });
}

#[test]
fn a_spawn_outside_of_a_runtime_says_so() {
    let text = panics(|| drop(spawn(async {})));
    assert!(text.contains("no local runtime"), "{text}");
}

#[test]
fn a_waker_that_outlives_its_runtime_does_nothing() {
    use core_async::local::VirtualHost;
    let notify = std::rc::Rc::new(core_async::local::sync::Notify::new());
    let (host, runtime) = VirtualHost::start(1);
    let inner = notify.clone();
    runtime.enter(|| drop(spawn(async move { inner.notified().await })));
    host.settle(&runtime);
    // The task keeps waiting in the queue of a notify that lives on.
    let waiting = notify.clone();
    drop(runtime);
    waiting.notify_one();
    waiting.notify_waiters();
}

#[test]
fn a_panic_while_a_lock_is_held_unlocks_it() {
    run(async {
        let mutex = std::rc::Rc::new(Mutex::new(0));
        let inner = mutex.clone();
        let handle = spawn(async move {
            let mut value = inner.lock().await;
            *value = 1;
            yield_now().await;
            panic!("as planned");
        });
        assert!(handle.await.expect_err("it panicked").is_panic());
        assert_eq!(*mutex.lock().await, 1, "as in tokio nothing is poisoned");
    });
}

/// Not through the public API: in a browser a test that panics after it waited holds up those after it.
#[test]
fn an_aborted_task_has_no_panic_to_give() {
    let text = panics(|| {
        let error = run(async {
            let handle = spawn(pending::<()>());
            handle.abort();
            handle.await.expect_err("it was aborted")
        });
        drop(error.into_panic());
    });
    assert_eq!(text, "`JoinError` reason is not a panic.");
}
