//! Incremental sync: what a provider has, brought into the library, and nothing lost on the way.
//!
//! [`SyncCoordinator`] runs one [`SyncJob`] a provider at a time, in three phases:
//!
//! 1. **discovery** takes in the provider's change feed, page by page. A page's observations, the
//!    work they make and the feed's position are committed together.
//! 2. **processing** reads the files that changed and writes what they say into the library.
//! 3. **conflict resolution** lets what is gone go missing, behind a guard against mass deletion.
//!
//! What is still to be done lies in a durable queue, so a process may die anywhere. This crate
//! knows providers, metadata and the library by their contracts; it names no platform and no
//! concrete provider, parses no file and writes no SQL.

mod account;
mod conflict_resolution;
mod coordinator;
mod discovery;
mod enrichment;
mod error;
mod gate;
mod job;
mod job_repository;
mod metadata_processor;
#[cfg(not(feature = "mutants"))]
mod mutants;
#[cfg(feature = "mutants")]
#[doc(hidden)]
pub mod mutants;
mod plan;
mod processing;
mod progress;
mod run;
mod scan_queue;
mod stop;

pub use conflict_resolution::{
    ConflictResolutionOrchestrator, ConflictResolver, Deletion, GuardVerdict, Renamed,
    guard_verdict,
};
pub use coordinator::{SyncCoordinator, SyncMode, SyncRequest};
pub use enrichment::{Enrichment, EnrichmentOptions, EnrichmentSummary, ServiceOptions, Stopped};
pub use error::{Result, SyncError};
pub use job::{SyncJob, SyncJobId, SyncJobStats, SyncPhase, SyncStatus, SyncType};
pub use job_repository::SyncJobRepository;
pub use metadata_processor::{MetadataProcessor, Processed, read_image};
pub use plan::{Observation, classify};
pub use progress::SyncProgress;
pub use scan_queue::{Priority, ScanQueue, WorkItem};
