//! The order of tracks.

use core_async::time::SystemTime;
use serde_json::{Value, json};

#[derive(clap::Args)]
pub(crate) struct Order {
    /// By what they are ordered [default: title]
    #[arg(long, value_name = "BY")]
    sort: Option<Sort>,
    /// The other way round
    #[arg(long)]
    reverse: bool,
}

#[derive(Clone, Copy, PartialEq, clap::ValueEnum)]
enum Sort {
    Title,
    /// Album, disc and number
    Album,
    /// First artist, album, disc and number
    Artist,
    Year,
    Duration,
    /// Those added last come first
    Added,
    /// Those played last come first
    LastPlayed,
    /// Those played most come first
    Plays,
    /// The best come first
    Rating,
    /// Otherwise each time
    Random,
}

impl Order {
    /// Writes it as the keys of a smart playlist; none if nothing is asked for.
    pub(crate) fn keys(&self) -> Vec<Value> {
        let sort = match self.sort {
            Some(Sort::Random) => return vec![json!({ "by": "random", "seed": seed() })],
            None if !self.reverse => return Vec::new(),
            sort => sort.unwrap_or(Sort::Title),
        };
        let largest_first = [Sort::Added, Sort::LastPlayed, Sort::Plays, Sort::Rating];
        let descending = largest_first.contains(&sort) != self.reverse;
        let (first, others): (&str, &[&str]) = match sort {
            Sort::Title | Sort::Random => ("title", &[]),
            Sort::Album => ("album", &["disc", "track"]),
            Sort::Artist => ("artist", &["album", "disc", "track"]),
            Sort::Year => ("year", &["album", "disc", "track"]),
            Sort::Duration => ("duration", &[]),
            Sort::Added => ("added", &[]),
            Sort::LastPlayed => ("last_played", &[]),
            Sort::Plays => ("play_count", &[]),
            Sort::Rating => ("rating", &[]),
        };
        let first = json!({ "by": first, "descending": descending });
        let others = others.iter().map(|by| json!({ "by": by }));
        std::iter::once(first).chain(others).collect()
    }
}

fn seed() -> u32 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |it| it.subsec_nanos())
}
