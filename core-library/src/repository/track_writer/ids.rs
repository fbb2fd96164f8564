//! Ids given out by us.

use crate::db::WriteTx;
use crate::error::Result;

/// The last id given out in each table. Under the write lock nobody else gives out any.
#[derive(Debug, Default)]
pub(super) struct Ids {
    track: i64,
    album: i64,
    artist: i64,
    genre: i64,
    artwork: i64,
}

impl Ids {
    pub(super) async fn read(tx: &mut WriteTx) -> Result<Self> {
        let mut ids = Self::default();
        for row in &tx
            .query("SELECT name, seq FROM sqlite_sequence", vec![])
            .await?
        {
            let last: i64 = row.get(1)?;
            match row.get::<String>(0)?.as_str() {
                "track" => ids.track = last,
                "album" => ids.album = last,
                "artist" => ids.artist = last,
                "genre" => ids.genre = last,
                "artwork" => ids.artwork = last,
                _ => (),
            }
        }
        Ok(ids)
    }

    pub(super) fn track(&mut self) -> i64 {
        next(&mut self.track)
    }

    pub(super) fn album(&mut self) -> i64 {
        next(&mut self.album)
    }

    pub(super) fn artist(&mut self) -> i64 {
        next(&mut self.artist)
    }

    pub(super) fn genre(&mut self) -> i64 {
        next(&mut self.genre)
    }

    pub(super) fn artwork(&mut self) -> i64 {
        next(&mut self.artwork)
    }
}

fn next(last: &mut i64) -> i64 {
    *last += 1;
    *last
}
