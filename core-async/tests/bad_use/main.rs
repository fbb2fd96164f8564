//! Bad use through the public API: the same clear panic on both targets.
//!
//! What needs panics that unwind is in `contracts`.

#![allow(missing_docs, reason = "a test")]

use core_async::runtime::{block_on, try_block_on};
use core_async::sync::{Mutex, Notify, Semaphore, broadcast, mpsc, oneshot};
use core_async::task::{JoinSet, spawn, spawn_blocking, yield_now};
use core_async::time::{self, Duration, Instant, interval, interval_at, sleep};
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

fn poll<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    std::pin::Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
}

#[core_async::test]
#[should_panic(expected = "mpsc bounded channel requires buffer > 0")]
async fn a_queue_without_room() {
    drop(mpsc::channel::<u8>(0));
}

#[core_async::test]
#[should_panic(expected = "broadcast channel capacity cannot be zero")]
async fn a_broadcast_without_room() {
    drop(broadcast::channel::<u8>(0));
}

#[core_async::test]
#[should_panic(expected = "broadcast channel capacity exceeded `usize::MAX / 2`")]
async fn a_broadcast_with_too_much_room() {
    drop(broadcast::channel::<u8>(usize::MAX));
}

#[core_async::test]
#[should_panic(expected = "a semaphore may not have more than MAX_PERMITS permits")]
async fn a_semaphore_with_too_many_permits() {
    let _ = Semaphore::new(Semaphore::MAX_PERMITS + 1);
}

#[core_async::test]
#[should_panic(expected = "a semaphore may not have more than MAX_PERMITS permits")]
async fn a_queue_with_too_much_room() {
    drop(mpsc::channel::<u8>(Semaphore::MAX_PERMITS + 1));
}

#[core_async::test]
#[should_panic(expected = "would overflow MAX_PERMITS")]
async fn permits_added_beyond_the_maximum() {
    Semaphore::new(Semaphore::MAX_PERMITS).add_permits(1);
}

#[core_async::test]
#[should_panic(expected = "merging permits from different semaphore instances")]
async fn permits_of_two_semaphores_merged() {
    let (one, other) = (Semaphore::new(1), Semaphore::new(1));
    let mut permit = one.try_acquire().expect("it is free");
    permit.merge(other.try_acquire().expect("it is free"));
}

#[core_async::test]
#[should_panic(expected = "called after complete")]
async fn a_oneshot_polled_after_its_end() {
    let (sender, mut receiver) = oneshot::channel();
    sender.send(1).expect("somebody receives");
    assert_eq!(poll(&mut receiver), Poll::Ready(Ok(1)));
    let _ = poll(&mut receiver);
}

#[core_async::test]
#[should_panic(expected = "JoinHandle polled after completion")]
async fn a_task_joined_twice() {
    let mut handle = spawn(async {});
    (&mut handle).await.expect("it ends well");
    let _ = poll(&mut handle);
}

#[core_async::test]
#[should_panic(expected = "`async fn` resumed after completion")]
async fn a_lock_polled_after_its_end() {
    let mutex = Mutex::new(1);
    let mut locking = Box::pin(mutex.lock());
    drop(poll(&mut locking));
    let _ = poll(&mut locking);
}

#[core_async::test]
async fn a_wait_polled_after_its_end_stays_ready() {
    let mut asleep = Box::pin(sleep(Duration::from_millis(1)));
    asleep.as_mut().await;
    assert!(poll(&mut asleep).is_ready());
    let notify = Notify::new();
    notify.notify_one();
    let mut notified = pin!(notify.notified());
    notified.as_mut().await;
    assert!(poll(&mut notified).is_ready());
}

#[core_async::test]
#[should_panic(expected = "`period` must be non-zero.")]
async fn an_interval_of_zero() {
    drop(interval(Duration::ZERO));
}

#[core_async::test]
#[should_panic(expected = "`period` must be non-zero.")]
async fn a_later_interval_of_zero() {
    drop(interval_at(Instant::now(), Duration::ZERO));
}

#[core_async::test]
#[should_panic(expected = "time is not frozen")]
async fn a_running_clock_started() {
    time::resume();
}

#[core_async::test]
#[should_panic(expected = "time is not frozen")]
async fn a_running_clock_set_forward() {
    time::advance(Duration::ZERO).await;
}

/// In a browser the one clock there is would stay stopped for the tests that follow.
#[cfg(not(target_arch = "wasm32"))]
#[core_async::test(start_paused = true)]
#[should_panic(expected = "time is already frozen")]
async fn a_stopped_clock_stopped() {
    time::pause();
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_block_on_in_a_block_on_is_a_typed_error() {
    let inside = block_on(async { try_block_on(async { 1 }) });
    assert!(inside.expect_err("it is asynchronous code").nested);
    // The outer one goes on as before.
    assert_eq!(block_on(async { 2 }), 2);
}

/// Tokio's own waits for ever here.
#[cfg(target_arch = "wasm32")]
#[core_async::test]
#[should_panic(expected = "borrowed `Ref`")]
async fn a_value_sent_while_it_is_borrowed() {
    let (sender, receiver) = core_async::sync::watch::channel(1);
    let _borrowed = receiver.borrow();
    let _ = sender.send(2);
}

async fn fail() -> u8 {
    panic!("as planned");
}

#[core_async::test]
async fn a_panic_in_a_task() {
    let error = spawn(fail()).await.expect_err("it panicked");
    assert!(error.is_panic() && !error.is_cancelled());
}

#[core_async::test]
async fn a_panic_after_a_wait() {
    let failing = spawn(async {
        sleep(Duration::from_millis(1)).await;
        fail().await
    });
    assert!(failing.await.expect_err("it panicked").is_panic());
}

#[core_async::test]
async fn a_panic_in_a_task_of_a_set() {
    let mut set = JoinSet::new();
    for number in 0..3 {
        set.spawn(async move {
            yield_now().await;
            match number {
                1 => fail().await,
                other => other,
            }
        });
    }
    let (mut good, mut bad) = (0, 0);
    while let Some(ended) = set.join_next().await {
        match ended {
            Ok(_) => good += 1,
            Err(error) => bad += i32::from(error.is_panic()),
        }
    }
    assert_eq!((good, bad), (2, 1));
}

/// Those that are in the queue when it panics, and those that only wake later.
#[core_async::test]
async fn a_panic_holds_up_no_other_task() {
    let (sender, mut receiver) = mpsc::unbounded_channel();
    let others: Vec<_> = (0..100_u64)
        .map(|number| {
            let sender = sender.clone();
            spawn(async move {
                match number % 4 {
                    0 => yield_now().await,
                    1 => sleep(Duration::from_millis(number % 8)).await,
                    2 => drop(fail().await),
                    _ => {}
                }
                sender.send(number).expect("somebody receives");
            })
        })
        .collect();
    drop(sender);
    let mut panicked = 0;
    for other in others {
        panicked += u32::from(other.await.is_err_and(|error| error.is_panic()));
    }
    assert_eq!(panicked, 25);
    let mut got = 0;
    // Senders that were held by a trapped task are never dropped: what came has come.
    while receiver.try_recv().is_ok() {
        got += 1;
    }
    assert_eq!(got, 75);
}

#[core_async::test]
async fn a_panic_in_a_blocking_closure() {
    let failing = spawn_blocking(|| {
        panic!("as planned");
    });
    assert!(failing.await.expect_err("it panicked").is_panic());
    // A closure after it is run as ever.
    assert_eq!(spawn_blocking(|| 1).await.expect("it ends well"), 1);
}

/// What only a browser does: code that the event loop calls, and panics that don't unwind.
#[cfg(target_arch = "wasm32")]
mod from_the_event_loop {
    use super::*;
    use core_async::task::JoinHandle;
    use std::cell::RefCell;
    use std::rc::Rc;
    use std::sync::Arc;
    use std::task::Wake;
    use wasm_bindgen::prelude::*;

    #[wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(js_name = setTimeout)]
        fn set_timeout(callback: &JsValue, millis: u32);
    }

    /// Lets the event loop call something, and gives it the time to.
    async fn call(callback: impl FnOnce() + 'static) {
        set_timeout(&Closure::once_into_js(callback), 0);
        sleep(Duration::from_millis(30)).await;
    }

    #[core_async::test]
    async fn a_panic_of_a_task_that_block_on_ran() {
        let task: Rc<RefCell<Option<JoinHandle<u8>>>> = Rc::default();
        let place = task.clone();
        call(move || {
            *place.borrow_mut() = Some(spawn(fail()));
            let _ = try_block_on(std::future::pending::<()>());
        })
        .await;
        let failed = task.take().expect("it was started");
        assert!(failed.await.expect_err("it panicked").is_panic());
        let answer = Rc::new(RefCell::new(None));
        let place = answer.clone();
        call(move || *place.borrow_mut() = Some(try_block_on(async { 7 }))).await;
        let answer = answer.take().expect("it was called");
        assert_eq!(answer.expect("nothing is being polled"), 7);
    }

    struct Panics;

    impl Wake for Panics {
        fn wake(self: Arc<Self>) {
            panic!("as planned");
        }
    }

    #[core_async::test]
    async fn a_waker_that_panics_among_those_of_timers() {
        let deadline = Instant::now() + Duration::from_millis(20);
        let mut bad = Box::pin(time::sleep_until(deadline));
        let waker = Waker::from(Arc::new(Panics));
        assert!(
            bad.as_mut()
                .poll(&mut Context::from_waker(&waker))
                .is_pending()
        );
        let others: Vec<_> = [0, 0, 15]
            .map(|later| spawn(time::sleep_until(deadline + Duration::from_millis(later))))
            .into();
        for other in others {
            other.await.expect("it rings");
        }
    }
}
