//! Small copies of images, made when somebody asks, and what stands for an image until it is there.

use core_library::model::{self, ArtworkId};
use core_library::repository::thumbnail;
use core_metadata::artwork::DecodedImage;

use crate::dto::{Placeholder, Thumbnail, ThumbnailSize};
use crate::error::{Result, ServiceError};
use crate::service::CoreService;

impl CoreService {
    /// Gives a small copy of an image: a kept one, or one made of the image where it lies, which is then
    /// kept. All that are kept take at most the bytes that
    /// [`thumbnail_cache_bytes`](core_runtime::config::CoreConfigBuilder::thumbnail_cache_bytes) says.
    ///
    /// # Errors
    /// As [`artwork`](Self::artwork) where it has to be made; [`ServiceError::Artwork`] if the image is no
    /// JPEG, PNG, WebP or GIF, damaged, or too large to be decoded.
    ///
    /// # Cancel safety
    /// A copy in the making is lost.
    pub async fn artwork_thumbnail(&self, id: ArtworkId, size: ThumbnailSize) -> Result<Thumbnail> {
        let library = &self.inner.library;
        let side = size.pixels();
        if let Some(kept) = thumbnail::get(library, id, side).await? {
            if kept.is_stale {
                let mut tx = library.write().await?;
                thumbnail::touch(&mut tx, id, side).await?;
                tx.commit().await?;
            }
            return Ok(kept.thumbnail.into());
        }
        let (copy, placeholder) = self.decode(id, side).await?;
        let mut tx = library.write().await?;
        let most = self.inner.thumbnail_cache_bytes;
        thumbnail::put(&mut tx, id, side, &copy, most).await?;
        thumbnail::set_placeholder(&mut tx, id, &placeholder).await?;
        tx.commit().await?;
        Ok(copy.into())
    }

    /// Gives what stands for an image until it is there: its dominant colour and a ThumbHash. Once found
    /// out, they are kept.
    ///
    /// # Errors
    /// As [`artwork_thumbnail`](Self::artwork_thumbnail).
    ///
    /// # Cancel safety
    /// What was found out is lost.
    pub async fn artwork_placeholder(&self, id: ArtworkId) -> Result<Placeholder> {
        if let Some(known) = thumbnail::placeholder(&self.inner.library, id).await? {
            return Ok(known.into());
        }
        // The image is decoded anyway; a copy is what is asked for next.
        self.artwork_thumbnail(id, ThumbnailSize::Small).await?;
        if let Some(known) = thumbnail::placeholder(&self.inner.library, id).await? {
            return Ok(known.into());
        }
        // The copy is older than what stands for the image.
        let (_, placeholder) = self.decode(id, ThumbnailSize::Small.pixels()).await?;
        let mut tx = self.inner.library.write().await?;
        thumbnail::set_placeholder(&mut tx, id, &placeholder).await?;
        tx.commit().await?;
        Ok(placeholder.into())
    }

    async fn decode(
        &self,
        id: ArtworkId,
        side: u32,
    ) -> Result<(model::Thumbnail, model::Placeholder)> {
        let unreadable = |reason: String| ServiceError::Artwork { id: id.0, reason };
        let (bytes, _) = self.artwork(id).await?;
        let decoding = core_async::task::spawn_blocking(move || {
            let image = DecodedImage::decode(&bytes)?;
            Ok::<_, core_metadata::artwork::ImageError>((
                image.thumbnail(side)?,
                image.placeholder(),
            ))
        });
        let (copy, placeholder) = decoding
            .await
            .map_err(|panic| unreadable(format!("the decoder failed on it: {panic}")))?
            .map_err(|error| unreadable(error.to_string()))?;
        let copy = model::Thumbnail {
            mime: copy.mime.to_owned(),
            width: copy.width,
            height: copy.height,
            bytes: copy.bytes,
        };
        let placeholder = model::Placeholder {
            color: placeholder.color,
            thumb_hash: placeholder.thumb_hash,
        };
        Ok((copy, placeholder))
    }
}
