//! The platform contract of music-core on desktop and mobile.

mod database;

pub use database::{NativeDatabase, NativeDatabaseOptions, Synchronous};
