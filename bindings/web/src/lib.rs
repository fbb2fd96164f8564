//! The core as a module that JavaScript imports.
//!
//! A page does not call this crate: it uses the npm package in `package/`, which runs this module in a
//! dedicated worker. What goes in and out is JSON, but for files, folders and images. [`request`] and
//! [`answer`] are the same on every target; the module's exports exist in a browser alone.
//!
//! ```text
//! page ── package/index.js ── messages ── package/worker.js ── Core ── CoreService
//! ```

pub mod answer;
mod duplicates;
pub mod failure;
pub mod playlists;
pub mod request;

#[cfg(target_arch = "wasm32")]
mod core;
#[cfg(target_arch = "wasm32")]
mod covers;
#[cfg(target_arch = "wasm32")]
mod folders;
#[cfg(target_arch = "wasm32")]
mod sync;

#[cfg(target_arch = "wasm32")]
pub use self::core::{Core, delete_library, import_library, open};
