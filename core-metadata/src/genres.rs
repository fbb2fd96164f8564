//! Genres: the numbers of ID3 and the ways tags write them.

mod table;

/// Returns the name of a genre number of ID3v1, with Winamp's extensions.
#[must_use]
pub fn by_number(number: u8) -> Option<&'static str> {
    table::NAMES.get(usize::from(number)).copied()
}

/// Reads one genre value of ID3v2, which may be a name, a number, or numbers in brackets that a
/// refined name follows: `Rock`, `17`, `(17)`, `(17)Hard Rock`, `(4)(17)`, `(RX)`.
///
/// A refinement that repeats the name of the number is one genre. `((` stands for a bracket.
#[must_use]
pub fn from_id3(value: &str) -> Vec<String> {
    let mut genres: Vec<String> = Vec::new();
    let mut rest = value.trim();
    while let Some((code, after)) = bracketed(rest) {
        genres.push(code);
        rest = after.trim_start();
    }
    let rest = if genres.is_empty() { rest } else { rest.trim() };
    let rest = rest
        .strip_prefix('(')
        .filter(|inner| inner.starts_with('('))
        .unwrap_or(rest);
    if !rest.is_empty() {
        let name = code_name(rest).unwrap_or_else(|| rest.to_owned());
        // "(17)Rock" says one thing twice; "(17)Hard Rock" refines and keeps both.
        if !genres.iter().any(|genre| genre.eq_ignore_ascii_case(&name)) {
            genres.push(name);
        }
    }
    genres
}

fn bracketed(text: &str) -> Option<(String, &str)> {
    let (code, rest) = text.strip_prefix('(')?.split_once(')')?;
    Some((code_name(code)?, rest))
}

fn code_name(code: &str) -> Option<String> {
    match code {
        "RX" => Some("Remix".to_owned()),
        "CR" => Some("Cover".to_owned()),
        _ if code.len() <= 3 && code.bytes().all(|b| b.is_ascii_digit()) => {
            by_number(code.parse().ok()?).map(str::to_owned)
        }
        _ => None,
    }
}

/// Takes a value apart that lists several genres, at `;` and NUL.
///
/// `/`, `,` and `&` separate nothing, because names such as `Pop/Funk`, `Singer / Songwriter` or
/// `Folk, World, & Country` hold them.
#[must_use]
pub fn split(value: &str) -> Vec<&str> {
    value
        .split([';', '\0'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &str, expected: &[&str]) {
        assert_eq!(from_id3(value), expected, "{value:?}");
    }

    #[test]
    fn id3_genres_in_all_their_forms_become_names() {
        check("Rock", &["Rock"]);
        check("17", &["Rock"]);
        check("(17)", &["Rock"]);
        check("(17)Rock", &["Rock"]);
        check("(17)Hard Rock", &["Rock", "Hard Rock"]);
        check("(4)(17)", &["Disco", "Rock"]);
        check("(RX)(CR)", &["Remix", "Cover"]);
        check("((Odd)", &["(Odd)"]);
        check("(Odd) name", &["(Odd) name"]);
        check("999", &["999"]);
        check("", &[]);
        check("(17", &["(17"]);
    }

    #[test]
    fn the_table_is_that_of_other_libraries_but_for_spelling() {
        let plain = |name: &str| name.to_lowercase().replace(['-', ' '], "");
        let differing: Vec<usize> = (0..192)
            .filter(|at| plain(table::NAMES[*at]) != plain(lofty::id3::v1::GENRES[*at]))
            .collect();
        assert!(differing.len() <= 8, "{differing:?}");
    }

    #[test]
    fn lists_are_split_and_names_with_slashes_are_not() {
        assert_eq!(split("Rock; Pop;;Jazz"), ["Rock", "Pop", "Jazz"]);
        assert_eq!(split("Singer / Songwriter"), ["Singer / Songwriter"]);
        assert_eq!(split("Pop/Funk"), ["Pop/Funk"]);
        assert_eq!(split("Folk, World, & Country"), ["Folk, World, & Country"]);
    }
}
