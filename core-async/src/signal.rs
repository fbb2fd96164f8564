//! Signals from outside the program.

pub use tokio::signal::ctrl_c;
