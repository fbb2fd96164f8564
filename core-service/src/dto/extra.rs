//! What tags say of a track beyond what the library asks for by name.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A tag that a person or a program made up, or whose meaning is not known here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CustomTag {
    /// Its name, as written.
    pub name: String,
    /// Its values.
    pub values: Vec<String>,
}

/// What the library keeps of these as one value.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Extra {
    pub(super) moods: Vec<String>,
    pub(super) grouping: Option<String>,
    pub(super) language: Option<String>,
    pub(super) media: Option<String>,
    pub(super) r128_track_gain_db: Option<f64>,
    pub(super) r128_album_gain_db: Option<f64>,
    tags: BTreeMap<String, Vec<String>>,
}

impl Extra {
    /// Reads what is kept; what is no such value says nothing.
    pub(super) fn of(kept: Option<&str>) -> Self {
        kept.and_then(|it| serde_json::from_str(it).ok())
            .unwrap_or_default()
    }

    pub(super) fn into_tags(self) -> Vec<CustomTag> {
        let tags = self.tags.into_iter();
        tags.map(|(name, values)| CustomTag { name, values })
            .collect()
    }
}
