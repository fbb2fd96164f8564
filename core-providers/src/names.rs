//! Names that are left out wherever they stand.

/// What operating systems, desktops and NAS boxes keep beside the user's files.
const SYSTEM: &[&str] = &[
    "@eaDir",
    "#recycle",
    "#snapshot",
    "@Recycle",
    "@Recently-Snapshot",
    ".@__thumb",
    "$RECYCLE.BIN",
    "$Recycle.Bin",
    "RECYCLER",
    "System Volume Information",
    "lost+found",
    ".Trash",
    ".Trashes",
    ".Spotlight-V100",
    ".fseventsd",
    ".TemporaryItems",
    ".DocumentRevisions-V100",
    ".DS_Store",
];

/// The beginnings of such names: per-user bins, and the resource forks that macOS leaves on foreign
/// volumes, which bear the extension of the song they belong to.
const SYSTEM_PREFIXES: &[&str] = &[".Trash-", "._"];

/// Tells whether an entry of this name is left out without looking at it.
pub(crate) fn is_left_out(name: &[u8], include_hidden: bool) -> bool {
    match name.first() {
        Some(b'.') => !include_hidden || is_system(name),
        Some(b'@' | b'#' | b'$' | b'R' | b'S' | b'l') => is_system(name),
        _ => false,
    }
}

fn is_system(name: &[u8]) -> bool {
    SYSTEM.iter().any(|system| system.as_bytes() == name)
        || SYSTEM_PREFIXES
            .iter()
            .any(|prefix| name.starts_with(prefix.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::{SYSTEM, SYSTEM_PREFIXES, is_left_out};

    #[test]
    fn every_system_name_is_left_out_even_where_hidden_ones_are_taken_in() {
        for name in SYSTEM.iter().chain(SYSTEM_PREFIXES) {
            assert!(is_left_out(name.as_bytes(), true), "{name}");
        }
    }

    #[test]
    fn names_that_only_resemble_them_stay() {
        for name in [
            "lost", "System", "#1 Hits", "@", "$", "Recycle", "a.b", ".x",
        ] {
            assert!(!is_left_out(name.as_bytes(), true), "{name}");
        }
        assert!(is_left_out(b".x", false));
    }
}
