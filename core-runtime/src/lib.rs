//! What every core crate shares and no domain crate owns: events, configuration, logging and the
//! retry policy.
//!
//! It knows no library type, no SQL and no platform; ids travel as plain numbers and strings.
//!
//! | module | what is in it |
//! |---|---|
//! | [`events`] | [`EventBus`](events::EventBus) and the vocabulary of [`CoreEvent`](events::CoreEvent)s |
//! | [`config`] | [`CoreConfig`](config::CoreConfig), validated when it is built |
//! | [`logging`] | `tracing` to a [`LoggerSink`](bridge_traits::logging::LoggerSink), without secrets |
//! | [`retry`] | when to try again, and how long to wait before |
//!
//! # Threads
//! Natively every public type here is `Send + Sync`, but for
//! [`EventSubscriber`](events::EventSubscriber)'s methods, which take `&mut self`. In a browser
//! there is one thread a worker: an [`EventBus`](events::EventBus) and its subscribers stay in the
//! worker that made them, and events reach another worker as messages of the host. A
//! [`CoreEvent`](events::CoreEvent), a [`CoreConfig`](config::CoreConfig) and a
//! [`RetryPolicy`](retry::RetryPolicy) are plain data on both.

pub mod config;
pub mod events;
pub mod logging;
pub mod retry;
