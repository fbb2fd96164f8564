//! Images of artists, found when somebody asks.

use core_library::model::{ArtistId, ArtworkId};
use core_library::repository::artist::{self, image};
use core_library::repository::track_writer::ArtworkRecord;
use core_library::search::fold;
use core_metadata::{Limits, artwork};

use bridge_traits::provider::ItemKey;
use image::ImageFile;

use crate::error::Result;
use crate::service::CoreService;

impl CoreService {
    /// Finds an image of an artist among the files: `artist.jpg` or one that bears the artist's name, with
    /// albums of this artist alone or in the folder that bears the name; in that folder, if no music lies in
    /// it, also `folder.jpg` and the like. `None` if there is none.
    ///
    /// What was found is kept: the next call reads no image unless one of these files changed, and
    /// [`artists`](Self::artists) tells its id.
    ///
    /// # Errors
    /// `NotFound` if there is no such artist; what the provider says of an image that can't be read now.
    ///
    /// # Cancel safety
    /// What was found out is lost.
    pub async fn artist_artwork(&self, id: ArtistId) -> Result<Option<ArtworkId>> {
        /// So many files that are no image in spite of their names are passed over.
        const TRIED: usize = 4;
        let library = &self.inner.library;
        let chosen = image::chosen(library, id).await?;
        let names = {
            let artist = artist::get(library, id).await?;
            [Some(artist.name), artist.sort_name].map(|it| it.map(|name| plain(&name)))
        };
        let mut files: Vec<(u32, ImageFile)> = image::files(library, id)
            .await?
            .into_iter()
            .filter_map(|file| Some((rank(&file, &names)?, file)))
            .collect();
        files.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.key.cmp(&b.1.key)));
        files.truncate(TRIED);
        let seen: Vec<String> = files
            .iter()
            .map(|(_, file)| format!("{}@{}", file.item_id, file.version))
            .collect();
        let seen = seen.join(" ");
        if chosen.seen.as_deref().unwrap_or_default() == seen {
            return Ok(chosen.artwork);
        }
        let mut found = None;
        for (_, file) in &files {
            found = self.read_image(file).await?;
            if found.is_some() {
                break;
            }
        }
        let mut tx = library.write().await?;
        let artwork = image::choose(&mut tx, id, found.as_ref(), &seen).await?;
        tx.commit().await?;
        Ok(artwork)
    }

    /// Reads a file; `None` if it is no image or too large for one.
    async fn read_image(&self, file: &ImageFile) -> Result<Option<ArtworkRecord>> {
        let limits = Limits::default();
        if file.size > limits.max_picture_bytes {
            return Ok(None);
        }
        let provider = self.inner.coordinator.provider(file.provider_id)?;
        let key = ItemKey(file.key.clone());
        let (image, _) = core_sync::read_image(&*provider, &key, file.item_id, limits).await?;
        Ok(image)
    }
}

/// Tells how well a file suits as the image of an artist of these names: the lower, the better.
fn rank(file: &ImageFile, names: &[Option<String>; 2]) -> Option<u32> {
    /// Behind all that say that they show an artist.
    const FOLDER: u32 = 1_000;
    let is_name = |text: &str| {
        let text = plain(text);
        !text.is_empty() && names.iter().flatten().any(|name| *name == text)
    };
    let bears_name = is_name(&file.folder);
    let stem = file.name.rsplit_once('.').map_or("", |(stem, _)| stem);
    if bears_name || file.is_of_artist || is_name(stem) {
        let rank = artwork::artist_image_rank(&file.name, is_name(stem));
        if rank.is_some() {
            return rank;
        }
    }
    // With music in it, the folder's image is that of an album, named like the artist perhaps.
    let of_folder = artwork::folder_image_rank(&file.name)?;
    (bears_name && !file.has_music).then_some(FOLDER + of_folder)
}

/// Makes a name comparable with that of a file, in which not every character can stand.
fn plain(name: &str) -> String {
    let folded = fold(name);
    let letters: String = folded.chars().filter(|it| it.is_alphanumeric()).collect();
    match letters.is_empty() {
        true => folded,
        false => letters,
    }
}
