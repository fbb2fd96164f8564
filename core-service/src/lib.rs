//! The façade of music-core: what a host app calls.
//!
//! [`bootstrap_native`](bootstrap::bootstrap_native) or `bootstrap_wasm` builds a [`CoreService`]
//! out of the platform's bridges; a host with bridges of its own uses [`CoreServiceBuilder`]. From
//! then on the service does everything: it knows providers, starts and cancels syncs, answers
//! questions about the library and publishes events.
//!
//! What it gives out are plain values that serialise, in [`dto`]. This is the only core crate that
//! names a bridge, and it has no logic of its own: that lives in the crates below.

pub mod bootstrap;
mod bridges;
mod builder;
pub mod dto;
mod error;
mod library;
mod providers;
mod service;
mod sync;

pub use bridge_traits::provider::Resync;
pub use bridge_traits::{BridgeError, ErrorKind, ThrottleScope};
pub use bridges::Bridges;
pub use builder::CoreServiceBuilder;
pub use core_library::LibraryError;
pub use core_library::model::{
    AlbumId, ArtistId, ArtworkId, GenreId, PageCursor, PlaylistEntryId, PlaylistId, TrackId,
};
pub use core_library::repository::album::{AlbumFilter, AlbumOrder};
pub use core_library::repository::artist::ArtistFilter;
pub use core_library::repository::duplicate::{GroupCursor, Keep};
pub use core_library::repository::track::{Presence, TrackFilter, TrackOrder};
pub use core_library::search::fold;
pub use core_library::smart_playlist;
pub use core_metadata::online::cover_art::Size as CoverSize;
pub use core_metadata::online::last_fm::ArtistInfo;
pub use core_providers::{LocalFolderOptions, WebDavOptions};
pub use core_runtime::config::{
    AlbumField, AlbumIdentity, ApiKey, ArtworkSource, ConfigError, CoreConfig, CoreConfigBuilder,
    DuplicatePolicy, MassDeletionGuard, SyncConfig,
};
pub use core_runtime::events;
pub use core_runtime::retry::RetryPolicy;
pub use core_sync::{EnrichmentSummary, Stopped as EnrichmentStopped};
pub use core_sync::{SyncError, SyncJobId, SyncMode, SyncRequest};
pub use error::{Result, ServiceError};
pub use library::{
    ExportPaths, MAX_BYTES as MAX_PLAYLIST_BYTES, Origin as PlaylistOrigin, Place, PlaylistFormat,
    TrackContent,
};
pub use providers::{WebDavFolder, WebDavSecret};
pub use service::CoreService;

/// The example of the README, which is thereby tested.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
