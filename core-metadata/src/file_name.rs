//! Names of files that people mean to be the same.

use unicode_normalization::UnicodeNormalization;

/// Gives what spellings of one name have in common: they differ in case and Unicode normalisation.
pub(crate) fn spelling(name: &str) -> String {
    if name.is_ascii() {
        return name.to_ascii_lowercase();
    }
    // Each letter for itself: which of its small forms a sigma has depends on what follows.
    name.nfc().flat_map(char::to_lowercase).nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::spelling;

    #[test]
    fn spellings_of_one_name_differ_in_case_and_normalisation_only() {
        let same = [
            ("Song.MP3", "song.mp3"),
            ("caf\u{e9}", "CAFE\u{301}"),
            ("\u{1100}\u{1161}", "\u{ac00}"),
        ];
        for (a, b) in same {
            assert_eq!(spelling(a), spelling(b), "{a} and {b}");
        }
        assert_ne!(spelling("cafe"), spelling("caf\u{e9}"));
    }
}
