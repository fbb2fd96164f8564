//! Rounds of changes, kills and checks.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::process::Child;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use music_core_tests::{FaultProxy, Faults, Random, Software, Song, WebServer};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::music;

/// How many of a thousand requests go wrong.
const FAULTS: u64 = 100;

/// How often a sync may need another one, under faults, before the library is what the server is.
const PATIENCE: usize = 40;

/// A song on the server. Its sound tells which it is, whatever else changes.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    path: String,
    edits: u32,
}

impl Entry {
    fn title(&self, sound: u32) -> String {
        format!("Song {sound} edit {}", self.edits)
    }
}

/// What happened so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct Report {
    pub(crate) kills: u64,
    rounds: u64,
    /// Syncs that were to be killed and were done before.
    escapes: u64,
    /// Kills by what triggered them.
    triggers: BTreeMap<&'static str, u64>,
    /// Kills by the phase that the sync had come to.
    phases: BTreeMap<&'static str, u64>,
    syncs: u64,
    second_processes: u64,
    changes: u64,
    tracks: usize,
    /// How often the whole library was compared with the server. A difference ends the run.
    checks: u64,
    faults: Faults,
}

impl Report {
    pub(crate) fn faults_injected(&self) -> u64 {
        let Faults {
            resets,
            delays,
            truncations,
            throttles,
        } = self.faults;
        resets + delays + truncations + throttles
    }

    pub(crate) fn progress(&self) -> String {
        format!(
            "{} kills in {} rounds, {} faults, {} tracks",
            self.kills,
            self.rounds,
            self.faults_injected(),
            self.tracks
        )
    }

    pub(crate) fn json(&self, seed: u64) -> Value {
        json!({
            "seed": seed, "kills": self.kills, "rounds": self.rounds, "escapes": self.escapes,
            "triggers": self.triggers, "phases": self.phases, "syncs": self.syncs,
            "second_processes": self.second_processes, "changes": self.changes,
            "tracks": self.tracks, "resets": self.faults.resets, "delays": self.faults.delays,
            "truncations": self.faults.truncations, "throttles": self.faults.throttles,
            "checks": self.checks,
        })
    }
}

pub(crate) struct Burner {
    folder: TempDir,
    _server: WebServer,
    proxy: FaultProxy,
    url: String,
    random: Random,
    songs: BTreeMap<u32, Entry>,
    /// The ids that tracks have, once and for all.
    ids: BTreeMap<u32, i64>,
    next_sound: u32,
    /// The sounds of songs that this round left alone.
    untouched: BTreeSet<u32>,
    report: Report,
}

impl Burner {
    pub(crate) fn new(seed: u64) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let music = folder.path().join("music");
        fs::create_dir(&music).expect("a folder");
        let server = WebServer::start(Software::Rclone, &music);
        let proxy = FaultProxy::start(server.address());
        let url = proxy.url("/");
        let mut burner = Self {
            folder,
            _server: server,
            proxy,
            url,
            random: Random::seeded(seed),
            songs: BTreeMap::new(),
            ids: BTreeMap::new(),
            next_sound: 0,
            untouched: BTreeSet::new(),
            report: Report::default(),
        };
        for _ in 0..20 {
            burner.add_album();
        }
        // The server has to be there when it is first named.
        let (output, _) = music::sync(&burner.database(), &burner.url, &["--full"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{said}");
        burner.proxy.set_faults(FAULTS, seed);
        burner.check();
        burner
    }

    pub(crate) fn report(&self) -> &Report {
        &self.report
    }

    fn database(&self) -> PathBuf {
        self.folder.path().join("library.db")
    }

    fn file(&self, path: &str) -> PathBuf {
        self.folder.path().join("music").join(path)
    }

    /// Changes the music, kills syncs of it, lets one through, and checks.
    pub(crate) fn round(&mut self) {
        self.report.rounds += 1;
        self.untouched = self.songs.keys().copied().collect();
        for _ in 0..1 + self.random.below(5) {
            self.change();
        }
        for _ in 0..1 + self.random.below(4) {
            self.kill_a_sync();
            self.check_nothing_is_gone();
        }
        self.sync_until_done();
        self.check();
        self.report.faults = self.proxy.faults();
    }

    /// Checks once more without faults: two syncs have to do.
    pub(crate) fn finish(&mut self) {
        self.proxy.set_faults(0, 0);
        for _ in 0..2 {
            let (output, job) = music::sync(&self.database(), &self.url, &[]);
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success(), "{said}");
            assert_eq!(job.expect("a job")["failed"], 0, "{said}");
        }
        self.check();
        let stats = music::ask(&self.database(), &["stats", "--json"]);
        assert_eq!(stats.len(), 1, "{stats:?}");
    }

    fn change(&mut self) {
        self.report.changes += 1;
        let many = self.songs.len() > 330;
        match self.random.below(if many { 4 } else { 8 }) {
            0 | 1 => self.delete(),
            2 => self.rename_album(),
            3 => self.retag(),
            4 | 5 => self.add_album(),
            6 => {
                self.move_song();
            }
            _ => {
                let sound = self.move_song();
                self.edit(sound);
            }
        }
    }

    fn any_song(&mut self) -> u32 {
        let at = self.random.below(self.songs.len() as u64) as usize;
        let sound = *self.songs.keys().nth(at).expect("there are songs");
        self.untouched.remove(&sound);
        sound
    }

    fn write(&self, sound: u32, entry: &Entry) {
        let path = self.file(&entry.path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        let song = Song {
            title: entry.title(sound),
            ..Song::numbered(sound)
        };
        if path.exists() {
            song.retag(&path);
        } else {
            song.write(&path);
        }
    }

    fn add_album(&mut self) {
        let first = self.next_sound;
        self.next_sound += 12;
        for sound in first..self.next_sound {
            let entry = Entry {
                path: format!("Artist {}/Album {first} é & ü/{sound}.mp3", first / 36),
                edits: 0,
            };
            self.write(sound, &entry);
            self.songs.insert(sound, entry);
        }
    }

    fn delete(&mut self) {
        for _ in 0..1 + self.random.below(3) {
            if self.songs.len() > 120 {
                let sound = self.any_song();
                let entry = self.songs.remove(&sound).expect("just found");
                fs::remove_file(self.file(&entry.path)).expect("removed");
                self.ids.remove(&sound);
            }
        }
    }

    fn retag(&mut self) {
        let sound = self.any_song();
        self.edit(sound);
    }

    fn edit(&mut self, sound: u32) {
        let entry = self.songs.get_mut(&sound).expect("a song");
        entry.edits += 1;
        let entry = entry.clone();
        self.write(sound, &entry);
    }

    fn move_song(&mut self) -> u32 {
        let (sound, other) = (self.any_song(), self.any_song());
        let folder = self.songs[&other]
            .path
            .rsplit_once('/')
            .expect("a folder")
            .0
            .to_owned();
        let number = self.report.changes;
        let from = self.songs[&sound].path.clone();
        let to = format!("{folder}/moved {number} {sound}.mp3");
        fs::rename(self.file(&from), self.file(&to)).expect("moved");
        self.songs.get_mut(&sound).expect("a song").path = to;
        sound
    }

    fn rename_album(&mut self) {
        let sound = self.any_song();
        let from = self.songs[&sound]
            .path
            .rsplit_once('/')
            .expect("a folder")
            .0
            .to_owned();
        // Every other one differs only in case.
        let swapped = from.replace("Album", "ALBUM");
        let to = match swapped == from {
            true => format!("Artist x/Album {}", self.report.changes),
            false => swapped,
        };
        if self.file(&to).exists() {
            return;
        }
        fs::create_dir_all(self.file(&to).parent().expect("a folder")).expect("a folder");
        fs::rename(self.file(&from), self.file(&to)).expect("renamed");
        let below = format!("{from}/");
        for (sound, entry) in &mut self.songs {
            if let Some(name) = entry.path.strip_prefix(&below) {
                entry.path = format!("{to}/{name}");
                self.untouched.remove(sound);
            }
        }
    }

    /// Starts a sync and kills it, if it is not done before.
    fn kill_a_sync(&mut self) {
        let child: Arc<Mutex<Option<Child>>> = Arc::default();
        let kill = {
            let child = child.clone();
            move || {
                if let Some(child) = &mut *child.lock().expect("no panic") {
                    // It may be gone already.
                    let _ = child.kill();
                }
            }
        };
        let said = self.folder.path().join("said");
        let which = self.random.below(4);
        let moment = 1 + self.random.below(45);
        let trigger = match which {
            0 => "at a listing",
            1 => "at a download",
            2 => "when it said so",
            _ => "at any moment",
        };
        match which {
            0 | 1 => {
                let method = if which == 0 { "PROPFIND" } else { "GET" };
                let wanted = if which == 0 { moment } else { 1 + moment / 6 };
                let (kill, mut seen) = (kill.clone(), 0);
                self.proxy.watch(move |it, _| {
                    seen += u64::from(it == method);
                    if it == method && seen == wanted {
                        kill();
                    }
                });
            }
            _ => self.proxy.unwatch(),
        }
        *child.lock().expect("no panic") =
            Some(music::start_sync(&self.database(), &self.url, &said));
        self.report.syncs += 1;
        let phases = ["discovery", "processing", "conflict_resolution"];
        let phase = phases[(moment % 3) as usize];
        let began = Instant::now();
        let deadline = Duration::from_millis(moment * moment / 4);
        let mut second = self.random.below(8) == 0;
        let status = loop {
            let status = {
                let mut child = child.lock().expect("no panic");
                let child = child.as_mut().expect("it was started");
                child.try_wait().expect("the child is ours")
            };
            if let Some(status) = status {
                break status;
            }
            if std::mem::take(&mut second) {
                self.start_another();
            }
            match which {
                2 if fs::read_to_string(&said).is_ok_and(|text| text.contains(phase)) => kill(),
                3 if began.elapsed() >= deadline => kill(),
                _ => std::thread::sleep(Duration::from_micros(200)),
            }
            assert!(began.elapsed() < Duration::from_secs(300), "a sync hangs");
        };
        self.proxy.unwatch();
        if status.code().is_some() {
            self.report.escapes += 1;
            return;
        }
        self.report.kills += 1;
        *self.report.triggers.entry(trigger).or_default() += 1;
        let said = fs::read_to_string(&said).unwrap_or_default();
        let last = phases
            .into_iter()
            .rev()
            .find(|phase| said.contains(&format!("{phase}:")));
        *self
            .report
            .phases
            .entry(last.unwrap_or("start"))
            .or_default() += 1;
    }

    /// Starts a second program on the library, which may come first or be refused.
    fn start_another(&mut self) {
        self.report.second_processes += 1;
        let (output, _) = music::sync(&self.database(), &self.url, &[]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(matches!(output.status.code(), Some(0 | 1 | 23)), "{said}");
        assert!(!said.contains("panicked"), "{said}");
    }

    fn sync_until_done(&mut self) {
        let mut said = Vec::new();
        for _ in 0..PATIENCE {
            self.report.syncs += 1;
            let (output, job) = music::sync(&self.database(), &self.url, &[]);
            said.push(String::from_utf8_lossy(&output.stderr).into_owned());
            let job = job.unwrap_or_default();
            let is_done =
                job["status"] == "completed" && job["failed"] == 0 && job["warnings"] == 0;
            if is_done {
                return;
            }
            said.push(job.to_string());
        }
        panic!("{PATIENCE} syncs did not do it: {said:#?}");
    }

    fn tracks(&self) -> Vec<Value> {
        music::ask(&self.database(), &["tracks", "--all", "--json"])
    }

    /// Checks that no song that nobody touched counts as gone or has another id.
    fn check_nothing_is_gone(&self) {
        for track in self.tracks() {
            let (sound, _) = identify(&track);
            if self.untouched.contains(&sound)
                && self.ids.get(&sound) == track["id"].as_i64().as_ref()
            {
                assert_eq!(track["missing"], false, "a false deletion: {track}");
            }
        }
    }

    /// Checks that the library is what the server has.
    fn check(&mut self) {
        let mut found: BTreeMap<u32, Entry> = BTreeMap::new();
        let mut paths = BTreeSet::new();
        for track in self.tracks() {
            if track["missing"] == true {
                continue;
            }
            let (sound, edits) = identify(&track);
            let path = track["path"].as_str().expect("a path").to_owned();
            assert!(paths.insert(path.clone()), "{path} is there twice");
            let entry = Entry { path, edits };
            let before = found.insert(sound, entry);
            assert_eq!(before, None, "song {sound} is there twice");
            let id = track["id"].as_i64().expect("an id");
            let known = *self.ids.entry(sound).or_insert(id);
            assert_eq!(known, id, "song {sound} became another track: {track}");
        }
        let lost: Vec<_> = self
            .songs
            .iter()
            .filter(|(sound, entry)| found.get(sound) != Some(entry))
            .map(|(sound, entry)| (entry, found.get(sound)))
            .collect();
        assert!(lost.is_empty(), "lost or old (is, library): {lost:#?}");
        assert_eq!(
            found.len(),
            self.songs.len(),
            "deleted songs are still there"
        );
        self.report.tracks = found.len();
        self.report.checks += 1;
    }
}

/// Reads which song a track is, and how often it was edited.
fn identify(track: &Value) -> (u32, u32) {
    let title = track["title"].as_str().expect("a title");
    let mut words = title.split(' ').skip(1).step_by(2).map(str::parse);
    match (words.next(), words.next()) {
        (Some(Ok(sound)), Some(Ok(edits))) => (sound, edits),
        _ => panic!("no title of ours: {title}"),
    }
}
