//! Finding tracks, albums and artists by what a person types.

mod few;
mod fold;
mod query;
mod run;
mod tiers;
mod upkeep;
mod words;

pub use fold::fold;
pub use query::Query;
pub use run::{Found, albums, all, artists, tracks};
pub use upkeep::merge_step;
pub(crate) use words::IndexText;
