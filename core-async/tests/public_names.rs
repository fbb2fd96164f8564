//! Every public name, used with one signature: what compiles here compiles on both targets.

#![allow(missing_docs, reason = "a test")]
#![allow(clippy::all, reason = "nothing of it is run")]
#![allow(
    dead_code,
    unused_imports,
    reason = "what is checked is that it compiles"
)]

use core_async::fs::{
    DirEntry, File, FileType, Metadata, OpenOptions, ReadDir, canonicalize, create_dir,
    create_dir_all, metadata, read, read_dir, read_to_string, remove_dir, remove_dir_all,
    remove_file, rename, try_exists, write,
};
use core_async::io::{
    AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncSeek, AsyncSeekExt, AsyncWrite,
    AsyncWriteExt, BufReader, BufWriter, ReadBuf, SeekFrom, duplex,
};
use core_async::runtime::{WouldBlock, block_on, try_block_on};
use core_async::signal::ctrl_c;
use core_async::sync::futures::{Notified, OwnedNotified};
use core_async::sync::{
    AcquireError, Barrier, BarrierWaitResult, CancellationToken, DropGuard, DropGuardRef,
    MappedMutexGuard, Mutex, MutexGuard, Notify, OnceCell, OwnedMutexGuard, OwnedRwLockReadGuard,
    OwnedRwLockWriteGuard, OwnedSemaphorePermit, RwLock, RwLockMappedWriteGuard, RwLockReadGuard,
    RwLockWriteGuard, Semaphore, SemaphorePermit, SetError, TryAcquireError, TryLockError,
    WaitForCancellationFuture, WaitForCancellationFutureOwned, broadcast, mpsc, oneshot, watch,
};
use core_async::task::{
    AbortHandle, Id, JoinError, JoinHandle, JoinSet, id, spawn, spawn_blocking, try_id, yield_now,
};
use core_async::time::error::Elapsed;
use core_async::time::{
    Duration, Instant, Interval, MissedTickBehavior, Sleep, SystemTime, SystemTimeError, Timeout,
    UNIX_EPOCH, advance, interval, interval_at, pause, resume, sleep, sleep_until, timeout,
    timeout_at,
};
use std::any::Any;
use std::future::Ready;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

fn runtimes() {
    let _: fn(Ready<u8>) -> u8 = block_on;
    let _: fn(Ready<u8>) -> Result<u8, WouldBlock> = try_block_on;
}

async fn tasks(handle: JoinHandle<u8>, mut set: JoinSet<u8>) -> Result<(), JoinError> {
    let _: JoinHandle<u8> = spawn(async { 1 });
    let _: JoinHandle<u8> = spawn_blocking(|| 1);
    let _: (Id, Option<Id>) = (id(), try_id());
    let abort: AbortHandle = handle.abort_handle();
    let _: (bool, bool, Id, Id) = (
        handle.is_finished(),
        abort.is_finished(),
        handle.id(),
        abort.id(),
    );
    handle.abort();
    let error: JoinError = handle.await.expect_err("only types are checked");
    let _: (bool, bool, Id) = (error.is_cancelled(), error.is_panic(), error.id());
    let _: Result<Box<dyn Any + Send>, JoinError> = error.try_into_panic();
    let _: AbortHandle = set.spawn(async { 1 });
    let _: AbortHandle = set.spawn_blocking(|| 1);
    let _: Option<Result<u8, JoinError>> = set.join_next().await;
    let _: Option<Result<(Id, u8), JoinError>> = set.join_next_with_id().await;
    let _: Option<Result<u8, JoinError>> = set.try_join_next();
    let _: (usize, bool) = (set.len(), set.is_empty());
    set.abort_all();
    set.detach_all();
    set.shutdown().await;
    let _: Vec<u8> = set.join_all().await;
    yield_now().await;
    Ok(())
}

async fn times(mut ticks: Interval, mut asleep: Pin<Box<Sleep>>) -> Result<(), Elapsed> {
    let now: Instant = Instant::now();
    let _: Option<Instant> = now.checked_add(Duration::ZERO);
    let _: (Duration, Duration) = (now.elapsed(), now - now);
    let _: u8 = timeout(Duration::ZERO, async { 1 }).await?;
    let _: u8 = timeout_at(now, async { 1 }).await?;
    let _: Instant = ticks.tick().await;
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks.reset();
    let _: (Duration, MissedTickBehavior) = (ticks.period(), ticks.missed_tick_behavior());
    asleep.as_mut().reset(now + Duration::ZERO);
    let _: (Instant, bool) = (asleep.deadline(), asleep.is_elapsed());
    let _: Result<Duration, SystemTimeError> = SystemTime::now().duration_since(UNIX_EPOCH);
    let _: (Interval, Interval) = (interval(Duration::ZERO), interval_at(now, Duration::ZERO));
    let _: (Sleep, Sleep) = (sleep(Duration::ZERO), sleep_until(now));
    (pause(), resume());
    advance(Duration::ZERO).await;
    Ok(())
}

async fn locks(
    mutex: Arc<Mutex<u8>>,
    lock: Arc<RwLock<u8>>,
    semaphore: Arc<Semaphore>,
) -> Result<(), AcquireError> {
    let _: MutexGuard<'_, u8> = mutex.lock().await;
    let _: OwnedMutexGuard<u8> = mutex.clone().lock_owned().await;
    let _: Result<MutexGuard<'_, u8>, TryLockError> = mutex.try_lock();
    let _: Result<OwnedMutexGuard<u8>, TryLockError> = mutex.clone().try_lock_owned();
    let _: MappedMutexGuard<'_, u8> = MutexGuard::map(mutex.lock().await, |value| value);
    let _: (&Mutex<u8>, MutexGuard<'_, u8>) = (
        MutexGuard::mutex(&mutex.lock().await),
        mutex.blocking_lock(),
    );
    let _: RwLockReadGuard<'_, u8> = lock.read().await;
    let _: RwLockReadGuard<'_, u8> = lock.write().await.downgrade();
    let _: RwLockMappedWriteGuard<'_, u8> = RwLockWriteGuard::map(lock.write().await, |it| it);
    let _: OwnedRwLockReadGuard<u8> = lock.clone().read_owned().await;
    let _: OwnedRwLockReadGuard<u8> = lock.clone().write_owned().await.downgrade();
    let _: Result<RwLockWriteGuard<'_, u8>, TryLockError> = lock.try_write();
    let _: OwnedRwLockWriteGuard<u8> = lock.clone().write_owned().await;
    let mut permit: SemaphorePermit<'_> = semaphore.acquire_many(2).await?;
    let _: (usize, Option<SemaphorePermit<'_>>) = (permit.num_permits(), permit.split(1));
    let _: Result<SemaphorePermit<'_>, TryAcquireError> = semaphore.try_acquire();
    let _: OwnedSemaphorePermit = semaphore.clone().acquire_owned().await?;
    let _: (usize, usize, bool) = (
        semaphore.available_permits(),
        semaphore.forget_permits(1),
        semaphore.is_closed(),
    );
    let _: SemaphorePermit<'_> = semaphore.blocking_acquire()?;
    let _: SemaphorePermit<'_> = semaphore.blocking_acquire_many(2)?;
    let _: OwnedSemaphorePermit = semaphore.clone().blocking_acquire_owned()?;
    let _: OwnedSemaphorePermit = semaphore.clone().blocking_acquire_many_owned(2)?;
    let _: OwnedMutexGuard<u8> = mutex.blocking_lock_owned();
    let _: RwLockReadGuard<'_, u8> = lock.blocking_read();
    let _: RwLockWriteGuard<'_, u8> = lock.blocking_write();
    semaphore.add_permits(1);
    semaphore.close();
    Ok(())
}

async fn signals(
    notify: Arc<Notify>,
    barrier: Barrier,
    token: CancellationToken,
    cell: OnceCell<u8>,
) {
    (
        notify.notify_one(),
        notify.notify_last(),
        notify.notify_waiters(),
    );
    let mut waiting: Pin<Box<Notified<'_>>> = Box::pin(notify.notified());
    let _: bool = waiting.as_mut().enable();
    let _: OwnedNotified = notify.clone().notified_owned();
    let _: bool = BarrierWaitResult::is_leader(&barrier.wait().await);
    let _: (CancellationToken, bool) = (token.child_token(), token.is_cancelled());
    token.cancel();
    let _: WaitForCancellationFuture<'_> = token.cancelled();
    let _: WaitForCancellationFutureOwned = token.clone().cancelled_owned();
    let _: Option<u8> = token.run_until_cancelled(async { 1 }).await;
    let _: Option<u8> = token.clone().run_until_cancelled_owned(async { 1 }).await;
    let _: DropGuardRef<'_> = token.drop_guard_ref();
    let guard: DropGuard = token.drop_guard();
    let _: CancellationToken = guard.disarm();
    let _: (&u8, Option<&u8>, bool) = (
        cell.get_or_init(|| async { 1 }).await,
        cell.get(),
        cell.initialized(),
    );
    let _: Result<&u8, ()> = cell.get_or_try_init(|| async { Ok(1) }).await;
    let _: Result<(), SetError<u8>> = cell.set(1);
}

async fn channels(cx: &mut Context<'_>) {
    let (sender, mut receiver) = mpsc::channel::<u8>(1);
    let _: Result<(), mpsc::error::SendError<u8>> = sender.send(1).await;
    let _: Result<(), mpsc::error::TrySendError<u8>> = sender.try_send(1);
    let _: Result<(), mpsc::error::SendTimeoutError<u8>> =
        sender.send_timeout(1, Duration::ZERO).await;
    let _: Result<mpsc::Permit<'_, u8>, mpsc::error::SendError<()>> = sender.reserve().await;
    let _: Result<mpsc::OwnedPermit<u8>, mpsc::error::SendError<()>> =
        sender.clone().reserve_owned().await;
    let _: Option<mpsc::Sender<u8>> = mpsc::WeakSender::upgrade(&sender.downgrade());
    let _: (usize, usize, usize) = (
        sender.capacity(),
        sender.max_capacity(),
        sender.strong_count(),
    );
    let _: Option<u8> = receiver.recv().await;
    let _: usize = receiver.recv_many(&mut Vec::new(), 1).await;
    let _: Result<u8, mpsc::error::TryRecvError> = receiver.try_recv();
    let _: Poll<Option<u8>> = receiver.poll_recv(cx);
    let _: Result<(), mpsc::error::SendError<u8>> = sender.blocking_send(1);
    let _: Option<u8> = receiver.blocking_recv();
    let _: usize = receiver.blocking_recv_many(&mut Vec::new(), 1);
    receiver.close();
    let (sender, receiver) = mpsc::unbounded_channel::<u8>();
    let _: (mpsc::WeakUnboundedSender<u8>, mpsc::UnboundedReceiver<u8>) =
        (sender.downgrade(), receiver);
    let (mut sender, mut receiver) = oneshot::channel::<u8>();
    let _: Poll<()> = sender.poll_closed(cx);
    let _: Result<u8, oneshot::error::TryRecvError> = receiver.try_recv();
    let _: Result<(), u8> = sender.send(1);
    let _: Result<u8, oneshot::error::RecvError> = receiver.await;
    let (sender, mut receiver) = watch::channel(1u8);
    let _: Result<(), watch::error::SendError<u8>> = sender.send(1);
    let _: (u8, bool) = (sender.send_replace(1), sender.send_if_modified(|_| true));
    let _: Result<(), watch::error::RecvError> = receiver.changed().await;
    let _: bool = receiver
        .wait_for(|_| true)
        .await
        .is_ok_and(|value| value.has_changed());
    let _: watch::Ref<'_, u8> = receiver.borrow_and_update();
    let (sender, mut receiver) = broadcast::channel::<u8>(1);
    let _: Result<usize, broadcast::error::SendError<u8>> = sender.send(1);
    let _: Result<u8, broadcast::error::RecvError> = receiver.recv().await;
    let _: Result<u8, broadcast::error::TryRecvError> = receiver.try_recv();
    let _: Result<u8, broadcast::error::RecvError> = receiver.blocking_recv();
    let (_, alone) = oneshot::channel::<u8>();
    let _: Result<u8, oneshot::error::RecvError> = alone.blocking_recv();
    let _: (broadcast::Receiver<u8>, usize) = (receiver.resubscribe(), sender.receiver_count());
    let _: Option<broadcast::Sender<u8>> = broadcast::WeakSender::upgrade(&sender.downgrade());
}

async fn files(path: &Path) -> io::Result<()> {
    let _: (Vec<u8>, String) = (read(path).await?, read_to_string(path).await?);
    write(path, b"").await?;
    let found: Metadata = metadata(path).await?;
    let _: (u64, bool, io::Result<SystemTime>) = (found.len(), found.is_file(), found.modified());
    let _: (u64, PathBuf, bool) = (
        core_async::fs::copy(path, path).await?,
        canonicalize(path).await?,
        try_exists(path).await?,
    );
    (create_dir(path).await?, create_dir_all(path).await?);
    (
        remove_dir(path).await?,
        remove_dir_all(path).await?,
        remove_file(path).await?,
    );
    rename(path, path).await?;
    let mut entries: ReadDir = read_dir(path).await?;
    if let Some(entry) = entries.next_entry().await? {
        let entry: DirEntry = entry;
        let _: (PathBuf, std::ffi::OsString) = (entry.path(), entry.file_name());
        let _: (Metadata, FileType) = (entry.metadata().await?, entry.file_type().await?);
    }
    let file: File = OpenOptions::new()
        .read(true)
        .append(true)
        .open(path)
        .await?;
    (
        file.sync_all().await?,
        file.sync_data().await?,
        file.set_len(1).await?,
    );
    let _: Metadata = file.metadata().await?;
    let _: File = file.try_clone().await?;
    let mut file: File = File::create(path).await?;
    file.write_all(b"").await?;
    let _: (u64, usize) = (
        file.seek(SeekFrom::Start(0)).await?,
        file.read(&mut []).await?,
    );
    let _: File = File::open(path).await?;
    ctrl_c().await
}

#[test]
fn every_name_has_one_signature() {
    let _: fn() = runtimes;
}
