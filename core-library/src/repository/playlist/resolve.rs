//! Which tracks the entries of a playlist file mean.
//!
//! Playlists are moved between machines and players, so a path is compared from its end: the more
//! of its last parts a file has in common with it, the more likely it is meant. Names are compared
//! as people read them ([`fold`]), so that neither case nor the form of accents matters. What no
//! path finds is looked for by artist and title; so is what a path finds of another artist or title,
//! since files change their names.

mod location;

use std::collections::{HashMap, HashSet};

use crate::db::{Library, Tx};
use crate::error::Result;
use crate::model::TrackId;
use crate::playlist_file::{FileEntry, PlaylistFile};
use crate::repository::provider;
use crate::repository::sql::{id_list, text_list};
use crate::repository::track::paths;
use crate::search::fold;

use location::Wanted;

/// How far the length of a track may be from what a playlist says, in ms.
const TOLERANCE_MS: i64 = 5_000;

/// How many tracks are looked at in one query.
const BATCH: usize = 5_000;

/// Where a playlist file lies; what it names is relative to that.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origin {
    /// The provider, by its id in this library, if the file is at one.
    pub provider: Option<i64>,
    /// The folder that it is in, from the provider's root, parts separated by `/`. Without a provider its
    /// whole path on this machine, or empty if that is not known.
    pub folder: String,
}

/// Finds the track of each entry, in order; `None` where there is none, or where several are meant
/// alike.
///
/// # Errors
/// What the database says.
pub async fn resolve(
    library: &Library,
    file: &PlaylistFile,
    origin: &Origin,
) -> Result<Vec<Option<TrackId>>> {
    let providers = provider::list(library).await?;
    let wanted: Vec<Wanted> = file
        .entries
        .iter()
        .map(|entry| location::wanted(&entry.location, file.has_urls, origin, &providers))
        .collect();
    let mut tx = library.read().await?;
    let candidates = candidates(&mut tx, &wanted).await?;
    let mut found = Vec::with_capacity(wanted.len());
    for (entry, wanted) in file.entries.iter().zip(&wanted) {
        found.push(best(entry, wanted, &candidates));
    }
    by_labels(&mut tx, file, &mut found).await?;
    Ok(found)
}

/// A track that an entry may mean.
struct Candidate {
    track: TrackId,
    provider: i64,
    /// The parts of its path.
    parts: Vec<String>,
    folded: Vec<String>,
    duration_ms: Option<i64>,
    missing: bool,
    part: i64,
}

/// Reads the tracks whose file has one of the wanted names, by folded name.
async fn candidates(tx: &mut Tx, wanted: &[Wanted]) -> Result<HashMap<String, Vec<Candidate>>> {
    let names: HashSet<String> = wanted
        .iter()
        .flat_map(|it| &it.paths)
        .map(|path| path.name().to_owned())
        .collect();
    let mut candidates: HashMap<String, Vec<Candidate>> = HashMap::new();
    if names.is_empty() {
        return Ok(candidates);
    }
    let mut last = 0;
    loop {
        let rows = tx
            .query(
                "SELECT t.id, t.part, t.duration_ms, t.missing_since IS NOT NULL,
                        i.id, i.provider_id, i.name
                 FROM track t JOIN remote_item i ON i.id = t.item_id
                 WHERE t.id > ? ORDER BY t.id LIMIT ?",
                vec![last.into(), (BATCH as i64).into()],
            )
            .await?;
        let mut here = Vec::new();
        for row in &rows {
            last = row.get(0)?;
            let name = fold(&row.get::<String>(6)?);
            if names.contains(&name) {
                let candidate = Candidate {
                    track: row.get(0)?,
                    part: row.get(1)?,
                    duration_ms: row.get(2)?,
                    missing: row.get(3)?,
                    provider: row.get(5)?,
                    parts: Vec::new(),
                    folded: Vec::new(),
                };
                here.push((row.get::<i64>(4)?, name, candidate));
            }
        }
        let paths = paths(tx, id_list(here.iter().map(|it| it.0))).await?;
        for (item, name, mut candidate) in here {
            if let Some(path) = paths.get(&item) {
                candidate.parts = path.readable.split('/').map(str::to_owned).collect();
                candidate.folded = candidate.parts.iter().map(|it| fold(it)).collect();
                candidates.entry(name).or_default().push(candidate);
            }
        }
        if rows.len() < BATCH {
            return Ok(candidates);
        }
    }
}

/// How well a track answers to an entry; greater is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Fit {
    /// The whole path is the same, at the right provider.
    whole: bool,
    /// How many of the last parts are the same.
    same: usize,
    /// How many of those are written alike.
    exact: usize,
    /// Whether it is what the location says by the rules: of a path as it stands, of a URL decoded.
    by_rule: bool,
    /// Whether the length agrees with what the playlist says.
    length: bool,
    present: bool,
    first_part: bool,
}

/// Finds the track that answers best, if it is the only one that answers so well.
fn best(
    entry: &FileEntry,
    wanted: &Wanted,
    candidates: &HashMap<String, Vec<Candidate>>,
) -> Option<TrackId> {
    // Of the readings of one location, the one that suits a track best counts for it.
    let mut fits: HashMap<TrackId, Fit> = HashMap::new();
    for path in &wanted.paths {
        for candidate in candidates.get(path.name()).into_iter().flatten() {
            if let Some(fit) = fit(entry, path, candidate) {
                let known = fits.entry(candidate.track).or_insert(fit);
                *known = fit.max(*known);
            }
        }
    }
    let best = *fits.values().max()?;
    let mut tracks = fits.iter().filter(|it| *it.1 == best);
    match (tracks.next(), tracks.next()) {
        (Some((track, _)), None) => Some(*track),
        _ => None,
    }
}

fn fit(entry: &FileEntry, path: &location::WantedPath, candidate: &Candidate) -> Option<Fit> {
    let folded = path.folded.iter().rev().zip(candidate.folded.iter().rev());
    let same = folded.take_while(|(a, b)| a == b).count();
    let exact = path.parts.iter().rev().zip(candidate.parts.iter().rev());
    let exact = exact.take(same).filter(|(a, b)| a == b).count();
    let whole = path.root == Some(candidate.provider)
        && same == path.parts.len()
        && same == candidate.parts.len();
    let length = match (entry.duration_ms, candidate.duration_ms) {
        (Some(said), Some(is)) => Some((said - is).abs() <= TOLERANCE_MS),
        _ => None,
    };
    // A name alone says little: `01.mp3` is everywhere.
    let only_a_name = same == 1 && path.parts.len() > 1;
    if !whole && only_a_name && length != Some(true) {
        return None;
    }
    Some(Fit {
        whole,
        same,
        exact,
        by_rule: path.by_rule,
        length: length == Some(true),
        present: !candidate.missing,
        first_part: candidate.part == 0,
    })
}

/// Finds by artist and title what no path found, and what is in the place of something else by now.
async fn by_labels(tx: &mut Tx, file: &PlaylistFile, found: &mut [Option<TrackId>]) -> Result<()> {
    let titles: HashSet<String> = file.entries.iter().flat_map(titles).collect();
    if titles.is_empty() {
        return Ok(());
    }
    let rows = tx
        .query(
            "SELECT t.id, t.title, t.duration_ms, t.missing_since IS NOT NULL,
                    ifnull(t.artist_display, (SELECT group_concat(name, ', ') FROM
                        (SELECT a.name FROM track_artist a WHERE a.track_id = t.id
                         AND a.role = 'artist' ORDER BY a.position)))
             FROM track t WHERE t.sort_key IN (SELECT value FROM json_each(?))",
            vec![text_list(titles.iter().map(String::as_str))],
        )
        .await?;
    let mut by_label: HashMap<String, Vec<(TrackId, Option<i64>, bool)>> = HashMap::new();
    for row in &rows {
        let (title, artist): (String, Option<String>) = (row.get(1)?, row.get(4)?);
        let label = fold(&format!("{} - {title}", artist.unwrap_or_default()));
        let it = (row.get(0)?, row.get(2)?, row.get(3)?);
        by_label.entry(label).or_default().push(it);
    }
    for (entry, found) in file.entries.iter().zip(found) {
        let (Some(artist), Some(title)) = (&entry.artist, &entry.title) else {
            continue;
        };
        let tracks = by_label.get(&fold(&format!("{artist} - {title}")));
        let fits = |it: &&(TrackId, Option<i64>, bool)| match (entry.duration_ms, it.1) {
            (Some(said), Some(is)) => (said - is).abs() <= TOLERANCE_MS,
            _ => true,
        };
        let alike = tracks.map_or(&[][..], Vec::as_slice);
        if found.is_some_and(|found| alike.iter().any(|it| it.0 == found)) {
            continue;
        }
        let mut tracks: Vec<_> = alike.iter().filter(fits).collect();
        // What a path found gives way to what is there.
        if found.is_some() || tracks.iter().any(|it| !it.2) {
            tracks.retain(|it| !it.2);
        }
        if let [(track, ..)] = tracks[..] {
            *found = Some(*track);
        }
    }
    Ok(())
}

/// Gives what may be the title of an entry, folded: a ` - ` may be part of artist or title.
fn titles(entry: &FileEntry) -> Vec<String> {
    let (Some(artist), Some(title)) = (&entry.artist, &entry.title) else {
        return Vec::new();
    };
    let label = format!("{artist} - {title}");
    let cuts = label.match_indices(" - ");
    cuts.map(|(at, cut)| fold(&label[at + cut.len()..]))
        .collect()
}
