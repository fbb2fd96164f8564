//! Playlists that are edited by hand.

use super::{lines, printed, refused, run_sync, told};
use music_core_tests::World;

#[test]
fn playlists_are_made_and_edited_by_the_numbers_of_their_entries() {
    let world = World::with_albums(1);
    run_sync(&world);
    let ids = told(&lines(&world, &["tracks", "--json"]), "id");
    let words = [
        "playlist", "create", "Mine", &ids[0], &ids[1], &ids[0], "--json",
    ];
    let made = lines(&world, &words).remove(0);
    let list = made["playlist"].to_string();
    let shown = || lines(&world, &["playlist", "show", &list, "--json"]);
    let tracks = || -> Vec<String> {
        let entries = shown();
        entries
            .iter()
            .map(|it| it["track"]["id"].to_string())
            .collect()
    };
    assert_eq!(tracks(), [ids[0].as_str(), &ids[1], &ids[0]]);
    let entries = told(&shown(), "id");
    assert_eq!(made["entries"].as_array().map(Vec::len), Some(3));

    printed(&world, &["playlist", "add", &list, &ids[2], "--first"]);
    printed(
        &world,
        &["playlist", "add", &list, &ids[3], "--after", &entries[0]],
    );
    assert_eq!(tracks(), [2, 0, 3, 1, 0].map(|at: usize| ids[at].clone()));
    printed(
        &world,
        &[
            "playlist",
            "move",
            &list,
            &entries[1],
            &entries[2],
            "--first",
        ],
    );
    assert_eq!(tracks(), [1, 0, 2, 0, 3].map(|at: usize| ids[at].clone()));
    printed(&world, &["playlist", "move", &list, &entries[1]]);
    let text = printed(
        &world,
        &["playlist", "remove", &list, &entries[0], &entries[2]],
    );
    assert!(text.contains("2 tracks removed"), "{text}");
    assert_eq!(tracks(), [2, 3, 1].map(|at: usize| ids[at].clone()));
    let text = printed(&world, &["playlist", "show", &list]);
    let last = text.lines().last().expect("a line");
    assert!(
        last.trim_start().starts_with(&format!("{}:", entries[1])),
        "{text}"
    );

    printed(&world, &["playlist", "rename", &list, "Yours"]);
    let lists = lines(&world, &["playlist", "list", "--json"]);
    assert_eq!(told(&lists, "name"), ["Yours"]);

    for (words, why) in [
        (
            &["remove", &list, &entries[1], &entries[0]][..],
            "has no entry",
        ),
        (&["move", &list, "999"], "has no entry 999"),
        (&["add", &list, "999"], "track 999"),
        (&["add", "99", &ids[0]], "playlist 99"),
        (&["add", &list, &ids[0], "--after", "999"], "999"),
        (&["create", "Broken", &ids[0], "999"], "track 999"),
        (&["create", " "], "name"),
        (&["rename", "99", "x"], "playlist 99"),
    ] {
        let words = [&["playlist"], words].concat();
        let said = refused(&world, &words, 1);
        assert!(said.contains(why), "{words:?}: {said}");
    }
    refused(
        &world,
        &[
            "playlist",
            "add",
            &list,
            &ids[0],
            "--first",
            "--after",
            &entries[1],
        ],
        2,
    );
    assert_eq!(tracks(), [2, 3, 1].map(|at: usize| ids[at].clone()));
    assert_eq!(lines(&world, &["playlist", "list", "--json"]).len(), 1);
}

#[test]
fn rules_are_tried_without_making_a_playlist() {
    let world = World::with_albums(2);
    run_sync(&world);
    let rules = world.music().join("rules.json");
    let file = rules.to_str().expect("text");
    std::fs::write(
        &rules,
        r#"{"version":1,"match":{"field":"genre","is":"jazz"},"limit":3}"#,
    )
    .expect("a file");
    let found = lines(&world, &["playlist", "preview", file, "--json"]);
    assert_eq!(found.len(), 3);
    assert!(
        found.iter().all(|it| it["genres"][0] == "Jazz"),
        "{found:?}"
    );
    assert!(lines(&world, &["playlist", "list", "--json"]).is_empty());
    std::fs::write(
        &rules,
        r#"{"version":1,"match":{"field":"colour","is":"x"}}"#,
    )
    .expect("a file");
    let said = refused(&world, &["playlist", "preview", file], 1);
    assert!(
        said.contains("rules.json") && said.contains("colour"),
        "{said}"
    );
}
