//! Albums that their folder tells apart, whose files moved to another one without being read.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::digest::{NOT_IN_FILE, OUT_OF_DATE};
use super::disc_folder::album_folder;
use super::identity::FOLDER_ALBUM;
use crate::db::WriteTx;
use crate::error::Result;
use crate::repository::sql::{id_list, text_list};

/// A file whose folder is another one now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MovedFile<'a> {
    pub(crate) item_id: i64,
    /// The key of its folder before.
    pub(crate) from: &'a str,
    /// The key of its folder now.
    pub(crate) to: &'a str,
}

/// Lets albums follow their folders: one of which all files that are there moved to one folder becomes the album of
/// that folder. Gives the files of which reading alone can tell what album they are on now, as where only some
/// moved, or where the folder that they moved to has an album of that title.
///
/// A writer that another job has may still take the album for that of the folder before.
pub(crate) async fn follow(tx: &mut WriteTx, moved: &[MovedFile<'_>]) -> Result<Vec<i64>> {
    if moved.is_empty() {
        return Ok(Vec::new());
    }
    let folders: HashMap<i64, MovedFile<'_>> = moved.iter().map(|it| (it.item_id, *it)).collect();
    let items = id_list(folders.keys().copied());
    let rows = tx
        .query(
            "SELECT a.id, a.identity, t.item_id, EXISTS (SELECT 1 FROM track o
                 WHERE o.album_id = a.id AND o.missing_since IS NULL
                     AND o.item_id NOT IN (SELECT value FROM json_each(?1)))
             FROM track t JOIN album a ON a.id = t.album_id
             WHERE t.item_id IN (SELECT value FROM json_each(?1))
                 AND (a.identity GLOB ?2 || '*' OR instr(a.identity, char(30)) > 0)",
            vec![items, FOLDER_ALBUM.into()],
        )
        .await?;
    let mut albums: BTreeMap<i64, MovedAlbum<'_>> = BTreeMap::new();
    for row in &rows {
        let (identity, is_parted): (String, bool) = (row.get(1)?, row.get(3)?);
        let album = albums.entry(row.get(0)?).or_insert_with(|| MovedAlbum {
            identity,
            is_parted,
            files: Vec::new(),
        });
        let item: i64 = row.get(2)?;
        album.files.extend(folders.get(&item));
    }
    let wanted: Vec<(i64, &MovedAlbum<'_>, Follows)> = albums
        .iter()
        .map(|(id, album)| (*id, album, album.follows()))
        .collect();
    let names = wanted.iter().filter_map(|(.., it)| match it {
        Follows::To(identity) => Some(identity.as_str()),
        Follows::Stays | Follows::IsRead => None,
    });
    let taken = taken(tx, names).await?;
    let mut used = HashSet::new();
    let (mut changed, mut read) = (Vec::new(), Vec::new());
    for (id, album, follows) in &wanted {
        match follows {
            Follows::Stays => {}
            Follows::To(identity) if !taken.contains(identity) && used.insert(identity) => {
                changed.push((*id, identity.as_str()));
            }
            Follows::To(_) | Follows::IsRead => {
                read.extend(album.files.iter().map(|it| it.item_id));
            }
        }
    }
    if changed.is_empty() {
        return Ok(read);
    }
    // Digests have the identity in them: one that was made in a folder would be that of a file which is there again.
    tx.execute(
        "UPDATE track SET digest = ? WHERE digest <> ?
             AND album_id IN (SELECT value FROM json_each(?))",
        vec![
            OUT_OF_DATE.into(),
            NOT_IN_FILE.into(),
            id_list(changed.iter().map(|(id, _)| *id)),
        ],
    )
    .await?;
    let changed = changed
        .into_iter()
        .map(|(id, identity)| vec![id.into(), identity.into()]);
    tx.insert_rows(
        "WITH v(id, identity) AS (",
        2,
        changed,
        ") UPDATE album SET identity = v.identity FROM v WHERE album.id = v.id",
    )
    .await?;
    Ok(read)
}

/// Tells which identities albums have.
async fn taken(
    tx: &mut WriteTx,
    identities: impl Iterator<Item = &str>,
) -> Result<HashSet<String>> {
    let sql = "SELECT identity FROM album WHERE identity IN (SELECT value FROM json_each(?))";
    let rows = tx.query(sql, vec![text_list(identities)]).await?;
    rows.iter().map(|row| Ok(row.get(0)?)).collect()
}

/// An album of which files moved.
struct MovedAlbum<'a> {
    identity: String,
    /// Whether others of its files are where they were.
    is_parted: bool,
    files: Vec<MovedFile<'a>>,
}

/// What becomes of an album.
#[derive(Debug, PartialEq, Eq)]
enum Follows {
    /// It is what it was.
    Stays,
    /// It has this identity.
    To(String),
    /// That is not known before its files are read.
    IsRead,
}

impl MovedAlbum<'_> {
    fn follows(&self) -> Follows {
        let (head, also) = match self.identity.split_once('\u{1e}') {
            Some((head, also)) => (head, Some(also)),
            None => (self.identity.as_str(), None),
        };
        let is_also_folder = |also: &str| {
            also.split('\u{1e}')
                .any(|it| self.files.iter().any(|file| file.from == it))
        };
        if also.is_some_and(is_also_folder) {
            return Follows::IsRead;
        }
        let folders: BTreeSet<(&str, &str)> = self
            .files
            .iter()
            .map(|it| (album_folder(it.from), album_folder(it.to)))
            .collect();
        let Some((title, folder)) = head
            .strip_prefix(FOLDER_ALBUM)
            .and_then(|it| it.rsplit_once('\u{1f}'))
        else {
            return Follows::Stays;
        };
        if folders.iter().all(|(from, to)| from == to) {
            return Follows::Stays;
        }
        // It may be an album of the root, or one that may lie anywhere.
        if folder.is_empty() {
            let any_of_root = folders.iter().any(|(from, _)| from.is_empty());
            return match any_of_root {
                true => Follows::IsRead,
                false => Follows::Stays,
            };
        }
        match folders.into_iter().collect::<Vec<_>>()[..] {
            [(from, to)] if from == folder && !self.is_parted => {
                let also = also.map(|it| format!("\u{1e}{it}")).unwrap_or_default();
                Follows::To(format!("{FOLDER_ALBUM}{title}\u{1f}{to}{also}"))
            }
            _ => Follows::IsRead,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_album_follows_its_folder_where_all_of_it_does() {
        #[track_caller]
        fn check(identity: &str, is_parted: bool, files: &[(&str, &str)], expected: Follows) {
            let album = MovedAlbum {
                identity: identity.replace('|', "\u{1f}").replace('+', "\u{1e}"),
                is_parted,
                files: (0..)
                    .zip(files)
                    .map(|(item_id, (from, to))| MovedFile { item_id, from, to })
                    .collect(),
            };
            assert_eq!(album.follows(), expected, "{identity}");
        }
        let to = |it: &str| Follows::To(it.replace('|', "\u{1f}").replace('+', "\u{1e}"));
        check(
            "dir:hits|a",
            false,
            &[("a", "b"), ("a", "b")],
            to("dir:hits|b"),
        );
        check(
            "dir:hits|a+2004",
            false,
            &[("a", "b")],
            to("dir:hits|b+2004"),
        );
        let discs = [("a/CD1", "b/CD1"), ("a/CD2", "b/CD2")];
        check("dir:hits|a", false, &discs, to("dir:hits|b"));
        check("dir:hits|a", false, &[("a/CD1", "a/CD2")], Follows::Stays);
        check("dir:hits|a", true, &[("a", "b")], Follows::IsRead);
        check(
            "dir:hits|a",
            false,
            &[("a", "b"), ("a", "c")],
            Follows::IsRead,
        );
        check("dir:hits|x", false, &[("a", "b")], Follows::IsRead);
        // Albums may span folders.
        check("dir:hits|", false, &[("a", "b")], Follows::Stays);
        check("dir:hits|", false, &[("", "b")], Follows::IsRead);
        // The folder is asked for besides.
        check("tag:hits|abba+a", false, &[("a", "b")], Follows::IsRead);
        check("tag:hits|abba+2004", false, &[("a", "b")], Follows::Stays);
    }
}
