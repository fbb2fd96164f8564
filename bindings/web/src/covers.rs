//! Small copies of covers, kept with the page's own files.
//!
//! An image is read where it lies, and after a reload a folder may need a person's word, or be gone for
//! this page. The copies are what an album grid shows then. Ids of images are never used twice.

use std::collections::BTreeSet;
use std::io;

use bridge_traits::BridgeError;
use core_async::fs;
use core_service::{CoreService, ServiceError};

const FOLDER: &str = "/covers";
/// How many albums are looked at at once.
const ALBUMS: usize = 200;

fn path(id: i64) -> String {
    format!("{FOLDER}/{id}")
}

fn failed(error: io::Error, path: &str) -> ServiceError {
    BridgeError::from_io(error, path).into()
}

/// Reads a copy, if there is one.
pub(crate) async fn kept(id: i64) -> Result<Option<Vec<u8>>, ServiceError> {
    match fs::read(path(id)).await {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(error, &path(id))),
    }
}

/// Keeps a copy.
pub(crate) async fn keep(id: i64, bytes: &[u8]) -> Result<(), ServiceError> {
    let path = path(id);
    fs::create_dir_all(FOLDER)
        .await
        .map_err(|it| failed(it, FOLDER))?;
    fs::write(&path, bytes)
        .await
        .map_err(|it| failed(it, &path))
}

/// Lists the covers of albums that have no copy.
pub(crate) async fn missing(service: &CoreService) -> Result<Vec<i64>, ServiceError> {
    let kept = listed().await.map_err(|it| failed(it, FOLDER))?;
    let mut missing = BTreeSet::new();
    let mut after = None;
    loop {
        let page = service.albums(ALBUMS, after).await?;
        let covers = page.items.iter().filter_map(|it| it.artwork_id);
        missing.extend(covers.filter(|it| !kept.contains(it)));
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(missing.into_iter().collect()),
        }
    }
}

async fn listed() -> io::Result<BTreeSet<i64>> {
    let mut ids = BTreeSet::new();
    let mut folder = match fs::read_dir(FOLDER).await {
        Ok(folder) => folder,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(ids),
        Err(error) => return Err(error),
    };
    while let Some(entry) = folder.next_entry().await? {
        // Nothing else lies there.
        ids.extend(entry.file_name().to_string_lossy().parse::<i64>());
    }
    Ok(ids)
}
