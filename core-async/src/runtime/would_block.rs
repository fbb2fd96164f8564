//! Why a future could not be waited for.

use thiserror::Error;

/// A future could not be waited for, because only the event loop can make it ready.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{}", self.text())]
#[non_exhaustive]
pub struct WouldBlock {
    /// The call came from inside a task or another `block_on`, where nothing may block.
    pub nested: bool,
    /// Tasks that are ready to run but don't bring the future on; the future itself is one if it did
    /// nothing but wake itself.
    pub runnable: usize,
    /// Timers that are waited for.
    pub timers: usize,
    /// Operations of the host that are under way.
    pub host_ops: usize,
}

impl WouldBlock {
    /// The error of a call from asynchronous code, natively.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn nested() -> Self {
        Self {
            nested: true,
            runnable: 0,
            timers: 0,
            host_ops: 0,
        }
    }

    fn text(&self) -> String {
        if self.nested {
            return "block_on was called from asynchronous code, which must await instead".into();
        }
        let counts = format!(
            "{} runnable tasks, {} timers and {} host operations",
            self.runnable, self.timers, self.host_ops
        );
        match (self.runnable, self.timers, self.host_ops) {
            (0, 0, 0) => "block_on would wait for ever: no task, no timer and no host operation \
                          is left to make the future ready"
                .into(),
            _ => format!(
                "block_on would freeze the only thread: the future waits for the event loop ({counts})"
            ),
        }
    }
}
