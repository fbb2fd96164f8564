//! Which disc is in which file. Pure.
//!
//! A disc is all that a file with a cue sheet is cut into, and goes wherever the sound of that file goes. A file that
//! sounds otherwise may have been recorded anew, or another one may have taken its name: what discs sound like tells,
//! and where that is known nowhere, the titles.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::super::assignment::{Others, Whereabouts};

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct File {
    /// The file.
    pub(super) item_id: i64,
    /// What it sounds like.
    pub(super) sound: Vec<u8>,
    /// What its tracks are called, if that tells anything: not what is made of their numbers.
    pub(super) titles: BTreeSet<String>,
    /// Whether it is cut into tracks now.
    pub(super) is_cut: bool,
    /// Whether it may be read again by a later sync. Else what is likely is taken for true.
    pub(super) may_wait: bool,
}

/// All tracks that a file has or had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Disc {
    /// The file, if there is one.
    pub(super) item_id: Option<i64>,
    /// What it sounded like, if that is known.
    pub(super) sound: Option<Vec<u8>>,
    /// What its tracks are called, likewise.
    pub(super) titles: BTreeSet<String>,
    /// Whether it was cut into tracks.
    pub(super) is_cut: bool,
    /// Where it is. Of no account if the file is among those that were read.
    pub(super) whereabouts: Whereabouts,
}

/// What a file turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// The disc that it was, or what its tracks tell one by one.
    Stays,
    /// Another one: this of the discs, or none that is known. What it was is nowhere, unless another file becomes it.
    Becomes(Option<usize>),
    /// That can't be told before other files are read.
    Waits,
}

/// Tells what files turned out to be; one fate each, in the same order.
pub(super) fn fates(files: &[File], discs: &[Disc], others: Others) -> Vec<Fate> {
    let all = Shelf::new(files, discs);
    if others == Others::Coming {
        return (0..files.len())
            .map(|at| all.before_all_is_read(at))
            .collect();
    }
    let leaving = all.leaving();
    let mut fates = all.places_of(&leaving);
    if others == Others::Unknown {
        all.let_wait(&leaving, &mut fates);
    }
    fates
}

struct Shelf<'a> {
    files: &'a [File],
    discs: &'a [Disc],
    /// Which disc each file has had.
    own: Vec<Option<usize>>,
    /// The files that sound otherwise than they did.
    changed: BTreeSet<usize>,
    /// All discs by their sound.
    by_sound: HashMap<&'a [u8], Vec<usize>>,
    /// Those that are not, or not surely, where they were.
    away: HashSet<usize>,
    /// Those of them whose files are gone.
    gone: HashSet<usize>,
}

impl<'a> Shelf<'a> {
    fn new(files: &'a [File], discs: &'a [Disc]) -> Self {
        let items = discs.iter().enumerate();
        let by_item: HashMap<i64, usize> = items
            .filter_map(|(at, it)| Some((it.item_id?, at)))
            .collect();
        let own: Vec<Option<usize>> = files
            .iter()
            .map(|it| by_item.get(&it.item_id).copied())
            .collect();
        let sounds_otherwise = |at: &usize| {
            let sound = own[*at].and_then(|it| discs[it].sound.as_ref());
            sound.is_some_and(|it| *it != files[*at].sound)
        };
        let changed: BTreeSet<usize> = (0..files.len()).filter(sounds_otherwise).collect();
        let displaced: HashSet<usize> = changed.iter().filter_map(|at| own[*at]).collect();
        let read: HashSet<usize> = own.iter().flatten().copied().collect();
        let mut by_sound: HashMap<&[u8], Vec<usize>> = HashMap::new();
        let (mut away, mut gone) = (HashSet::new(), HashSet::new());
        for (at, disc) in discs.iter().enumerate() {
            let whereabouts = match read.contains(&at) {
                true if displaced.contains(&at) => Whereabouts::Unread,
                true => Whereabouts::There,
                false => disc.whereabouts,
            };
            if let Some(sound) = &disc.sound {
                by_sound.entry(sound).or_default().push(at);
            }
            away.extend((whereabouts != Whereabouts::There).then_some(at));
            gone.extend((whereabouts == Whereabouts::Gone).then_some(at));
        }
        Self {
            files,
            discs,
            own,
            changed,
            by_sound,
            away,
            gone,
        }
    }

    /// Whoever had a disc may have changed places with somebody who is not read yet.
    fn before_all_is_read(&self, at: usize) -> Fate {
        if self.changed.contains(&at) {
            return Fate::Waits;
        }
        if self.own[at].is_some() {
            return Fate::Stays;
        }
        let known = self.known_as(at);
        match known.iter().find(|it| self.gone.contains(*it)) {
            Some(disc) => Fate::Becomes(Some(*disc)),
            None if known.is_empty() => Fate::Stays,
            None => Fate::Waits,
        }
    }

    fn sounding_so(&self, at: usize) -> impl Iterator<Item = usize> {
        let sound = self.files[at].sound.as_slice();
        self.by_sound.get(sound).into_iter().flatten().copied()
    }

    /// Gives the discs which a file may be by its sound, the likest first.
    fn known_as(&self, at: usize) -> Vec<usize> {
        let file = &self.files[at];
        let is_away = |it: &usize| self.away.contains(it);
        let mut known: Vec<usize> = self.sounding_so(at).filter(is_away).collect();
        known.sort_by_key(|it| self.discs[*it].is_cut != file.is_cut);
        known
    }

    /// Finds the files that are other discs than they were.
    fn leaving(&self) -> BTreeSet<usize> {
        let tells = |at: &&usize| self.is_another(**at);
        let mut leaving: BTreeSet<usize> = self.changed.iter().filter(tells).copied().collect();
        // Of the others, those whose sound is in the place of one of them or of these, or in a new file.
        let mut maybe: BTreeSet<usize> = self.changed.difference(&leaving).copied().collect();
        let new = (0..self.files.len()).filter(|at| self.own[*at].is_none());
        let new: HashMap<&[u8], usize> = new
            .map(|at| (self.files[at].sound.as_slice(), at))
            .collect();
        loop {
            let places: HashSet<&[u8]> = leaving
                .union(&maybe)
                .map(|at| self.files[*at].sound.as_slice())
                .collect();
            let before = maybe.len();
            maybe.retain(|at| {
                let Some(own) = self.own[*at].map(|it| &self.discs[it]) else {
                    return false;
                };
                let is_at = |sound: &[u8]| {
                    let went = |to: &usize| self.went_to_new(*at, *to);
                    places.contains(sound) || new.get(sound).is_some_and(went)
                };
                own.sound.as_deref().is_some_and(is_at)
            });
            if maybe.len() == before {
                leaving.extend(maybe);
                return leaving;
            }
        }
    }

    /// Tells whether a disc whose sound is in a new file went there, and was not recorded anew where it was.
    fn went_to_new(&self, at: usize, to: usize) -> bool {
        let own = self.own[at].map(|it| &self.discs[it].titles);
        let alike = |file: usize| own.map(|it| it.intersection(&self.files[file].titles).count());
        let titles_tell = own.is_some_and(|it| !it.is_empty());
        !titles_tell || !self.known_as(at).is_empty() || alike(to) > alike(at)
    }

    /// Tells whether a file that sounds otherwise is another disc than it was: one that is known under other titles, or at all
    /// if this one has none; or one of which most titles are others, though both have some.
    fn is_another(&self, at: usize) -> bool {
        let (file, Some(own)) = (&self.files[at], self.own[at].map(|it| &self.discs[it])) else {
            return false;
        };
        if !own.is_cut {
            return !self.known_as(at).is_empty();
        }
        if own.titles.is_empty() {
            return self.sounding_so(at).next().is_some();
        }
        let titles = self.sounding_so(at).flat_map(|it| &self.discs[it].titles);
        let titles: BTreeSet<String> = titles.cloned().collect();
        // One that has the same titles is a copy, or this one recorded anew.
        if !titles.is_subset(&own.titles) && !own.titles.is_subset(&titles) {
            return true;
        }
        let same = own.titles.intersection(&file.titles).count();
        file.is_cut && same * 2 < own.titles.len().min(file.titles.len())
    }

    /// Puts the discs of these files, and those that are away, where their sound is.
    fn places_of(&self, leaving: &BTreeSet<usize>) -> Vec<Fate> {
        let is_new = |at: &usize| self.own[*at].is_none();
        let mut open: Vec<usize> = (0..self.files.len())
            .filter(|at| leaving.contains(at) || is_new(at))
            .collect();
        let mut fates = vec![Fate::Stays; self.files.len()];
        for at in leaving {
            fates[*at] = Fate::Becomes(None);
        }
        let mut taken = HashSet::new();
        let displaced: HashSet<usize> = leaving.iter().filter_map(|at| self.own[*at]).collect();
        let read: HashSet<usize> = self.own.iter().flatten().copied().collect();
        let here: [&dyn Fn(usize) -> bool; 3] = [
            &|it| displaced.contains(&it),
            &|it| self.gone.contains(&it),
            &|it| !read.contains(&it),
        ];
        for (may_be, surely) in here.into_iter().zip([true, true, false]) {
            open.retain(|at| {
                let known = self.known_as(*at);
                let disc = known
                    .into_iter()
                    .find(|it| may_be(*it) && !taken.contains(it));
                let Some(disc) = disc else {
                    return true;
                };
                taken.insert(disc);
                // The sound is here for sure, and where the disc was there is other content.
                fates[*at] = match surely || !self.files[*at].may_wait {
                    true => Fate::Becomes(Some(disc)),
                    false => Fate::Waits,
                };
                false
            });
        }
        fates
    }

    /// Lets files wait of which it is not known where their discs went: a file that could not be read may be any of them.
    /// So do those whose discs are in files that wait.
    fn let_wait(&self, leaving: &BTreeSet<usize>, fates: &mut [Fate]) {
        loop {
            let found: HashSet<usize> = fates
                .iter()
                .filter_map(|it| match it {
                    Fate::Becomes(disc) => *disc,
                    _ => None,
                })
                .collect();
            let is_open = |at: &&usize| {
                let is_found = self.own[**at].is_some_and(|it| found.contains(&it));
                let is_settled = leaving.contains(*at) && is_found;
                !is_settled && self.files[**at].may_wait && fates[**at] != Fate::Waits
            };
            let waiting: Vec<usize> = self.changed.iter().filter(is_open).copied().collect();
            if waiting.is_empty() {
                return;
            }
            for at in waiting {
                fates[at] = Fate::Waits;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Fate::{Becomes, Stays, Waits};
    use super::Whereabouts::{Gone, There, Unread};
    use super::*;

    fn titles(of: &str) -> BTreeSet<String> {
        of.split_terminator(' ').map(str::to_owned).collect()
    }

    /// A file that was read: its sound and its titles, none if it is not cut.
    fn file(item_id: i64, sound: u8, of: &str) -> File {
        File {
            item_id,
            sound: vec![sound],
            titles: titles(of),
            is_cut: !of.is_empty(),
            may_wait: true,
        }
    }

    /// Likewise what a file was.
    fn disc(item_id: i64, sound: u8, of: &str, whereabouts: Whereabouts) -> Disc {
        Disc {
            item_id: Some(item_id),
            sound: Some(vec![sound]),
            titles: titles(of),
            is_cut: !of.is_empty(),
            whereabouts,
        }
    }

    #[track_caller]
    fn check(files: &[File], discs: &[Disc], others: Others, expected: &[Fate]) {
        assert_eq!(fates(files, discs, others), expected);
    }

    const HERE: Fate = Becomes(None);

    #[test]
    fn a_disc_goes_where_its_sound_is() {
        let (one, two) = (disc(1, 1, "a b", There), disc(2, 2, "u v", There));
        let both = [one.clone(), two.clone()];
        let none = Others::None;
        // Files exchanged, with and without their sheets, and sheets alone.
        let files = [file(1, 2, "u v"), file(2, 1, "a b")];
        check(&files, &both, none, &[Becomes(Some(1)), Becomes(Some(0))]);
        let files = [file(1, 2, "a b"), file(2, 1, "u v")];
        check(&files, &both, none, &[Becomes(Some(1)), Becomes(Some(0))]);
        let files = [file(1, 1, "u v"), file(2, 2, "a b")];
        check(&files, &both, none, &[Stays, Stays]);
        // A name for the time being, where there is no sheet.
        let files = [file(2, 1, "u v"), file(3, 2, "")];
        check(&files, &both, none, &[HERE, Becomes(Some(1))]);
        let away = [disc(1, 1, "a b", Gone), two.clone()];
        check(&files, &away, none, &[Becomes(Some(0)), Becomes(Some(1))]);
        // With a song.
        let song = [one, disc(2, 2, "", There)];
        let files = [file(1, 2, "a b"), file(2, 1, "")];
        check(&files, &song, none, &[Becomes(Some(1)), Becomes(Some(0))]);
    }

    #[test]
    fn a_disc_that_was_recorded_anew_is_told_by_its_titles() {
        let was = [disc(1, 1, "a b", There)];
        let none = Others::None;
        check(&[file(1, 9, "a B")], &was, none, &[Stays]);
        check(&[file(1, 9, "u v")], &was, none, &[HERE]);
        // Two discs may both begin with an introduction.
        let intro = [disc(1, 1, "i a b", There)];
        check(&[file(1, 9, "i u v")], &intro, none, &[HERE]);
        check(&[file(1, 9, "i a v")], &intro, none, &[Stays]);
        let files = [file(1, 9, "i a v"), file(3, 1, "i a b")];
        check(&files, &intro, none, &[HERE, Becomes(Some(0))]);
        let files = [file(1, 9, "i a b"), file(3, 1, "i a b")];
        check(&files, &intro, none, &[Stays, Stays]);
        check(&[file(1, 9, "")], &was, none, &[Stays]);
        // Without titles what it sounds like is all that tells.
        let untitled = [disc(1, 1, "", There), disc(2, 9, "", Gone)];
        let untitled = untitled.map(|it| Disc { is_cut: true, ..it });
        let mut now = file(1, 9, "a b");
        check(&[now.clone()], &untitled, none, &[Becomes(Some(1))]);
        now.sound = vec![8];
        check(&[now.clone()], &untitled, none, &[Stays]);
        check(
            &[now, file(3, 1, "a b")],
            &untitled,
            none,
            &[HERE, Becomes(Some(0))],
        );
        // One is put in between, and nobody takes the last name; all have the same titles.
        let chain = [disc(1, 1, "x", Gone), disc(2, 2, "x", There)];
        let files = [file(2, 1, "x"), file(3, 2, "x")];
        check(&files, &chain, none, &[Becomes(Some(0)), Becomes(Some(1))]);
        // It was elsewhere before, or a copy of it is.
        let anew = [was[0].clone(), disc(2, 9, "a b", Gone)];
        check(&[file(1, 9, "a b")], &anew, none, &[Stays]);
        let copy = [was[0].clone(), disc(2, 9, "a b", There)];
        check(&[file(1, 9, "a b")], &copy, none, &[Stays]);
        let another = [was[0].clone(), disc(2, 9, "u b", There)];
        check(&[file(1, 9, "a b")], &another, none, &[HERE]);
        // Of one title each, in each other's places.
        let both = [disc(1, 1, "x", There), disc(2, 2, "x", There)];
        let files = [file(1, 2, "x"), file(2, 1, "x")];
        check(&files, &both, none, &[Becomes(Some(1)), Becomes(Some(0))]);
    }

    #[test]
    fn before_all_is_read_what_sounds_otherwise_waits() {
        let discs = [
            disc(1, 1, "a", There),
            disc(5, 5, "e", Gone),
            disc(6, 6, "f", Unread),
        ];
        let files = [
            file(1, 2, "a"),
            file(2, 5, "e"),
            file(3, 6, "f"),
            file(4, 7, "g"),
        ];
        let told = [Waits, Becomes(Some(1)), Waits, Stays];
        check(&files, &discs, Others::Coming, &told);
    }

    #[test]
    fn a_disc_waits_while_it_may_be_in_a_file_that_can_not_be_read() {
        let unknown = Others::Unknown;
        let discs = [disc(1, 1, "a", There), disc(2, 2, "u", Unread)];
        // It was recorded anew, or is where nobody can read it.
        check(&[file(1, 9, "a")], &discs, unknown, &[Waits]);
        check(&[file(1, 2, "a")], &discs, unknown, &[Waits]);
        // It is here, and what was here is there.
        let files = [file(1, 9, "z"), file(3, 1, "a")];
        check(&files, &discs, unknown, &[HERE, Becomes(Some(0))]);
        // What comes here is in a file that waits.
        let three = [disc(1, 1, "a", There), disc(2, 2, "u", There)];
        let files = [file(1, 9, "z"), file(2, 1, "a")];
        check(&files, &three, unknown, &[Waits, Waits]);
        // Nobody waits for ever.
        let mut last = file(1, 2, "a");
        last.may_wait = false;
        check(&[last], &discs, unknown, &[Becomes(Some(1))]);
    }
}
