//! The calls that wait in synchronous code, in closures that may block, while tasks go on.

use core_async::sync::{Mutex, RwLock, Semaphore, broadcast, mpsc, oneshot};
use core_async::task::{spawn, spawn_blocking, yield_now};
use std::sync::Arc;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Runs a closure where it may block.
macro_rules! aside {
    ($closure:expr) => {
        spawn_blocking($closure).await.expect("it ends well")
    };
}

/// Drops something in a task, some turns later.
macro_rules! drop_later {
    ($held:expr) => {
        drop(spawn({
            let held = $held;
            async move {
                for _ in 0..5 {
                    yield_now().await;
                }
                drop(held);
            }
        }))
    };
}

#[core_async::test]
#[allow(clippy::arc_with_non_send_sync, reason = "Send natively")]
async fn a_mutex_that_a_task_holds_is_waited_for() {
    let mutex = Arc::new(Mutex::new(1));
    drop_later!(mutex.clone().lock_owned().await);
    let taken = mutex.clone();
    aside!(move || *taken.blocking_lock() += 1);
    drop_later!(mutex.clone().lock_owned().await);
    let taken = mutex.clone();
    aside!(move || *taken.blocking_lock_owned() += 1);
    assert_eq!(*mutex.lock().await, 3);
}

#[core_async::test]
#[allow(clippy::arc_with_non_send_sync, reason = "Send natively")]
async fn a_lock_that_a_task_holds_is_waited_for() {
    let lock = Arc::new(RwLock::new(1));
    drop_later!(lock.clone().read_owned().await);
    let taken = lock.clone();
    aside!(move || *taken.blocking_write() += 1);
    drop_later!(lock.clone().write_owned().await);
    let taken = lock.clone();
    assert_eq!(aside!(move || *taken.blocking_read()), 2);
    assert!(lock.try_write().is_ok());
}

#[core_async::test]
#[allow(clippy::arc_with_non_send_sync, reason = "Send natively")]
async fn permits_that_a_task_holds_are_waited_for() {
    let semaphore = Arc::new(Semaphore::new(2));
    let hold = || semaphore.clone().try_acquire_many_owned(2).expect("free");
    drop_later!(hold());
    let taken = semaphore.clone();
    aside!(move || assert_eq!(taken.blocking_acquire().expect("open").num_permits(), 1));
    drop_later!(hold());
    let taken = semaphore.clone();
    aside!(move || assert_eq!(
        taken.blocking_acquire_many(2).expect("open").num_permits(),
        2
    ));
    drop_later!(hold());
    let taken = semaphore.clone();
    let permit = aside!(move || taken.blocking_acquire_owned().expect("open"));
    drop_later!(permit);
    let taken = semaphore.clone();
    let permits = aside!(move || taken.blocking_acquire_many_owned(2).expect("open"));
    assert_eq!(semaphore.available_permits(), 0);
    drop(permits);
    assert_eq!(semaphore.available_permits(), 2);
    semaphore.close();
    let taken = semaphore.clone();
    assert!(aside!(move || taken.blocking_acquire().is_err()));
}

#[core_async::test]
async fn a_queue_is_written_and_read_in_synchronous_code() {
    let (sender, mut receiver) = mpsc::channel(1);
    let adding = spawn(async move {
        let mut sum = 0;
        while let Some(n) = receiver.recv().await {
            sum += n;
        }
        sum
    });
    // There is room for one, so that it waits.
    aside!(move || (1..=10).for_each(|n| sender.blocking_send(n).expect("somebody receives")));
    assert_eq!(adding.await.expect("it ends well"), 55);
    let (sender, mut receiver) = mpsc::channel(1);
    let sending = spawn(async move {
        for n in 1..=10 {
            sender.send(n).await.expect("somebody receives");
        }
    });
    let (first, rest, end) = aside!(move || {
        let first = receiver.blocking_recv();
        let (mut rest, mut count) = (Vec::new(), 1);
        while count > 0 {
            count = receiver.blocking_recv_many(&mut rest, 4);
        }
        (first, rest, receiver.blocking_recv())
    });
    assert_eq!((first, end), (Some(1), None));
    assert!(rest.into_iter().eq(2..=10));
    sending.await.expect("it ends well");
    let (sender, receiver) = mpsc::channel(1);
    drop(receiver);
    let refused = aside!(move || sender.blocking_send(7));
    assert_eq!(refused.expect_err("nobody receives").0, 7);
}

#[core_async::test]
async fn a_queue_without_a_limit_is_read_in_synchronous_code() {
    let (sender, mut receiver) = mpsc::unbounded_channel();
    let sending = spawn(async move {
        for n in 1..=10 {
            yield_now().await;
            sender.send(n).expect("somebody receives");
        }
    });
    let (first, rest) = aside!(move || {
        let first = receiver.blocking_recv();
        let (mut rest, mut count) = (Vec::new(), 1);
        while count > 0 {
            count = receiver.blocking_recv_many(&mut rest, 4);
        }
        (first, rest)
    });
    assert_eq!(first, Some(1));
    assert!(rest.into_iter().eq(2..=10));
    sending.await.expect("it ends well");
}

#[core_async::test]
async fn news_and_answers_are_waited_for_in_synchronous_code() {
    let (sender, mut receiver) = broadcast::channel(4);
    let (answer, question) = oneshot::channel();
    drop(spawn(async move {
        yield_now().await;
        sender.send(1).expect("somebody receives");
        yield_now().await;
        answer.send(2).expect("somebody receives");
    }));
    let (news, end) = aside!(move || (receiver.blocking_recv(), receiver.blocking_recv()));
    assert_eq!(news, Ok(1));
    assert_eq!(end, Err(broadcast::error::RecvError::Closed));
    assert_eq!(aside!(move || question.blocking_recv()), Ok(2));
    let (answer, question) = oneshot::channel::<u8>();
    drop_later!(answer);
    assert!(aside!(move || question.blocking_recv()).is_err());
}

/// Natively there is no runtime here; in a page there always is one.
#[test]
fn what_is_free_is_taken_outside_of_any_task() {
    let mutex = Mutex::new(1);
    *mutex.blocking_lock() += 1;
    assert_eq!(mutex.into_inner(), 2);
    let lock = RwLock::new(1);
    *lock.blocking_write() += 1;
    assert_eq!(*lock.blocking_read(), 2);
    let (sender, mut receiver) = mpsc::channel(1);
    sender.blocking_send(3).expect("somebody receives");
    assert_eq!(receiver.blocking_recv(), Some(3));
}
