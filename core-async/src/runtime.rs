//! Driving a future to completion from synchronous code.

#[cfg(not(target_arch = "wasm32"))]
mod native;
mod would_block;

#[cfg(target_arch = "wasm32")]
pub use crate::local::runtime::{block_on, try_block_on};
#[cfg(not(target_arch = "wasm32"))]
pub use native::{block_on, try_block_on};
pub use would_block::WouldBlock;

#[cfg(not(target_arch = "wasm32"))]
pub(crate) use native::{block_on_test, in_blocking_closure};
