//! What tells albums apart, from what the configuration asks for.

use core_library::repository::track_writer::{AlbumKey, AlbumRecord};
use core_runtime::config::{AlbumField, AlbumIdentity};

/// Makes the key of an album of which a track lies in a folder.
pub(super) fn of(identity: &AlbumIdentity, album: &AlbumRecord, folder_key: &str) -> AlbumKey {
    AlbumKey {
        ignores_release_id: !identity.by_release_id,
        spans_folders: !identity.by_folder_without_artists,
        also: identity
            .also
            .iter()
            .map(|field| value(*field, album, folder_key))
            .collect(),
    }
}

/// Gives what an album says in a field, so that what means the same is the same text.
fn value(field: AlbumField, album: &AlbumRecord, folder_key: &str) -> String {
    let text = |value: &Option<String>| value.as_deref().unwrap_or_default().trim().to_lowercase();
    match field {
        AlbumField::Date => text(&album.date),
        AlbumField::OriginalDate => text(&album.original_date),
        AlbumField::Label => text(&album.label),
        AlbumField::CatalogNumber => text(&album.catalog_number),
        AlbumField::Barcode => text(&album.barcode),
        AlbumField::ReleaseTypes => {
            let mut types: Vec<String> = album
                .release_types
                .iter()
                .map(|it| it.trim().to_lowercase())
                .collect();
            types.sort();
            types.dedup();
            types.join("\u{1f}")
        }
        AlbumField::Folder => folder_key.to_owned(),
        // A field that this does not know tells nothing apart.
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_the_same_is_the_same_text() {
        let album = |label: &str, types: &[&str]| AlbumRecord {
            label: Some(label.to_owned()),
            release_types: types.iter().map(|it| (*it).to_owned()).collect(),
            ..AlbumRecord::default()
        };
        let identity = AlbumIdentity {
            also: [AlbumField::Label, AlbumField::ReleaseTypes].into(),
            ..AlbumIdentity::default()
        };
        let key = |album: &AlbumRecord, folder: &str| of(&identity, album, folder);
        assert_eq!(
            key(&album("Warp ", &["Live", "album"]), "a"),
            key(&album("warp", &["album", "live"]), "b")
        );
        assert_ne!(
            key(&album("Warp", &["album"]), "a"),
            key(&album("Warp", &["album", "live"]), "a")
        );
        let by_default = of(&AlbumIdentity::default(), &album("Warp", &[]), "a");
        assert_eq!(by_default, AlbumKey::default());
    }
}
