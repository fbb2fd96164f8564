//! Conditions on tracks.

use serde_json::{Value, json};

use crate::years::Years;

#[derive(clap::Args)]
pub(crate) struct Conditions {
    /// Only those by this artist
    #[arg(long, value_name = "NAME")]
    artist: Option<String>,
    /// Only those on albums by this artist
    #[arg(long, value_name = "NAME")]
    album_artist: Option<String>,
    /// Only those by this composer
    #[arg(long, value_name = "NAME")]
    composer: Option<String>,
    /// Only those on albums of this title
    #[arg(long, value_name = "TITLE")]
    album: Option<String>,
    /// Only those of this genre
    #[arg(long, value_name = "NAME")]
    genre: Option<String>,
    /// Only those of this year, or of these, such as 1990-1999
    #[arg(long)]
    year: Option<Years>,
    /// Only favourites
    #[arg(long, visible_alias = "favorites")]
    favourites: bool,
    /// Only those rated so or better
    #[arg(long, value_name = "RATING", value_parser = clap::value_parser!(u8).range(0..=100))]
    rated: Option<u8>,
    /// Only those that were played
    #[arg(long, conflicts_with = "unplayed")]
    played: bool,
    /// Only those that were never played
    #[arg(long)]
    unplayed: bool,
}

impl Conditions {
    /// Writes them as rules, all of which are to be met.
    pub(crate) fn rules(&self) -> Vec<Value> {
        let texts = [
            ("artist", &self.artist),
            ("album_artist", &self.album_artist),
            ("composer", &self.composer),
            ("album", &self.album),
            ("genre", &self.genre),
        ];
        let text = |(field, text): (&str, &Option<String>)| {
            let text = text.as_ref()?;
            Some(json!({ "field": field, "is": text }))
        };
        let years = self.year.as_ref().map(|Years(it)| {
            let years = [it.start(), it.end()];
            json!({ "field": "year", "between": years })
        });
        let rated = |it| json!({ "field": "rating", "at_least": it });
        let others = [
            years,
            self.rated.map(rated),
            self.favourites
                .then(|| json!({ "field": "favourite", "is": true })),
            self.played
                .then(|| json!({ "field": "play_count", "at_least": 1 })),
            self.unplayed
                .then(|| json!({ "field": "play_count", "is": 0 })),
        ];
        let texts = texts.into_iter().filter_map(text);
        texts.chain(others.into_iter().flatten()).collect()
    }

    /// Gives the names of artists among them.
    pub(crate) fn artists(&self) -> impl Iterator<Item = &str> {
        [&self.artist, &self.album_artist, &self.composer]
            .into_iter()
            .filter_map(|it| it.as_deref())
    }

    /// Gives the name of a genre among them.
    pub(crate) fn genre(&self) -> Option<&str> {
        self.genre.as_deref()
    }
}
