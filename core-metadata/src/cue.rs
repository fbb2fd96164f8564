//! Cue sheets: where the tracks of a disc begin in one file, or in several.
//!
//! The format is that of the CDRWIN user's guide, appendix A, read as leniently as the programs that
//! write it differ.

use crate::file_name::spelling;
use crate::text;

/// How much of a cue sheet is read, in bytes.
pub const MAX_BYTES: usize = 256 << 10;

/// The most tracks: a disc has 99.
const MAX_TRACKS: usize = 999;

/// How many frames a second has on a disc; places in a cue sheet are counted in them.
const FRAMES: u64 = 75;

/// What a cue sheet says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CueSheet {
    /// The title of the disc.
    pub title: Option<String>,
    /// Who performs all of it.
    pub performer: Option<String>,
    /// Who wrote all of it.
    pub songwriter: Option<String>,
    /// The genre, from `REM GENRE`.
    pub genre: Option<String>,
    /// The date as it stands, from `REM DATE`.
    pub date: Option<String>,
    /// The number of the disc, from `REM DISCNUMBER`.
    pub disc: Option<u32>,
    /// How many discs there are, from `REM TOTALDISCS`.
    pub disc_total: Option<u32>,
    /// The media catalogue number of the disc, mostly its barcode.
    pub catalog: Option<String>,
    /// The tracks with sound, in order.
    pub tracks: Vec<CueTrack>,
}

/// A track of a cue sheet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CueTrack {
    /// The number on the disc.
    pub number: u32,
    /// The name of the file that it begins in, as it stands; the writer's path may be before it.
    pub file: String,
    /// Where it begins in that file, in frames of 1/75 s.
    pub start: u64,
    /// The title.
    pub title: Option<String>,
    /// Who performs it.
    pub performer: Option<String>,
    /// Who wrote it.
    pub songwriter: Option<String>,
    /// The recording's ISRC.
    pub isrc: Option<String>,
}

impl CueTrack {
    /// Returns where it begins in its file, in milliseconds.
    #[must_use]
    pub fn start_ms(&self) -> u64 {
        self.start * 1000 / FRAMES
    }
}

impl CueSheet {
    /// Reads a cue sheet; returns `None` if it has no track that begins in a file.
    ///
    /// Lines that can't be understood count for nothing. A track without `INDEX 01` begins nowhere and is
    /// left out, as are tracks of data. `INDEX 00`, the gap before a track, belongs to the track before.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut reader = Reader::default();
        for line in text.lines() {
            reader.line(line.trim_matches(['\u{feff}', ' ', '\t', '\r', '\0']));
        }
        reader.finish()
    }

    /// Reads the bytes of a cue sheet in a file of its own: UTF-8, UTF-16 with a byte order mark, or else
    /// Latin-1. At most [`MAX_BYTES`] are read.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Self::parse(&text::decode_unknown(&bytes[..bytes.len().min(MAX_BYTES)]))
    }

    /// Returns the tracks in the audio file `audio`, for a sheet that lies beside it under the name
    /// `sheet`; none if that is not the file of several tracks.
    ///
    /// Only the names of the files count, without letter case, Unicode normalisation and extension: music is encoded after the
    /// sheet was written. If the sheet knows one file only, its own name may be that of the audio instead.
    #[must_use]
    pub fn tracks_in(&self, sheet: &str, audio: &str) -> Vec<&CueTrack> {
        let wanted = stem(audio);
        let names_it = |track: &&CueTrack| stem(file_name(&track.file)) == wanted;
        let named: Vec<&CueTrack> = self.tracks.iter().filter(names_it).collect();
        let first = self.tracks.first().map(|track| &track.file);
        let one_file = self.tracks.iter().all(|track| Some(&track.file) == first);
        let sheet = stem(sheet);
        let tracks = match named.is_empty() {
            // "Album.flac.cue" is a name, too.
            true if one_file && (sheet == wanted || sheet == spelling(audio)) => {
                self.tracks.iter().collect()
            }
            _ => named,
        };
        several(tracks)
    }

    /// Returns the tracks of a sheet that is embedded in its audio file; none if there is but one.
    #[must_use]
    pub fn embedded_tracks(&self) -> Vec<&CueTrack> {
        let first = self.tracks.first().map(|track| &track.file);
        // What begins in another file is no part of this one.
        let here = |track: &&CueTrack| Some(&track.file) == first;
        several(self.tracks.iter().filter(here).collect())
    }
}

/// A file with one track is that track. Those whose place is out of order are mistakes.
fn several(tracks: Vec<&CueTrack>) -> Vec<&CueTrack> {
    let mut tracks = in_order(&tracks);
    let mut numbers: Vec<u32> = tracks.iter().map(|track| track.number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    if numbers.len() < 2 || numbers.len() < tracks.len() {
        tracks.clear();
    }
    tracks
}

/// Returns as many tracks as begin one after the other, those in front where there is a choice: a wrong
/// place costs the track that has it, and not all that come after.
fn in_order<'s>(tracks: &[&'s CueTrack]) -> Vec<&'s CueTrack> {
    // How many follow one another from each track on; there are at most `MAX_TRACKS`.
    let mut counts = vec![1; tracks.len()];
    for at in (0..tracks.len()).rev() {
        let later = (at + 1..tracks.len()).filter(|it| tracks[*it].start > tracks[at].start);
        counts[at] += later.map(|it| counts[it]).max().unwrap_or(0);
    }
    let mut wanted = counts.iter().copied().max().unwrap_or(0);
    let mut kept: Vec<&CueTrack> = Vec::with_capacity(wanted);
    for (track, count) in tracks.iter().zip(counts) {
        if count == wanted && kept.last().is_none_or(|last| track.start > last.start) {
            kept.push(track);
            wanted -= 1;
        }
    }
    kept
}

fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

fn stem(name: &str) -> String {
    let name = spelling(name);
    match name.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem.to_owned(),
        _ => name,
    }
}

#[derive(Default)]
struct Reader {
    sheet: CueSheet,
    file: Option<String>,
    track: Option<Open>,
}

/// A track whose lines are being read.
struct Open {
    track: CueTrack,
    is_audio: bool,
    begins: bool,
}

impl Reader {
    fn line(&mut self, line: &str) {
        let (word, rest) = split_word(line);
        match word.to_ascii_uppercase().as_str() {
            "FILE" => self.file = Some(argument(rest)).filter(|name| !name.is_empty()),
            "TRACK" => self.open(rest),
            "INDEX" => self.index(rest),
            "TITLE" => self.text(rest, |sheet| &mut sheet.title, |track| &mut track.title),
            "PERFORMER" => self.text(
                rest,
                |sheet| &mut sheet.performer,
                |track| &mut track.performer,
            ),
            "SONGWRITER" => self.text(
                rest,
                |sheet| &mut sheet.songwriter,
                |track| &mut track.songwriter,
            ),
            "ISRC" => {
                if let Some(open) = &mut self.track {
                    open.track.isrc = value(rest);
                }
            }
            "CATALOG" => self.sheet.catalog = value(rest),
            "REM" if self.track.is_none() => self.remark(rest),
            _ => {}
        }
    }

    fn open(&mut self, rest: &str) {
        self.close();
        let (number, kind) = split_word(rest);
        let Ok(number) = number.parse() else { return };
        self.track = Some(Open {
            track: CueTrack {
                number,
                ..CueTrack::default()
            },
            is_audio: kind.eq_ignore_ascii_case("AUDIO"),
            begins: false,
        });
    }

    fn close(&mut self) {
        let Some(open) = self.track.take() else {
            return;
        };
        if open.is_audio && open.begins && self.sheet.tracks.len() < MAX_TRACKS {
            self.sheet.tracks.push(open.track);
        }
    }

    fn index(&mut self, rest: &str) {
        let (number, at) = split_word(rest);
        let (Some(open), Some(file)) = (&mut self.track, &self.file) else {
            return;
        };
        let Some(at) = place(at).filter(|_| number.parse() == Ok(1) && !open.begins) else {
            return;
        };
        open.track.file.clone_from(file);
        open.track.start = at;
        open.begins = true;
    }

    fn text(
        &mut self,
        rest: &str,
        of_sheet: fn(&mut CueSheet) -> &mut Option<String>,
        of_track: fn(&mut CueTrack) -> &mut Option<String>,
    ) {
        let text = value(rest);
        match &mut self.track {
            Some(open) => *of_track(&mut open.track) = text,
            None => *of_sheet(&mut self.sheet) = text,
        }
    }

    fn remark(&mut self, rest: &str) {
        let (word, rest) = split_word(rest);
        let number = || argument(rest).parse().ok().filter(|number| *number > 0);
        match word.to_ascii_uppercase().as_str() {
            "GENRE" => self.sheet.genre = value(rest),
            "DATE" => self.sheet.date = value(rest),
            "DISCNUMBER" => self.sheet.disc = number(),
            "TOTALDISCS" => self.sheet.disc_total = number(),
            _ => {}
        }
    }

    fn finish(mut self) -> Option<CueSheet> {
        self.close();
        (!self.sheet.tracks.is_empty()).then_some(self.sheet)
    }
}

fn split_word(line: &str) -> (&str, &str) {
    let line = line.trim();
    line.split_once(char::is_whitespace)
        .map_or((line, ""), |(word, rest)| (word, rest.trim()))
}

/// Reads the first argument: what stands in quotes, else all but a last word that is a file type.
fn argument(rest: &str) -> String {
    if let Some(quoted) = rest.strip_prefix('"') {
        // Some write quotes within quotes, so the last one ends it.
        let inside = quoted.rfind('"').map_or(quoted, |end| &quoted[..end]);
        return inside.trim().to_owned();
    }
    const TYPES: [&str; 7] = ["WAVE", "MP3", "AIFF", "FLAC", "APE", "BINARY", "MOTOROLA"];
    match rest.rsplit_once(char::is_whitespace) {
        Some((name, kind)) if TYPES.iter().any(|it| kind.eq_ignore_ascii_case(it)) => name.trim(),
        _ => rest,
    }
    .to_owned()
}

fn value(rest: &str) -> Option<String> {
    Some(argument(rest)).filter(|text| !text.is_empty())
}

/// Reads `mm:ss:ff` as frames.
fn place(text: &str) -> Option<u64> {
    let mut parts = text.trim().split(':');
    let mut number = || -> Option<u64> {
        let part = parts.next()?.trim();
        let digits = (1..=5).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| part.parse().ok())?
    };
    let (minutes, seconds, frames) = (number()?, number()?, number()?);
    let sound = seconds < 60 && frames < FRAMES && parts.next().is_none();
    sound.then_some((minutes * 60 + seconds) * FRAMES + frames)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DISC: &str = r#"REM GENRE "Ambient; Drone"
REM DATE 1998
REM DISCNUMBER 2
CATALOG 0724384960650
PERFORMER "The Band"
TITLE "A "Great" Disc"
FILE "D:\rips\Disc.wav" WAVE
  TRACK 01 AUDIO
    TITLE "One"
    PERFORMER "Somebody"
    ISRC ABCDE1234567
    INDEX 01 00:00:00
  TRACK 02 AUDIO
    TITLE Two words
    INDEX 00 03:59:70
    INDEX 01 04:01:15
    INDEX 02 05:00:00
  TRACK 03 AUDIO
    INDEX 01 100:00:74
"#;

    fn starts(tracks: &[&CueTrack]) -> Vec<(u32, u64)> {
        tracks.iter().map(|it| (it.number, it.start)).collect()
    }

    #[test]
    fn a_disc_in_one_file_is_its_tracks() {
        let sheet = CueSheet::parse(DISC).unwrap();
        assert_eq!(sheet.title.as_deref(), Some("A \"Great\" Disc"));
        assert_eq!(sheet.performer.as_deref(), Some("The Band"));
        assert_eq!(sheet.genre.as_deref(), Some("Ambient; Drone"));
        assert_eq!(sheet.catalog.as_deref(), Some("0724384960650"));
        assert_eq!((sheet.date.as_deref(), sheet.disc), (Some("1998"), Some(2)));
        let tracks = sheet.tracks_in("x.cue", "disc.flac");
        assert_eq!(
            starts(&tracks),
            [(1, 0), (2, (4 * 60 + 1) * 75 + 15), (3, 6000 * 75 + 74)]
        );
        assert_eq!(tracks[1].start_ms(), 241_200);
        assert_eq!(tracks[0].isrc.as_deref(), Some("ABCDE1234567"));
        assert_eq!(tracks[0].performer.as_deref(), Some("Somebody"));
        assert_eq!(tracks[1].title.as_deref(), Some("Two words"));
        assert_eq!((&tracks[2].title, &tracks[2].performer), (&None, &None));
    }

    #[test]
    fn a_sheet_is_found_by_the_name_it_gives_or_its_own() {
        let sheet = CueSheet::parse(DISC).unwrap();
        for (name, audio, count) in [
            ("anything.cue", "DISC.APE", 3),
            ("other name.cue", "other name.flac", 3),
            ("other name.flac.cue", "other name.flac", 3),
            ("a.cue", "b.flac", 0),
        ] {
            assert_eq!(sheet.tracks_in(name, audio).len(), count, "{name} {audio}");
        }
        assert_eq!(sheet.embedded_tracks().len(), 3);
    }

    #[test]
    fn a_sheet_names_a_file_in_whatever_normalisation_it_is_written() {
        let (composed, decomposed) = ("\u{e9}t\u{e9}", "E\u{301}te\u{301}");
        for (named, file) in [(composed, decomposed), (decomposed, composed)] {
            let sheet = CueSheet::parse(&DISC.replace("Disc.wav", &format!("{named}.wav")));
            let sheet = sheet.unwrap();
            assert_eq!(sheet.tracks_in("x.cue", &format!("{file}.flac")).len(), 3);
            let other = CueSheet::parse(DISC).unwrap();
            let name = format!("{named}.cue");
            assert_eq!(other.tracks_in(&name, &format!("{file}.flac")).len(), 3);
        }
    }

    #[test]
    fn files_of_one_track_each_stay_what_they_are() {
        // The gap of a track stands at the end of the file before: it begins where INDEX 01 is.
        let text = "FILE 01.wav WAVE\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nTRACK 02 AUDIO\n\
            INDEX 00 02:00:00\nFILE 02.wav WAVE\nINDEX 01 00:00:00\n";
        let sheet = CueSheet::parse(text).unwrap();
        assert_eq!(sheet.tracks.len(), 2);
        assert_eq!(sheet.tracks[1].file, "02.wav");
        for audio in ["01.flac", "02.flac", "album.flac"] {
            assert!(sheet.tracks_in("album.cue", audio).is_empty(), "{audio}");
        }
    }

    #[test]
    fn two_sides_in_two_files_are_the_tracks_of_each() {
        let text = "FILE a.wav WAVE\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nTRACK 02 AUDIO\n\
            INDEX 01 02:00:00\nFILE b.wav WAVE\nTRACK 03 AUDIO\nINDEX 01 00:00:00\n\
            TRACK 04 AUDIO\nINDEX 01 01:00:00";
        let sheet = CueSheet::parse(text).unwrap();
        assert_eq!(
            starts(&sheet.tracks_in("x.cue", "b.mp3")),
            [(3, 0), (4, 60 * 75)]
        );
    }

    #[test]
    fn what_is_no_sheet_gives_none_and_mistakes_cost_themselves() {
        for text in ["", "TITLE x", "TRACK 01 AUDIO\nINDEX 01 00:00:00", "\0\0"] {
            assert_eq!(CueSheet::parse(text), None, "{text}");
        }
        let text = "\u{feff}file \"x.wav\" wave\ntrack 1 audio\nindex 1 0:0:0\n\
            TRACK 02 MODE1/2352\nINDEX 01 01:00:00\nTRACK 03 AUDIO\nINDEX 01 99:61:00\n\
            TRACK 04 AUDIO\nINDEX 01 02:00:00\nTRACK 05 AUDIO\nINDEX 01 01:00:00";
        let sheet = CueSheet::parse(text).unwrap();
        assert_eq!(starts(&sheet.embedded_tracks()), [(1, 0), (4, 120 * 75)]);
        let text = "FILE x WAVE\nTRACK 1 AUDIO\nINDEX 01 0:0:0\nTRACK 2 AUDIO\nINDEX 01 50:0:0\n\
            TRACK 3 AUDIO\nINDEX 01 9:0:0\nTRACK 4 AUDIO\nINDEX 01 13:0:0";
        let sheet = CueSheet::parse(text).unwrap();
        assert_eq!(
            starts(&sheet.embedded_tracks()),
            [(1, 0), (3, 540 * 75), (4, 780 * 75)]
        );
        // The same number twice: it can't be told which is which.
        let twice = "FILE x WAVE\nTRACK 1 AUDIO\nINDEX 01 0:0:0\nTRACK 1 AUDIO\nINDEX 01 0:9:0";
        assert!(CueSheet::parse(twice).unwrap().embedded_tracks().is_empty());
    }

    #[test]
    fn latin1_and_utf16_are_read() {
        let disc = "TITLE \"Été\"\nFILE x WAVE\nTRACK 1 AUDIO\nINDEX 01 0:0:0";
        let latin: Vec<u8> = disc.chars().map(|c| c as u8).collect();
        let wide: Vec<u8> = "\u{feff}"
            .encode_utf16()
            .chain(disc.encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect();
        for bytes in [latin, wide, disc.as_bytes().to_vec()] {
            let sheet = CueSheet::from_bytes(&bytes).unwrap();
            assert_eq!(sheet.title.as_deref(), Some("Été"));
        }
    }
}
