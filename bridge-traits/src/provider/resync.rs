//! What a provider that refuses a cursor says of the listing that follows.

use super::PageToken;

/// How the full listing after a refused cursor is to be taken.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Resync {
    /// What it means that the listing is silent about an item that was there.
    pub omitted: Omitted,
    /// Where the full listing begins, if the provider has a place of its own for that. Where `omitted` is
    /// [`Gone`](Omitted::Gone), what it does not show from there on is gone.
    pub restart: Option<PageToken>,
}

/// What a full listing's silence about a known item means.
///
/// It concerns silence only: a [`Removed`](super::Change::Removed), and a whole folder's
/// [`Listing`](super::Change::Listing) without the item, count in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Omitted {
    /// The item is gone.
    #[default]
    Gone,
    /// The provider may have lost track of the item: it is kept, until another full listing or the
    /// feed says more.
    Kept,
}
