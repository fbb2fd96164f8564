//! Images, read where they lie.

use std::io::Cursor;

use bridge_traits::provider::ItemKey;
use bytes::Bytes;
use core_library::model::{Artwork, ArtworkId};
use core_library::repository::{artwork, item};
use core_metadata::{ContentHash, ExtractOptions, Limits};

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
        let content = provider
            .read(&ItemKey(source.key), None, 0..source.size.max(1))
            .await?;
        let bytes = match image.picture {
            None => Some(content),
            Some(_) => embedded(&image, &source.name, content),
        };
        let bytes = bytes.filter(|bytes| ContentHash::of(bytes).0.as_slice() == image.hash);
        let bytes = bytes.ok_or_else(|| gone("its file changed; it will be found anew"))?;
        Ok((bytes, image.mime))
    }
}

/// Finds an image among the pictures of a file, wherever it stands among them now.
fn embedded(image: &Artwork, name: &str, content: Bytes) -> Option<Bytes> {
    let options = ExtractOptions {
        limits: Limits::default(),
        ..ExtractOptions::new(name, content.len() as u64)
    };
    let metadata = core_metadata::extract(&mut Cursor::new(content), &options).ok()?;
    let pictures = metadata.pictures.into_iter();
    pictures
        .map(|it| (it.hash, it.data))
        .find(|it| it.0.0.as_slice() == image.hash)
        .map(|it| it.1)
}
