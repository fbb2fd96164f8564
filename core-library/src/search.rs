//! Finding tracks, albums and artists by what a person types.

mod fold;
mod query;
mod words;

pub use fold::fold;
pub use query::Query;
pub(crate) use words::IndexText;
