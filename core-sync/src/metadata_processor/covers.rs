//! The images that stand for a folder or a disc in it, looked at once.

use std::collections::HashMap;
use std::sync::Mutex;

use bridge_traits::provider::{ItemKey, ItemKind, StorageProvider};
use core_library::repository::item::ObservedItem;
use core_library::repository::track_writer::ArtworkRecord;
use core_metadata::{ContentHash, Limits, artwork};

use super::content::Counted;
use super::unread::{Neighbour, Unread};

/// The covers of the folders seen lately.
#[derive(Default)]
pub(super) struct Covers {
    /// By the image's row. What was looked at and was no image is `None`.
    seen: Mutex<HashMap<i64, Option<ArtworkRecord>>>,
}

/// So many files that are no image in spite of their names are passed over.
const TRIED: usize = 4;

/// The files beside a track and above it, and how to read them.
#[derive(Clone, Copy)]
pub(super) struct Beside<'a> {
    pub(super) provider: &'a dyn StorageProvider,
    /// Those of its folder go first.
    pub(super) folders: [&'a [ObservedItem]; 2],
    pub(super) limits: Limits,
}

/// Reads a file that is called like an image. Gives `None` if it is none or too large for one, and how
/// many bytes were read.
///
/// # Errors
/// What the provider says.
///
/// # Cancel safety
/// What was read is lost.
pub async fn read_image(
    provider: &dyn StorageProvider,
    key: &ItemKey,
    item_id: i64,
    limits: Limits,
) -> bridge_traits::Result<(Option<ArtworkRecord>, u64)> {
    let most = limits.max_picture_bytes;
    let bytes = provider.read(key, None, 0..most + 1).await?;
    let size = bytes.len() as u64;
    let header = artwork::sniff(&bytes);
    let record = header
        .mime
        .filter(|_| size <= most)
        .map(|mime| ArtworkRecord {
            hash: ContentHash::of(&bytes).0.to_vec(),
            mime: mime.to_owned(),
            bytes: size,
            width: header.width,
            height: header.height,
            item_id,
            picture: None,
        });
    Ok((record, size))
}

impl Covers {
    /// How many are remembered before all are forgotten.
    const CAPACITY: usize = 1_024;

    /// Finds the best image of the album among the files beside a track.
    pub(super) async fn of_folder(
        &self,
        beside: Beside<'_>,
        unread: &mut Unread,
        counted: &mut Counted,
    ) -> Option<ArtworkRecord> {
        let rank = artwork::folder_image_rank;
        self.best(beside, rank, unread, counted).await
    }

    /// Finds the best image of a disc among them.
    pub(super) async fn of_disc(
        &self,
        beside: Beside<'_>,
        disc: Option<u32>,
        unread: &mut Unread,
        counted: &mut Counted,
    ) -> Option<ArtworkRecord> {
        let rank = |name: &str| artwork::disc_image_rank(name, disc);
        self.best(beside, rank, unread, counted).await
    }

    /// Finds the best that can be read, and notes those that can't.
    async fn best(
        &self,
        beside: Beside<'_>,
        rank: impl Fn(&str) -> Option<u32>,
        unread: &mut Unread,
        counted: &mut Counted,
    ) -> Option<ArtworkRecord> {
        let Beside {
            provider,
            folders,
            limits,
        } = beside;
        let ranked = folders.map(|items| {
            let images = items
                .iter()
                .filter(|item| item.kind == ItemKind::Image && !item.removed)
                .filter_map(|item| Some((rank(&item.name)?, item)));
            let mut images: Vec<_> = images.collect();
            images.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.name.cmp(&b.1.name)));
            images.into_iter().take(TRIED)
        });
        for (_, image) in ranked.into_iter().flatten() {
            let found = match self.recall(image.id) {
                Some(known) => known,
                None => {
                    let key = ItemKey(image.key.clone());
                    counted.requests += 1;
                    match read_image(provider, &key, image.id, limits).await {
                        Ok((record, bytes)) => {
                            counted.bytes += bytes;
                            self.remember(image.id, record.clone());
                            record
                        }
                        Err(error) => {
                            unread.note(Neighbour::Image, error);
                            None
                        }
                    }
                }
            };
            if found.is_some() {
                return found;
            }
        }
        None
    }

    fn recall(&self, image: i64) -> Option<Option<ArtworkRecord>> {
        self.seen.lock().ok()?.get(&image).cloned()
    }

    fn remember(&self, image: i64, record: Option<ArtworkRecord>) {
        if let Ok(mut seen) = self.seen.lock() {
            if seen.len() >= Self::CAPACITY {
                seen.clear();
            }
            seen.insert(image, record);
        }
    }
}
