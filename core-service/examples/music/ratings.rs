//! `music rate`: what a person thinks of tracks.

use std::str::FromStr;

use core_service::CoreService;

use crate::{Failure, chosen};

#[derive(clap::Args)]
pub(crate) struct Rate {
    /// 0 to 100, or `none` to take the rating away
    rating: Rating,
    /// The tracks' ids
    #[arg(value_name = "ID", required = true)]
    ids: Vec<i64>,
    /// One JSON object a track, a line each
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy)]
struct Rating(Option<u8>);

impl FromStr for Rating {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match (text, text.parse()) {
            ("none", _) => Ok(Self(None)),
            (_, Ok(rating)) if rating <= 100 => Ok(Self(Some(rating))),
            _ => Err("a rating is a whole number from 0 to 100, or `none`"),
        }
    }
}

pub(crate) async fn rate(service: &CoreService, options: Rate) -> Result<(), Failure> {
    let Rating(rating) = options.rating;
    let act = async |id| service.rate(id, rating).await;
    chosen::each(service, &options.ids, options.json, act).await
}
