//! What the host's user interface is doing.

use crate::{BoxStream, PlatformSendSync};

/// The state of the app that embeds the core.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LifecycleState {
    /// A person is looking at it.
    Foreground,
    /// It runs, and nobody is looking.
    Background,
    /// The platform is about to stop it; what is not durable within seconds is lost.
    Terminating,
}

/// Watches the app's life.
pub trait LifecycleObserver: PlatformSendSync {
    /// Tells the present state.
    fn state(&self) -> LifecycleState;

    /// Yields the present state and each one after it.
    fn changes(&self) -> BoxStream<'static, LifecycleState>;
}
