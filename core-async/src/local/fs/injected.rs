//! The one file system of the thread.

use super::error::InjectError;
use bridge_traits::storage::FileSystemAccess;
use std::cell::OnceCell;
use std::io;
use std::sync::Arc;

thread_local! {
    static INJECTED: OnceCell<Arc<dyn FileSystemAccess>> = const { OnceCell::new() };
}

/// Makes a file system the one that this module uses from now on.
///
/// # Errors
/// [`InjectError::AlreadyInjected`] inside of an error of kind `AlreadyExists`, if there is one; it stays.
pub fn inject(file_system: Arc<dyn FileSystemAccess>) -> io::Result<()> {
    INJECTED.with(|place| {
        place
            .set(file_system)
            .map_err(|_| InjectError::AlreadyInjected.into())
    })
}

/// Gives the file system, or an error that says how to get one.
pub(super) fn access() -> io::Result<Arc<dyn FileSystemAccess>> {
    INJECTED.with(|place| place.get().cloned().ok_or(InjectError::NotInjected.into()))
}
