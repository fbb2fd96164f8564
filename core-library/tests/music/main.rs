//! The music half of the library, on the SQLite that ships and the schema that ships.

#![cfg_attr(
    target_arch = "wasm32",
    allow(
        clippy::arc_with_non_send_sync,
        reason = "the library takes an Arc on both targets"
    )
)]

mod albums;
mod artist_names;
mod artworks;
mod corpus;
mod counts;
mod filters;
mod fixture;
mod handover;
mod identity;
mod listing;
mod migrations;
mod model;
mod plans;
mod playlist_files;
mod playlists;
mod queue;
mod ranking;
mod schema;
mod searching;
mod smart_playlists;
mod ties;
mod writing;
