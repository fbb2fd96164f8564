//! Cue sheets: the ones beside a file, read once, and the records of the tracks they tell of.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use bridge_traits::provider::{ItemKey, ItemKind, StorageProvider};
use core_library::repository::item::ObservedItem;
use core_library::repository::track_writer::{AlbumRecord, ArtistCredit, TrackRecord};
use core_metadata::cue::{CueSheet, CueTrack, MAX_BYTES};
use core_metadata::{ContentHash, PartialDate, SplitRules};

use super::content::Counted;
use super::unread::{Neighbour, Unread};
use crate::scan_queue::WorkItem;

/// The method byte of audio ids that are made of a file's and a place in it.
const PART_OF_FILE: u8 = 4;

/// The cue sheets that were seen lately.
#[derive(Default)]
pub(super) struct CueSheets {
    /// By the sheet's row. What was looked at and was no sheet is `None`.
    seen: Mutex<HashMap<i64, Option<Arc<CueSheet>>>>,
}

impl CueSheets {
    /// How many are remembered before all are forgotten.
    const CAPACITY: usize = 256;

    /// Takes the record of a whole file apart, if a sheet beside it or in it tells of several tracks in it.
    /// The one beside it goes first, since it is the one that people edit.
    pub(super) async fn apply(
        &self,
        provider: &dyn StorageProvider,
        file: &WorkItem,
        embedded: Option<CueSheet>,
        whole: TrackRecord,
        unread: &mut Unread,
        counted: &mut Counted,
    ) -> Vec<TrackRecord> {
        for item in file.beside.iter().filter(|it| it.kind == ItemKind::Cue) {
            let sheet = match self.read(provider, item, counted).await {
                Ok(Some(sheet)) => sheet,
                Ok(None) => continue,
                Err(error) => {
                    unread.note(Neighbour::CueSheet, error);
                    continue;
                }
            };
            let parts = take_apart(&whole, &sheet, &sheet.tracks_in(&item.name, &file.row.name));
            if !parts.is_empty() {
                return parts;
            }
        }
        if let Some(sheet) = embedded {
            let parts = take_apart(&whole, &sheet, &sheet.embedded_tracks());
            if !parts.is_empty() {
                return parts;
            }
        }
        vec![whole]
    }

    async fn read(
        &self,
        provider: &dyn StorageProvider,
        item: &ObservedItem,
        counted: &mut Counted,
    ) -> bridge_traits::Result<Option<Arc<CueSheet>>> {
        let seen = self.seen.lock().ok();
        if let Some(known) = seen.and_then(|it| it.get(&item.id).cloned()) {
            return Ok(known);
        }
        counted.requests += 1;
        let key = ItemKey(item.key.clone());
        let bytes = provider.read(&key, None, 0..MAX_BYTES as u64).await?;
        counted.bytes += bytes.len() as u64;
        let sheet = CueSheet::from_bytes(&bytes).map(Arc::new);
        if let Ok(mut seen) = self.seen.lock() {
            if seen.len() >= Self::CAPACITY {
                seen.clear();
            }
            seen.insert(item.id, sheet.clone());
        }
        Ok(sheet)
    }
}

/// Makes the record of each track; none if the file is too short for two of them.
fn take_apart(whole: &TrackRecord, sheet: &CueSheet, tracks: &[&CueTrack]) -> Vec<TrackRecord> {
    let end_of_file = whole.duration_ms.unwrap_or(i64::MAX);
    let starts: Vec<i64> = tracks
        .iter()
        .map(|track| i64::try_from(track.start_ms()).unwrap_or(i64::MAX))
        .take_while(|start| *start < end_of_file)
        .collect();
    if starts.len() < 2 {
        return Vec::new();
    }
    let album = album(whole, sheet);
    tracks
        .iter()
        .zip(&starts)
        .enumerate()
        .map(|(at, (track, start))| {
            let end = starts.get(at + 1).copied();
            let place = Place {
                part: at as u32 + 1,
                start: *start,
                end,
            };
            let mut record = part(whole, sheet, track, place);
            record.track_total = Some(starts.len() as u32);
            record.album = album.clone();
            record
        })
        .collect()
}

/// Where a track is in its file.
struct Place {
    part: u32,
    /// In ms.
    start: i64,
    /// In ms; `None` at the end of the file.
    end: Option<i64>,
}

fn part(whole: &TrackRecord, sheet: &CueSheet, track: &CueTrack, place: Place) -> TrackRecord {
    let Place { part, start, end } = place;
    let mut record = TrackRecord {
        part,
        start_ms: Some(start),
        end_ms: end,
        title: track
            .title
            .clone()
            .unwrap_or_else(|| TrackRecord::untitled(track.number)),
        sort_title: None,
        track: Some(track.number).filter(|number| *number > 0),
        disc: whole.disc.or(sheet.disc),
        disc_total: whole.disc_total.or(sheet.disc_total),
        date: whole.date.clone().or_else(|| date(sheet)),
        duration_ms: end.or(whole.duration_ms).map(|end| end - start),
        isrc: track.isrc.clone(),
        audio_id: whole.audio_id.as_deref().map(|id| part_id(id, start, end)),
        sound_of_file: whole.audio_id.clone(),
        // These are of one recording or of the whole file.
        bpm: None,
        musical_key: None,
        recording_id: None,
        release_track_id: None,
        track_gain_db: None,
        track_peak: None,
        lyrics: Vec::new(),
        ..whole.clone()
    };
    if let Some(performer) = track.performer.as_ref().or(sheet.performer.as_ref()) {
        record.artists = credits(performer);
        record.artist_display = Some(performer.clone());
    }
    if let Some(writer) = track.songwriter.as_ref().or(sheet.songwriter.as_ref()) {
        record.roles.retain(|(role, _)| role != "writer");
        let writers = credits(writer).into_iter();
        record
            .roles
            .extend(writers.map(|it| ("writer".to_owned(), it)));
    }
    if record.genres.is_empty() {
        let genre = sheet.genre.iter().flat_map(|it| it.split(';'));
        record.genres = genre.map(|it| it.trim().to_owned()).collect();
    }
    record
}

fn album(whole: &TrackRecord, sheet: &CueSheet) -> Option<AlbumRecord> {
    let mut album = match (&whole.album, &sheet.title) {
        (Some(album), _) => album.clone(),
        (None, Some(title)) => AlbumRecord {
            title: title.clone(),
            ..AlbumRecord::default()
        },
        (None, None) => return None,
    };
    if let (true, Some(performer)) = (album.artists.is_empty(), &sheet.performer) {
        album.artists = credits(performer);
        album.artist_display = Some(performer.clone());
    }
    album.date = album.date.or_else(|| date(sheet));
    album.barcode = album.barcode.or_else(|| sheet.catalog.clone());
    Some(album)
}

fn credits(names: &str) -> Vec<ArtistCredit> {
    let names = SplitRules::default()
        .split(names)
        .into_iter()
        .map(str::to_owned)
        .collect::<Vec<_>>();
    names
        .into_iter()
        .map(|name| ArtistCredit {
            name,
            ..ArtistCredit::default()
        })
        .collect()
}

fn date(sheet: &CueSheet) -> Option<String> {
    let date = PartialDate::from_tag(sheet.date.as_deref()?);
    date.map(|date| date.to_string())
}

/// Makes the identity of a part: that of the file, and where it is.
pub(crate) fn part_id(file: &[u8], start: i64, end: Option<i64>) -> Vec<u8> {
    let place = [start, end.unwrap_or(-1)].map(i64::to_le_bytes);
    let hash = ContentHash::of(&[file, &place.concat()].concat());
    std::iter::once(PART_OF_FILE).chain(hash.0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHEET: &str = "PERFORMER Band\nTITLE Disc\nREM DATE 1998-02\nREM GENRE Rock;Pop\n\
        FILE x.wav WAVE\nTRACK 01 AUDIO\nTITLE One\nINDEX 01 00:00:00\n\
        TRACK 02 AUDIO\nPERFORMER \"A; B\"\nINDEX 01 01:00:00\n\
        TRACK 03 AUDIO\nINDEX 01 02:00:00";

    fn parts(duration_ms: Option<i64>) -> Vec<TrackRecord> {
        let whole = TrackRecord {
            title: "x".to_owned(),
            duration_ms,
            audio_id: Some(vec![1; 17]),
            ..TrackRecord::default()
        };
        let sheet = CueSheet::parse(SHEET).expect("a sheet");
        take_apart(&whole, &sheet, &sheet.embedded_tracks())
    }

    #[test]
    fn a_file_becomes_the_tracks_of_its_sheet() {
        let parts = parts(Some(150_000));
        let places: Vec<_> = parts
            .iter()
            .map(|it| (it.part, it.start_ms, it.end_ms, it.duration_ms, it.track))
            .collect();
        assert_eq!(
            places,
            [
                (1, Some(0), Some(60_000), Some(60_000), Some(1)),
                (2, Some(60_000), Some(120_000), Some(60_000), Some(2)),
                (3, Some(120_000), None, Some(30_000), Some(3)),
            ]
        );
        let names = |it: &TrackRecord| -> Vec<String> {
            it.artists.iter().map(|it| it.name.clone()).collect()
        };
        assert_eq!(
            (parts[0].title.as_str(), names(&parts[0])),
            ("One", vec!["Band".into()])
        );
        assert_eq!(
            (parts[1].title.as_str(), names(&parts[1])),
            ("Track 02", vec!["A".into(), "B".into()])
        );
        assert_eq!(parts[2].date.as_deref(), Some("1998-02"));
        assert_eq!(parts[2].genres, ["Rock", "Pop"]);
        let album = parts[2].album.as_ref().expect("an album");
        assert_eq!(
            (album.title.as_str(), album.artists[0].name.as_str()),
            ("Disc", "Band")
        );
        assert_ne!(parts[0].audio_id, parts[1].audio_id);
        assert_ne!(parts[0].audio_id, Some(vec![1; 17]));
    }

    #[test]
    fn tracks_behind_the_end_of_the_file_are_none() {
        assert_eq!(parts(Some(90_000)).len(), 2);
        assert_eq!(parts(Some(60_000)).len(), 0);
        let unknown = parts(None);
        assert_eq!((unknown.len(), unknown[2].duration_ms), (3, None));
    }
}
