//! Items by what is to be done with them.

use std::collections::{HashMap, HashSet};

use bridge_traits::provider::{ItemKey, ItemKind, RemoteItem};
use core_library::repository::item::{self, ObservedItem, Place, Relocated};

use crate::plan::Observation;

/// Items to be written, each key once, the last state of it.
#[derive(Default)]
pub(super) struct Upserts {
    pub(super) items: Vec<RemoteItem>,
    at: HashMap<ItemKey, usize>,
}

impl Upserts {
    pub(super) fn push(&mut self, item: RemoteItem) {
        match self.at.get(&item.key) {
            Some(at) => self.items[*at] = item,
            None => {
                self.at.insert(item.key.clone(), self.items.len());
                self.items.push(item);
            }
        }
    }
}

/// Items by what is to be done with them.
#[derive(Default)]
pub(super) struct Sorted {
    pub(super) new: Vec<RemoteItem>,
    pub(super) update: Vec<(i64, RemoteItem)>,
    pub(super) unchanged: Vec<i64>,
    pub(super) changed_audio: Vec<i64>,
    /// Rows that are back with the content that the library has.
    pub(super) revived: Vec<i64>,
    /// Folders that are back, by key.
    pub(super) folders_back: Vec<String>,
    /// Folders in which a cover, lyrics or a cue sheet came, changed or went.
    pub(super) restyled: HashSet<String>,
    /// Folders that are those of discs and were not, or the other way round, or of another album's.
    pub(super) other_discs: HashSet<String>,
    /// Audio files that have another name or folder and are otherwise as they were.
    pub(super) moved: Vec<i64>,
    /// Folders that have another name or are in another one, by key: so is all below them.
    pub(super) folders_moved: Vec<String>,
    /// Audio files that are in another place, with the same content.
    pub(super) relocated: Vec<Relocated>,
}

impl Sorted {
    pub(super) fn push(
        &mut self,
        item: RemoteItem,
        observation: Observation,
        row: Option<&ObservedItem>,
    ) {
        let audio = item.kind == ItemKind::Audio;
        let unchanged = matches!(observation, Observation::Unchanged { .. });
        if is_style(item.kind) && !unchanged {
            self.restyled
                .insert(item.parent.clone().unwrap_or_default().0);
        }
        if let Some(row) = row.filter(|it| is_style(it.kind) && !unchanged && !it.removed) {
            self.restyled.extend(row.parent_key.clone());
        }
        if item.kind == ItemKind::Folder {
            let parent = item.parent.as_ref().map(|it| it.0.as_str());
            let was = row.filter(|it| it.kind == ItemKind::Folder);
            let was = was.and_then(|it| item::album_folder(&it.name, it.parent_key.as_deref()));
            if was != item::album_folder(&item.name, parent) {
                self.other_discs.insert(item.key.0.clone());
            }
        }
        let is_known = matches!(
            observation,
            Observation::Moved { .. }
                | Observation::Revived {
                    processed: true,
                    ..
                }
        );
        if let Some(row) = row.filter(|_| audio && is_known) {
            let (from, to) = (Place::of_row(row), Place::of_item(&item));
            if from != to {
                let item_id = row.id;
                self.relocated.push(Relocated { item_id, from, to });
            }
        }
        if let Observation::Moved { id } = observation {
            match item.kind {
                ItemKind::Audio => self.moved.push(id),
                ItemKind::Folder => self.folders_moved.push(item.key.0.clone()),
                _ => {}
            }
        }
        match observation {
            Observation::New => self.new.push(item),
            Observation::Unchanged { id, touched: false } => self.unchanged.push(id),
            Observation::Unchanged { id, touched: true } | Observation::Moved { id } => {
                self.update.push((id, item));
            }
            Observation::Changed { id } => {
                if audio {
                    self.changed_audio.push(id);
                }
                self.update.push((id, item));
            }
            Observation::Revived { id, processed } => {
                match (audio, processed) {
                    (true, true) => self.revived.push(id),
                    (true, false) => self.changed_audio.push(id),
                    (false, _) if item.kind == ItemKind::Folder => {
                        self.folders_back.push(item.key.0.clone());
                    }
                    (false, _) => {}
                }
                self.update.push((id, item));
            }
        }
    }
}

/// Tells whether an item says something about the tracks beside it.
fn is_style(kind: ItemKind) -> bool {
    matches!(kind, ItemKind::Image | ItemKind::Lyrics | ItemKind::Cue)
}
