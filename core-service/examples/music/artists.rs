//! `music artists` and `music artist`.

use core_service::{ArtistFilter, ArtistId, ArtworkId, CoreService};

use crate::pages::{PAGE, pages};
use crate::{Failure, print};

#[derive(clap::Args)]
pub(crate) struct Artists {
    /// Only those that albums are by
    #[arg(long, conflicts_with = "role")]
    album_artists: bool,
    /// Only those with this role on a track: artist, composer, conductor, remixer …
    #[arg(long)]
    role: Option<String>,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
pub(crate) struct Artist {
    /// The artist's id
    id: i64,
    /// One JSON object
    #[arg(long)]
    json: bool,
}

pub(crate) async fn list(service: &CoreService, options: Artists) -> Result<(), Failure> {
    let filter = match options.role {
        Some(role) => ArtistFilter::Role(role),
        None if options.album_artists => ArtistFilter::AlbumArtists,
        None => ArtistFilter::Any,
    };
    pages(
        async |after| service.artists_where(&filter, PAGE, after).await,
        |artist| print::line(&artist, options.json, print::artist),
    )
    .await
    .map(drop)
}

pub(crate) async fn show(service: &CoreService, options: Artist) -> Result<(), Failure> {
    let Artist { id, json } = options;
    let image = service.artist_artwork(ArtistId(id)).await?;
    let artist = service.artist(ArtistId(id)).await?;
    print::line(&artist, json, print::artist)?;
    if let (false, Some(ArtworkId(image))) = (json, image) {
        print::field("artwork_id", &image.to_string())?;
    }
    Ok(())
}
