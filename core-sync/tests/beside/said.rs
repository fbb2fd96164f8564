//! What a library says of the files of a drive.

use std::collections::{BTreeMap, HashMap};

use bridge_traits::provider::{ItemKey, StorageProvider};
use core_library::model::{AlbumId, ArtworkId};
use core_library::repository::track::{Presence, TrackFilter, TrackOrder};
use core_library::repository::{album, artwork, item, lyrics, track};
use core_metadata::ContentHash;

use crate::world::World;

/// What a library says of a file: its title, its lyrics, its image, and what is on its album, in order, with the cover.
pub(crate) type Said = (String, Vec<String>, Option<Vec<u8>>, Vec<String>);

impl World {
    pub(crate) async fn says(&self, provider: &dyn StorageProvider) -> BTreeMap<String, Said> {
        let mut says = BTreeMap::new();
        let mut albums: HashMap<AlbumId, Vec<String>> = HashMap::new();
        let tracks = self.tracks(Presence::Present).await;
        for track in &tracks {
            let on_album = match track.album_id {
                Some(id) => match albums.get(&id) {
                    Some(known) => known.clone(),
                    None => {
                        let on_album = self.on_album(id, provider).await;
                        albums.insert(id, on_album.clone());
                        on_album
                    }
                },
                None => Vec::new(),
            };
            let texts = lyrics::of_track(&self.library, track.id).await;
            let texts = texts.expect("lyrics").into_iter().map(|it| it.text);
            let image = match track.artwork {
                Some(id) => Some(self.image(id, provider).await),
                None => None,
            };
            let path = track.path.clone().expect("a path");
            says.insert(
                path,
                (track.title.clone(), texts.collect(), image, on_album),
            );
        }
        says
    }

    /// Gives the paths of what is on an album, in order, and its cover.
    async fn on_album(&self, id: AlbumId, provider: &dyn StorageProvider) -> Vec<String> {
        let filter = TrackFilter {
            album: Some(id),
            ..TrackFilter::default()
        };
        let page = track::page(&self.library, &filter, TrackOrder::Album, None, 100).await;
        let paths = page.expect("a page").items.into_iter();
        let mut on_album: Vec<String> = paths.filter_map(|it| it.path).collect();
        let album = album::get(&self.library, id).await.expect("an album");
        if let Some(cover) = album.artwork {
            on_album.push(format!("{:?}", self.image(cover, provider).await));
        }
        on_album
    }

    /// Gives the hash of an image, after it was found on the drive.
    async fn image(&self, id: ArtworkId, provider: &dyn StorageProvider) -> Vec<u8> {
        let image = artwork::get(&self.library, id).await.expect("an image");
        let others = artwork::other_sources(&self.library, &image).await;
        let others = others.expect("files").into_iter().map(|it| it.item_id);
        for item in image.item_id.into_iter().chain(others) {
            let source = item::source(&self.library, item).await.expect("an item");
            let read = provider.read(&ItemKey(source.key), None, 0..1 << 20).await;
            if read.is_ok_and(|it| ContentHash::of(&it).0.as_slice() == image.hash) {
                return image.hash;
            }
        }
        panic!("no file has {image:?}");
    }
}
