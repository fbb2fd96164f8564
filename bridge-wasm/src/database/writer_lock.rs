//! The right to be the one that syncs.
//!
//! Only one tab or worker has the database open, so all that is left is to ask within it.

use std::rc::Rc;

use bridge_traits::database::WriterLock;
use bridge_traits::{BridgeError, ErrorKind, Result};

use super::engine::Engine;

struct SyncRight(Rc<Engine>);

impl WriterLock for SyncRight {}

impl Drop for SyncRight {
    fn drop(&mut self) {
        self.0.give_sync_right_back();
    }
}

pub(super) fn lock(engine: &Rc<Engine>) -> Result<Box<dyn WriterLock>> {
    if !engine.take_sync_right()? {
        return Err(BridgeError::new(ErrorKind::Conflict, engine.subject())
            .detail("a sync into this database is running already"));
    }
    Ok(Box::new(SyncRight(engine.clone())))
}
