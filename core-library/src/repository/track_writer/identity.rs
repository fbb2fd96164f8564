//! What makes two credits one artist, and two tracks one album.

use super::disc_folder::album_folder;
use super::record::{AlbumRecord, ArtistCredit};
use crate::search::fold;

/// Begins the identity of albums that name no artist; their folder tells them apart.
pub(super) const FOLDER_ALBUM: &str = "dir:";

/// Identifies an artist: by MusicBrainz id, else by folded name. `None` for a blank name.
pub(super) fn of_artist(credit: &ArtistCredit) -> Option<String> {
    let name = of_name(&credit.name)?;
    Some(match musicbrainz(credit.musicbrainz_id.as_deref()) {
        Some(id) => format!("mbid:{id}"),
        None => format!("name:{name}"),
    })
}

/// Identifies an album: by MusicBrainz id, else by title and album artists, else by title and
/// folder (that of all its discs), and by what its key adds. `None` for a blank title.
pub(super) fn of_album(album: &AlbumRecord, folder_key: &str) -> Option<String> {
    let title = of_name(&album.title)?;
    let id = musicbrainz(album.musicbrainz_id.as_deref());
    if let Some(id) = id.filter(|_| !album.key.ignores_release_id) {
        return Some(format!("mbid:{id}"));
    }
    let artists: Vec<String> = album.artists.iter().filter_map(of_artist).collect();
    let mut identity = match artists.is_empty() {
        false => format!("tag:{title}\u{1f}{}", artists.join("\u{1f}")),
        true if album.key.spans_folders => format!("{FOLDER_ALBUM}{title}\u{1f}"),
        true => format!("{FOLDER_ALBUM}{title}\u{1f}{}", album_folder(folder_key)),
    };
    for value in &album.key.also {
        identity.push('\u{1e}');
        identity.push_str(value);
    }
    Some(identity)
}

/// Identifies a name: folded, or as it stands if nothing is left of it then. `None` if it is blank.
pub(super) fn of_name(name: &str) -> Option<String> {
    let folded = fold(name);
    if !folded.is_empty() {
        return Some(folded);
    }
    let raw: String = name.chars().filter(|c| !c.is_control()).collect();
    let raw = raw.trim();
    (!raw.is_empty()).then(|| raw.to_owned())
}

/// Reads an id as one text, however it is written; `None` if it is none.
pub(super) fn musicbrainz(id: Option<&str>) -> Option<String> {
    let id = id?.trim().to_ascii_lowercase();
    let sound = !id.is_empty()
        && id
            .bytes()
            .all(|it| it.is_ascii_alphanumeric() || it == b'-');
    sound.then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn artist(name: &str, id: Option<&str>) -> ArtistCredit {
        ArtistCredit {
            name: name.into(),
            sort_name: None,
            musicbrainz_id: id.map(Into::into),
        }
    }

    #[test]
    fn an_artist_is_one_however_it_is_spelt() {
        let same = |a, b| of_artist(&artist(a, None)) == of_artist(&artist(b, None));
        assert!(same("Beyoncé", "BEYONCE"));
        assert!(!same("!!!", "???"));
        assert!(!same("†††", "†"));
        assert!(!same("\u{301}", "\u{302}"));
        assert_eq!(of_artist(&artist(" ", Some("abc"))), None);
        assert_eq!(
            of_artist(&artist("A", Some(" ABC-1 "))),
            of_artist(&artist("B", Some("abc-1")))
        );
        assert_eq!(
            of_artist(&artist("A", Some("not an id"))),
            of_artist(&artist("a", None))
        );
    }

    #[test]
    fn an_album_is_told_by_id_then_artists_then_folder() {
        let album = |artists: &[&str], id: Option<&str>| AlbumRecord {
            title: "Greatest Hits".into(),
            artists: artists.iter().map(|name| artist(name, None)).collect(),
            musicbrainz_id: id.map(Into::into),
            ..Default::default()
        };
        let queen = of_album(&album(&["Queen"], None), "a");
        assert_eq!(queen, of_album(&album(&["QUEEN"], None), "b"));
        assert_ne!(queen, of_album(&album(&["ABBA"], None), "a"));
        assert_ne!(queen, of_album(&album(&["Queen", "ABBA"], None), "a"));
        assert_ne!(queen, of_album(&album(&["Queen"], Some("1")), "a"));
        assert_ne!(
            of_album(&album(&[], None), "a"),
            of_album(&album(&[], None), "b")
        );
        assert_eq!(
            of_album(&album(&[" "], None), "a"),
            of_album(&album(&[], None), "a")
        );
    }
}
