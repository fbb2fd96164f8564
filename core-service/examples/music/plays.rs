//! `music played` and `history`: what was played, and when.

use core_service::CoreService;
use core_service::dto::Play;

use crate::pages::{PAGE, pages};
use crate::{Failure, chosen, print, text};

#[derive(clap::Args)]
pub(crate) struct Played {
    /// The tracks' ids
    #[arg(value_name = "ID", required = true)]
    ids: Vec<i64>,
    /// One JSON object a track, a line each
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
pub(crate) struct History {
    /// At most so many plays, 1 to 1000 [default: all]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: Option<u16>,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

pub(crate) async fn played(service: &CoreService, options: Played) -> Result<(), Failure> {
    let act = async |id| service.played(id).await;
    chosen::each(service, &options.ids, options.json, act).await
}

pub(crate) async fn history(service: &CoreService, options: History) -> Result<(), Failure> {
    let show = |play: Play| {
        print::line(&play, options.json, |it| {
            // Times are in UTC, as in `jobs`.
            format!("{}{}", text::moment(it.at_ms), print::track(&it.track))
        })
    };
    let Some(limit) = options.limit else {
        let fetch = async |after| service.history(PAGE, after).await;
        return pages(fetch, show).await.map(drop);
    };
    let page = service.history(limit.into(), None).await?;
    Ok(page.items.into_iter().try_for_each(show)?)
}
