//! Which track each file that was read belongs to. Pure.
//!
//! Where keys are paths, a file that has another content may have been edited, or another file may
//! have taken its name: two songs that changed names, or an album whose files moved up by one. The
//! sound tells. So a track follows its sound; only a file whose sound comes up nowhere else was
//! edited in its place. That shows when all changed files are read, and until then they wait.

use std::collections::{HashMap, HashSet, VecDeque};

use core_library::model::TrackId;

/// A file that was read, or one of the tracks in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// The file.
    pub(crate) item_id: i64,
    /// Which track of the file it is.
    pub(crate) part: u32,
    /// What it sounds like, if that can be told.
    pub(crate) sound: Option<Vec<u8>>,
    /// The track that was there before.
    pub(crate) track: Option<Bound>,
    /// Whether that track stays if nothing else is known: its file was read under this name, and the
    /// name is all that there is to go by.
    pub(crate) named: bool,
    /// Whether another file may have taken the name, so that the track may be elsewhere. Not so where
    /// keys are ids, or where a file has several tracks.
    pub(crate) may_be_another: bool,
    /// Whether it may be read again by a later sync. Else what is likely is taken for true.
    pub(crate) may_wait: bool,
}

/// The track that a file had before it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bound {
    /// The track.
    pub(crate) id: TrackId,
    /// What it sounds like, if that is known.
    pub(crate) sound: Option<Vec<u8>>,
    /// Whether it counts as missing.
    pub(crate) missing: bool,
}

/// Where a track is, of which one of the sounds was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whereabouts {
    /// Its file is gone, or it is missing already.
    Gone,
    /// In a file that has other content by now and was not read yet.
    Unread,
    /// In a file that is as it was.
    There,
}

/// A track that has a sound which was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Candidate {
    /// The track.
    pub(crate) track: TrackId,
    /// What it sounds like.
    pub(crate) sound: Vec<u8>,
    /// Where it is.
    pub(crate) whereabouts: Whereabouts,
}

/// What is known of the files that changed and are not among those to be assigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Others {
    /// They are still to be read: whoever had a track may have changed places with one of them.
    Coming,
    /// Some could not be read, and each of them may be any track.
    Unknown,
    /// There are none, or nobody waits for them any longer.
    None,
}

/// What a file turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Verdict {
    /// The track that was there, or a new one where there was none.
    Stays,
    /// This track, which was elsewhere.
    Takes(TrackId),
    /// A new track, though another one was there.
    IsNew,
    /// That can't be told before other files are read.
    Waits,
}

/// What all files turned out to be.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Assignment {
    /// One verdict a place, in the same order.
    pub(crate) verdicts: Vec<Verdict>,
    /// Tracks that are nowhere any more, since their files have another content.
    pub(crate) homeless: Vec<TrackId>,
}

/// Assigns tracks to files. Of several tracks of one sound the one that comes first among the
/// candidates is taken.
pub(crate) fn assign(places: &[Place], candidates: &[Candidate], others: Others) -> Assignment {
    let all_read = others != Others::Coming;
    let mut verdicts: Vec<Option<Verdict>> = places
        .iter()
        .map(|place| place.is_settled().then_some(Verdict::Stays))
        .collect();
    let mut free = Free::new(places, &verdicts, candidates);
    let mut unread: HashMap<&[u8], VecDeque<TrackId>> = HashMap::new();
    // Before all is read, whoever else was displaced is to be had later.
    let known: HashSet<TrackId> = places
        .iter()
        .filter(|it| all_read || it.is_settled())
        .filter_map(Place::track_id)
        .collect();
    for it in candidates {
        if it.whereabouts == Whereabouts::Unread && !known.contains(&it.track) {
            unread.entry(&it.sound).or_default().push_back(it.track);
        }
    }
    for (place, verdict) in places.iter().zip(&mut verdicts) {
        if verdict.is_some() {
            continue;
        }
        // Whoever had a track may have changed places with somebody who is not read yet.
        if place.track.is_some() && !all_read {
            *verdict = Some(Verdict::Waits);
            continue;
        }
        let sound = place.sound.as_deref().unwrap_or_default();
        if let Some(track) = free.take(sound, all_read) {
            *verdict = Some(Verdict::Takes(track));
        } else if place.may_be_another
            && let Some(track) = unread.get_mut(sound).and_then(VecDeque::pop_front)
        {
            // The sound is here for sure, and where the track was there is other content.
            let waits = place.may_wait || !all_read;
            *verdict = Some(if waits {
                Verdict::Waits
            } else {
                Verdict::Takes(track)
            });
        }
    }
    let taken: HashSet<TrackId> = verdicts
        .iter()
        .filter_map(|it| match it {
            Some(Verdict::Takes(track)) => Some(*track),
            _ => None,
        })
        .collect();
    let mut homeless = Vec::new();
    let verdicts = places
        .iter()
        .zip(verdicts)
        .map(|(place, verdict)| {
            let left = place.track_id().filter(|track| !taken.contains(track));
            match verdict {
                Some(Verdict::Takes(track)) => {
                    homeless.extend(left);
                    Verdict::Takes(track)
                }
                Some(other) => other,
                None if left.is_some() && !place.named => {
                    homeless.extend(left);
                    Verdict::IsNew
                }
                None if left.is_none() && place.track.is_some() => Verdict::IsNew,
                // It may have been edited, or what was here is in a file that could not be read.
                None if others == Others::Unknown && place.may_wait && place.may_have_left() => {
                    Verdict::Waits
                }
                None => Verdict::Stays,
            }
        })
        .collect();
    Assignment { verdicts, homeless }
}

impl Place {
    /// Tells whether the file has the track that it had, whatever other files are.
    pub(crate) fn is_settled(&self) -> bool {
        let Some(sound) = &self.sound else {
            return true;
        };
        match &self.track {
            None => false,
            Some(track) if self.may_be_another => match &track.sound {
                Some(before) => before == sound,
                None => self.named,
            },
            Some(_) => true,
        }
    }

    /// Tells whether the track that was there would be known again elsewhere.
    fn may_have_left(&self) -> bool {
        let sound = self.track.as_ref().and_then(|track| track.sound.as_ref());
        sound.is_some() && !self.is_settled()
    }

    fn track_id(&self) -> Option<TrackId> {
        self.track.as_ref().map(|track| track.id)
    }
}

/// Tracks that are to be had, by sound.
struct Free<'a> {
    /// Their files were read and have another content.
    displaced: HashMap<&'a [u8], VecDeque<TrackId>>,
    /// Their files are gone.
    gone: HashMap<&'a [u8], VecDeque<TrackId>>,
}

impl<'a> Free<'a> {
    fn new(places: &'a [Place], verdicts: &[Option<Verdict>], candidates: &'a [Candidate]) -> Self {
        let mut free = Self {
            displaced: HashMap::new(),
            gone: HashMap::new(),
        };
        let mut at_home = HashSet::new();
        for (place, verdict) in places.iter().zip(verdicts) {
            let Some(track) = &place.track else {
                continue;
            };
            at_home.insert(track.id);
            if let (None, Some(sound)) = (verdict, &track.sound) {
                free.displaced.entry(sound).or_default().push_back(track.id);
            }
        }
        for it in candidates {
            if it.whereabouts == Whereabouts::Gone && !at_home.contains(&it.track) {
                free.gone.entry(&it.sound).or_default().push_back(it.track);
            }
        }
        free
    }

    fn take(&mut self, sound: &[u8], all_read: bool) -> Option<TrackId> {
        let displaced = self.displaced.get_mut(sound).filter(|_| all_read);
        displaced
            .and_then(VecDeque::pop_front)
            .or_else(|| self.gone.get_mut(sound)?.pop_front())
    }
}

#[cfg(test)]
mod laws;
#[cfg(test)]
pub(super) mod tests;
