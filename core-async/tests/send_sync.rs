//! Which public types and futures are `Send`, `Sync` and `Unpin`: a table per target.
//!
//! Natively everything is what tokio's is. In a browser nothing that a task waits with crosses threads,
//! and the compiler says so.

#![allow(missing_docs, reason = "a test")]
#![allow(dead_code, reason = "what is checked is that it compiles")]

use core_async::{runtime, sync, task, time};
use std::cell::Cell;
use std::future::Ready;
use std::marker::PhantomPinned;
use std::sync::Arc;

/// A value that is `Send` but not `Sync`.
type Mine = Cell<u8>;

/// Fails to compile if the type has the trait: two implementations would fit then.
trait Ambiguous<A> {
    fn here() {}
}

macro_rules! marker {
    ($marker:ident, $flag:ident) => {
        #[allow(non_camel_case_types, reason = "one per trait")]
        struct $flag;
        impl<T: ?Sized> Ambiguous<()> for (Arc<T>, [$flag; 0]) {}
        impl<T: ?Sized + $marker> Ambiguous<$flag> for (Arc<T>, [$flag; 0]) {}
    };
}

marker!(Send, is_send);
marker!(Sync, is_sync);
marker!(Unpin, is_unpin);

macro_rules! holds {
    ($ty:ty, Send) => {{
        fn check<T: Send + ?Sized>() {}
        check::<$ty>();
    }};
    ($ty:ty, Sync) => {{
        fn check<T: Sync + ?Sized>() {}
        check::<$ty>();
    }};
    ($ty:ty, Unpin) => {{
        fn check<T: Unpin + ?Sized>() {}
        check::<$ty>();
    }};
    ($ty:ty, !Send) => {
        <(Arc<$ty>, [is_send; 0]) as Ambiguous<_>>::here()
    };
    ($ty:ty, !Sync) => {
        <(Arc<$ty>, [is_sync; 0]) as Ambiguous<_>>::here()
    };
    ($ty:ty, !Unpin) => {
        <(Arc<$ty>, [is_unpin; 0]) as Ambiguous<_>>::here()
    };
}

macro_rules! table {
    ($($ty:ty: $(!$no_send:ident)? $($send:ident)? & $(!$no_sync:ident)? $($sync:ident)? & $(!$no_unpin:ident)? $($unpin:ident)?,)*) => {
        #[test]
        fn every_type_is_what_the_table_says() {
            $(
                $(holds!($ty, !$no_send);)? $(holds!($ty, $send);)?
                $(holds!($ty, !$no_sync);)? $(holds!($ty, $sync);)?
                $(holds!($ty, !$no_unpin);)? $(holds!($ty, $unpin);)?
            )*
        }
    };
}

#[cfg(not(target_arch = "wasm32"))]
table! {
    runtime::WouldBlock: Send & Sync & Unpin,
    task::JoinHandle<u8>: Send & Sync & Unpin,
    task::JoinHandle<Mine>: Send & Sync & Unpin,
    task::AbortHandle: Send & Sync & Unpin,
    task::JoinError: Send & Sync & Unpin,
    task::JoinSet<u8>: Send & Sync & Unpin,
    task::Id: Send & Sync & Unpin,
    time::Instant: Send & Sync & Unpin,
    time::SystemTime: Send & Sync & Unpin,
    time::Sleep: Send & Sync & !Unpin,
    time::Timeout<Ready<u8>>: Send & Sync & !Unpin,
    time::Timeout<PhantomPinned>: Send & Sync & !Unpin,
    time::Interval: Send & Sync & Unpin,
    sync::Mutex<Mine>: Send & Sync & Unpin,
    sync::MutexGuard<'static, u8>: Send & Sync & Unpin,
    sync::MutexGuard<'static, Mine>: Send & !Sync & Unpin,
    sync::OwnedMutexGuard<u8>: Send & Sync & Unpin,
    sync::MappedMutexGuard<'static, u8>: Send & Sync & Unpin,
    sync::RwLock<u8>: Send & Sync & Unpin,
    sync::RwLock<Mine>: Send & !Sync & Unpin,
    sync::RwLockReadGuard<'static, u8>: Send & Sync & Unpin,
    sync::RwLockWriteGuard<'static, u8>: Send & Sync & Unpin,
    sync::OwnedRwLockReadGuard<u8>: Send & Sync & Unpin,
    sync::OwnedRwLockWriteGuard<u8>: Send & Sync & Unpin,
    sync::Semaphore: Send & Sync & Unpin,
    sync::SemaphorePermit<'static>: Send & Sync & Unpin,
    sync::OwnedSemaphorePermit: Send & Sync & Unpin,
    sync::Notify: Send & Sync & Unpin,
    sync::futures::Notified<'static>: Send & Sync & !Unpin,
    sync::futures::OwnedNotified: Send & Sync & !Unpin,
    sync::Barrier: Send & Sync & Unpin,
    sync::OnceCell<u8>: Send & Sync & Unpin,
    sync::OnceCell<Mine>: Send & !Sync & Unpin,
    sync::CancellationToken: Send & Sync & Unpin,
    sync::DropGuard: Send & Sync & Unpin,
    sync::WaitForCancellationFuture<'static>: Send & Sync & !Unpin,
    sync::WaitForCancellationFutureOwned: Send & Sync & !Unpin,
    sync::mpsc::Sender<Mine>: Send & Sync & Unpin,
    sync::mpsc::WeakSender<u8>: Send & Sync & Unpin,
    sync::mpsc::Receiver<Mine>: Send & Sync & Unpin,
    sync::mpsc::Permit<'static, u8>: Send & Sync & Unpin,
    sync::mpsc::OwnedPermit<u8>: Send & Sync & Unpin,
    sync::mpsc::UnboundedSender<u8>: Send & Sync & Unpin,
    sync::mpsc::UnboundedReceiver<u8>: Send & Sync & Unpin,
    sync::oneshot::Sender<Mine>: Send & Sync & Unpin,
    sync::oneshot::Receiver<Mine>: Send & Sync & Unpin,
    sync::watch::Sender<u8>: Send & Sync & Unpin,
    sync::watch::Receiver<u8>: Send & Sync & Unpin,
    sync::watch::Ref<'static, u8>: !Send & Sync & Unpin,
    sync::broadcast::Sender<Mine>: Send & Sync & Unpin,
    sync::broadcast::WeakSender<u8>: Send & Sync & Unpin,
    sync::broadcast::Receiver<Mine>: Send & Sync & Unpin,
    core_async::fs::File: Send & Sync & Unpin,
    core_async::fs::ReadDir: Send & Sync & Unpin,
    core_async::fs::Metadata: Send & Sync & Unpin,
}

#[cfg(target_arch = "wasm32")]
table! {
    runtime::WouldBlock: Send & Sync & Unpin,
    task::JoinHandle<u8>: !Send & !Sync & Unpin,
    task::AbortHandle: !Send & !Sync & Unpin,
    task::JoinError: Send & !Sync & Unpin,
    task::JoinSet<u8>: !Send & !Sync & Unpin,
    task::Id: Send & Sync & Unpin,
    time::Instant: Send & Sync & Unpin,
    time::SystemTime: Send & Sync & Unpin,
    time::Sleep: !Send & !Sync & Unpin,
    time::Timeout<Ready<u8>>: !Send & !Sync & Unpin,
    time::Timeout<PhantomPinned>: !Send & !Sync & !Unpin,
    time::Interval: !Send & !Sync & Unpin,
    sync::Mutex<u8>: Send & !Sync & Unpin,
    sync::MutexGuard<'static, u8>: !Send & !Sync & Unpin,
    sync::OwnedMutexGuard<u8>: !Send & !Sync & Unpin,
    sync::MappedMutexGuard<'static, u8>: !Send & !Sync & Unpin,
    sync::RwLock<u8>: Send & !Sync & Unpin,
    sync::RwLockReadGuard<'static, u8>: !Send & !Sync & Unpin,
    sync::RwLockWriteGuard<'static, u8>: !Send & !Sync & Unpin,
    sync::OwnedRwLockReadGuard<u8>: !Send & !Sync & Unpin,
    sync::OwnedRwLockWriteGuard<u8>: !Send & !Sync & Unpin,
    sync::Semaphore: Send & !Sync & Unpin,
    sync::SemaphorePermit<'static>: !Send & !Sync & Unpin,
    sync::OwnedSemaphorePermit: !Send & !Sync & Unpin,
    sync::Notify: Send & !Sync & Unpin,
    sync::futures::Notified<'static>: !Send & !Sync & Unpin,
    sync::futures::OwnedNotified: !Send & !Sync & Unpin,
    sync::Barrier: Send & !Sync & Unpin,
    sync::OnceCell<u8>: Send & !Sync & Unpin,
    sync::CancellationToken: !Send & !Sync & Unpin,
    sync::DropGuard: !Send & !Sync & Unpin,
    sync::WaitForCancellationFuture<'static>: !Send & !Sync & Unpin,
    sync::WaitForCancellationFutureOwned: !Send & !Sync & Unpin,
    sync::mpsc::Sender<u8>: !Send & !Sync & Unpin,
    sync::mpsc::WeakSender<u8>: !Send & !Sync & Unpin,
    sync::mpsc::Receiver<u8>: !Send & !Sync & Unpin,
    sync::mpsc::Permit<'static, u8>: !Send & !Sync & Unpin,
    sync::mpsc::OwnedPermit<u8>: !Send & !Sync & Unpin,
    sync::mpsc::UnboundedSender<u8>: !Send & !Sync & Unpin,
    sync::mpsc::UnboundedReceiver<u8>: !Send & !Sync & Unpin,
    sync::oneshot::Sender<u8>: !Send & !Sync & Unpin,
    sync::oneshot::Receiver<u8>: !Send & !Sync & Unpin,
    sync::watch::Sender<u8>: !Send & !Sync & Unpin,
    sync::watch::Receiver<u8>: !Send & !Sync & Unpin,
    sync::watch::Ref<'static, u8>: !Send & !Sync & Unpin,
    sync::broadcast::Sender<u8>: !Send & !Sync & Unpin,
    sync::broadcast::WeakSender<u8>: !Send & !Sync & Unpin,
    sync::broadcast::Receiver<u8>: !Send & !Sync & Unpin,
    core_async::fs::File: !Send & !Sync & Unpin,
    core_async::fs::ReadDir: Send & Sync & Unpin,
    core_async::fs::Metadata: Send & Sync & Unpin,
}

/// The futures that methods give, none of which has a name.
#[test]
fn every_future_is_what_the_table_says() {
    macro_rules! futures {
        ($($future:expr;)*) => {$({
            #[cfg(not(target_arch = "wasm32"))]
            let _ = || {
                fn is_send<T: Send + Sync>(_: T) {}
                is_send($future);
            };
            #[cfg(target_arch = "wasm32")]
            let _ = || drop($future);
        })*};
    }
    fn any<T>() -> T {
        unreachable!("only types are checked")
    }
    futures! {
        any::<&sync::Mutex<u8>>().lock();
        any::<Arc<sync::Mutex<u8>>>().lock_owned();
        any::<&sync::RwLock<u8>>().read();
        any::<&sync::RwLock<u8>>().write();
        any::<Arc<sync::RwLock<u8>>>().read_owned();
        any::<Arc<sync::RwLock<u8>>>().write_owned();
        any::<&sync::Semaphore>().acquire();
        any::<&sync::Semaphore>().acquire_many(2);
        any::<Arc<sync::Semaphore>>().acquire_owned();
        any::<Arc<sync::Semaphore>>().acquire_many_owned(2);
        any::<&sync::Barrier>().wait();
        any::<&mut sync::mpsc::Receiver<u8>>().recv();
        any::<&sync::mpsc::Sender<u8>>().send(1);
        any::<&sync::mpsc::Sender<u8>>().reserve();
        any::<sync::mpsc::Sender<u8>>().reserve_owned();
        any::<&sync::mpsc::Sender<u8>>().closed();
        any::<&mut sync::mpsc::UnboundedReceiver<u8>>().recv();
        any::<&mut sync::broadcast::Receiver<u8>>().recv();
        any::<&mut sync::watch::Receiver<u8>>().changed();
        any::<&sync::watch::Sender<u8>>().closed();
        any::<&mut sync::oneshot::Sender<u8>>().closed();
        any::<&mut time::Interval>().tick();
        any::<&mut task::JoinSet<u8>>().join_next();
        task::yield_now();
        time::advance(time::Duration::ZERO);
    }
}
