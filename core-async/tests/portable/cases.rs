//! The public API, written once: these run natively on tokio and in a browser on our own backend.

use core_async::io::{AsyncReadExt, AsyncWriteExt};
use core_async::runtime::try_block_on;
use core_async::sync::{
    Barrier, CancellationToken, Mutex, Notify, OnceCell, RwLock, Semaphore, broadcast, mpsc,
    oneshot, watch,
};
use core_async::task::{JoinSet, spawn, spawn_blocking, yield_now};
use core_async::time::{
    self, Duration, Instant, MissedTickBehavior, SystemTime, UNIX_EPOCH, interval, sleep, timeout,
};
use std::future::pending;
use std::sync::Arc;

#[core_async::test]
async fn a_task_gives_its_output() {
    assert_eq!(spawn(async { 1 + 1 }).await.expect("it ends well"), 2);
}

#[core_async::test]
async fn an_aborted_task_says_cancelled() {
    let handle = spawn(pending::<()>());
    handle.abort();
    assert!(handle.await.expect_err("it was aborted").is_cancelled());
}

#[core_async::test]
async fn a_set_joins_in_order_of_completion() {
    let mut set = JoinSet::new();
    for millis in [40, 5, 20] {
        set.spawn(async move {
            sleep(Duration::from_millis(millis)).await;
            millis
        });
    }
    let mut order = Vec::new();
    while let Some(result) = set.join_next().await {
        order.push(result.expect("it ends well"));
    }
    assert_eq!(order, [5, 20, 40]);
}

#[core_async::test]
async fn a_set_names_the_tasks_that_it_joins() {
    let mut set = JoinSet::new();
    let first = set.spawn(async { 1 }).id();
    assert_eq!(
        set.join_next_with_id()
            .await
            .expect("one task")
            .expect("it ends well"),
        (first, 1)
    );
    let second = set.spawn(pending::<i32>());
    second.abort();
    let error = set.join_next_with_id().await.expect("one task");
    assert_eq!(error.expect_err("it was aborted").id(), second.id());
    assert!(set.join_next_with_id().await.is_none());
}

#[cfg(not(target_arch = "wasm32"))]
#[core_async::test]
async fn a_panic_gives_what_it_was_thrown_with() {
    let panics = spawn(async { std::panic::panic_any(7_u8) });
    let payload = panics.await.expect_err("it panicked").into_panic();
    assert_eq!(payload.downcast_ref(), Some(&7_u8));
}

#[core_async::test]
async fn a_blocking_closure_gives_its_output() {
    assert_eq!(spawn_blocking(|| 7).await.expect("it ends well"), 7);
}

#[core_async::test]
async fn a_sleep_is_never_early() {
    for micros in [1, 700, 1_500, 9_999] {
        let started = Instant::now();
        sleep(Duration::from_micros(micros)).await;
        assert!(started.elapsed() >= Duration::from_micros(micros));
    }
}

#[core_async::test]
async fn a_timeout_gives_up() {
    assert!(
        timeout(Duration::from_millis(5), pending::<()>())
            .await
            .is_err()
    );
    assert_eq!(timeout(Duration::from_secs(60), async { 3 }).await, Ok(3));
}

#[core_async::test]
async fn a_timer_later_than_the_host_can_wait_does_not_ring() {
    const DAY: Duration = Duration::from_secs(86_400);
    for far in [25 * DAY, 50 * DAY, 36_525 * DAY, Duration::MAX] {
        let early = timeout(Duration::from_millis(20), sleep(far)).await;
        assert!(early.is_err(), "{far:?} passed in 20 ms");
    }
}

#[core_async::test(start_paused = true)]
async fn a_stopped_clock_skips_the_wait() {
    let started = Instant::now();
    sleep(Duration::from_secs(3_600)).await;
    assert!(started.elapsed() >= Duration::from_secs(3_600));
    time::advance(Duration::from_secs(60)).await;
    assert!(started.elapsed() >= Duration::from_secs(3_660));
}

#[core_async::test(start_paused = true)]
async fn an_interval_skips_missed_ticks() {
    let started = Instant::now();
    let mut ticks = interval(Duration::from_millis(100));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    ticks.tick().await;
    sleep(Duration::from_millis(350)).await;
    assert_eq!(ticks.tick().await - started, Duration::from_millis(100));
    assert_eq!(ticks.tick().await - started, Duration::from_millis(400));
}

#[core_async::test]
async fn the_wall_clock_works() {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("after 1970");
    assert!(since > Duration::from_secs(1_700_000_000));
}

#[core_async::test]
#[allow(clippy::arc_with_non_send_sync, reason = "Send natively")]
async fn a_semaphore_serves_in_order() {
    let semaphore = Arc::new(Semaphore::new(1));
    let order = Arc::new(Mutex::new(Vec::new()));
    let first = semaphore.clone().acquire_owned().await.expect("open");
    let mut set = JoinSet::new();
    for n in 0..5 {
        let (semaphore, order) = (semaphore.clone(), order.clone());
        set.spawn(async move {
            let _permit = semaphore.acquire().await.expect("open");
            order.lock().await.push(n);
        });
        yield_now().await;
    }
    drop(first);
    while set.join_next().await.is_some() {}
    assert_eq!(*order.lock().await, [0, 1, 2, 3, 4]);
}

#[core_async::test]
async fn a_lock_has_many_readers_or_one_writer() {
    let lock = RwLock::new(1);
    let (one, two) = (lock.read().await, lock.read().await);
    assert!(lock.try_write().is_err());
    assert_eq!(*one + *two, 2);
    drop((one, two));
    *lock.write().await += 1;
    assert_eq!(lock.into_inner(), 2);
}

#[core_async::test]
async fn channels_carry_values() {
    let (sender, mut receiver) = mpsc::channel(2);
    let task = spawn(async move {
        for n in 0..100 {
            sender.send(n).await.expect("somebody receives");
        }
    });
    let mut sum = 0;
    while let Some(n) = receiver.recv().await {
        sum += n;
    }
    task.await.expect("it ends well");
    assert_eq!(sum, 4_950);
    let (sender, receiver) = oneshot::channel();
    spawn(async move { sender.send(5) })
        .await
        .expect("it ends well")
        .expect("it is awaited");
    assert_eq!(receiver.await, Ok(5));
}

#[core_async::test]
async fn a_broadcast_tells_how_much_was_missed() {
    let (sender, mut receiver) = broadcast::channel(3);
    for n in 0..6 {
        sender.send(n).expect("we receive");
    }
    assert_eq!(
        receiver.recv().await,
        Err(broadcast::error::RecvError::Lagged(2))
    );
    assert_eq!(receiver.recv().await, Ok(2));
    drop(sender);
    for n in 3..6 {
        assert_eq!(receiver.recv().await, Ok(n));
    }
    assert_eq!(
        receiver.recv().await,
        Err(broadcast::error::RecvError::Closed)
    );
}

#[core_async::test]
async fn a_watch_shows_the_latest_value() {
    let (sender, mut receiver) = watch::channel(0);
    sender.send(1).expect("we receive");
    sender.send(2).expect("we receive");
    receiver.changed().await.expect("there is news");
    assert_eq!(*receiver.borrow_and_update(), 2);
    drop(sender);
    assert!(receiver.changed().await.is_err());
}

#[core_async::test]
async fn a_token_reaches_its_children_only() {
    let token = CancellationToken::new();
    let child = token.child_token();
    let waiting = spawn({
        let child = child.clone();
        async move { child.cancelled().await }
    });
    token.child_token().cancel();
    assert!(!token.is_cancelled() && !child.is_cancelled());
    token.cancel();
    waiting.await.expect("it ends well");
    assert_eq!(token.run_until_cancelled(async { 1 }).await, None);
}

#[core_async::test]
async fn a_token_that_is_given_away_ends_a_run() {
    let token = CancellationToken::new();
    let given = token.clone().run_until_cancelled_owned(async { 1 });
    assert_eq!(given.await, Some(1));
    let run = spawn(token.clone().run_until_cancelled_owned(pending::<u8>()));
    yield_now().await;
    assert!(!run.is_finished());
    token.cancel();
    assert_eq!(run.await.expect("it ends well"), None);
}

#[core_async::test]
async fn a_guard_cancels_a_token_that_it_borrows_unless_it_is_disarmed() {
    let token = CancellationToken::new();
    let disarmed = token.drop_guard_ref().disarm();
    assert!(!disarmed.is_cancelled());
    let guard = token.drop_guard_ref();
    assert!(!token.is_cancelled());
    drop(guard);
    assert!(token.is_cancelled());
}

#[core_async::test]
#[allow(clippy::arc_with_non_send_sync, reason = "Send natively")]
async fn signals_wake() {
    let notify = Arc::new(Notify::new());
    let waiting = spawn({
        let notify = notify.clone();
        async move { notify.notified().await }
    });
    yield_now().await;
    notify.notify_one();
    waiting.await.expect("it ends well");
    let barrier = Arc::new(Barrier::new(2));
    let other = spawn({
        let barrier = barrier.clone();
        async move { barrier.wait().await.is_leader() }
    });
    let leader = barrier.wait().await.is_leader();
    assert_ne!(leader, other.await.expect("it ends well"));
    let cell = OnceCell::new();
    assert_eq!(*cell.get_or_init(|| async { 4 }).await, 4);
}

#[core_async::test]
async fn macros_select_and_join() {
    let (one, two) = core_async::join!(async { 1 }, async {
        yield_now().await;
        2
    });
    assert_eq!(one + two, 3);
    let won = core_async::select! {
        () = pending() => 0,
        () = sleep(Duration::from_millis(1)) => 1,
    };
    assert_eq!(won, 1);
}

#[core_async::test]
async fn streams_of_bytes_are_tokios() {
    let (mut near, mut far) = core_async::io::duplex(4);
    let writing = spawn(async move {
        near.write_all(b"more than four bytes")
            .await
            .expect("somebody reads");
    });
    let mut text = String::new();
    far.read_to_string(&mut text).await.expect("it is text");
    assert_eq!(text, "more than four bytes");
    writing.await.expect("it ends well");
}

#[core_async::test]
async fn block_on_inside_of_asynchronous_code_is_a_typed_error() {
    let inside = spawn(async { try_block_on(async { 1 }) })
        .await
        .expect("it ends well");
    let error = inside.expect_err("a task is asynchronous");
    assert!(error.nested, "{error}");
}

/// What is there at once, again and again, for ever: a timeout must still come.
async fn is_given_up<F: Future<Output = ()>>(what: &str, busy: F) {
    let given_up = timeout(Duration::from_millis(20), busy).await;
    assert!(given_up.is_err(), "{what}");
}

#[core_async::test]
async fn a_task_that_never_has_to_wait_gives_way_all_the_same() {
    // A browser's tests are no tasks, and so not limited.
    spawn(busy_without_end()).await.expect("it ends well");
}

async fn busy_without_end() {
    let (sender, mut receiver) = mpsc::channel(4);
    is_given_up("a queue", async {
        loop {
            sender.send(1).await.expect("somebody receives");
            receiver.recv().await.expect("somebody sends");
        }
    })
    .await;
    let (sender, mut receiver) = broadcast::channel(4);
    is_given_up("a broadcast", async {
        loop {
            sender.send(1).expect("somebody receives");
            receiver.recv().await.expect("somebody sends");
        }
    })
    .await;
    let (sender, mut receiver) = watch::channel(1);
    is_given_up("a watch", async {
        loop {
            sender.send(1).expect("somebody looks");
            receiver.changed().await.expect("somebody sends");
        }
    })
    .await;
    is_given_up("one-shots", async {
        loop {
            let (sender, receiver) = oneshot::channel();
            sender.send(1).expect("somebody receives");
            receiver.await.expect("it was sent");
        }
    })
    .await;
    let (sender, mut receiver) = mpsc::channel::<u8>(4);
    drop(sender);
    let mut several = Vec::new();
    is_given_up("a queue that is closed", async {
        loop {
            assert_eq!(receiver.recv().await, None);
            assert_eq!(receiver.recv_many(&mut several, 4).await, 0);
        }
    })
    .await;
    let (mut sender, receiver) = oneshot::channel::<u8>();
    drop(receiver);
    is_given_up("a one-shot that nobody receives", async {
        loop {
            sender.closed().await;
        }
    })
    .await;
    let (sender, receiver) = watch::channel(1);
    drop(receiver);
    is_given_up("a watch that nobody looks at", async {
        loop {
            sender.closed().await;
        }
    })
    .await;
    is_given_up("timeouts", async {
        loop {
            let never = std::future::pending::<()>();
            assert!(timeout(Duration::ZERO, never).await.is_err());
        }
    })
    .await;
    let lock = RwLock::new(0);
    is_given_up("a lock", async {
        loop {
            *lock.write().await += *lock.read().await;
        }
    })
    .await;
    let semaphore = Arc::new(Semaphore::new(2));
    is_given_up("a semaphore", async {
        loop {
            drop(semaphore.acquire().await);
            drop(semaphore.clone().acquire_many_owned(2).await);
        }
    })
    .await;
    let mut ticks = interval(Duration::from_nanos(1));
    is_given_up("an interval", async {
        loop {
            ticks.tick().await;
        }
    })
    .await;
}

#[core_async::test]
async fn a_task_that_never_has_to_wait_lets_others_run() {
    let lock = Arc::new(Mutex::new(false));
    let other = lock.clone();
    let set = spawn(async move { *other.lock().await = true });
    let busy = spawn(async move { while !*lock.lock().await {} });
    set.await.expect("it ends well");
    busy.await.expect("it ends well");
}
