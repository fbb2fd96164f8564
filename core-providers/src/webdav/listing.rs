//! One folder: asking the server, and turning its answer into items.

use std::collections::BTreeMap;

use bridge_traits::provider::{ItemKey, ItemKind, RemoteItem, Unreadable, Version};
use bridge_traits::{BridgeError, ErrorKind, Result};

use super::address::{self, Path};
use super::multistatus::{Props, Row};
use super::propfind::{self, Rows};
use super::shared::{Shared, guess_kind};
use super::version;
use crate::{digest, names};

/// How many entries a folder may have. A listing is one change, and so is held whole.
const MAX_ENTRIES: usize = 1_000_000;

/// How many bytes all their names may have, as the server writes them.
const MAX_NAMES: usize = 256 << 20;

/// A file that leaves out its folder and all below: Android's convention.
const WHOLE_FOLDER: &[u8] = b".nomedia";

/// A folder as it is reported.
pub(super) struct Listing {
    pub(super) digest: Version,
    /// Sorted by the bytes of their keys.
    pub(super) children: Vec<RemoteItem>,
    /// The folders among the children, with the digests of their ETags; 0 for none.
    pub(super) folders: Vec<(ItemKey, u64)>,
    /// Digests of the dates and ETags of these folders, in any order.
    dates: Vec<u64>,
    pub(super) unreadable: Vec<Unreadable>,
    /// Whether the server showed nothing at all in it.
    pub(super) is_bare: bool,
}

impl Listing {
    /// Gives a digest of when the folders in it changed, where that tells them from others of equal names; not
    /// where all have the same date, as those have that were made at once, or none.
    pub(super) fn dates_of_folders(&self) -> Option<u64> {
        let first = self.dates.first()?;
        let differ = self.dates.iter().any(|date| date != first);
        differ.then(|| {
            self.dates
                .iter()
                .fold(0_u64, |all, date| all.wrapping_add(*date))
        })
    }
}

/// Lists a folder.
///
/// # Errors
/// What the server says; `NotADirectory` if it is a file; `Corrupt` if the answer is no listing of
/// this folder. An answer that can't be trusted in any row is refused as a whole, because silence
/// about a file means that it is gone.
pub(super) async fn list(shared: &Shared, folder: &ItemKey) -> Result<Listing> {
    let path = address::path_of(folder)?;
    let url = shared.address.url(folder, true)?;
    shared
        .client
        .persist(|_| async {
            let request = propfind::listing(url.clone(), "1");
            let mut rows = Rows::new(shared.client.send(request).await?)?;
            let mut entries = Entries::new(&url, &path);
            while let Some(row) = rows.next().await? {
                entries.take(shared, row)?;
            }
            entries.check()?;
            Ok(build(shared, folder, entries.children))
        })
        .await
}

/// What a server said of a folder, by name.
struct Entries<'a> {
    url: &'a str,
    path: &'a Path,
    children: BTreeMap<Vec<u8>, Row>,
    has_itself: bool,
    /// Rows, also those of no use, and the bytes of their names.
    rows: usize,
    bytes: usize,
}

impl<'a> Entries<'a> {
    fn new(url: &'a str, path: &'a Path) -> Self {
        Self {
            url,
            path,
            children: BTreeMap::new(),
            has_itself: false,
            rows: 0,
            bytes: 0,
        }
    }

    fn take(&mut self, shared: &Shared, mut row: Row) -> Result<()> {
        self.rows += 1;
        self.bytes += row.href.len();
        if self.rows > MAX_ENTRIES || self.bytes > MAX_NAMES {
            return Err(self.refuse(&format!(
                "it has more than {MAX_ENTRIES} entries, or names of more than {MAX_NAMES} bytes"
            )));
        }
        let Some(mut place) = shared.address.place(&row.href, self.path) else {
            return Err(self.refuse(&format!("it names {}, which is not below it", row.href)));
        };
        guess_kind(&mut row.props, &row.href);
        if place == *self.path {
            if row.props.is_collection == Some(false) {
                return Err(BridgeError::new(ErrorKind::NotADirectory, self.url));
            }
            self.has_itself = true;
            return Ok(());
        }
        if !place.starts_with(self.path) {
            return Err(self.refuse(&format!("it names {}, which is not in it", row.href)));
        }
        // Some servers go deeper than they were asked to.
        if place.len() == self.path.len() + 1
            && let Some(name) = place.pop()
        {
            self.children.entry(name).or_insert(row);
        }
        Ok(())
    }

    fn check(&self) -> Result<()> {
        if self.has_itself || !self.children.is_empty() {
            Ok(())
        } else {
            Err(self.refuse("it does not even name the folder"))
        }
    }

    fn refuse(&self, why: &str) -> BridgeError {
        BridgeError::new(ErrorKind::Corrupt, self.url)
            .detail(format!("the listing can't be trusted: {why}"))
    }
}

fn build(shared: &Shared, folder: &ItemKey, entries: BTreeMap<Vec<u8>, Row>) -> Listing {
    let mut listing = Listing {
        digest: Version(String::new()),
        children: Vec::with_capacity(entries.len()),
        folders: Vec::new(),
        dates: Vec::new(),
        unreadable: Vec::new(),
        is_bare: true,
    };
    let mut unknown = Vec::new();
    let is_left_out = entries.contains_key(WHOLE_FOLDER);
    for (name, row) in entries {
        if names::is_left_out(&name, shared.options.include_hidden) {
            continue;
        }
        listing.is_bare = false;
        if is_left_out {
            continue;
        }
        let key = address::child_key(folder, &name);
        match problem(&row.props, row.status) {
            Some(problem) => {
                unknown.push(key.0.clone());
                let reason = problem.to_owned();
                listing.unreadable.push(Unreadable { key, reason });
            }
            None => add(shared, key, &name, &row.props, &mut listing),
        }
    }
    listing.children.sort_unstable_by(|a, b| a.key.cmp(&b.key));
    listing.folders.sort_unstable();
    let unknown: Vec<&str> = unknown.iter().map(String::as_str).collect();
    listing.digest = digest::of_listing(&listing.children, &unknown, &mut Vec::new());
    listing
}

/// Tells why a row is of no use.
pub(super) fn problem(props: &Props, status: Option<u16>) -> Option<&'static str> {
    match (status, props.is_collection, props.size) {
        (Some(400..), ..) => Some("the server can't show it"),
        (_, Some(false), None) => Some("the server does not say how long it is"),
        _ => None,
    }
}

fn add(shared: &Shared, key: ItemKey, name: &[u8], props: &Props, listing: &mut Listing) {
    let item = shared.item(key, name, props);
    match item.kind {
        ItemKind::Other => return,
        ItemKind::Folder => {
            let etag = version::etag(props).map_or(0, |etag| digest::of_texts(&[etag]));
            listing.folders.push((item.key.clone(), etag));
            let date = props.modified.as_deref().unwrap_or_default();
            let date = digest::of_texts(&[date, &etag.to_string()]);
            listing.dates.push(date);
        }
        _ => {}
    }
    listing.children.push(item);
}
