//! What lies beside a file and could not be read with it.

use bridge_traits::{BridgeError, ErrorKind};
use core_library::repository::job::JobWarning;

use super::{ProcessFailure, failure};

/// The images, lyrics and cue sheets beside a file that could not be read.
#[derive(Debug, Default)]
pub(super) struct Unread {
    errors: Vec<BridgeError>,
}

impl Unread {
    /// Notes why something could not be read. What is not there any more says nothing.
    pub(super) fn note(&mut self, error: BridgeError) {
        if *error.kind() != ErrorKind::NotFound {
            self.errors.push(error);
        }
    }

    /// Says why the file is to be read again later: without what lies beside it, it would be half of what it is, and a
    /// disc with a cue sheet one track. What can't be read at all, or not after `may_wait`, costs it a warning.
    pub(super) fn into_result(
        self,
        may_wait: bool,
        warnings: &mut Vec<JobWarning>,
    ) -> Result<(), ProcessFailure> {
        for error in &self.errors {
            match failure(error) {
                why @ (ProcessFailure::NoWay(..) | ProcessFailure::Later(..)) => return Err(why),
                why if error.is_transient() && may_wait => {
                    return Err(ProcessFailure::Unreadable(why.reason().to_owned()));
                }
                _ => {}
            }
        }
        warnings.extend(self.errors.into_iter().map(|error| JobWarning {
            kind: "unreadable".to_owned(),
            subject: error.subject().to_owned(),
            message: error.to_string(),
        }));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_waits_for_what_may_be_read_later_and_for_nothing_else() {
        #[track_caller]
        fn check(kind: ErrorKind, may_wait: bool, waits: bool, warned: usize) {
            let mut unread = Unread::default();
            unread.note(BridgeError::new(kind.clone(), "a/cover.jpg"));
            let mut warnings = Vec::new();
            let result = unread.into_result(may_wait, &mut warnings);
            assert_eq!(result.is_err(), waits, "{kind:?}");
            assert_eq!(warnings.len(), warned, "{kind:?}");
            assert!(warnings.iter().all(|it| it.subject == "a/cover.jpg"));
        }
        check(ErrorKind::Timeout, true, true, 0);
        check(ErrorKind::Timeout, false, false, 1);
        check(ErrorKind::Offline, false, true, 0);
        check(ErrorKind::PermissionDenied, true, false, 1);
        check(ErrorKind::NotFound, true, false, 0);
    }
}
