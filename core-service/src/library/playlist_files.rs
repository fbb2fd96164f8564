//! Playlists from and for other players.

use core_library::model::PlaylistId;
use core_library::playlist_file;
use core_library::repository::playlist;

use crate::dto::{ExportedPlaylist, ImportedPlaylist, UnknownEntry};
use crate::error::Result;
use crate::service::CoreService;

pub use core_library::playlist_file::{MAX_BYTES, PlaylistFormat};
pub use core_library::repository::playlist::{ExportPaths, Origin, Place};

impl CoreService {
    /// Makes a playlist of the tracks that a playlist file names. What is not in the library is
    /// told; if that is all of it, no playlist is made.
    ///
    /// The file's own title wins over `name`.
    ///
    /// # Errors
    /// `InvalidInput` for a file that can't be read, is over a limit or names nothing, and for an
    /// empty name.
    ///
    /// # Cancel safety
    /// A dropped call made the whole playlist or none.
    pub async fn import_playlist(
        &self,
        name: &str,
        format: PlaylistFormat,
        bytes: &[u8],
        origin: &Origin,
    ) -> Result<ImportedPlaylist> {
        let library = &self.inner.library;
        let file = playlist_file::read(format, bytes)?;
        if file.entries.is_empty() {
            return Err(core_library::LibraryError::InvalidInput {
                field: "playlist file",
                reason: "it names nothing".into(),
            }
            .into());
        }
        let found = playlist::resolve(library, &file, origin).await?;
        let tracks: Vec<_> = found.iter().copied().flatten().collect();
        let unknown = (1..).zip(&file.entries).zip(&found);
        let mut imported = ImportedPlaylist {
            playlist: None,
            added: tracks.len() as u64,
            unknown: unknown
                .filter(|(_, found)| found.is_none())
                .map(|((number, entry), _)| UnknownEntry {
                    number,
                    location: entry.location.clone(),
                })
                .collect(),
        };
        if !tracks.is_empty() {
            let name = file.title.as_deref().unwrap_or(name);
            let mut tx = library.write().await?;
            let id = playlist::create(&mut tx, name, None).await?;
            playlist::add(&mut tx, id, &tracks, Place::Last).await?;
            self.commit_playlist(tx, id).await?;
            imported.playlist = Some(id.0);
        }
        Ok(imported)
    }

    /// Writes a playlist as a file for other players. Missing tracks are in it, with the path that
    /// they had.
    ///
    /// # Errors
    /// `NotFound` if there is no such playlist.
    pub async fn export_playlist(
        &self,
        id: PlaylistId,
        format: PlaylistFormat,
        paths: &ExportPaths,
    ) -> Result<ExportedPlaylist> {
        let exported = playlist::export(&self.inner.library, id, format, paths).await?;
        Ok(ExportedPlaylist {
            bytes: playlist_file::write(format, &exported.file),
            written: exported.file.entries.len() as u64,
            left_out: exported.left_out.into_iter().map(|it| it.0).collect(),
        })
    }
}
