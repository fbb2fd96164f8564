//! What the tests that cross crates stand on: songs made in code, and a folder with a library.
//!
//! The library is always a [`CoreService`](core_service::CoreService) on the schema that ships.

mod song;
mod world;

pub use song::Song;
pub use world::World;
