//! The music half of the library, on the SQLite that ships and the schema that ships.

mod albums;
mod fixture;
mod identity;
mod listing;
mod model;
mod plans;
mod playlists;
mod searching;
mod writing;
