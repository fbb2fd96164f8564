//! What the place of a file says of it: its name, where it has no title, and what lies beside it.

use std::collections::{BTreeSet, HashMap};

use bridge_traits::provider::RemoteItem;
use unicode_normalization::UnicodeNormalization;

use super::{ObservedItem, album_folders};
use crate::db::{WriteTx, json_list};
use crate::error::Result;
use crate::repository::track_writer::{self, MovedFile};

/// A file that is in another place than before, with the same content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relocated {
    /// The file.
    pub item_id: i64,
    /// Where it was.
    pub from: Place,
    /// Where it is.
    pub to: Place,
}

/// Where a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The key of its folder.
    pub folder: Option<String>,
    /// Its name.
    pub name: String,
}

impl Place {
    /// Tells where a file was seen last.
    #[must_use]
    pub fn of_row(row: &ObservedItem) -> Self {
        Self {
            folder: row.parent_key.clone(),
            name: row.name.clone(),
        }
    }

    /// Tells where a file is seen.
    #[must_use]
    pub fn of_item(item: &RemoteItem) -> Self {
        Self {
            folder: item.parent.as_ref().map(|it| it.0.clone()),
            name: item.name.clone(),
        }
    }
}

impl Relocated {
    /// Tells whether it has another name; another spelling says the same.
    fn is_renamed(&self) -> bool {
        spelling(stem(&self.from.name)) != spelling(stem(&self.to.name))
    }

    fn is_elsewhere(&self) -> bool {
        self.from.folder != self.to.folder
    }

    fn as_moved(&self) -> MovedFile<'_> {
        MovedFile {
            item_id: self.item_id,
            from: self.from.folder.as_deref().unwrap_or_default(),
            to: self.to.folder.as_deref().unwrap_or_default(),
        }
    }
}

/// Gives the audio files of which their new place says something else than the old one: those that are titled by
/// their old name for want of a title, those of another name with lyrics or a cue sheet beside them, and those beside
/// which other images, lyrics or cue sheets were than are now; beside a disc are the images of its album, too
/// ([`album_folders`]). Where a whole folder moved they are the same. What came
/// or changed in the folder that they left is known otherwise ([`mark_removed`](super::mark_removed)). Albums that their
/// folder tells apart follow it; where that takes more than their folder, their files are given, too.
///
/// # Errors
/// What the database says.
///
/// # Cancel safety
/// After a dropped call the transaction must be rolled back.
pub async fn told_by_place(
    tx: &mut WriteTx,
    provider_id: i64,
    relocated: &[Relocated],
) -> Result<Vec<i64>> {
    let asked: Vec<&Relocated> = relocated.iter().filter(|it| it.from != it.to).collect();
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let folders = asked
        .iter()
        .flat_map(|it| [&it.from.folder, &it.to.folder])
        .flatten();
    let beside = beside(tx, provider_id, folders.map(String::as_str).collect()).await?;
    let renamed = asked.iter().filter(|it| it.is_renamed());
    let titles = titles(tx, renamed.map(|it| it.item_id).collect()).await?;
    let none = Beside::default();
    let of = |folder: &Option<String>| folder.as_ref().and_then(|it| beside.get(it));
    let moved = asked.iter().filter(|it| it.is_elsewhere());
    let moved: Vec<MovedFile<'_>> = moved.map(|it| it.as_moved()).collect();
    let mut told = track_writer::follow_folders(tx, &moved).await?;
    let told_otherwise = asked.into_iter().filter(|it| {
        let (from, to) = (&it.from, &it.to);
        let before = of(&from.folder).unwrap_or(&none);
        let now = of(&to.folder).unwrap_or(&none);
        let titles = titles.get(&it.item_id).map_or(&[][..], Vec::as_slice);
        let is_old = |title: &String| *title == from.name || title == stem(&from.name);
        it.from.name != it.to.name && now.any_by_name
            || it.is_renamed() && titles.iter().any(is_old)
            || before.all != now.there
    });
    told.extend(told_otherwise.map(|it| it.item_id));
    told.sort_unstable();
    told.dedup();
    Ok(told)
}

/// What lies in a folder and says something of the audio files in it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Beside {
    /// What is there, with what is gone by now: it was there when the files were.
    all: BTreeSet<Style>,
    /// What is there.
    there: BTreeSet<Style>,
    /// Whether some of it belongs to files by their names.
    any_by_name: bool,
}

/// The kind, name, size and version of an image, lyrics or a cue sheet. Of an image in the folder above the kind is
/// [`ABOVE`].
type Style = (String, String, i64, String);

const ABOVE: &str = "above";

async fn beside(
    tx: &mut WriteTx,
    provider_id: i64,
    folders: BTreeSet<&str>,
) -> Result<HashMap<String, Beside>> {
    let mut asked = Vec::from_iter(folders);
    let albums = album_folders(tx, provider_id, &asked).await?;
    asked.extend(albums.values().map(String::as_str));
    let rows = tx
        .query(
            "SELECT parent_key, removed_at IS NULL, kind, name, size, version FROM remote_item
             WHERE provider_id = ? AND parent_key IN (SELECT value FROM json_each(?))
                 AND kind IN ('image', 'lyrics', 'cue')",
            vec![provider_id.into(), json_list(&asked)],
        )
        .await?;
    let mut found: HashMap<String, Beside> = HashMap::new();
    for row in &rows {
        let beside = found.entry(row.get(0)?).or_default();
        let style: Style = (row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?);
        if row.get(1)? {
            beside.any_by_name |= style.0 != "image";
            beside.there.insert(style.clone());
        }
        beside.all.insert(style);
    }
    let images_of = |styles: &BTreeSet<Style>| -> Vec<Style> {
        let images = styles.iter().filter(|it| it.0 == "image").cloned();
        images
            .map(|(_, name, size, version)| (ABOVE.to_owned(), name, size, version))
            .collect()
    };
    for (disc, album) in albums {
        if let Some(above) = found.get(&album) {
            let (all, there) = (images_of(&above.all), images_of(&above.there));
            let beside = found.entry(disc).or_default();
            beside.all.extend(all);
            beside.there.extend(there);
        }
    }
    Ok(found)
}

/// Reads the titles of all tracks in files.
async fn titles(tx: &mut WriteTx, items: Vec<i64>) -> Result<HashMap<i64, Vec<String>>> {
    let sql = "SELECT item_id, title FROM track WHERE item_id IN (SELECT value FROM json_each(?))";
    let mut titles: HashMap<i64, Vec<String>> = HashMap::new();
    for row in &tx.query(sql, vec![json_list(&items)]).await? {
        titles.entry(row.get(0)?).or_default().push(row.get(1)?);
    }
    Ok(titles)
}

fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |it| it.0)
}

/// What spellings of one name have in common.
pub(super) fn spelling(key: &str) -> String {
    let lower: String = key.nfc().flat_map(char::to_lowercase).collect();
    lower.nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::spelling;

    #[test]
    fn spellings_of_one_name_differ_in_case_and_normalisation_only() {
        let same = [
            ("Song.mp3", "song.mp3"),
            ("caf\u{e9}/a", "Cafe\u{301}/A"),
            ("\u{212b}", "\u{e5}"),
            ("\u{1100}\u{1161}", "\u{ac00}"),
        ];
        for (a, b) in same {
            assert_eq!(spelling(a), spelling(b), "{a} and {b}");
        }
        let others = [
            ("cafe", "caf\u{e9}"),
            ("a b", "ab"),
            ("a/b", "a b"),
            ("1", "\u{2460}"),
        ];
        for (a, b) in others {
            assert_ne!(spelling(a), spelling(b), "{a} and {b}");
        }
    }
}
