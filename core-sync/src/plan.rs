//! What an observation means, given what was observed before. Pure.

use bridge_traits::provider::{ItemKind, RemoteItem};
use core_library::repository::item::ObservedItem;

use crate::mutants::{self, Mutant};

/// What an item turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Observation {
    /// It was never seen.
    New,
    /// It was gone and is back; `processed` tells whether the library knows this very content.
    Revived {
        /// Its row.
        id: i64,
        /// Whether its content is in the library.
        processed: bool,
    },
    /// Its content changed, and perhaps its name.
    Changed {
        /// Its row.
        id: i64,
    },
    /// Its content is the same under another name, in another folder.
    Moved {
        /// Its row.
        id: i64,
    },
    /// It is as it was, but for its file id perhaps.
    Unchanged {
        /// Its row.
        id: i64,
        /// Whether the row should be written all the same.
        touched: bool,
    },
}

/// Tells what an item is, compared with its row.
pub fn classify(known: Option<&ObservedItem>, item: &RemoteItem) -> Observation {
    let Some(known) = known else {
        return Observation::New;
    };
    let id = known.id;
    if known.removed {
        let is_known = known.processed.as_deref() == Some(item.version.0.as_str());
        let processed = is_known && !is_another_file(known, item);
        return Observation::Revived { id, processed };
    }
    if known.version != item.version.0 || is_another_file(known, item) {
        return Observation::Changed { id };
    }
    let parent = item.parent.as_ref().map(|key| key.0.as_str());
    if mutants::on(Mutant::RenamesUnnoticed) {
        return Observation::Unchanged { id, touched: false };
    }
    if known.name != item.name || known.parent_key.as_deref() != parent {
        return Observation::Moved { id };
    }
    let touched = known.file_id != item.file_id || known.kind != item.kind;
    Observation::Unchanged { id, touched }
}

/// Tells whether another file took the name, though size and time are the same. Only ids of one
/// device can be compared: a disk may get another number each time it is mounted.
fn is_another_file(known: &ObservedItem, item: &RemoteItem) -> bool {
    match (known.file_id, item.file_id) {
        (Some(was), Some(is)) => {
            item.kind != ItemKind::Folder && was.device == is.device && was.file != is.file
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests;
