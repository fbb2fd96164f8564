//! What the executor needs from the world around it.

use std::time::Duration;

/// An event loop that tells the time and calls the runtime back.
///
/// The runtime asks for one callback at a time: `post_microtask` is answered by
/// [`Runtime::on_microtask`], `post_macrotask` by [`Runtime::on_macrotask`], and `arm_timer` by
/// [`Runtime::on_timer`]. A callback that comes unasked or early does no harm.
///
/// [`Runtime::on_microtask`]: super::runtime::Runtime::on_microtask
/// [`Runtime::on_macrotask`]: super::runtime::Runtime::on_macrotask
/// [`Runtime::on_timer`]: super::runtime::Runtime::on_timer
pub trait Host {
    /// Tells the time since some fixed point; it never goes back.
    fn now(&self) -> Duration;

    /// Tells the wall clock as the time since 1970; it may jump.
    fn system_time(&self) -> Duration;

    /// Asks for a callback before the event loop does anything else.
    fn post_microtask(&self);

    /// Asks for a callback after the event loop served timers, drawing and input.
    fn post_macrotask(&self);

    /// Asks for a callback at `deadline` or later, in place of the one asked for before.
    fn arm_timer(&self, deadline: Duration);

    /// Gives the means to put a stack aside while it waits, where the host has them.
    fn stacks(&self) -> Option<&dyn Stacks> {
        None
    }
}

/// Stacks that can be put aside: what they wait for comes while the event loop goes on.
pub trait Stacks {
    /// Runs a job on a stack of its own in a later turn of the event loop, and `rescue` if the job never comes
    /// back because it trapped.
    fn start(&self, job: Box<dyn FnOnce()>, rescue: Box<dyn FnOnce()>);

    /// Tells whether the code that runs now is on such a stack.
    fn may_park(&self) -> bool;

    /// Puts the stack aside until `unpark` is called with the number that `announce` is told. Tells whether that could
    /// be done: not with frames on it that are not ours.
    #[must_use]
    fn park(&self, announce: &mut dyn FnMut(usize)) -> bool;

    /// Lets a stack that was put aside go on, soon.
    fn unpark(&self, number: usize);
}
