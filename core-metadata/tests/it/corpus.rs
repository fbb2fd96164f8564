//! Runs over real files where they are at hand: the folder that `MUSIC_CORE_CORPUS` names, or
//! `../shared/corpus` beside the repository.

use crate::ranged::check_equal;
use core_metadata::{ExtractOptions, extract};
use std::{fs, path::PathBuf};

fn corpus() -> Option<PathBuf> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus");
    let folder = std::env::var_os("MUSIC_CORE_CORPUS").map_or_else(beside, PathBuf::from);
    folder.join("truth.json").is_file().then_some(folder)
}

/// Reads every file that independent readers agree to be sound; counts what differs from them.
#[test]
fn sound_files_are_opened_and_tell_what_other_readers_tell() {
    let Some(folder) = corpus() else {
        eprintln!("skipped: no corpus; name its folder in MUSIC_CORE_CORPUS");
        return;
    };
    let truth: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(folder.join("truth.json")).unwrap()).unwrap();
    let (mut files, mut opened, mut judged, mut equal) = (0, 0, 0, 0);
    for entry in truth.as_array().unwrap() {
        let name = entry["file"].as_str().unwrap();
        let bytes = fs::read(folder.join("files").join(name)).unwrap();
        // Broken files only have to be survived.
        let read = extract(
            &mut std::io::Cursor::new(&bytes),
            &ExtractOptions::new(name, bytes.len() as u64),
        );
        if entry["class"] != "common" {
            continue;
        }
        files += 1;
        let Ok(track) = read else { continue };
        opened += 1;
        for (field, value) in [
            ("title", track.title.filter(|_| !track.title_from_name)),
            ("album", track.album),
        ] {
            if let Some(wanted) = entry[field].as_str() {
                judged += 1;
                let words = |text: &str| {
                    text.split_whitespace()
                        .map(str::to_owned)
                        .collect::<Vec<_>>()
                };
                let accepted = entry["accept"][field]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(|text| text.as_str());
                let same = value.is_some_and(|value| {
                    accepted
                        .chain([wanted])
                        .any(|text| words(text) == words(&value))
                });
                equal += usize::from(same);
            }
        }
        for (field, value) in [("track", track.track), ("disc", track.disc)] {
            if let Some(wanted) = entry[field].as_u64() {
                judged += 1;
                equal += usize::from(value.map(u64::from) == Some(wanted));
            }
        }
        if let Some(wanted) = entry["duration_ms"].as_f64() {
            judged += 1;
            let near = |to: f64| {
                track
                    .properties
                    .duration_ms
                    .is_some_and(|millis| (millis as f64 - to).abs() <= (to / 100.0).max(50.0))
            };
            equal += usize::from(
                near(wanted) || entry["duration_gapless_ms"].as_f64().is_some_and(near),
            );
        }
    }
    assert!(files > 0);
    assert!(opened * 1000 >= files * 995, "{opened} of {files} opened");
    assert!(
        equal * 100 >= judged * 98,
        "{equal} of {judged} fields equal"
    );
}

#[test]
fn every_file_says_the_same_in_ranges() {
    let Some(folder) = corpus() else {
        eprintln!("skipped: no corpus; name its folder in MUSIC_CORE_CORPUS");
        return;
    };
    for entry in fs::read_dir(folder.join("files")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        check_equal(&name, &fs::read(&path).unwrap());
    }
}
