//! Locks, signals and channels, with tokio's semantics.

pub use tokio::sync::{
    AcquireError, Barrier, BarrierWaitResult, Mutex, MutexGuard, Notify, OnceCell, OwnedMutexGuard,
    OwnedRwLockReadGuard, OwnedRwLockWriteGuard, OwnedSemaphorePermit, RwLock, RwLockReadGuard,
    RwLockWriteGuard, Semaphore, SemaphorePermit, TryAcquireError, TryLockError, broadcast,
    futures, mpsc, oneshot, watch,
};
pub use tokio_util::sync::{CancellationToken, DropGuard, WaitForCancellationFuture};
