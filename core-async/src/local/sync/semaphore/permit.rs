//! Permits in somebody's hands.

use super::Semaphore;
use crate::local::sync::batch::Batch;
use std::sync::Arc;

macro_rules! permit {
    ($($generics:lifetime)?, $name:ident, $from:ident, $same:path) => {
        impl $name $(<$generics>)? {
            /// Keeps the permits from ever going back.
            pub fn forget(mut self) {
                self.permits = 0;
            }

            /// Takes over another permit of the same semaphore.
            ///
            /// # Panics
            /// If the permits belong to different semaphores.
            #[track_caller]
            pub fn merge(&mut self, mut other: Self) {
                assert!(
                    $same(&self.$from, &other.$from),
                    "merging permits from different semaphore instances"
                );
                self.permits += std::mem::take(&mut other.permits);
            }

            /// Splits off `n` permits, or gives `None` if there are fewer.
            pub fn split(&mut self, n: usize) -> Option<Self> {
                self.permits = self.permits.checked_sub(n)?;
                Some(Self { $from: self.$from.clone(), permits: n })
            }

            /// Tells how many permits this is.
            pub fn num_permits(&self) -> usize {
                self.permits
            }
        }

        impl Drop for $name $(<$generics>)? {
            #[inline]
            fn drop(&mut self) {
                self.batch().release(self.permits);
            }
        }
    };
}

/// Permits of a borrowed [`Semaphore`]; they go back when it is dropped.
#[must_use]
#[clippy::has_significant_drop]
#[derive(Debug)]
pub struct SemaphorePermit<'a> {
    pub(super) batch: &'a Batch,
    pub(super) permits: usize,
}

/// Permits of a shared [`Semaphore`]; they go back when it is dropped.
#[must_use]
#[clippy::has_significant_drop]
#[derive(Debug)]
pub struct OwnedSemaphorePermit {
    pub(super) sem: Arc<Semaphore>,
    pub(super) permits: usize,
}

fn same(one: &&Batch, other: &&Batch) -> bool {
    std::ptr::eq(*one, *other)
}

permit!('_, SemaphorePermit, batch, same);
permit!(, OwnedSemaphorePermit, sem, Arc::ptr_eq);

impl SemaphorePermit<'_> {
    #[inline]
    fn batch(&self) -> &Batch {
        self.batch
    }
}

impl OwnedSemaphorePermit {
    #[inline]
    fn batch(&self) -> &Batch {
        &self.sem.batch
    }

    /// Gives the semaphore that the permits belong to.
    pub fn semaphore(&self) -> &Arc<Semaphore> {
        &self.sem
    }
}
