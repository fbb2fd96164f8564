//! The Cover Art Archive: the front cover of a MusicBrainz release.

/// Where the service is. It redirects to the image.
pub const BASE: &str = "https://coverartarchive.org";

/// How large the image is to be; smaller ones are served as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Size {
    /// 250 pixels.
    Small,
    /// 500 pixels.
    Medium,
    /// 1200 pixels.
    Large,
    /// As it was uploaded.
    Original,
}

/// Gives the URL of the front cover of a release; `None` if that is no MusicBrainz id.
pub fn url(base: &str, release: &str, size: Size) -> Option<String> {
    let is_id = release.len() == 36
        && release
            .bytes()
            .all(|it| it.is_ascii_hexdigit() || it == b'-');
    let size = match size {
        Size::Small => "-250",
        Size::Medium => "-500",
        Size::Large => "-1200",
        Size::Original => "",
    };
    is_id.then(|| format!("{base}/release/{release}/front{size}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cover_has_a_url_if_the_release_has_an_id() {
        let id = "76df3287-6cda-33eb-8e9a-044b5e15ffdd";
        assert_eq!(
            url(BASE, id, Size::Medium).unwrap(),
            format!("https://coverartarchive.org/release/{id}/front-500")
        );
        assert!(url(BASE, id, Size::Original).unwrap().ends_with("/front"));
        assert_eq!(url(BASE, "../../etc/passwd", Size::Small), None);
    }
}
