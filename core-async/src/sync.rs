//! Locks, signals and channels, with tokio's semantics.

#[cfg(target_arch = "wasm32")]
pub use crate::local::sync::{
    AcquireError, Barrier, BarrierWaitResult, CancellationToken, DropGuard, DropGuardRef,
    MappedMutexGuard, Mutex, MutexGuard, Notify, OnceCell, OwnedMutexGuard, OwnedRwLockReadGuard,
    OwnedRwLockWriteGuard, OwnedSemaphorePermit, RwLock, RwLockMappedWriteGuard, RwLockReadGuard,
    RwLockWriteGuard, Semaphore, SemaphorePermit, SetError, TryAcquireError, TryLockError,
    WaitForCancellationFuture, WaitForCancellationFutureOwned, broadcast, futures, mpsc, oneshot,
    watch,
};
#[cfg(not(target_arch = "wasm32"))]
pub use tokio::sync::{
    AcquireError, Barrier, BarrierWaitResult, MappedMutexGuard, Mutex, MutexGuard, Notify,
    OnceCell, OwnedMutexGuard, OwnedRwLockReadGuard, OwnedRwLockWriteGuard, OwnedSemaphorePermit,
    RwLock, RwLockMappedWriteGuard, RwLockReadGuard, RwLockWriteGuard, Semaphore, SemaphorePermit,
    SetError, TryAcquireError, TryLockError, broadcast, futures, mpsc, oneshot, watch,
};
#[cfg(not(target_arch = "wasm32"))]
pub use tokio_util::sync::{
    CancellationToken, DropGuard, DropGuardRef, WaitForCancellationFuture,
    WaitForCancellationFutureOwned,
};
