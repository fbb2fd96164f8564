//! `music tracks`: all, or those that meet conditions, which are the rules of a smart playlist.

mod conditions;
mod order;

use core_service::dto::Track;
use core_service::{CoreService, Presence, TrackFilter, TrackOrder};
use serde_json::json;

use crate::pages::{PAGE, pages};
use crate::{Failure, names, print};
use conditions::Conditions;
use order::Order;

#[derive(clap::Args)]
pub(crate) struct Tracks {
    #[command(flatten)]
    conditions: Conditions,
    #[command(flatten)]
    order: Order,
    /// At most so many
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    limit: Option<u32>,
    /// Also those that are out of the lists: their files are gone, or they were set aside
    #[arg(long, conflicts_with_all = ["Conditions", "Order", "limit", "missing"])]
    all: bool,
    /// Only those that are out of the lists
    #[arg(long, conflicts_with_all = ["Conditions", "Order", "limit"])]
    missing: bool,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

pub(crate) async fn list(service: &CoreService, options: Tracks) -> Result<(), Failure> {
    let rules = options.conditions.rules();
    let order = options.order.keys();
    let show = |track: Track| print::line(&track, options.json, print::track);
    if rules.is_empty() && order.is_empty() && options.limit.is_none() {
        let filter = TrackFilter {
            presence: match (options.all, options.missing) {
                (true, _) => Presence::Any,
                (_, true) => Presence::Missing,
                _ => Presence::Present,
            },
            ..TrackFilter::default()
        };
        let fetch = async |after| {
            let title = TrackOrder::Title;
            service.tracks_where(&filter, title, PAGE, after).await
        };
        return pages(fetch, show).await.map(drop);
    }
    let definition = json!({
        "version": 1, "match": { "all": rules }, "sort": order, "limit": options.limit,
    })
    .to_string();
    let fetch = async |after| {
        service
            .preview_smart_playlist(&definition, PAGE, after)
            .await
    };
    if pages(fetch, show).await? == 0 {
        // A name may be mistyped.
        for name in options.conditions.artists() {
            names::artists(service, name).await?;
        }
        if let Some(name) = options.conditions.genre() {
            names::genre(service, name).await?;
        }
    }
    Ok(())
}
