//! Switches that seed known defects, so that the simulator can prove that it would notice.
//!
//! Without the private feature `mutants` every question is answered `false` at compile time.

macro_rules! mutants {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        #[allow(unreachable_pub, reason = "public with the feature only")]
        /// A defect that designs like this one are known for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(dead_code, reason = "without the feature the names are only asked for")]
        pub enum Mutant { $($(#[$doc])* $name,)* }

        /// Lists every defect that can be seeded.
        #[cfg(feature = "mutants")]
        pub const ALL: &[Mutant] = &[$(Mutant::$name,)*];
    };
}

mutants! {
    /// The feed's position is committed before what the page says.
    CursorFirst,
    /// The start token is taken when the listing is over.
    TokenAfterListing,
    /// What the listing did not show is swept before what changed meanwhile is drained.
    SweepBeforeDrain,
    /// An incremental sync takes silence for a deletion.
    IncrementalSweep,
    /// A page token that came before is followed again.
    LoopFollowed,
    /// A stream that ends without saying so is taken for complete.
    ShortPageTrusted,
    /// A refused cursor is the end of all syncs.
    RefusalIsFatal,
    /// What could not be listed is taken for gone.
    UnreadableIsGone,
    /// An item of which the feed says only that it changed is left as it is.
    DirtyIgnored,
    /// An item that only moved is taken for unchanged.
    RenamesUnnoticed,
    /// A file under another name is a new file, and the old one is gone.
    RenameIsDeleteAndAdd,
    /// What is gone is looked for at the first provider, whichever is synced.
    ProviderIgnored,
    /// The guard lets all deletions pass.
    GuardAsleep,
    /// The permit is given back when the item is handed out.
    PermitDroppedEarly,
    /// An item that failed is done with.
    FailureForgotten,
    /// Requests go on while the provider wants none.
    GateIgnored,
    /// What a job had leased and did not finish stays leased.
    LeaseNeverReclaimed,
    /// What was read counts, though a newer version was observed meanwhile.
    StaleResultCounts,
}

#[cfg(feature = "mutants")]
thread_local! {
    static ACTIVE: std::cell::Cell<Option<Mutant>> = const { std::cell::Cell::new(None) };
}

/// Answers whether the defect is switched on in this thread.
#[cfg(feature = "mutants")]
pub(crate) fn on(mutant: Mutant) -> bool {
    ACTIVE.get() == Some(mutant)
}

/// Answers whether the defect is switched on: never, without the feature.
#[cfg(not(feature = "mutants"))]
pub(crate) const fn on(_mutant: Mutant) -> bool {
    false
}

/// Runs `body` with a defect seeded into the engine, as far as this thread runs it.
#[cfg(feature = "mutants")]
pub fn with<R>(mutant: Mutant, body: impl FnOnce() -> R) -> R {
    struct Reset;
    impl Drop for Reset {
        fn drop(&mut self) {
            ACTIVE.set(None);
        }
    }
    ACTIVE.set(Some(mutant));
    let _reset = Reset;
    body()
}
