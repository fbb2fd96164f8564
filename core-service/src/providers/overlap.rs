//! Folders within folders.

use std::path::Path;

use core_library::repository::provider::ProviderRow;
use core_providers::LocalFolderOptions;

use super::{LOCAL_FOLDER, stored_folder};
use crate::error::{Result, ServiceError};

/// Refuses a folder that lies in a known one or holds one, so that songs would be there twice.
///
/// Where the outer one leaves things out by patterns, or the way to the inner one is hidden from it, that is not
/// certain, and the person is believed.
///
/// # Errors
/// [`ServiceError::FoldersOverlap`].
pub(super) fn refuse(
    root: &Path,
    options: &LocalFolderOptions,
    known: &[ProviderRow],
) -> Result<()> {
    for row in known.iter().filter(|it| it.kind == LOCAL_FOLDER) {
        let (other, of_other) = stored_folder(row);
        if reads(root, options, &other) || reads(&other, &of_other, root) {
            return Err(ServiceError::FoldersOverlap {
                folder: root.to_string_lossy().into_owned(),
                known: row.root.clone(),
            });
        }
    }
    Ok(())
}

/// Tells whether a folder certainly reads all of another one.
fn reads(outer: &Path, options: &LocalFolderOptions, inner: &Path) -> bool {
    let Ok(way) = inner.strip_prefix(outer) else {
        return false;
    };
    let is_hidden = |part: std::path::Component<'_>| {
        let name = part.as_os_str().to_string_lossy();
        name.starts_with('.')
    };
    options.exclude.is_empty() && (options.include_hidden || !way.components().any(is_hidden))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use core_providers::LocalFolderOptions;

    #[test]
    fn a_folder_reads_what_is_below_it_and_not_left_out() {
        #[track_caller]
        fn check(outer: &str, inner: &str, exclude: &[&str], include_hidden: bool, is_read: bool) {
            let options = LocalFolderOptions {
                exclude: exclude.iter().map(|it| (*it).to_owned()).collect(),
                include_hidden,
                ..LocalFolderOptions::default()
            };
            let found = super::reads(Path::new(outer), &options, Path::new(inner));
            assert_eq!(found, is_read, "{outer} {inner}");
        }
        check("/music", "/music/jazz", &[], false, true);
        check("/music", "/music2", &[], false, false);
        check("/music/jazz", "/music", &[], false, false);
        check("/music", "/music/jazz", &["jazz"], false, false);
        check("/music", "/music/.jazz/a", &[], false, false);
        check("/music", "/music/.jazz/a", &[], true, true);
        check("/.music", "/.music/jazz", &[], false, true);
    }
}
