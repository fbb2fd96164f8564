//! `music albums` and `music album`.

use std::collections::HashSet;

use core_service::{AlbumFilter, AlbumId, AlbumOrder, ArtistId, CoreService};
use serde_json::json;

use crate::pages::{PAGE, pages};
use crate::years::Years;
use crate::{Failure, names, print};

#[derive(clap::Args)]
pub(crate) struct Albums {
    /// Only those by this artist
    #[arg(long, value_name = "NAME")]
    artist: Option<String>,
    /// Only those on which this artist has a part, in whatever role
    #[arg(long, value_name = "NAME")]
    with: Option<String>,
    /// Only those with a track of this genre
    #[arg(long, value_name = "NAME")]
    genre: Option<String>,
    /// Only those of this year, or of these, such as 1990-1999
    #[arg(long)]
    year: Option<Years>,
    /// Only those of this release type: album, single, live …
    #[arg(long = "type", value_name = "TYPE")]
    release_type: Option<String>,
    /// Only compilations
    #[arg(long)]
    compilations: bool,
    /// Those added last come first
    #[arg(long)]
    newest: bool,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
pub(crate) struct Album {
    /// The album's id
    id: i64,
    /// One JSON object, with the tracks
    #[arg(long)]
    json: bool,
}

pub(crate) async fn list(service: &CoreService, options: Albums) -> Result<(), Failure> {
    let genre = match &options.genre {
        Some(name) => Some(names::genre(service, name).await?),
        None => None,
    };
    let order = match options.newest {
        true => AlbumOrder::Newest,
        false => AlbumOrder::Title,
    };
    let by = named(service, options.artist.as_deref()).await?;
    let with = named(service, options.with.as_deref()).await?;
    // Where several artists have one name, their albums come one after the other.
    let pairs = by
        .iter()
        .flat_map(|artist| with.iter().map(move |appears| (*artist, *appears)));
    let mut seen = HashSet::new();
    for (artist, appears) in pairs {
        let filter = AlbumFilter {
            artist,
            appears,
            genre,
            compilation: options.compilations.then_some(true),
            release_type: options.release_type.clone(),
        };
        pages(
            async |after| service.albums_where(&filter, order, PAGE, after).await,
            |album| {
                let years = options.year.as_ref();
                let is_meant = years.is_none_or(|it| it.include(album.date.as_deref()));
                if is_meant && seen.insert(album.id) {
                    print::line(&album, options.json, print::album)?;
                }
                Ok(())
            },
        )
        .await?;
    }
    Ok(())
}

/// Gives the artists of a name; where none is given, one choice that leaves all in.
async fn named(
    service: &CoreService,
    name: Option<&str>,
) -> Result<Vec<Option<ArtistId>>, Failure> {
    let Some(name) = name else {
        return Ok(vec![None]);
    };
    let artists = names::artists(service, name).await?;
    Ok(artists.into_iter().map(Some).collect())
}

pub(crate) async fn show(service: &CoreService, options: Album) -> Result<(), Failure> {
    let id = AlbumId(options.id);
    let album = service.album(id).await?;
    if !options.json {
        print::line(&album, false, print::album)?;
    }
    let mut tracks = Vec::new();
    pages(
        async |after| service.album_tracks(id, PAGE, after).await,
        |track| {
            if options.json {
                tracks.push(track);
                return Ok(());
            }
            print::line(&track, false, print::track)
        },
    )
    .await?;
    if options.json {
        let mut value = json!(album);
        value["tracks"] = json!(tracks);
        print::line(&value, true, |_| String::new())?;
    }
    Ok(())
}
