//! Suite and fake for [`BackgroundExecutor`].

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::background::{Activity, BackgroundExecutor};
use crate::{BridgeError, ErrorKind, Result, platform_async_trait};

/// Generates the tests that every [`BackgroundExecutor`] passes.
#[macro_export]
macro_rules! background_executor_conformance {
    ($fresh:expr) => {
        $crate::__conformance_tests! { background, $fresh,
            activities_are_granted_again_and_again_or_refused_with_a_remedy
        }
    };
}

pub async fn activities_are_granted_again_and_again_or_refused_with_a_remedy(
    executor: impl BackgroundExecutor,
) {
    for _ in 0..2 {
        let first = executor.begin_activity("sync").await;
        let second = executor.begin_activity("sync").await;
        for activity in [first, second] {
            if let Err(error) = activity {
                let ErrorKind::NotAvailable { remedy } = error.kind() else {
                    panic!("{error}");
                };
                assert!(!remedy.is_empty());
            }
        }
    }
}

/// A platform that grants time in the background, or does not, as the test says.
#[derive(Debug, Clone, Default)]
pub struct FakeBackground {
    open: Arc<AtomicUsize>,
    refusal: Arc<Mutex<Option<&'static str>>>,
}

impl FakeBackground {
    /// Makes a platform that grants everything.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes every later call fail with `NotAvailable` and this remedy.
    pub fn refuse(&self, remedy: &'static str) {
        *self.refusal.lock().unwrap_or_else(PoisonError::into_inner) = Some(remedy);
    }

    /// Counts the activities that are held now.
    pub fn open_activities(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }
}

#[platform_async_trait]
impl BackgroundExecutor for FakeBackground {
    async fn begin_activity(&self, reason: &str) -> Result<Box<dyn Activity>> {
        let refusal = *self.refusal.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(remedy) = refusal {
            return Err(BridgeError::new(ErrorKind::NotAvailable { remedy }, reason));
        }
        self.open.fetch_add(1, Ordering::SeqCst);
        Ok(Box::new(FakeActivity(self.open.clone())))
    }
}

struct FakeActivity(Arc<AtomicUsize>);

impl Activity for FakeActivity {}

impl Drop for FakeActivity {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
