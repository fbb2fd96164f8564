//! What the tests that cross crates stand on: songs made in code, and a folder with a library.
//!
//! The library is always a [`CoreService`](core_service::CoreService) on the schema that ships.

mod fault_proxy;
pub mod real_size;
mod song;
mod web_server;
mod world;

pub use fault_proxy::{FaultProxy, Faults, Random, Request};
pub use song::Song;
pub use web_server::{PROGRAMS, Software, WebServer};
pub use world::World;
