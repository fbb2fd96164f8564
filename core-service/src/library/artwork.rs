//! Images, read where they lie.

use bridge_traits::ErrorKind;
use bridge_traits::provider::{ItemKey, StorageProvider};
use bytes::Bytes;
use core_library::model::{Artwork, ArtworkId};
use core_library::repository::artwork::{self, ArtworkFile};
use core_library::repository::item;
use core_metadata::{ContentHash, Depth, ExtractOptions, Picture, RangedExtract, RangedStep};

use crate::dto::{ArtworkHash, hexadecimal};
use crate::error::{Result, ServiceError};
use crate::service::CoreService;

impl CoreService {
    /// Reads an image's bytes and type from the file that it is in. If it is there no more, it is looked for in and
    /// beside the files of the tracks that have it.
    ///
    /// # Errors
    /// `NotFound` if there is no such image; [`ServiceError::Artwork`] if no file has it any more; what the
    /// provider says of the file in which it was found.
    pub async fn artwork(&self, id: ArtworkId) -> Result<(Bytes, String)> {
        let library = &self.inner.library;
        let image = artwork::get(library, id).await?;
        let found_in = image.item_id.map(|item_id| ArtworkFile {
            item_id,
            embedded: image.picture.is_some(),
        });
        let mut out_of_reach = None;
        if let Some(source) = found_in {
            match self.artwork_in(&image, source).await {
                Ok(Some(bytes)) => return Ok((bytes, image.mime)),
                Ok(None) => {}
                Err(error) => out_of_reach = Some(error),
            }
        }
        for source in artwork::other_sources(library, &image).await? {
            match self.artwork_in(&image, source).await {
                Ok(Some(bytes)) => return Ok((bytes, image.mime)),
                Ok(None) => {}
                Err(error) => out_of_reach = out_of_reach.or(Some(error)),
            }
        }
        Err(out_of_reach.unwrap_or_else(|| ServiceError::Artwork {
            id: id.0,
            reason: "no file has it any more".to_owned(),
        }))
    }

    /// Reads an image from a file; `None` if that is gone or has it no more.
    async fn artwork_in(&self, image: &Artwork, source: ArtworkFile) -> Result<Option<Bytes>> {
        let item = item::source(&self.inner.library, source.item_id).await?;
        let provider = self.inner.coordinator.provider(item.provider_id)?;
        let key = ItemKey(item.key);
        let read = match source.embedded {
            false => {
                let content = provider.read(&key, None, 0..item.size.max(1)).await;
                let is_it = |bytes: &Bytes| ContentHash::of(bytes).0.as_slice() == image.hash;
                content.map(|it| Some(it).filter(is_it))
            }
            true => {
                let embedded = Embedded {
                    provider: &*provider,
                    key: &key,
                    options: ExtractOptions {
                        audio_id: false,
                        ..ExtractOptions::new(item.name, item.size)
                    },
                };
                embedded.find(image).await
            }
        };
        match read {
            Err(error) if *error.kind() == ErrorKind::NotFound => Ok(None),
            read => Ok(read?),
        }
    }

    /// Tells what an image is known by in every library, in hexadecimal digits: what a host keeps under this
    /// name is never taken for another image, whatever library takes the place of this one. Its id is.
    ///
    /// # Errors
    /// `NotFound` if there is no such image.
    pub async fn artwork_hash(&self, id: ArtworkId) -> Result<String> {
        Ok(hexadecimal(&artwork::hash(&self.inner.library, id).await?))
    }

    /// Lists what images are known by, at most `limit`, by id, after an id: by it a host learns which of its
    /// copies are of use, and which it lacks.
    ///
    /// # Errors
    /// What the database says.
    pub async fn artwork_hashes(
        &self,
        limit: usize,
        after: Option<ArtworkId>,
    ) -> Result<Vec<ArtworkHash>> {
        let hashes = artwork::hashes(&self.inner.library, after, limit).await?;
        Ok(hashes.into_iter().map(Into::into).collect())
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
