//! Playlists: edited by hand, of rules, and as files of other players.

use super::{command, lines, printed, refused, run_sync, told};
use music_core_tests::{Song, World};

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

#[test]
fn smart_playlists_are_made_of_rules_in_a_file() {
    let world = World::with_albums(2);
    run_sync(&world);
    let rules = world.music().join("rules.json");
    let file = rules.to_str().expect("text");
    let by_album =
        r#"{"version":1,"match":{"field":"album","is":"album 1"},"sort":[{"by":"track"}]}"#;
    std::fs::write(&rules, by_album).expect("a file");
    let made = command(&world, &["playlist", "smart", "Second", file]).output();
    assert!(made.expect("it runs").status.success());
    let list = &lines(&world, &["playlist", "list", "--json"])[0];
    assert_eq!(list["smart"], true, "{list}");
    let id = list["id"].to_string();
    let entries = lines(&world, &["playlist", "show", &id, "--json"]);
    assert_eq!(entries.len(), 12);
    assert_eq!(entries[0]["track"]["title"], "Song 12");

    let wrong = r#"{"version":1,"match":{"all":[{"field":"year","contains":"x"}]}}"#;
    std::fs::write(&rules, wrong).expect("a file");
    let refused = command(&world, &["playlist", "rules", &id, file]).output();
    let refused = refused.expect("it runs");
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(
        !refused.status.success() && said.contains("match.all[0]") && said.contains("between"),
        "{said}"
    );
    std::fs::write(&rules, by_album.replace("album 1", "album 0")).expect("a file");
    let changed = command(&world, &["playlist", "rules", &id, file]).output();
    assert!(changed.expect("it runs").status.success());
    let rules = &lines(&world, &["playlist", "rules", &id])[0];
    assert_eq!(rules["match"]["is"], "album 0");
}

#[test]
fn a_playlist_beside_the_folders_names_their_files_by_the_way_to_them() {
    let world = World::new();
    for (number, name) in (1..).zip(["A.mp3", "B é.mp3"]) {
        Song::numbered(number).write(&world.file(name));
    }
    run_sync(&world);
    let list = world.database().with_file_name("mix.m3u8");
    let mut text = "music/A.mp3\n./lists/../music/B é.mp3\n"
        .as_bytes()
        .to_vec();
    // A line of another encoding costs no other line.
    text.extend(b"music/caf\xe9.mp3\n");
    std::fs::write(&list, text).expect("a file");
    let list = list.to_str().expect("text");
    let imported = lines(&world, &["playlist", "import", list, "--json"]).remove(0);
    assert_eq!(imported["added"], 2, "{imported}");
    assert_eq!(imported["unknown"][0]["location"], "music/café.mp3");

    let out = world.database().with_file_name("out.m3u8");
    let out = out.to_str().expect("text");
    let id = imported["playlist"].to_string();
    let exported = command(&world, &["playlist", "export", &id, out]).output();
    assert!(exported.expect("it runs").status.success());
    let again = lines(&world, &["playlist", "import", out, "--json"]).remove(0);
    assert_eq!(again["added"], 2, "{again}");
}

#[test]
fn playlists_of_other_players_come_in_and_go_out() {
    let world = World::with_albums(1);
    run_sync(&world);
    let tracks = lines(&world, &["tracks", "--json"]);
    let path = |at: usize| tracks[at]["path"].as_str().expect("a path").to_owned();
    let list = world.music().join("My list.m3u");
    let text = format!(
        "#EXTM3U\n{}\nC:\\Old\\{}\nnowhere.mp3\n",
        path(0),
        path(1).replace('/', "\\")
    );
    std::fs::write(&list, text).expect("a file");
    let list = list.to_str().expect("text");
    let imported = lines(&world, &["playlist", "import", list, "--json"]).remove(0);
    assert_eq!(imported["added"], 2, "{imported}");
    let unknown = serde_json::json!([{ "number": 3, "location": "nowhere.mp3" }]);
    assert_eq!(imported["unknown"], unknown);
    let id = imported["playlist"].to_string();
    let lists = lines(&world, &["playlist", "list", "--json"]);
    assert_eq!(lists[0]["name"], "My list", "{lists:?}");
    let entries = lines(&world, &["playlist", "show", &id, "--json"]);
    assert_eq!(entries[1]["track"]["id"], tracks[1]["id"]);

    let out = world.music().join("out.xspf");
    let out = out.to_str().expect("text");
    let export = || command(&world, &["playlist", "export", &id, out]).output();
    assert!(export().expect("it runs").status.success());
    let again = lines(&world, &["playlist", "import", out, "--json"]).remove(0);
    assert_eq!(again["added"], 2, "{again}");
    let refused = export().expect("it runs");
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(
        !refused.status.success() && said.contains("out.xspf"),
        "{said}"
    );
    for (name, content) in [
        ("empty.m3u", ""),
        ("bad.xspf", "<a>"),
        ("text.txt", "a.mp3"),
    ] {
        let file = world.music().join(name);
        std::fs::write(&file, content).expect("a file");
        let file = file.to_str().expect("text");
        let refused = command(&world, &["playlist", "import", file]).output();
        let refused = refused.expect("it runs");
        let said = String::from_utf8_lossy(&refused.stderr);
        assert!(!refused.status.success() && said.contains(name), "{said}");
    }
}
