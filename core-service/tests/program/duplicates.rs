//! Tracks that sound the same.

use std::collections::BTreeSet;

use super::{command, lines, printed, run_sync, sync};
use music_core_tests::{Song, World};
use serde_json::Value;

#[test]
fn tracks_that_sound_the_same_are_listed_and_decided_about() {
    let world = World::new();
    for name in ["a", "b", "c"] {
        Song::numbered(1).write(&world.file(&format!("{name}.mp3")));
    }
    Song::numbered(2).write(&world.file("other.mp3"));
    let output = sync(&world)
        .args(["--duplicates", "ask"])
        .output()
        .expect("the program runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && said.contains("1 group of"),
        "{said}"
    );
    let listed = || {
        let tracks = lines(&world, &["tracks", "--json"]);
        tracks
            .iter()
            .filter_map(|it| it["id"].as_i64())
            .collect::<BTreeSet<i64>>()
    };
    let all = listed();
    let groups = lines(&world, &["duplicates", "--json"]);
    assert_eq!(groups.len(), 1, "{groups:?}");
    let group = groups[0]["tracks"].as_array().expect("tracks");
    let ids: Vec<i64> = group.iter().filter_map(|it| it["id"].as_i64()).collect();
    assert_eq!(ids.len(), 3);

    let decide = |words: &[&str]| command(&world, words).output().expect("the program runs");
    let kept = ids[1].to_string();
    let output = decide(&["duplicates", "--keep", &kept]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(listed().len(), 2);
    assert!(listed().contains(&ids[1]));
    assert_eq!(lines(&world, &["duplicates", "--json"]), [Value::Null; 0]);
    let aside = lines(&world, &["duplicates", "--set-aside", "--json"]);
    let told: BTreeSet<(i64, i64)> = aside
        .iter()
        .filter_map(|it| Some((it["track"]["id"].as_i64()?, it["kept"].as_i64()?)))
        .collect();
    assert_eq!(told, [(ids[0], ids[1]), (ids[2], ids[1])].into());
    // Their files are there, and a file that went is another thing.
    std::fs::remove_file(world.file("other.mp3")).expect("the file goes");
    assert_eq!(run_sync(&world)["deleted"], 1);
    let text = printed(&world, &["tracks", "--missing"]);
    let count = |what: &str| text.matches(what).count();
    assert_eq!((count("(set aside)"), count("(missing)")), (2, 1), "{text}");
    let text = printed(&world, &["duplicates", "--set-aside"]);
    assert_eq!(text.matches("(set aside)").count(), 2, "{text}");
    assert!(!text.contains("(missing)"), "{text}");
    Song::numbered(2).write(&world.file("other.mp3"));
    run_sync(&world);

    let output = decide(&["duplicates", "--keep", &kept]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains(&kept), "{said}");
    let texts: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let output = decide(&["duplicates", "--keep-all", &texts[0], &texts[1], &texts[2]]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(listed(), all);
    assert_eq!(
        lines(&world, &["duplicates", "--set-aside", "--json"]),
        [Value::Null; 0]
    );
}
