//! Syncs of a provider with a feed of changes.

use world::{World, song};

mod changes;
mod listing;
mod model;
#[path = "../portable/paths.rs"]
mod paths;
mod refused;
mod told;
mod trouble;
#[path = "../portable/world.rs"]
mod world;

/// A library of twenty songs that was synced once.
async fn twenty_songs() -> World {
    let world = World::new().await;
    for number in 0..20 {
        world.drive.put(&format!("{number}.mp3"), song(number));
    }
    world.sync().await;
    world
}
