//! Random steps on a file system, written once for whatever module has `tokio::fs`'s names.
//!
//! The same seed does the same everywhere. Each step notes what came of it: a result, or the kind of
//! the error. Two things are left out because they differ on purpose, and the docs say so: copying a
//! file onto itself, which empties it on a disk, and opening a folder as a file, which a disk allows.

use std::path::{Path, PathBuf};

/// How many steps a seed does.
pub(crate) const STEPS: usize = 60;

/// A small generator: the upper bits of a linear congruence.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        let step = self.0.wrapping_mul(6364136223846793005);
        self.0 = step.wrapping_add(1442695040888963407);
        (self.0 >> 33) % end
    }

    pub(crate) fn one_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// A path of few names, so that steps meet.
    pub(crate) fn path(&mut self, root: &Path) -> PathBuf {
        let mut path = root.to_owned();
        for _ in 0..=self.below(3) {
            match self.below(30) {
                0 => path.push("./a"),
                1 => path.push("é ß"),
                2 => path.push("b/../a"),
                at => path.push(["a", "b", "c"][at as usize % 3]),
            }
        }
        path
    }

    /// Bytes: mostly few, at times more than the 256 KiB that a chunk has.
    pub(crate) fn content(&mut self) -> Vec<u8> {
        let length = match self.below(12) {
            0 => 0,
            1 => 262_143 + self.below(3),
            2 => self.below(700_000),
            _ => self.below(2_000),
        };
        let (start, step) = (self.below(251), 1 + self.below(7));
        (0..length)
            .map(|it| ((start + it * step) % 251) as u8)
            .collect()
    }

    /// A position in a file.
    pub(crate) fn position(&mut self) -> u64 {
        match self.below(4) {
            0 => self.below(600_000),
            1 => 262_143 + self.below(3),
            _ => self.below(3_000),
        }
    }
}

/// The path without its `b/..`.
pub(crate) fn straight(path: &Path) -> PathBuf {
    let mut straight = PathBuf::new();
    for part in path.components() {
        if part == std::path::Component::ParentDir {
            straight.pop();
        } else {
            straight.push(part);
        }
    }
    straight
}

pub(crate) fn note<T: std::fmt::Debug>(result: std::io::Result<T>) -> String {
    match result {
        Ok(value) => format!("{value:?}"),
        Err(error) => format!("{:?}", error.kind()),
    }
}

/// Tells a content from another without filling the screen.
pub(crate) fn digest(content: &[u8]) -> String {
    let hash = content
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
    format!("{} bytes {hash:x}", content.len())
}

/// Does the steps of a seed below `$root` with the module `$fs`, and gives the notes; the last ones are
/// the whole tree.
macro_rules! random_steps {
    ($fs:ident, $seed:expr, $root:expr) => {{
        let root: std::path::PathBuf = $root;
        let mut random = steps::Random::new($seed);
        let mut notes = Vec::<String>::new();
        for at in 0..steps::STEPS {
            let path = random.path(&root);
            let shown = path.strip_prefix(&root).unwrap().to_owned();
            let (what, came) = match random.below(17) {
                0 => {
                    let read = $fs::read(&path).await;
                    ("read", steps::note(read.map(|it| steps::digest(&it))))
                }
                1 => {
                    let read = $fs::read_to_string(&path).await;
                    let read = read.map(|it| steps::digest(it.as_bytes()));
                    ("read_to_string", steps::note(read))
                }
                2..=4 => {
                    let content = random.content();
                    ("write", steps::note($fs::write(&path, content).await))
                }
                5 => ("create_dir", steps::note($fs::create_dir(&path).await)),
                6 => {
                    // Through `..` a disk names the same trouble differently, by how it came to it.
                    let straight = steps::straight(&path);
                    let made = $fs::create_dir_all(&straight).await;
                    ("create_dir_all", steps::note(made))
                }
                7 => ("remove_file", steps::note($fs::remove_file(&path).await)),
                8 => ("remove_dir", steps::note($fs::remove_dir(&path).await)),
                9 if random.one_in(3) => (
                    "remove_dir_all",
                    steps::note($fs::remove_dir_all(&path).await),
                ),
                9 | 10 => {
                    let target = random.path(&root);
                    notes.push(format!("to {:?}", target.strip_prefix(&root).unwrap()));
                    ("rename", steps::note($fs::rename(&path, &target).await))
                }
                11 => {
                    let target = random.path(&root);
                    notes.push(format!("to {:?}", target.strip_prefix(&root).unwrap()));
                    let places = (
                        $fs::canonicalize(&path).await,
                        $fs::canonicalize(&target).await,
                    );
                    match places {
                        (Ok(from), Ok(to)) if from == to => ("copy", "onto itself".to_owned()),
                        _ => ("copy", steps::note($fs::copy(&path, &target).await)),
                    }
                }
                12 => {
                    let found = $fs::metadata(&path).await;
                    let found = found.map(|it| {
                        let size = if it.is_dir() { 0 } else { it.len() };
                        (it.is_dir(), it.is_file(), it.file_type().is_symlink(), size)
                    });
                    ("metadata", steps::note(found))
                }
                13 => {
                    notes.push(steps::note($fs::try_exists(&path).await));
                    let place = $fs::canonicalize(&path).await;
                    let place = place.map(|it| it.strip_prefix(&root).unwrap().to_owned());
                    ("canonicalize", steps::note(place))
                }
                14 => ("read_dir", steps::note(steps::list!($fs, &path))),
                _ => ("open", steps::open_steps!($fs, random, &path, notes)),
            };
            notes.push(format!("{at} {what} {shown:?}: {came}"));
        }
        // The tree, folder by folder.
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for name in steps::list!($fs, &folder).unwrap() {
                let path = folder.join(&name);
                if $fs::metadata(&path).await.unwrap().is_dir() {
                    notes.push(format!("{:?}/", path.strip_prefix(&root).unwrap()));
                    folders.push(path);
                } else {
                    let content = steps::digest(&$fs::read(&path).await.unwrap());
                    let path = path.strip_prefix(&root).unwrap();
                    notes.push(format!("{path:?} {content}"));
                }
            }
        }
        notes
    }};
}

/// The names in a folder, sorted.
macro_rules! list {
    ($fs:ident, $path:expr) => {
        async {
            let mut entries = $fs::read_dir($path).await?;
            let mut names = Vec::new();
            while let Some(entry) = entries.next_entry().await? {
                let name = entry.file_name().into_string().unwrap();
                assert_eq!(
                    entry.file_type().await?.is_dir(),
                    entry.metadata().await?.is_dir()
                );
                names.push(name);
            }
            names.sort();
            std::io::Result::Ok(names)
        }
        .await
    };
}

/// Opens a file somehow and does some steps with it.
macro_rules! open_steps {
    ($fs:ident, $random:ident, $path:expr, $notes:ident) => {{
        let mut options = $fs::OpenOptions::new();
        let [read, write, append, truncate, create, create_new] =
            [2, 2, 4, 5, 2, 6].map(|times| $random.one_in(times));
        options.read(read).write(write).append(append);
        options
            .truncate(truncate)
            .create(create)
            .create_new(create_new);
        let reads_only = !write && !append;
        let is_folder = $fs::metadata($path).await.is_ok_and(|it| it.is_dir());
        if reads_only && is_folder {
            "a folder".to_owned()
        } else {
            match options.open($path).await {
                Err(error) => format!("{:?}", error.kind()),
                Ok(mut file) => {
                    for _ in 0..$random.below(8) {
                        let came = match $random.below(7) {
                            0 | 1 => {
                                let content = $random.content();
                                let written = file.write_all(&content).await;
                                let written = match written {
                                    Ok(()) => file.flush().await,
                                    failed => failed,
                                };
                                // A disk that was opened for reading says so in its own words.
                                steps::note(written.map_err(|it| match write || append {
                                    true => it,
                                    false => std::io::ErrorKind::Other.into(),
                                }))
                            }
                            2 => {
                                let mut part = vec![0; $random.below(3_000) as usize];
                                match file.read_exact(&mut part).await {
                                    Ok(_) => steps::digest(&part),
                                    Err(_) if !read => "not for reading".to_owned(),
                                    Err(error) => format!("{:?}", error.kind()),
                                }
                            }
                            3 => {
                                let target = std::io::SeekFrom::Start($random.position());
                                steps::note(file.seek(target).await)
                            }
                            4 => {
                                let offset = $random.below(4_000) as i64 - 2_000;
                                let target = match $random.one_in(2) {
                                    true => std::io::SeekFrom::End(offset),
                                    false => std::io::SeekFrom::Current(offset),
                                };
                                steps::note(file.seek(target).await)
                            }
                            5 if write || append => {
                                let length = $random.position();
                                steps::note(file.set_len(length).await)
                            }
                            _ => steps::note(file.sync_all().await.map(|_| ())),
                        };
                        $notes.push(came);
                    }
                    let length = file.metadata().await.map(|it| it.len());
                    format!("then {}", steps::note(length))
                }
            }
        }
    }};
}

pub(crate) use {list, open_steps, random_steps};
