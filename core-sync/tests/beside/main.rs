//! The place of a file, and what lies beside it, is what the library says of it, whatever came, went or moved, and in
//! whatever order.

mod drive;
#[path = "../portable/files.rs"]
mod files;
mod folders;
#[path = "../portable/paths.rs"]
mod paths;
mod said;
mod stories;
mod unreadable;
#[path = "../portable/world.rs"]
mod world;
