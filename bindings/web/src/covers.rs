//! Small copies of covers, kept with the page's own files.
//!
//! An image is read where it lies, and after a reload a folder may need a person's word, or be gone for
//! this page. The copies are what an album grid shows then. Ids of images are never used twice.

use std::collections::BTreeSet;
use std::io;

use bridge_traits::BridgeError;
use core_async::fs;
use core_service::{CoreService, CoverSize, ServiceError};

use crate::failure::Failure;

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
    let mut missing = of_albums(service).await?;
    missing.retain(|it| !kept.contains(it));
    Ok(missing.into_iter().collect())
}

/// Deletes the copies that are of no album's cover. One that is wanted again is made again.
pub(crate) async fn sweep(service: &CoreService) -> Result<(), ServiceError> {
    let wanted = of_albums(service).await?;
    let kept = listed().await.map_err(|it| failed(it, FOLDER))?;
    for id in kept.difference(&wanted) {
        let path = path(*id);
        match fs::remove_file(&path).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(failed(error, &path));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Reads how large an online cover is to be.
pub(crate) fn size_of(text: &str) -> Result<CoverSize, Failure> {
    match text {
        "small" => Ok(CoverSize::Small),
        "medium" => Ok(CoverSize::Medium),
        "large" => Ok(CoverSize::Large),
        "original" => Ok(CoverSize::Original),
        _ => Err(Failure::invalid(
            "size",
            format_args!("{text} is none of small, medium, large, original"),
        )),
    }
}

async fn of_albums(service: &CoreService) -> Result<BTreeSet<i64>, ServiceError> {
    let mut covers = BTreeSet::new();
    let mut after = None;
    loop {
        let page = service.albums(ALBUMS, after).await?;
        covers.extend(page.items.iter().filter_map(|it| it.artwork_id));
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(covers),
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
