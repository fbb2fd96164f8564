//! `music favourites`: lists them, and makes tracks favourites.

use core_service::{CoreService, TrackFilter, TrackOrder};

use crate::pages::{PAGE, pages};
use crate::{Failure, chosen, print};

#[derive(clap::Args)]
pub(crate) struct Favourites {
    /// Make these tracks favourites
    #[arg(long, value_name = "ID", num_args = 1.., conflicts_with = "remove")]
    add: Vec<i64>,
    /// Make these tracks no favourites
    #[arg(long, value_name = "ID", num_args = 1..)]
    remove: Vec<i64>,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(service: &CoreService, options: Favourites) -> Result<(), Failure> {
    let Favourites { add, remove, json } = options;
    if add.is_empty() && remove.is_empty() {
        return list(service, json).await;
    }
    let favourite = !add.is_empty();
    let ids = if favourite { add } else { remove };
    let act = async |id| service.set_favourite(id, favourite).await;
    chosen::each(service, &ids, json, act).await
}

async fn list(service: &CoreService, json: bool) -> Result<(), Failure> {
    let filter = TrackFilter {
        favourite: true,
        ..TrackFilter::default()
    };
    pages(
        async |after| {
            service
                .tracks_where(&filter, TrackOrder::Title, PAGE, after)
                .await
        },
        |track| print::line(&track, json, print::track),
    )
    .await
    .map(drop)
}
