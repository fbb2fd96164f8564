//! A library made from a seed: words as frequent as Zipf's law has them, artists of few and of many
//! albums, names in several scripts.

use core_library::Library;
use core_library::model::TrackId;
use core_library::repository::annotation;
use core_library::repository::track_writer::{AlbumRecord, ArtistCredit, TrackRecord, TrackWriter};

use crate::Result;

const BATCH: usize = 1000;
const VOCABULARY: usize = 40_000;

/// The words that head the list of any library; the others are made of syllables.
const COMMON: [&str; 72] = [
    "the",
    "of",
    "a",
    "you",
    "love",
    "in",
    "me",
    "to",
    "my",
    "and",
    "i",
    "on",
    "it",
    "no",
    "is",
    "for",
    "remix",
    "your",
    "be",
    "de",
    "la",
    "live",
    "time",
    "all",
    "we",
    "feat",
    "one",
    "down",
    "night",
    "with",
    "up",
    "blues",
    "man",
    "world",
    "go",
    "don't",
    "version",
    "baby",
    "life",
    "so",
    "girl",
    "heart",
    "little",
    "day",
    "dance",
    "back",
    "song",
    "this",
    "away",
    "что",
    "home",
    "über",
    "never",
    "rock",
    "edit",
    "mix",
    "allegro",
    "major",
    "minor",
    "op",
    "symphony",
    "björk",
    "été",
    "東京",
    "恋の歌",
    "夜に駆ける",
    "ビートルズ",
    "さくら",
    "사랑",
    "ночь",
    "ac/dc",
    "♥",
];
const SYLLABLES: [&str; 40] = [
    "ka", "ro", "mi", "lan", "ter", "son", "vel", "dor", "ne", "shi", "bra", "con", "tri", "el",
    "fa", "gen", "hu", "jo", "li", "mar", "no", "pe", "qui", "ras", "sto", "tu", "un", "va", "wes",
    "xi", "yo", "ze", "an", "be", "cra", "di", "ost", "per", "ri", "sa",
];

/// What names are made of.
pub(crate) struct Made {
    words: Vec<String>,
    /// The sum of the weights up to each word.
    reach: Vec<f64>,
}

impl Made {
    pub(crate) fn new() -> Self {
        let mut rng = fastrand::Rng::with_seed(7);
        let mut words: Vec<String> = COMMON.map(str::to_owned).into();
        while words.len() < VOCABULARY {
            let syllables = rng.usize(2..=4);
            words.push((0..syllables).map(|_| SYLLABLES[rng.usize(..40)]).collect());
        }
        let mut sum = 0.0;
        let reach = (0..words.len())
            .map(|rank| {
                sum += 1.0 / (rank as f64 + 2.7);
                sum
            })
            .collect();
        Self { words, reach }
    }

    pub(crate) fn rng(&self) -> fastrand::Rng {
        fastrand::Rng::with_seed(11)
    }

    /// Gives a word, the common ones often.
    pub(crate) fn word(&self, rng: &mut fastrand::Rng) -> String {
        let weight = rng.f64() * self.reach[self.reach.len() - 1];
        let at = self.reach.partition_point(|it| *it < weight);
        self.words[at.min(self.words.len() - 1)].clone()
    }

    fn name(&self, rng: &mut fastrand::Rng, most: usize) -> String {
        let words: Vec<String> = (0..rng.usize(1..=most)).map(|_| self.word(rng)).collect();
        words.join(" ")
    }

    /// The artist of that number. Names of rare words, so that most artists have a name of their own.
    fn artist(&self, number: usize) -> ArtistCredit {
        let mut rng = fastrand::Rng::with_seed(number as u64 + 1_000_000);
        let second = self.words[COMMON.len() + rng.usize(..VOCABULARY - COMMON.len())].clone();
        let name = match rng.usize(..4) {
            0 => format!("the {second}"),
            1 => format!("{} {second}", self.word(&mut rng)),
            2 => second,
            _ => format!("{second} {}", self.words[COMMON.len() + rng.usize(..5_000)]),
        };
        ArtistCredit {
            name,
            ..Default::default()
        }
    }

    fn genre(&self, rng: &mut fastrand::Rng) -> String {
        // About a hundred in use, a few of them everywhere.
        let at = (rng.f64().powi(3) * 100.0) as usize;
        format!("Genre {at}")
    }

    /// Makes texts to search for, by kind.
    pub(crate) fn queries(&self, tracks: usize, count: usize) -> Vec<(&'static str, Vec<String>)> {
        let mut rng = self.rng();
        let common = COMMON.iter().cycle().take(count);
        let rare = |rng: &mut fastrand::Rng| self.words[rng.usize(1_000..VOCABULARY)].clone();
        let common = common.map(|it| (*it).to_owned()).collect();
        let rare = (0..count).map(|_| rare(&mut rng)).collect();
        let both = (0..count)
            .map(|_| {
                let it = self.record(rng.usize(..tracks));
                let word = it.title.split(' ').next().unwrap_or_default().to_owned();
                format!("{} {word}", it.artists[0].name)
            })
            .collect();
        let two_common = (0..count)
            .map(|_| format!("{} {}", self.word(&mut rng), COMMON[rng.usize(..40)]))
            .collect();
        let mut typing = Vec::new();
        while typing.len() < count * 3 {
            let it = self.record(rng.usize(..tracks));
            let text = match rng.bool() {
                true => it.title,
                false => format!("{} {}", it.artists[0].name, it.title),
            };
            for end in 1..=text.chars().count().min(14) {
                typing.push(text.chars().take(end).collect::<String>());
            }
        }
        let cjk = ["京", "夜に", "駆け", "ートル", "の歌", "랑", "さくら 夜"];
        let cjk = cjk.iter().cycle().take(count).map(|it| (*it).to_owned());
        vec![
            ("common_word", common),
            ("rare_word", rare),
            ("artist_and_title", both),
            ("two_words", two_common),
            ("while_typing", typing),
            ("cjk_infix", cjk.collect()),
        ]
    }

    fn record(&self, at: usize) -> TrackRecord {
        let album = at / 14;
        let mut of_album = fastrand::Rng::with_seed(album as u64);
        let mut rng = fastrand::Rng::with_seed(at as u64 + 5_000_000_000);
        // One album in ten is by one of a hundred artists with many.
        let artist = match of_album.usize(..10) {
            0 => of_album.usize(..100),
            _ => 100 + album / 3,
        };
        let title = self.name(&mut of_album, 4);
        let genre = self.genre(&mut of_album);
        let mut artists = vec![self.artist(artist)];
        if rng.usize(..8) == 0 {
            artists.push(self.artist(rng.usize(..1_000)));
        }
        TrackRecord {
            item_id: at as i64 + 1,
            folder_key: format!("artist {artist}/album {album}"),
            title: self.name(&mut rng, 5),
            album: Some(AlbumRecord {
                title: format!("{title} {album}"),
                artists: vec![self.artist(artist)],
                date: Some("2004-05-01".into()),
                ..Default::default()
            }),
            artists,
            disc: Some(1),
            track: Some((at % 14) as u32 + 1),
            track_total: Some(14),
            date: Some(format!("{}", 1960 + album % 65)),
            duration_ms: Some(180_000 + (at % 1000) as i64),
            codec: Some("flac".into()),
            bitrate_kbps: Some(900),
            sample_rate_hz: Some(44_100),
            channels: Some(2),
            audio_id: Some((at as u128).to_be_bytes().to_vec()),
            genres: match rng.usize(..3) {
                0 => vec![genre, self.genre(&mut rng)],
                _ => vec![genre],
            },
            ..Default::default()
        }
    }
}

/// Writes the library, with a favourite in a hundred tracks.
pub(crate) async fn fill(library: &Library, made: &Made, tracks: usize) -> Result<()> {
    let mut tx = library.write().await?;
    tx.execute(
        "INSERT INTO provider(id, key, kind, name, root, created_at)
         VALUES (1, 'bench', 'bench', 'bench', '/', 0)",
        vec![],
    )
    .await?;
    tx.execute(
        "WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < ?)
         INSERT INTO remote_item(id, provider_id, key, name, kind, version)
         SELECT id, 1, 'album/' || id || '.flac', id || '.flac', 'audio', '1' FROM n",
        vec![(tracks as i64).into()],
    )
    .await?;
    tx.commit().await?;
    let mut writer = TrackWriter::new();
    for first in (0..tracks).step_by(BATCH) {
        let last = tracks.min(first + BATCH);
        let records: Vec<_> = (first..last).map(|at| made.record(at)).collect();
        let mut tx = library.write().await?;
        writer.apply(&mut tx, records, 2).await?;
        for id in (first..last).step_by(100) {
            annotation::set_favourite(&mut tx, TrackId(id as i64 + 1), Some(5)).await?;
        }
        tx.commit().await?;
        writer.committed();
    }
    // As a sync does.
    loop {
        let mut tx = library.write().await?;
        let is_more = core_library::search::merge_step(&mut tx).await?;
        tx.commit().await?;
        if !is_more {
            return Ok(());
        }
    }
}
