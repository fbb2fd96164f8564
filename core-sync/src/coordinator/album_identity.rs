//! A library that was made with another idea of an album.

use core_library::repository::{setting, work};
use core_runtime::config::AlbumIdentity;

use super::SyncCoordinator;
use crate::error::Result;
use crate::scan_queue::Priority;

const NAME: &str = "album-identity";

impl SyncCoordinator {
    /// Puts every file in the queue if the library was made with another idea of an album than the
    /// configuration has.
    pub(super) async fn adopt_album_identity(&self) -> Result<()> {
        let wanted = text(&self.shared.config.album_identity);
        let library = &self.shared.library;
        if setting::get(library, NAME).await? == wanted {
            return Ok(());
        }
        let mut tx = library.write().await?;
        work::enqueue_all_audio(&mut tx, Priority::Low.as_i64()).await?;
        setting::set(&mut tx, NAME, &wanted).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Writes an identity as a setting; the default is empty.
fn text(identity: &AlbumIdentity) -> String {
    let AlbumIdentity {
        by_release_id,
        by_folder_without_artists,
        also,
    } = identity;
    let mut words: Vec<&str> = also.iter().map(|field| field.name()).collect();
    if !by_release_id {
        words.push("no-release-id");
    }
    if !by_folder_without_artists {
        words.push("across-folders");
    }
    words.join(" ")
}
