//! Tasks.

pub use tokio::task::{
    AbortHandle, Id, JoinError, JoinHandle, JoinSet, spawn, spawn_blocking, yield_now,
};
