//! What lies beside a file and could not be read with it.

use bridge_traits::BridgeError;
use core_library::repository::job::JobWarning;

use super::{ProcessFailure, failure};

/// The images, lyrics and cue sheets beside a file that could not be read.
#[derive(Debug, Default)]
pub(super) struct Unread {
    errors: Vec<(Neighbour, BridgeError)>,
}

/// What lies beside a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Neighbour {
    Image,
    Lyrics,
    CueSheet,
}

/// How often a file was read before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Attempt {
    /// Whether the library has rows of it.
    pub(super) is_known: bool,
    /// Whether this is the first time.
    pub(super) is_first: bool,
    /// Whether it may wait for another time.
    pub(super) may_wait: bool,
}

/// What a record is without, since it could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lacking {
    /// Why; as of a file that is to be read again for it.
    pub(crate) why: ProcessFailure,
    /// Whether an image is among it, so that the tracks keep the one that they have.
    pub(crate) an_image: bool,
}

impl Unread {
    /// Notes why something could not be read.
    pub(super) fn note(&mut self, what: Neighbour, error: BridgeError) {
        self.errors.push((what, error));
    }

    /// Says what the file is without, which costs it a warning; or why it waits, and all of it stays as it is. Images that
    /// could not be read are warned of in `images`, since other files have them, too.
    ///
    /// One that is known waits for what may be read later while it may, and for its cue sheet longer than that:
    /// without it, the disc would be one track. One that is new may be a known one that was moved: its track shall not be
    /// missing until a cover can be read.
    ///
    /// What is listed and not there went just now, or is being replaced: the next sync knows, and nothing is said before.
    pub(super) fn into_result(
        self,
        attempt: Attempt,
        warnings: &mut Vec<JobWarning>,
        images: &mut Vec<JobWarning>,
    ) -> Result<Option<Lacking>, ProcessFailure> {
        let mut lacking = None;
        for (what, error) in &self.errors {
            let is_sheet = *what == Neighbour::CueSheet;
            let why = match failure(error) {
                ProcessFailure::Stale(reason) if !attempt.is_first => {
                    ProcessFailure::Unreadable(reason)
                }
                why @ (ProcessFailure::NoWay(..) | ProcessFailure::Later(..)) => why,
                why if error.is_transient() => ProcessFailure::Unreadable(why.reason().to_owned()),
                why => why,
            };
            let passes = error.is_transient() || matches!(why, ProcessFailure::Later(..));
            let waits = passes && attempt.may_wait && (attempt.is_known || is_sheet);
            if waits || matches!(why, ProcessFailure::NoWay(..)) {
                if *what == Neighbour::Image {
                    images.push(warning(why.kind(), error));
                }
                return Err(why);
            }
            if attempt.is_known && is_sheet {
                return Err(ProcessFailure::Deferred(why.reason().to_owned()));
            }
            let lacking = lacking.get_or_insert(Lacking {
                why,
                an_image: false,
            });
            lacking.an_image |= *what == Neighbour::Image;
        }
        for (what, error) in &self.errors {
            if attempt.is_first && matches!(failure(error), ProcessFailure::Stale(_)) {
                continue;
            }
            let warnings = match what {
                Neighbour::Image => &mut *images,
                Neighbour::Lyrics | Neighbour::CueSheet => &mut *warnings,
            };
            warnings.push(warning("unreadable", error));
        }
        Ok(lacking)
    }
}

fn warning(kind: &str, error: &BridgeError) -> JobWarning {
    JobWarning {
        kind: kind.to_owned(),
        subject: error.subject().to_owned(),
        message: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use bridge_traits::ErrorKind;

    use super::*;

    #[test]
    fn what_is_known_waits_for_what_may_be_read_later_and_for_its_sheet_anyway() {
        use ErrorKind::{Offline, PermissionDenied, Timeout};
        use Neighbour::{CueSheet, Image, Lyrics};
        #[track_caller]
        fn check(what: Neighbour, kind: ErrorKind, known: bool, may_wait: bool, waits: bool) {
            let mut unread = Unread::default();
            unread.note(what, BridgeError::new(kind.clone(), "a/beside"));
            let mut warnings = Vec::new();
            let mut images = Vec::new();
            let attempt = Attempt {
                is_known: known,
                is_first: true,
                may_wait,
            };
            let result = unread.into_result(attempt, &mut warnings, &mut images);
            assert_eq!(result.is_err(), waits, "{kind:?}");
            let of_image = what == Image;
            assert!(!waits || images.len() == usize::from(of_image), "{kind:?}");
            assert!(images.is_empty() || of_image && warnings.is_empty());
            warnings.append(&mut images);
            assert!(warnings.iter().all(|it| it.subject == "a/beside"));
            if let Ok(lacking) = result {
                // Each is read again, and said.
                assert_eq!(warnings.len(), 1, "{kind:?}");
                let lacking = lacking.expect("it lacks something");
                assert_eq!(lacking.an_image, what == Neighbour::Image);
            }
        }
        check(Image, Timeout, true, true, true);
        check(Image, Timeout, true, false, false);
        check(Image, Timeout, false, true, false);
        check(Lyrics, PermissionDenied, true, true, false);
        check(Image, Offline, false, false, true);
        check(CueSheet, Timeout, false, true, true);
        check(CueSheet, Timeout, false, false, false);
        check(CueSheet, Timeout, true, false, true);
        check(CueSheet, PermissionDenied, true, true, true);
        check(CueSheet, PermissionDenied, false, true, false);
    }

    #[test]
    fn what_is_not_there_is_said_the_second_time() {
        for is_first in [true, false] {
            let mut unread = Unread::default();
            unread.note(
                Neighbour::Image,
                BridgeError::new(ErrorKind::NotFound, "a/cover.jpg"),
            );
            let attempt = Attempt {
                is_known: true,
                is_first,
                may_wait: true,
            };
            let (mut warnings, mut images) = (Vec::new(), Vec::new());
            let result = unread.into_result(attempt, &mut warnings, &mut images);
            let lacking = result.expect("it is read").expect("it lacks something");
            assert!(lacking.an_image && warnings.is_empty());
            let is_later = matches!(lacking.why, ProcessFailure::Unreadable(_));
            assert_eq!((is_later, images.is_empty()), (!is_first, is_first));
        }
    }
}
