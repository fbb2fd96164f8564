//! Folders that are in the library, and go.

use super::{lines, printed, refused, run_sync, told};
use music_core_tests::World;

#[test]
fn folders_are_listed_and_removed_and_what_was_played_comes_back() {
    let world = World::with_albums(1);
    run_sync(&world);
    let folders = lines(&world, &["folders", "--json"]);
    assert_eq!(told(&folders, "kind"), ["local-folder"]);
    let root = folders[0]["root"].as_str().expect("text");
    assert!(printed(&world, &["folders"]).contains(root));
    let tracks = lines(&world, &["tracks", "--json"]);
    let played = tracks[4]["id"].to_string();
    printed(&world, &["played", &played]);

    let said = refused(&world, &["folders", "--remove", "99"], 1);
    assert!(said.contains("folder 99 does not exist"), "{said}");
    let id = folders[0]["id"].to_string();
    let removed = lines(&world, &["folders", "--remove", &id, "--json"]).remove(0);
    assert_eq!(removed["tracks_removed"], 11, "{removed}");
    assert_eq!(removed["tracks_kept"], 1);
    assert!(lines(&world, &["folders", "--json"]).is_empty());
    assert!(lines(&world, &["tracks", "--json"]).is_empty());
    assert!(world.file("Album 0/01.mp3").exists(), "a file was touched");

    run_sync(&world);
    let again = lines(&world, &["tracks", "--played", "--json"]);
    assert_eq!(told(&again, "id"), [played]);
    let id = lines(&world, &["folders", "--json"])[0]["id"].to_string();
    let text = printed(&world, &["folders", "--remove", &id]);
    assert!(text.contains("11 tracks removed, 1 kept"), "{text}");
}
