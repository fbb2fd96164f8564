//! Tasks of one thread, with tokio's names and semantics.

mod blocking;
mod handle;
pub(crate) mod id;
pub(crate) mod join;
pub(crate) mod join_error;
pub(crate) mod join_set;
mod spawn;
pub(crate) mod waker;
pub(crate) mod work;
mod yield_now;

pub use blocking::spawn_blocking;
pub use handle::{AbortHandle, JoinHandle};
pub use id::{Id, id, try_id};
pub use join_error::JoinError;
pub use join_set::JoinSet;
pub use spawn::spawn;
pub use yield_now::yield_now;
