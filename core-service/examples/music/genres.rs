//! `music genres`: what kinds of music there are.

use core_service::CoreService;

use crate::pages::{PAGE, pages};
use crate::{Failure, print, text};

#[derive(clap::Args)]
pub(crate) struct Genres {
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

pub(crate) async fn list(service: &CoreService, options: Genres) -> Result<(), Failure> {
    pages(
        async |after| service.genres(PAGE, after).await,
        |genre| {
            print::line(&genre, options.json, |it| {
                let tracks = text::count(it.track_count, "track");
                format!("{:>6}  {} ({tracks})", it.id, it.name)
            })
        },
    )
    .await
    .map(drop)
}
