//! Small copies of covers, kept with the page's own files.
//!
//! An image is read where it lies, and after a reload a folder may need a person's word, or be gone for
//! this page. The copies are what an album grid shows then. They are named by the hashes of the images: an id means
//! another image when another library takes the place of this one.

use std::collections::BTreeSet;
use std::io;

use bridge_traits::BridgeError;
use core_async::fs;
use core_service::{ArtworkId, CoreService, CoverSize, ServiceError};

use crate::failure::Failure;

const FOLDER: &str = "/covers";
/// How many images are looked at at once.
const IMAGES: usize = 1000;

fn path(hash: &str) -> String {
    format!("{FOLDER}/{hash}")
}

fn failed(error: io::Error, path: &str) -> ServiceError {
    BridgeError::from_io(error, path).into()
}

/// Reads a copy, if there is one.
pub(crate) async fn kept(
    service: &CoreService,
    id: ArtworkId,
) -> Result<Option<Vec<u8>>, ServiceError> {
    let path = path(&service.artwork_hash(id).await?);
    match fs::read(&path).await {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(error, &path)),
    }
}

/// Keeps a copy.
pub(crate) async fn keep(
    service: &CoreService,
    id: ArtworkId,
    bytes: &[u8],
) -> Result<(), ServiceError> {
    let path = path(&service.artwork_hash(id).await?);
    fs::create_dir_all(FOLDER)
        .await
        .map_err(|it| failed(it, FOLDER))?;
    fs::write(&path, bytes)
        .await
        .map_err(|it| failed(it, &path))
}

/// Lists the covers of albums that have no copy, and deletes the copies of images that the library does not
/// know any more.
pub(crate) async fn settle(service: &CoreService) -> Result<Vec<i64>, ServiceError> {
    // Listed first: what is kept meanwhile is of use.
    let mut kept = listed().await.map_err(|it| failed(it, FOLDER))?;
    let mut missing = Vec::new();
    let mut after = None;
    loop {
        let images = service.artwork_hashes(IMAGES, after).await?;
        let Some(last) = images.last() else { break };
        after = Some(ArtworkId(last.id));
        for image in &images {
            if !kept.remove(&image.hash) && image.is_cover {
                missing.push(image.id);
            }
        }
    }
    for name in kept {
        // One that stays is found again the next time.
        let _ = fs::remove_file(path(&name)).await;
    }
    Ok(missing)
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

async fn listed() -> io::Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    let mut folder = match fs::read_dir(FOLDER).await {
        Ok(folder) => folder,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(names),
        Err(error) => return Err(error),
    };
    while let Some(entry) = folder.next_entry().await? {
        names.insert(entry.file_name().to_string_lossy().into_owned());
    }
    Ok(names)
}
