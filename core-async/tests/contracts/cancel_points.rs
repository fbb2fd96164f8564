//! Every future is dropped at every await point, and everything is left as if it had never been.

use core_async::local::VirtualHost;
use core_async::local::sync::{
    Barrier, CancellationToken, Mutex, Notify, OnceCell, RwLock, Semaphore, broadcast, mpsc,
    oneshot, watch,
};
use core_async::local::task::{JoinSet, spawn, spawn_blocking, yield_now};
use core_async::local::time::{Duration, sleep, timeout};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

struct World {
    semaphore: Arc<Semaphore>,
    mutex: Arc<Mutex<u32>>,
    lock: Arc<RwLock<u32>>,
    notify: Notify,
    sender: mpsc::Sender<u32>,
    receiver: Mutex<mpsc::Receiver<u32>>,
    news: broadcast::Sender<u32>,
    state: watch::Sender<u32>,
    token: CancellationToken,
    cell: OnceCell<u32>,
}

/// Uses everything once, in an order that goes through many awaits.
async fn journey(world: Rc<World>) {
    let permit = world
        .semaphore
        .clone()
        .acquire_many_owned(2)
        .await
        .expect("open");
    yield_now().await;
    let mut value = world.mutex.clone().lock_owned().await;
    *value += 1;
    let read = world.lock.read().await;
    sleep(Duration::from_millis(2)).await;
    drop(read);
    let write = world.lock.clone().write_owned().await;
    let read = write.downgrade();
    yield_now().await;
    drop((read, value));
    world.sender.send(1).await.expect("open");
    let room = world.sender.reserve().await.expect("open");
    yield_now().await;
    room.send(2);
    let mut receiver = world.receiver.lock().await;
    receiver.recv().await.expect("two were sent");
    receiver.recv().await.expect("two were sent");
    drop(receiver);
    let mut news = world.news.subscribe();
    world.news.send(1).expect("we listen");
    news.recv().await.expect("one was sent");
    let mut state = world.state.subscribe();
    world.state.send(1).expect("we listen");
    state.changed().await.expect("one was sent");
    world.notify.notify_one();
    world.notify.notified().await;
    let (reply, answer) = oneshot::channel();
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        yield_now().await;
        reply.send(5).ok();
    });
    answer.await.expect("it is sent");
    tasks
        .join_next()
        .await
        .expect("one task")
        .expect("it ends well");
    spawn_blocking(|| ()).await.expect("it ends well");
    timeout(Duration::from_millis(1), world.token.cancelled())
        .await
        .expect_err("nobody cancels");
    world
        .token
        .run_until_cancelled(sleep(Duration::from_millis(1)))
        .await
        .expect("nobody cancels");
    world
        .cell
        .get_or_init(|| async {
            yield_now().await;
            9
        })
        .await;
    Barrier::new(1).wait().await;
    spawn(async { yield_now().await })
        .await
        .expect("it ends well");
    drop(permit);
}

/// Drops its future after so many polls.
struct Cut<F> {
    future: Option<Pin<Box<F>>>,
    polls: usize,
}

impl<F: Future> Future for Cut<F> {
    /// Whether the future came to its own end.
    type Output = bool;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<bool> {
        if self.polls == 0 {
            self.future = None;
            return Poll::Ready(false);
        }
        self.polls -= 1;
        let future = self.future.as_mut().expect("polled to its end");
        match future.as_mut().poll(cx) {
            Poll::Ready(_) => Poll::Ready(true),
            Poll::Pending => {
                if self.polls == 0 {
                    // Cut at once, while whatever it waits for is still to come.
                    self.future = None;
                    return Poll::Ready(false);
                }
                Poll::Pending
            }
        }
    }
}

#[test]
#[allow(clippy::arc_with_non_send_sync, reason = "tokio's signature")]
fn dropping_a_future_at_any_await_leaves_everything_whole() {
    let mut cut_points = 0;
    for polls in 1.. {
        let (host, runtime) = VirtualHost::start(polls as u64);
        let (sender, receiver) = mpsc::channel(2);
        let world = Rc::new(World {
            semaphore: Arc::new(Semaphore::new(2)),
            mutex: Arc::new(Mutex::new(0)),
            lock: Arc::new(RwLock::new(0)),
            notify: Notify::new(),
            sender,
            receiver: Mutex::new(receiver),
            news: broadcast::Sender::new(4),
            state: watch::Sender::new(0),
            token: CancellationToken::new(),
            cell: OnceCell::new(),
        });
        let cut = Cut {
            future: Some(Box::pin(journey(world.clone()))),
            polls,
        };
        let ended = host.run(&runtime, cut);
        assert_eq!(
            world.semaphore.available_permits(),
            2,
            "after {polls} polls"
        );
        assert!(world.mutex.try_lock().is_ok(), "after {polls} polls");
        assert!(world.lock.try_write().is_ok(), "after {polls} polls");
        let mut receiver = world.receiver.try_lock().expect("it is free");
        while receiver.try_recv().is_ok() {}
        assert_eq!(world.sender.capacity(), 2, "after {polls} polls");
        assert_eq!(world.news.receiver_count(), 0);
        assert_eq!(world.state.receiver_count(), 0);
        assert!(world.cell.initialized() || world.cell.set(1).is_ok());
        // Whatever the journey left behind on its own comes to an end.
        while host.skip() && runtime.timer_count() > 0 {
            host.settle(&runtime);
        }
        host.settle(&runtime);
        assert_eq!(runtime.task_count(), 0, "after {polls} polls");
        assert_eq!(runtime.timer_count(), 0, "after {polls} polls");
        // And the journey can be made again.
        drop(receiver);
        host.run(&runtime, journey(world));
        cut_points += 1;
        if ended {
            break;
        }
    }
    assert!(cut_points >= 10, "the journey has many stops: {cut_points}");
}

#[test]
fn a_hand_polled_wait_leaves_no_waker_behind() {
    let waker = Waker::noop();
    let mut cx = Context::from_waker(waker);
    let semaphore = Semaphore::new(0);
    for _ in 0..1_000 {
        let mut waiting = Box::pin(semaphore.acquire());
        assert!(waiting.as_mut().poll(&mut cx).is_pending());
    }
    semaphore.add_permits(1);
    assert_eq!(semaphore.available_permits(), 1);
}
