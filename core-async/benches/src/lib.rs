//! How things are measured in a page: in turns, and long enough for the page's coarse clock.
//!
//! All contestants of a figure run in the same page. First each finds out how many operations take a
//! sample's time, then they take turns, a sample each, and go first in turn.

#[cfg(target_arch = "wasm32")]
mod meter;

#[cfg(target_arch = "wasm32")]
pub use meter::{Figure, Millis, now};
