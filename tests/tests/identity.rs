//! Whatever people do to their files between two syncs, a song stays the track it was, with its plays and
//! its places in playlists, and never becomes another one.
//!
//! `IDENTITY_EDITS=10000 cargo test -p music-core-tests --test identity` makes as many edits.

use std::collections::HashMap;
use std::fs;

use core_service::dto::Track;
use core_service::{
    CoreService, LocalFolderOptions, Place, PlaylistId, SyncMode, SyncRequest, TrackId,
};
use music_core_tests::{Song, World};

const ALBUMS: u32 = 25;
const EDITS_A_BATCH: usize = 40;

/// A song of a person's, wherever it is.
struct Kept {
    song: Song,
    /// Where it lies; `None` while it is deleted.
    path: Option<String>,
    id: i64,
    plays: u64,
}

/// What people do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Edit {
    Rename,
    Move,
    Retag,
    /// By a program that writes a new file and renames it over the old one.
    RetagAnew,
    RetagAndMove,
    /// Copied to another disk and back, under another name, with other tags.
    RewriteElsewhere,
    Delete,
    Restore,
    RestoreElsewhere,
    SwapNames,
    RenameFolder,
}

const EDITS: [Edit; 11] = [
    Edit::Rename,
    Edit::Move,
    Edit::Retag,
    Edit::RetagAnew,
    Edit::RetagAndMove,
    Edit::RewriteElsewhere,
    Edit::Delete,
    Edit::Restore,
    Edit::RestoreElsewhere,
    Edit::SwapNames,
    Edit::RenameFolder,
];

struct Home {
    world: World,
    rng: fastrand::Rng,
    kept: Vec<Kept>,
    /// Makes each name another one.
    names: u32,
    edits: u32,
    lost: Vec<String>,
    mistaken: Vec<String>,
}

#[core_async::test]
async fn a_song_stays_itself_through_any_edits() {
    let wanted: u32 = match std::env::var("IDENTITY_EDITS") {
        Ok(number) => number.parse().expect("IDENTITY_EDITS is a number"),
        Err(_) => 300,
    };
    let mut home = Home::new();
    let service = home.world.open().await;
    let provider = service
        .add_local_folder(&home.world.music(), LocalFolderOptions::default())
        .await
        .unwrap();
    home.sync(&service, provider.id, SyncMode::Full).await;
    let list = home.begin(&service).await;
    let mut batch = 0;
    while home.edits < wanted {
        let edits = home.edit();
        batch += 1;
        let mode = match batch % 5 {
            0 => SyncMode::Full,
            _ => SyncMode::Auto,
        };
        home.sync(&service, provider.id, mode).await;
        home.check(&service, &edits).await;
    }
    home.check_playlist(&service, list).await;
    service.shutdown().await.unwrap();

    let (edits, lost, mistaken) = (home.edits, home.lost.len(), home.mistaken.len());
    eprintln!("{edits} edits: {lost} lost their id, {mistaken} were taken for another");
    assert!(home.mistaken.is_empty(), "{:#?}", home.mistaken);
    assert!(
        lost as f64 <= f64::from(edits) * 0.001,
        "{lost} of {edits}: {:#?}",
        home.lost
    );
}

impl Home {
    /// Makes albums, every tenth recording of which is on a second one, too.
    fn new() -> Self {
        let world = World::new();
        let mut kept = Vec::new();
        for number in 0..ALBUMS * 12 {
            let song = Song::numbered(number);
            let path = format!("{}/{:02}.mp3", song.album, song.track);
            kept.push((song, path));
            if number % 10 == 0 {
                let mut song = Song::numbered(number);
                song.album = "The Very Best".into();
                song.album_artist = "Various Artists".into();
                song.track = number / 10 + 1;
                let path = format!("Best/{:03}.mp3", song.track);
                kept.push((song, path));
            }
        }
        let kept = kept
            .into_iter()
            .enumerate()
            .map(|(number, (song, path))| {
                song.write(&world.file(&path));
                Kept {
                    song,
                    path: Some(path),
                    id: 0,
                    plays: number as u64 % 3,
                }
            })
            .collect();
        Self {
            world,
            rng: fastrand::Rng::with_seed(20_261_126),
            kept,
            names: 0,
            edits: 0,
            lost: Vec::new(),
            mistaken: Vec::new(),
        }
    }

    async fn sync(&self, service: &CoreService, provider: i64, mode: SyncMode) {
        let request = SyncRequest {
            mode,
            ..SyncRequest::default()
        };
        let job = service.start_sync(provider, request).await.unwrap();
        let job = service.wait_for_sync(job).await.unwrap();
        assert_eq!((job.status, job.failed), ("completed", 0), "{job:?}");
    }

    /// Notes the ids, plays the songs and puts all into a playlist.
    async fn begin(&mut self, service: &CoreService) -> PlaylistId {
        let tracks = by_path(service).await;
        let list = service.create_playlist("All", None).await.unwrap();
        for it in &mut self.kept {
            it.id = tracks[it.path.as_ref().unwrap()].id;
            for _ in 0..it.plays {
                service.played(TrackId(it.id)).await.unwrap();
            }
        }
        let ids: Vec<_> = self.kept.iter().map(|it| TrackId(it.id)).collect();
        service
            .add_to_playlist(list, &ids, Place::Last)
            .await
            .unwrap();
        list
    }

    /// Does things to some songs, each to others, and tells what to which.
    fn edit(&mut self) -> HashMap<usize, Edit> {
        let mut edits = HashMap::new();
        while edits.len() < EDITS_A_BATCH {
            let at = self.rng.usize(..self.kept.len());
            let edit = EDITS[self.rng.usize(..EDITS.len())];
            let there = self.kept[at].path.is_some();
            let back = matches!(edit, Edit::Restore | Edit::RestoreElsewhere);
            if edits.contains_key(&at) || there == back {
                continue;
            }
            match edit {
                Edit::SwapNames => {
                    let other = self.rng.usize(..self.kept.len());
                    if other == at || edits.contains_key(&other) || self.kept[other].path.is_none()
                    {
                        continue;
                    }
                    self.swap(at, other);
                    edits.insert(other, edit);
                    self.edits += 1;
                }
                // A folder's name is a name of all that is in it.
                Edit::RenameFolder if self.rng.u8(..8) == 0 => self.rename_folder(at),
                Edit::RenameFolder => continue,
                _ => self.do_to(at, edit),
            }
            edits.insert(at, edit);
            self.edits += 1;
        }
        edits
    }

    fn do_to(&mut self, at: usize, edit: Edit) {
        self.names += 1;
        let name = self.names;
        let other_song = Song {
            title: format!("Title {name}"),
            track: self.rng.u32(1..=12),
            year: (1950 + name % 70).to_string(),
            ..self.kept[at].song.clone()
        };
        let elsewhere = match self.rng.bool() {
            true => format!("New {}/{name}.mp3", name % 7),
            false => format!("Deep/{}/er/{name}.mp3", name % 5),
        };
        let old = self.kept[at].path.clone().unwrap_or_default();
        let beside = match old.rsplit_once('/') {
            Some((folder, _)) => format!("{folder}/renamed {name}.mp3"),
            None => format!("renamed {name}.mp3"),
        };
        let kept = &mut self.kept[at];
        let file = |path: &str| self.world.file(path);
        match edit {
            Edit::Rename | Edit::Move => {
                let new = if edit == Edit::Move {
                    elsewhere
                } else {
                    beside
                };
                fs::rename(file(&old), file(&new)).unwrap();
                kept.path = Some(new);
            }
            Edit::Retag => {
                kept.song = other_song;
                kept.song.retag(&file(&old));
            }
            Edit::RetagAnew => {
                kept.song = other_song;
                let made = self.world.music().with_file_name("made.mp3");
                kept.song.write(&made);
                fs::rename(made, file(&old)).unwrap();
            }
            Edit::RetagAndMove => {
                kept.song = other_song;
                kept.song.retag(&file(&old));
                fs::rename(file(&old), file(&elsewhere)).unwrap();
                kept.path = Some(elsewhere);
            }
            Edit::RewriteElsewhere => {
                kept.song = other_song;
                kept.song.write(&file(&elsewhere));
                fs::remove_file(file(&old)).unwrap();
                kept.path = Some(elsewhere);
            }
            Edit::Delete => {
                fs::remove_file(file(&old)).unwrap();
                kept.path = None;
            }
            Edit::Restore => {
                let path = format!("Restored/{name}.mp3");
                kept.song.write(&file(&path));
                kept.path = Some(path);
            }
            Edit::RestoreElsewhere => {
                kept.song = other_song;
                kept.song.write(&file(&elsewhere));
                kept.path = Some(elsewhere);
            }
            Edit::SwapNames | Edit::RenameFolder => unreachable!("these are done to several"),
        }
    }

    fn swap(&mut self, one: usize, other: usize) {
        let names = [one, other].map(|at| self.kept[at].path.clone().unwrap());
        let [first, second] = names.clone().map(|it| self.world.file(&it));
        let aside = self.world.music().with_file_name("aside.mp3");
        fs::rename(&first, &aside).unwrap();
        fs::rename(&second, &first).unwrap();
        fs::rename(&aside, &second).unwrap();
        let [first, second] = names;
        self.kept[one].path = Some(second);
        self.kept[other].path = Some(first);
    }

    fn rename_folder(&mut self, at: usize) {
        self.names += 1;
        let path = self.kept[at].path.clone().unwrap();
        let (folder, _) = path.split_once('/').unwrap();
        let new = format!("Folder {}", self.names);
        fs::rename(
            self.world.music().join(folder),
            self.world.music().join(&new),
        )
        .unwrap();
        for it in &mut self.kept {
            let within = it.path.as_deref().and_then(|it| it.strip_prefix(folder));
            if let Some(rest) = within.filter(|it| it.starts_with('/')) {
                it.path = Some(format!("{new}{rest}"));
            }
        }
    }

    /// Compares the library with what is there.
    async fn check(&mut self, service: &CoreService, edits: &HashMap<usize, Edit>) {
        let tracks = by_path(service).await;
        let ids: HashMap<i64, usize> = (0..).zip(&self.kept).map(|(at, it)| (it.id, at)).collect();
        for at in 0..self.kept.len() {
            let it = &self.kept[at];
            let found = match &it.path {
                Some(path) => tracks.get(path).cloned(),
                None => service
                    .track(TrackId(it.id))
                    .await
                    .ok()
                    .filter(|it| it.missing),
            };
            let what = |said: &str| {
                let edit = edits.get(&at);
                format!("{} of {}: {edit:?}: {said}", it.song.title, it.song.album)
            };
            match found {
                None => self.lost.push(what("is not there")),
                Some(found) if found.id != it.id => match ids.get(&found.id) {
                    Some(other) => {
                        let other = &self.kept[*other];
                        let said = format!("has the id of {} {:?}", other.song.title, other.path);
                        eprintln!("{}", what(&said));
                        self.mistaken.push(what(&said));
                    }
                    None => self.lost.push(what("has a new id")),
                },
                Some(found) => {
                    assert_eq!(found.play_count, it.plays, "{}", what("plays"));
                    assert_eq!(found.title, it.song.title, "{}", what("title"));
                }
            }
            // A loss counts once.
            if let Some(found) = it.path.as_ref().and_then(|path| tracks.get(path)) {
                self.kept[at].id = found.id;
                self.kept[at].plays = found.play_count;
            }
        }
        let present = self.kept.iter().filter(|it| it.path.is_some()).count();
        assert_eq!(tracks.len(), present, "no track is made of nothing");
    }

    async fn check_playlist(&self, service: &CoreService, list: PlaylistId) {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = service.playlist_entries(list, 500, after).await.unwrap();
            found.extend(page.items.into_iter().map(|it| it.track.id));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        if self.lost.is_empty() && self.mistaken.is_empty() {
            let kept: Vec<i64> = self.kept.iter().map(|it| it.id).collect();
            assert_eq!(found, kept, "the playlist is as it was");
        }
    }
}

/// Gives the tracks that are there, by path.
async fn by_path(service: &CoreService) -> HashMap<String, Track> {
    let (mut tracks, mut after) = (HashMap::new(), None);
    loop {
        let page = service.tracks(false, 500, after).await.unwrap();
        for it in page.items {
            tracks.insert(it.path.clone().unwrap(), it);
        }
        after = page.next;
        if after.is_none() {
            return tracks;
        }
    }
}
