//! Folders that hold one disc of an album: `CD1`, `Disc 2 - Live`, `Title (Disc 2)`.

/// Returns the folder that an album lies in whose disc is in the folder `key`: the one above `CD1`, and
/// for `Title (Disc 1)` what all its discs begin with. Other folders are their own.
///
/// A key is a path, plain or percent-encoded; one that is no path is left as it is.
pub(super) fn album_folder(key: &str) -> &str {
    let start = key.rfind('/').map_or(0, |at| at + 1);
    let name = &key[start..];
    let Some(at) = disc_at(name) else { return key };
    let before = without_separators(&name[..at]);
    match before.is_empty() {
        true => key[..start].trim_end_matches('/'),
        false => &key[..start + before.len()],
    }
}

/// Tells whether a folder of this name holds one disc of the album that lies in the folder above.
pub(crate) fn is_disc_folder(name: &str) -> bool {
    !name.is_empty() && album_folder(name).is_empty()
}

const SEPARATORS: [char; 9] = [' ', '-', '_', '.', ',', '#', '(', '[', '{'];

/// Tells where in a folder's name the words begin that number a disc.
fn disc_at(name: &str) -> Option<usize> {
    let lower = name.to_ascii_lowercase();
    ["disc", "disk", "cd"]
        .iter()
        .flat_map(|word| lower.match_indices(word))
        .filter(|(at, word)| {
            let stands_alone = lower[..*at]
                .chars()
                .next_back()
                .is_none_or(|c| SEPARATORS.contains(&c))
                || ["%20", "%28", "%5b"]
                    .iter()
                    .any(|it| lower[..*at].ends_with(it));
            // In front, a title of the disc may follow; behind the album's title nothing may.
            stands_alone && numbers_a_disc(&lower[at + word.len()..], *at == 0)
        })
        .map(|(at, _)| at)
        .min()
}

/// Tells whether `rest`, which follows the word for a disc, is its number.
fn numbers_a_disc(rest: &str, more_may_follow: bool) -> bool {
    let rest = rest.replace("%20", " ").replace("%23", "#");
    let rest = rest.replace("%29", ")").replace("%5d", "]");
    let rest = rest.trim_start_matches(SEPARATORS);
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let after = rest[digits..].chars().next();
    (1..=2).contains(&digits)
        && match after {
            None | Some(')' | ']' | '}') => true,
            Some(c) => more_may_follow && !c.is_alphanumeric(),
        }
}

fn without_separators(text: &str) -> &str {
    let encoded = ["%20", "%23", "%28", "%5B", "%5b"];
    let mut text = text.trim_end_matches(SEPARATORS);
    while let Some(shorter) = encoded.iter().find_map(|it| text.strip_suffix(it)) {
        text = shorter.trim_end_matches(SEPARATORS);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{album_folder, is_disc_folder};

    #[test]
    fn a_folder_of_one_disc_is_part_of_the_folder_of_its_album() {
        for (folder, album) in [
            ("The Beatles/White/CD1", "The Beatles/White"),
            ("The Beatles/White/Disc 2", "The Beatles/White"),
            ("The Beatles/White/disk_02", "The Beatles/White"),
            ("White/Disc 2 - Live at Home", "White"),
            ("White/CD2 (Bonus)", "White"),
            ("White/Disc%202", "White"),
            ("CD 1", ""),
            ("White (Disc 1)", "White"),
            ("a/White [CD2]", "a/White"),
            ("a/White - CD 2", "a/White"),
            ("a/White%20(Disc%201)", "a/White"),
            ("a/White%20%28Disc%201%29", "a/White"),
            ("a/CD1/CD2", "a/CD1"),
        ] {
            assert_eq!(album_folder(folder), album, "{folder}");
        }
    }

    #[test]
    fn what_lies_in_the_folder_of_the_album_is_called_by_its_number() {
        assert!(is_disc_folder("CD1"));
        assert!(is_disc_folder("Disc 2 - Live"));
        for name in ["", "White", "White (Disc 1)"] {
            assert!(!is_disc_folder(name), "{name}");
        }
    }

    #[test]
    fn other_folders_are_their_own() {
        for folder in [
            "",
            "White",
            "Disco 2000",
            "CD",
            "CDs",
            "CD 1999 Sampler",
            "Discovery 1",
            "ABCD 12",
            "a/Disc one",
            "a/White CD1 Deluxe",
            "a/cd1x",
            "CD1/White",
            "çd1",
            "1A2B3C4D",
        ] {
            assert_eq!(album_folder(folder), folder);
        }
    }
}
