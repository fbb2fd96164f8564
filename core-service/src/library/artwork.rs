//! Images, read where they lie.

use bridge_traits::provider::{ItemKey, StorageProvider};
use bytes::Bytes;
use core_library::model::{Artwork, ArtworkId};
use core_library::repository::{artwork, item};
use core_metadata::{ContentHash, Depth, ExtractOptions, Picture, RangedExtract, RangedStep};

use crate::error::{Result, ServiceError};
use crate::service::CoreService;

impl CoreService {
    /// Reads an image's bytes and type from the file that it is in.
    ///
    /// # Errors
    /// `NotFound` if there is no such image; [`ServiceError::Artwork`] if its file is gone or no
    /// longer has it; what the provider says.
    pub async fn artwork(&self, id: ArtworkId) -> Result<(Bytes, String)> {
        let image = artwork::get(&self.inner.library, id).await?;
        let gone = |reason: &str| ServiceError::Artwork {
            id: id.0,
            reason: reason.to_owned(),
        };
        let item_id = image
            .item_id
            .ok_or_else(|| gone("no file has it any more"))?;
        let source = item::source(&self.inner.library, item_id).await?;
        let provider = self.inner.coordinator.provider(source.provider_id)?;
        let key = ItemKey(source.key);
        let bytes = match image.picture {
            None => {
                let content = provider.read(&key, None, 0..source.size.max(1)).await?;
                Some(content).filter(|bytes| ContentHash::of(bytes).0.as_slice() == image.hash)
            }
            Some(_) => {
                let embedded = Embedded {
                    provider: &*provider,
                    key: &key,
                    options: ExtractOptions {
                        audio_id: false,
                        ..ExtractOptions::new(source.name, source.size)
                    },
                };
                embedded.find(&image).await?
            }
        };
        let bytes = bytes.ok_or_else(|| gone("its file changed; it will be found anew"))?;
        Ok((bytes, image.mime))
    }
}

/// A file whose pictures are looked at, in ranges.
struct Embedded<'a> {
    provider: &'a dyn StorageProvider,
    key: &'a ItemKey,
    options: ExtractOptions,
}

impl Embedded<'_> {
    /// Finds an image among the pictures, wherever it stands among them now.
    ///
    /// What was synced over a network knows its large pictures by their place, everything else by all
    /// their bytes; so those that can be told apart without reading them come first.
    async fn find(&self, image: &Artwork) -> bridge_traits::Result<Option<Bytes>> {
        for depth in [Depth::Frugal, Depth::Full] {
            let pictures = self.pictures(depth).await?;
            let found = pictures
                .iter()
                .position(|it| it.hash.0.as_slice() == image.hash);
            let Some(at) = found else { continue };
            let picture = &pictures[at];
            match (&picture.data, picture.offset) {
                (Some(data), _) => return Ok(Some(data.clone())),
                (None, Some(offset)) => {
                    let range = offset..offset + picture.len;
                    let bytes = self.provider.read(self.key, None, range).await?;
                    return Ok(Some(bytes).filter(|it| it.len() as u64 == picture.len));
                }
                // In base64 it has no place; read whole it is the one at the same position.
                (None, None) => {
                    let mut pictures = self.pictures(Depth::Full).await?;
                    let whole = (at < pictures.len()).then(|| pictures.swap_remove(at));
                    return Ok(whole.and_then(|it| it.data));
                }
            }
        }
        Ok(None)
    }

    async fn pictures(&self, depth: Depth) -> bridge_traits::Result<Vec<Picture>> {
        let mut ranged = RangedExtract::new(ExtractOptions {
            depth,
            ..self.options.clone()
        });
        loop {
            match ranged.advance() {
                RangedStep::Fetch(range) => {
                    let start = range.start;
                    let bytes = self.provider.read(self.key, None, range).await?;
                    ranged.supply(start, &bytes);
                }
                RangedStep::Done(outcome) => {
                    return Ok(outcome.map(|it| it.pictures).unwrap_or_default());
                }
            }
        }
    }
}
