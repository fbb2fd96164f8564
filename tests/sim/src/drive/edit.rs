//! What people do to a drive.

use fastrand::Rng;

use super::{Body, Drive, ROOT};

/// What an edit means for what is known of the files it touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// The file has other content in the same place.
    Edited(u64),
    /// The file, or what is below the folder, is elsewhere.
    Moved(u64),
    /// It changed places with others of the same names.
    Permuted(u64),
    /// Elsewhere, and with other content.
    MovedAndEdited(u64),
    /// It is gone.
    Deleted(u64),
    /// It was gone and is back.
    Restored(u64),
}

/// Sounds below this one come up in several files, and on several drives.
pub(super) const SHARED_SOUNDS: u32 = 8;

const NAMES: [&str; 10] = [
    "one.mp3",
    "two.mp3",
    "Two.mp3",
    "three.mp3",
    "caf\u{e9}.mp3",
    "cafe\u{301}.mp3",
    "100%2F.mp3",
    "don't \"x\".mp3",
    "four.MP3",
    "\u{97f3}\u{697d}.mp3",
];
const FOLDERS: [&str; 6] = ["a", "b", "A", "disc 1", "disc.mp3", "%5B"];

/// Does one thing, drawn by lot; tells what it was in words, and what it means.
pub(crate) fn edit(drive: &mut Drive, rng: &mut Rng) -> (String, Vec<Effect>) {
    for _ in 0..8 {
        if let Some(done) = try_edit(drive, rng) {
            return done;
        }
    }
    new_file(drive, rng)
}

fn try_edit(drive: &mut Drive, rng: &mut Rng) -> Option<(String, Vec<Effect>)> {
    let done = match rng.u32(0..100) {
        0..15 => new_file(drive, rng),
        15..20 => new_folder(drive, rng)?,
        20..34 => rewrite(drive, rng)?,
        34..37 => respell(drive, rng)?,
        37..46 => move_one(drive, rng, false)?,
        46..51 => move_one(drive, rng, true)?,
        51..60 => permute(drive, rng)?,
        60..68 => move_folder(drive, rng)?,
        68..72 => swap_folders(drive, rng)?,
        72..79 => delete(drive, rng)?,
        79..82 => delete_folder(drive, rng)?,
        82..87 => replace(drive, rng)?,
        87..91 => save_anew(drive, rng)?,
        91..95 => restore(drive, rng)?,
        95..98 => copy(drive, rng)?,
        _ => change_kind(drive, rng)?,
    };
    Some(done)
}

fn any_folder(drive: &Drive, rng: &mut Rng) -> u64 {
    let folders = drive.folders();
    match rng.usize(0..=folders.len()) {
        0 => ROOT,
        at => folders[at - 1],
    }
}

fn pick(rng: &mut Rng, ids: &[u64]) -> Option<u64> {
    rng.choice(ids).copied()
}

fn song(rng: &mut Rng) -> Body {
    match rng.u32(0..30) {
        0 => Body::Junk(rng.u32(..)),
        1 | 2 => Body::Song {
            sound: rng.u32(0..SHARED_SOUNDS), // a copy of another, perhaps
            title: rng.u32(..),
        },
        _ => Body::Song {
            sound: rng.u32(SHARED_SOUNDS..),
            title: rng.u32(..),
        },
    }
}

fn free_name(drive: &Drive, rng: &mut Rng, folder: u64, names: &[&str]) -> Option<String> {
    let name = rng.choice(names)?;
    let name = if rng.u32(0..4) == 0 {
        format!("{} {name}", rng.u32(0..50))
    } else {
        (*name).to_owned()
    };
    drive.child(folder, &name).is_none().then_some(name)
}

fn new_file(drive: &mut Drive, rng: &mut Rng) -> (String, Vec<Effect>) {
    let folder = any_folder(drive, rng);
    let name = free_name(drive, rng, folder, &NAMES)
        .unwrap_or_else(|| format!("{}.mp3", drive.tick + 100));
    let body = song(rng);
    let reuse = rng.bool();
    let id = drive.create(folder, name, body, reuse);
    (format!("new file {}", drive.path(id)), vec![])
}

fn new_folder(drive: &mut Drive, rng: &mut Rng) -> Option<(String, Vec<Effect>)> {
    let folder = any_folder(drive, rng);
    let name = free_name(drive, rng, folder, &FOLDERS)?;
    let id = drive.create(folder, name, Body::Folder, false);
    Some((format!("new folder {}", drive.path(id)), vec![]))
}

fn other_content(drive: &Drive, rng: &mut Rng, id: u64) -> Body {
    match drive.nodes[&id].body {
        Body::Song { sound, .. } if rng.bool() => Body::Song {
            sound,
            title: rng.u32(..),
        },
        // Recorded anew, or another song.
        Body::Song { title, .. } => match song(rng) {
            Body::Song {
                sound,
                title: other,
            } if other % 2 == 0 => Body::Song { sound, title },
            other => other,
        },
        _ => song(rng),
    }
}

fn rewrite(drive: &mut Drive, rng: &mut Rng) -> Option<(String, Vec<Effect>)> {
    let id = pick(rng, &drive.files())?;
    Some(rewrite_one(drive, rng, id))
}

/// Gives a file other content.
pub(crate) fn rewrite_one(drive: &mut Drive, rng: &mut Rng, id: u64) -> (String, Vec<Effect>) {
    let body = other_content(drive, rng, id);
    drive.rewrite(id, body);
    (format!("edit {}", drive.path(id)), vec![Effect::Edited(id)])
}

fn move_one(drive: &mut Drive, rng: &mut Rng, edited: bool) -> Option<(String, Vec<Effect>)> {
    let id = pick(rng, &drive.files())?;
    let from = drive.path(id);
    let node = drive.nodes[&id].clone();
    let (folder, name) = match rng.u32(0..3) {
        // A mere rename, a mere move, or both.
        0 => (node.parent, free_name(drive, rng, node.parent, &NAMES)?),
        1 => (any_folder(drive, rng), node.name),
        _ => {
            let folder = any_folder(drive, rng);
            let name = free_name(drive, rng, folder, &NAMES)?;
            (folder, name)
        }
    };
    if drive.child(folder, &name).is_some() {
        return None;
    }
    drive.place(&[(id, folder, name)]);
    let effect = if edited {
        let body = other_content(drive, rng, id);
        drive.rewrite(id, body);
        Effect::MovedAndEdited(id)
    } else {
        Effect::Moved(id)
    };
    Some((format!("move {from} to {}", drive.path(id)), vec![effect]))
}

/// A name is spelt otherwise: in another case, or in another form of Unicode.
fn respell(drive: &mut Drive, rng: &mut Rng) -> Option<(String, Vec<Effect>)> {
    let all: Vec<u64> = drive.living().map(|(id, _)| id).collect();
    let id = pick(rng, &all)?;
    let from = drive.path(id);
    let node = drive.nodes[&id].clone();
    let name = match rng.u32(0..3) {
        0 => node.name.to_uppercase(),
        1 => node.name.to_lowercase(),
        _ if node.name.contains('\u{e9}') => node.name.replace('\u{e9}', "e\u{301}"),
        _ => node.name.replace("e\u{301}", "\u{e9}"),
    };
    if drive.child(node.parent, &name).is_some() {
        return None; // also where it stays as it is
    }
    let effects = files_below(drive, id)
        .into_iter()
        .map(Effect::Moved)
        .collect();
    drive.place(&[(id, node.parent, name)]);
    Some((format!("respell {from} as {}", drive.path(id)), effects))
}

/// Two or three files change places.
fn permute(drive: &mut Drive, rng: &mut Rng) -> Option<(String, Vec<Effect>)> {
    let mut files = drive.files();
    rng.shuffle(&mut files);
    files.truncate(rng.usize(2..=3));
    if files.len() < 2 {
        return None;
    }
    let places: Vec<(u64, u64, String)> = files
        .iter()
        .enumerate()
        .map(|(at, id)| {
            let next = &drive.nodes[&files[(at + 1) % files.len()]];
            (*id, next.parent, next.name.clone())
        })
        .collect();
    let names: Vec<String> = files.iter().map(|id| drive.path(*id)).collect();
    drive.place(&places);
    let effects = files.into_iter().map(Effect::Permuted).collect();
    Some((format!("permute {names:?}"), effects))
}

fn move_folder(drive: &mut Drive, rng: &mut Rng) -> Option<(String, Vec<Effect>)> {
    let id = pick(rng, &drive.folders())?;
    let from = drive.path(id);
    let node = drive.nodes[&id].clone();
    let to = if rng.bool() {
        node.parent
    } else {
        any_folder(drive, rng)
    };
    if drive.is_below(to, id) {
        return None;
    }
    let name = if rng.bool() {
        free_name(drive, rng, to, &FOLDERS)?
    } else {
        node.name
    };
    if drive.child(to, &name).is_some() {
        return None;
    }
    let effects = files_below(drive, id)
        .into_iter()
        .map(Effect::Moved)
        .collect();
    drive.place(&[(id, to, name)]);
    Some((format!("move folder {from} to {}", drive.path(id)), effects))
}

fn files_below(drive: &Drive, id: u64) -> Vec<u64> {
    let mut below = drive.subtree(id);
    below.retain(|id| drive.nodes[id].body != Body::Folder);
    below
}

fn swap_folders(drive: &mut Drive, rng: &mut Rng) -> Option<(String, Vec<Effect>)> {
    let folders = drive.folders();
    let (a, b) = (pick(rng, &folders)?, pick(rng, &folders)?);
    if drive.is_below(a, b) || drive.is_below(b, a) {
        return None;
    }
    let names = (drive.path(a), drive.path(b));
    let place_of = |id: u64| (drive.nodes[&id].parent, drive.nodes[&id].name.clone());
    let ((a_parent, a_name), (b_parent, b_name)) = (place_of(a), place_of(b));
    let mut effects = files_below(drive, a);
    effects.extend(files_below(drive, b));
    drive.place(&[(a, b_parent, b_name), (b, a_parent, a_name)]);
    let effects = effects.into_iter().map(Effect::Permuted).collect();
    Some((format!("swap folders {} and {}", names.0, names.1), effects))
}

fn delete(drive: &mut Drive, rng: &mut Rng) -> Option<(String, Vec<Effect>)> {
    let id = pick(rng, &drive.files())?;
    let told = format!("delete {}", drive.path(id));
    drive.delete(id);
    Some((told, vec![Effect::Deleted(id)]))
}

fn delete_folder(drive: &mut Drive, rng: &mut Rng) -> Option<(String, Vec<Effect>)> {
    let id = pick(rng, &drive.folders())?;
    let told = format!("delete folder {}", drive.path(id));
    let effects = files_below(drive, id)
        .into_iter()
        .map(Effect::Deleted)
        .collect();
    drive.delete(id);
    Some((told, effects))
}

/// One file takes another's place.
fn replace(drive: &mut Drive, rng: &mut Rng) -> Option<(String, Vec<Effect>)> {
    let files = drive.files();
    let (from, over) = (pick(rng, &files)?, pick(rng, &files)?);
    if from == over {
        return None;
    }
    let told = format!("{} replaces {}", drive.path(from), drive.path(over));
    let (parent, name) = (drive.nodes[&over].parent, drive.nodes[&over].name.clone());
    drive.delete(over);
    drive.place(&[(from, parent, name)]);
    Some((told, vec![Effect::Deleted(over), Effect::Permuted(from)]))
}

/// An editor saves into a new file that takes the old one's name.
fn save_anew(drive: &mut Drive, rng: &mut Rng) -> Option<(String, Vec<Effect>)> {
    let id = pick(rng, &drive.files())?;
    let told = format!("save anew {}", drive.path(id));
    let node = drive.nodes[&id].clone();
    let body = other_content(drive, rng, id);
    drive.delete(id);
    let reuse = rng.bool();
    drive.create(node.parent, node.name, body, reuse);
    Some((told, vec![Effect::Deleted(id)]))
}

fn restore(drive: &mut Drive, rng: &mut Rng) -> Option<(String, Vec<Effect>)> {
    let gone: Vec<u64> = drive
        .nodes
        .iter()
        .filter(|(_, it)| {
            !it.alive
                && it.body != Body::Folder
                && drive.nodes[&it.parent].alive
                && drive.child(it.parent, &it.name).is_none()
                && drive.is_inode_free(it.inode)
        })
        .map(|(id, _)| *id)
        .collect();
    let id = pick(rng, &gone)?;
    drive.restore(id);
    Some((
        format!("restore {}", drive.path(id)),
        vec![Effect::Restored(id)],
    ))
}

fn copy(drive: &mut Drive, rng: &mut Rng) -> Option<(String, Vec<Effect>)> {
    let id = pick(rng, &drive.files())?;
    let folder = any_folder(drive, rng);
    let name = free_name(drive, rng, folder, &NAMES)?;
    let body = drive.nodes[&id].body.clone();
    let told = format!("copy {}", drive.path(id));
    let copy = drive.create(folder, name, body, false);
    Some((format!("{told} to {}", drive.path(copy)), vec![]))
}

/// A folder gives way to a file of its name, or the other way round.
fn change_kind(drive: &mut Drive, rng: &mut Rng) -> Option<(String, Vec<Effect>)> {
    let all: Vec<u64> = drive
        .living()
        .filter(|(_, it)| it.name.ends_with(".mp3"))
        .map(|(id, _)| id)
        .collect();
    let id = pick(rng, &all)?;
    let node = drive.nodes[&id].clone();
    let told = format!("change the kind of {}", drive.path(id));
    let effects = files_below(drive, id)
        .into_iter()
        .map(Effect::Deleted)
        .collect();
    drive.delete(id);
    let body = match node.body {
        Body::Folder => song(rng),
        _ => Body::Folder,
    };
    drive.create(node.parent, node.name, body, false);
    Some((told, effects))
}
