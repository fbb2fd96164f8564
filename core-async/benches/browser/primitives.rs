//! Operations on one primitive that never wait for a task: polled by hand where they have to wait.

use super::sync::{Mutex, Notify, RwLock, Semaphore, broadcast, mpsc, oneshot, watch};
use std::future::Future;
use std::hint::black_box;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, Wake, Waker};

struct Count(AtomicU32);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// Makes a waker that counts.
fn counter() -> (Arc<Count>, Waker) {
    let count = Arc::new(Count(AtomicU32::new(0)));
    (count.clone(), Waker::from(count))
}

fn poll<F: Future>(future: Pin<&mut F>, waker: &Waker) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(waker))
}

#[track_caller]
fn wait<F: Future>(future: Pin<&mut F>, waker: &Waker) {
    assert!(poll(future, waker).is_pending(), "there is nothing yet");
}

#[track_caller]
fn done<F: Future>(future: Pin<&mut F>, waker: &Waker) -> F::Output {
    match poll(future, waker) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it was woken"),
    }
}

/// Tells that each of the waits was woken once.
#[track_caller]
fn assert_woken(count: &Count, times: u32) {
    assert_eq!(count.0.load(Ordering::Relaxed), times);
}

pub(crate) async fn mutex(count: u32) {
    let mutex = Mutex::new(0u32);
    for _ in 0..count {
        *mutex.lock().await += 1;
    }
    assert_eq!(mutex.into_inner(), count);
}

pub(crate) async fn rwlock_read(count: u32) {
    let lock = RwLock::new(1u32);
    let mut sum = 0;
    for _ in 0..count {
        sum += *lock.read().await;
    }
    assert_eq!(sum, count);
}

pub(crate) async fn semaphore(count: u32) {
    let semaphore = Semaphore::new(3);
    for _ in 0..count {
        let permit = semaphore.acquire().await;
        drop(black_box(permit.expect("it is open")));
    }
    assert_eq!(semaphore.available_permits(), 3);
}

pub(crate) async fn mpsc(count: u32) {
    let (sender, mut receiver) = mpsc::channel(64);
    let mut sum = 0u64;
    for number in 0..count {
        sender.send(number).await.expect("somebody receives");
        sum += u64::from(receiver.recv().await.expect("it was sent"));
    }
    assert_eq!(sum, u64::from(count) * (u64::from(count) - 1) / 2);
}

/// Fills the queue, then empties it.
pub(crate) async fn mpsc_in_bulk(count: u32) {
    let (sender, mut receiver) = mpsc::channel(64);
    let mut left = count;
    while left > 0 {
        let some = left.min(64);
        for number in 0..some {
            sender.send(number).await.expect("somebody receives");
        }
        for _ in 0..some {
            black_box(receiver.recv().await.expect("it was sent"));
        }
        left -= some;
    }
}

pub(crate) async fn oneshot(count: u32) {
    for number in 0..count {
        let (sender, receiver) = oneshot::channel();
        sender.send(number).expect("somebody receives");
        assert_eq!(receiver.await.expect("it was sent"), number);
    }
}

pub(crate) async fn watch(count: u32) {
    let (sender, mut receiver) = watch::channel(0);
    for number in 1..=count {
        sender.send(number).expect("somebody receives");
        receiver.changed().await.expect("it was sent");
        assert_eq!(*receiver.borrow(), number);
    }
}

/// One value for each of `RECEIVERS`; the operation is one receipt.
pub(crate) async fn broadcast<const RECEIVERS: u32>(count: u32) {
    let (sender, first) = broadcast::channel(16);
    let mut receivers = vec![first];
    receivers.extend((1..RECEIVERS).map(|_| sender.subscribe()));
    for number in 0..count.div_ceil(RECEIVERS) {
        sender.send(number).expect("somebody receives");
        for receiver in &mut receivers {
            assert_eq!(receiver.recv().await.expect("it was sent"), number);
        }
    }
}

pub(crate) async fn notify_handoff(count: u32) {
    let (woken, waker) = counter();
    let notify = Notify::new();
    for _ in 0..count {
        let mut waiting = pin!(notify.notified());
        wait(waiting.as_mut(), &waker);
        notify.notify_one();
        done(waiting, &waker);
    }
    assert_woken(&woken, count);
}

pub(crate) async fn semaphore_handoff(count: u32) {
    let (woken, waker) = counter();
    let semaphore = Semaphore::new(1);
    let mut held = semaphore.try_acquire().expect("it is free");
    for _ in 0..count {
        let mut waiting = pin!(semaphore.acquire());
        wait(waiting.as_mut(), &waker);
        drop(held);
        held = done(waiting, &waker).expect("it is open");
    }
    drop(held);
    assert_woken(&woken, count);
}

pub(crate) async fn oneshot_handoff(count: u32) {
    let (woken, waker) = counter();
    for number in 0..count {
        let (sender, mut receiver) = oneshot::channel();
        let mut receiver = Pin::new(&mut receiver);
        wait(receiver.as_mut(), &waker);
        sender.send(number).expect("somebody receives");
        assert_eq!(done(receiver, &waker).expect("it was sent"), number);
    }
    assert_woken(&woken, count);
}

pub(crate) async fn mpsc_handoff(count: u32) {
    let (woken, waker) = counter();
    let (sender, mut receiver) = mpsc::channel(1);
    for number in 0..count {
        let mut waiting = pin!(receiver.recv());
        wait(waiting.as_mut(), &waker);
        sender.try_send(number).expect("there is room");
        assert_eq!(done(waiting, &waker), Some(number));
    }
    assert_woken(&woken, count);
}

pub(crate) async fn watch_handoff(count: u32) {
    let (woken, waker) = counter();
    let (sender, mut receiver) = watch::channel(0);
    for number in 1..=count {
        let mut waiting = pin!(receiver.changed());
        wait(waiting.as_mut(), &waker);
        sender.send(number).expect("somebody receives");
        done(waiting, &waker).expect("it was sent");
    }
    assert_woken(&woken, count);
}

pub(crate) async fn broadcast_handoff(count: u32) {
    let (woken, waker) = counter();
    let (sender, mut receiver) = broadcast::channel(16);
    for number in 0..count {
        let mut waiting = pin!(receiver.recv());
        wait(waiting.as_mut(), &waker);
        sender.send(number).expect("somebody receives");
        assert_eq!(done(waiting, &waker).expect("it was sent"), number);
    }
    assert_woken(&woken, count);
}

/// Drops waiters out of the middle of `WAITERS` and queues as many anew.
pub(crate) async fn cancel<const WAITERS: usize>(count: u32) {
    let mut random = 1u32;
    let anywhere = |_| {
        // Numbers of a linear congruence, of which the upper bits are good.
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (u64::from(random) * WAITERS as u64 >> 32) as usize
    };
    cancel_at(count, WAITERS, anywhere);
}

/// Drops the one of `WAITERS` that has waited longest, and queues one anew. Its future lies anywhere in memory.
pub(crate) async fn cancel_oldest<const WAITERS: usize>(count: u32) {
    let mut place = 0;
    let oldest = |_| {
        // Strides over all places, far from the last one each time.
        place = (place + WAITERS / 3 + 238) % WAITERS;
        place
    };
    cancel_at(count, WAITERS, oldest);
}

fn cancel_at(count: u32, waiters: usize, places: impl FnMut(u32) -> usize) {
    let (woken, waker) = counter();
    let semaphore = Semaphore::new(0);
    let queue = || {
        let mut waiting = Box::pin(semaphore.acquire());
        wait(waiting.as_mut(), &waker);
        waiting
    };
    let mut all: Vec<_> = (0..waiters).map(|_| queue()).collect();
    for place in (0..count).map(places) {
        all[place] = queue();
    }
    drop(all);
    assert_woken(&woken, 0);
}
