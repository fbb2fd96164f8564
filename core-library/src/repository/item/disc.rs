//! Folders that hold one disc of an album each, such as `CD1`, and the folder above them, where the album lies: its
//! images are those of its discs, too.

use std::collections::{BTreeSet, HashMap};

use crate::db::{WriteTx, json_list};
use crate::error::Result;
use crate::repository::track_writer::is_disc_folder;

/// Tells where the album lies whose disc is in a folder of this name, which is in the folder `parent`; `None` for
/// other folders.
#[must_use]
pub fn album_folder<'a>(name: &str, parent: Option<&'a str>) -> Option<&'a str> {
    parent.filter(|_| is_disc_folder(name))
}

/// Gives, for those of some folders that hold one disc of an album, the folder where the album lies. Folders that are
/// gone count.
///
/// # Errors
/// What the database says.
///
/// # Cancel safety
/// After a dropped call the transaction must be rolled back.
pub async fn album_folders(
    tx: &mut WriteTx,
    provider_id: i64,
    folders: &[&str],
) -> Result<HashMap<String, String>> {
    let rows = tx
        .query(
            "SELECT key, name, parent_key FROM remote_item
             WHERE provider_id = ? AND key IN (SELECT value FROM json_each(?)) AND kind = 'folder'",
            vec![provider_id.into(), json_list(folders)],
        )
        .await?;
    let mut albums = HashMap::new();
    for row in &rows {
        let (name, parent): (String, Option<String>) = (row.get(1)?, row.get(2)?);
        if let Some(album) = album_folder(&name, parent.as_deref()) {
            albums.insert(row.get(0)?, album.to_owned());
        }
    }
    Ok(albums)
}

/// Adds the folders to some that are directly in them and hold one disc of an album. Folders that are gone count.
pub(crate) async fn with_discs(
    tx: &mut WriteTx,
    provider_id: i64,
    folders: &[&str],
) -> Result<Vec<String>> {
    let rows = tx
        .query(
            "SELECT key, name FROM remote_item
             WHERE provider_id = ? AND parent_key IN (SELECT value FROM json_each(?))
                 AND kind = 'folder'",
            vec![provider_id.into(), json_list(folders)],
        )
        .await?;
    let mut all: BTreeSet<String> = folders.iter().map(|it| (*it).to_owned()).collect();
    for row in &rows {
        if is_disc_folder(&row.get::<String>(1)?) {
            all.insert(row.get(0)?);
        }
    }
    Ok(all.into_iter().collect())
}
