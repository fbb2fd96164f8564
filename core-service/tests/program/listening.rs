//! What a person does with tracks: favourites, ratings, plays.

use super::{lines, printed, refused, run_sync, told};
use music_core_tests::World;

/// A library of twelve songs, with their ids by title.
fn library() -> (World, Vec<String>) {
    let world = World::with_albums(1);
    run_sync(&world);
    let tracks = lines(&world, &["tracks", "--json"]);
    let ids = told(&tracks, "id");
    (world, ids)
}

#[test]
fn favourites_are_made_listed_and_made_none_again() {
    let (world, ids) = library();
    let listed = || told(&lines(&world, &["favourites", "--json"]), "id");
    assert!(listed().is_empty());
    let made = lines(&world, &["favourites", "--add", &ids[3], &ids[1], "--json"]);
    assert_eq!(told(&made, "favourite"), ["true", "true"]);
    assert_eq!(listed(), [ids[1].as_str(), &ids[3]]);
    assert_eq!(
        told(&lines(&world, &["tracks", "--favourites", "--json"]), "id"),
        listed()
    );
    assert!(printed(&world, &["favorites"]).contains('♥'));
    // A wrong id among right ones changes nothing.
    let said = refused(&world, &["favourites", "--add", &ids[5], "999"], 1);
    assert!(said.contains("track 999 does not exist"), "{said}");
    printed(&world, &["favourites", "--remove", &ids[3]]);
    assert_eq!(listed(), [ids[1].as_str()]);
    refused(
        &world,
        &["favourites", "--add", &ids[0], "--remove", &ids[1]],
        2,
    );
}

#[test]
fn ratings_are_given_found_and_taken_away() {
    let (world, ids) = library();
    let rated = lines(&world, &["rate", "80", &ids[0], &ids[2], "--json"]);
    assert_eq!(told(&rated, "rating"), ["80", "80"]);
    let shown = printed(&world, &["rate", "35", &ids[4]]);
    assert!(shown.contains("35/100"), "{shown}");
    let at_least = |rating: &str| {
        let words = ["tracks", "--rated", rating, "--sort", "rating", "--json"];
        told(&lines(&world, &words), "id")
    };
    assert_eq!(at_least("30"), [ids[0].as_str(), &ids[2], &ids[4]]);
    assert_eq!(at_least("36"), [ids[0].as_str(), &ids[2]]);
    printed(&world, &["rate", "none", &ids[0]]);
    assert_eq!(at_least("36"), [ids[2].as_str()]);
    for rating in ["101", "-1", "good", "4.5"] {
        let said = refused(&world, &["rate", "--", rating, &ids[0]], 2);
        assert!(said.contains("0 to 100"), "{said}");
    }
    refused(&world, &["rate", "80"], 2);
    let said = refused(&world, &["rate", "80", &ids[6], "999"], 1);
    assert!(said.contains("track 999 does not exist"), "{said}");
    assert_eq!(at_least("36"), [ids[2].as_str()]);
}

#[test]
fn plays_are_counted_and_kept_the_latest_first() {
    let (world, ids) = library();
    assert!(lines(&world, &["history", "--json"]).is_empty());
    let played = lines(&world, &["played", &ids[0], &ids[1], "--json"]);
    assert_eq!(told(&played, "play_count"), ["1", "1"]);
    printed(&world, &["played", &ids[0]]);
    let history = lines(&world, &["history", "--json"]);
    let tracks: Vec<String> = history
        .iter()
        .map(|it| it["track"]["id"].to_string())
        .collect();
    assert_eq!(tracks, [ids[0].as_str(), &ids[1], &ids[0]]);
    assert!(history[0]["at_ms"].as_i64() >= history[2]["at_ms"].as_i64());
    assert_eq!(
        lines(&world, &["history", "--limit", "2", "--json"]),
        history[..2]
    );
    let text = printed(&world, &["history"]);
    assert!(
        text.lines().count() == 3 && text.starts_with("20"),
        "{text}"
    );
    let count = |words: &[&str]| lines(&world, words).len();
    assert_eq!(count(&["tracks", "--played", "--json"]), 2);
    assert_eq!(count(&["tracks", "--unplayed", "--json"]), 10);
    let most = lines(
        &world,
        &["tracks", "--sort", "plays", "--limit", "1", "--json"],
    );
    assert_eq!(told(&most, "id"), [ids[0].as_str()]);
    let said = refused(&world, &["played", "999"], 1);
    assert!(said.contains("track 999 does not exist"), "{said}");
    refused(&world, &["history", "--limit", "0"], 2);
}
