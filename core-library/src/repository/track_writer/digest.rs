//! A number for all that was read about a track: an equal one means that nothing is to be written.

use super::record::{AlbumRecord, ArtistCredit, LyricsRecord, TrackRecord};

/// The digest of a track that its file had once and did not have when it was read last: that of no record, so
/// it is written anew when it is back, and does not come back with the file alone.
pub(crate) const NOT_IN_FILE: i64 = 0;

/// The digest of a track of which more changed than what is read of it: that of no record, so it is written anew when
/// it is read again.
pub(super) const OUT_OF_DATE: i64 = 1;

/// Gives a record's digest. What decides where a track is kept, but says nothing about it, is left
/// out; of the image its hash counts.
pub(super) fn of_track(record: &TrackRecord, album_identity: Option<&str>) -> i64 {
    let TrackRecord {
        item_id: _,
        part: _,
        sound_of_file,
        start_ms,
        end_ms,
        folder_key: _,
        title,
        sort_title,
        artists,
        artist_display,
        roles,
        album,
        disc,
        disc_total,
        disc_subtitle,
        track,
        track_total,
        date,
        original_date,
        duration_ms,
        codec,
        bitrate_kbps,
        sample_rate_hz,
        channels,
        bit_depth,
        bpm,
        musical_key,
        isrc,
        comment,
        compilation,
        recording_id,
        release_track_id,
        track_gain_db,
        track_peak,
        album_gain_db,
        album_peak,
        audio_id,
        extra,
        genres,
        artwork,
        lyrics,
    } = record;
    let mut digest = Digest::new();
    (title, sort_title, artists, artist_display).feed(&mut digest);
    (roles, album, disc, disc_total).feed(&mut digest);
    (disc_subtitle, track, track_total, date).feed(&mut digest);
    (original_date, duration_ms, codec, bitrate_kbps).feed(&mut digest);
    (sample_rate_hz, channels, bit_depth, bpm).feed(&mut digest);
    (musical_key, isrc, comment, compilation).feed(&mut digest);
    (recording_id, release_track_id, track_gain_db, track_peak).feed(&mut digest);
    (album_gain_db, album_peak, audio_id, extra).feed(&mut digest);
    let image = artwork.as_ref().map(|it| &it.hash);
    (genres, image, lyrics, album_identity).feed(&mut digest);
    // Digests of before there were these stay as they are.
    if start_ms.is_some() || end_ms.is_some() {
        start_ms.feed(&mut digest);
        end_ms.feed(&mut digest);
    }
    if sound_of_file.is_some() {
        sound_of_file.feed(&mut digest);
    }
    match digest.finish() {
        NOT_IN_FILE | OUT_OF_DATE => 2,
        digest => digest,
    }
}

/// Gives the digest of what a track's tags say of its album. What was said before it was kept has 0.
pub(super) fn of_album(record: &AlbumRecord) -> i64 {
    let mut digest = Digest::new();
    (record, &record.key.ignores_release_id, &false, &false).feed(&mut digest);
    match digest.finish() {
        0 => 1,
        digest => digest,
    }
}

/// Gives the digest of a text.
pub(super) fn of_text(text: &str) -> i64 {
    let mut digest = Digest::new();
    text.feed(&mut digest);
    digest.finish()
}

/// FNV-1a's recipe on eight bytes at a time, with the high bits mixed into the low ones.
struct Digest(u64);

impl Digest {
    fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn word(&mut self, word: u64) {
        let mixed = (self.0 ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ (mixed >> 29);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.word(bytes.len() as u64);
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.word(u64::from_le_bytes(word));
        }
    }

    fn finish(mut self) -> i64 {
        self.word(0);
        self.0.cast_signed()
    }
}

/// Something that a digest is made of.
trait Feed {
    fn feed(&self, digest: &mut Digest);
}

macro_rules! feed {
    ($($type:ty => |$it:ident, $digest:ident| $feed:expr;)*) => {$(
        impl Feed for $type {
            fn feed(&self, $digest: &mut Digest) { let $it = self; $feed }
        }
    )*};
}
feed! {
    bool => |it, digest| digest.word(u64::from(*it));
    u32 => |it, digest| digest.word(u64::from(*it));
    i64 => |it, digest| digest.word(it.cast_unsigned());
    f64 => |it, digest| digest.word(it.to_bits());
    str => |it, digest| digest.bytes(it.as_bytes());
    String => |it, digest| digest.bytes(it.as_bytes());
    Vec<u8> => |it, digest| digest.bytes(it);
    ArtistCredit => |it, digest| {
        let ArtistCredit { name, sort_name, musicbrainz_id } = it;
        (name, sort_name, musicbrainz_id, &false).feed(digest);
    };
    AlbumRecord => |it, digest| {
        let AlbumRecord {
            title, sort_title, artists, artist_display, date, original_date, compilation,
            release_types, label, catalog_number, barcode, musicbrainz_id, release_group_id, key: _,
        } = it;
        (title, sort_title, artists, artist_display).feed(digest);
        (date, original_date, compilation, release_types).feed(digest);
        (label, catalog_number, barcode, musicbrainz_id).feed(digest);
        release_group_id.feed(digest);
    };
    LyricsRecord => |it, digest| {
        let LyricsRecord { source, synced, language, text } = it;
        (source.as_str(), synced, language, text).feed(digest);
    };
    (String, ArtistCredit) => |it, digest| {
        it.0.feed(digest);
        it.1.feed(digest);
    };
}

impl<T: Feed + ?Sized> Feed for &T {
    fn feed(&self, digest: &mut Digest) {
        (**self).feed(digest);
    }
}

impl<T: Feed> Feed for Option<T> {
    fn feed(&self, digest: &mut Digest) {
        digest.word(u64::from(self.is_some()));
        if let Some(it) = self {
            it.feed(digest);
        }
    }
}

macro_rules! feed_list {
    ($($type:ty),*) => {$(
        impl Feed for Vec<$type> {
            fn feed(&self, digest: &mut Digest) {
                digest.word(self.len() as u64);
                self.iter().for_each(|it| it.feed(digest));
            }
        }
    )*};
}
feed_list!(String, ArtistCredit, LyricsRecord, (String, ArtistCredit));

impl<A: Feed, B: Feed, C: Feed, D: Feed> Feed for (A, B, C, D) {
    fn feed(&self, digest: &mut Digest) {
        self.0.feed(digest);
        self.1.feed(digest);
        self.2.feed(digest);
        self.3.feed(digest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_difference_makes_another_digest() {
        let base = TrackRecord {
            title: "a".into(),
            ..Default::default()
        };
        let digest = |change: fn(&mut TrackRecord)| {
            let mut record = base.clone();
            change(&mut record);
            of_track(&record, None)
        };
        let all = [
            digest(|_| ()),
            digest(|it| it.title = "b".into()),
            digest(|it| it.title = "a\0".into()),
            digest(|it| it.sort_title = Some("a".into())),
            digest(|it| it.artist_display = Some("a".into())),
            digest(|it| it.disc = Some(1)),
            digest(|it| it.track = Some(1)),
            digest(|it| it.compilation = true),
            digest(|it| it.genres = vec!["ab".into()]),
            digest(|it| it.genres = vec!["a".into(), "b".into()]),
            digest(|it| it.audio_id = Some(vec![])),
            digest(|it| it.track_gain_db = Some(0.0)),
            digest(|it| it.start_ms = Some(1)),
            digest(|it| it.sound_of_file = Some(vec![])),
            digest(|it| it.end_ms = Some(1)),
        ];
        for (at, one) in all.iter().enumerate() {
            assert!(!all[at + 1..].contains(one), "digest {at}");
        }
        assert_eq!(all[0], digest(|it| it.item_id = 9));
    }
}
