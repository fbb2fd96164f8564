//! One file, read: its tags, its cover and the lyrics beside it, as a record for the library, or as several
//! if a cue sheet says so.
//!
//! Where the provider's files lie on this machine they are read in place, a chunk of them in one
//! blocking task. Elsewhere they come over the network.

mod album_key;
mod content;
mod covers;
mod cue_sheets;
mod record;
mod unread;

use std::sync::Arc;

use bridge_traits::provider::{ItemKey, ItemKind, StorageProvider, Version};
use bridge_traits::{BridgeError, ErrorKind};
use core_async::time::Duration;
use core_library::repository::job::JobWarning;
use core_library::repository::track_writer::TrackRecord;
use core_metadata::{Depth, ExtractError, ExtractErrorKind, ExtractOptions, Limits, TrackMetadata};
use core_runtime::config::{AlbumIdentity, ArtworkSource, SyncConfig};

use crate::account::wait_for_item;
use crate::scan_queue::WorkItem;
use content::Counted;
pub use covers::read_image;
use covers::{Beside, Covers};
use cue_sheets::CueSheets;
pub(crate) use cue_sheets::part_id;
pub(crate) use unread::Lacking;
use unread::{Attempt, Neighbour, Unread};

/// What became of one item.
#[derive(Debug)]
pub struct Processed {
    /// The item.
    pub item: WorkItem,
    /// What its file says, or why that could not be found out: one record, or one for each track of a cue
    /// sheet.
    pub outcome: Result<Vec<TrackRecord>, ProcessFailure>,
    /// What was odd about the file.
    pub warnings: Vec<JobWarning>,
    /// The images beside it that could not be read, which the other songs of the album say, too.
    pub(crate) unread_images: Vec<JobWarning>,
    /// What is to be read again with the file, since it could not be read now.
    pub(crate) lacking: Option<Lacking>,
    /// Bytes of content that were read.
    pub bytes_read: u64,
    /// Files opened, or requests sent.
    pub requests: u64,
}

impl Processed {
    /// Gives what the provider said if there is no way to any item now.
    pub(crate) fn no_way(&self) -> Option<BridgeError> {
        match &self.outcome {
            Err(ProcessFailure::NoWay(kind, _)) => {
                Some(BridgeError::new(kind.clone(), self.item.row.key.clone()))
            }
            _ => None,
        }
    }
}

/// Why an item gave nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProcessFailure {
    /// It is not there any more, or changed; the next discovery will say what it is now.
    Stale(String),
    /// The way to it failed: too many requests, a server that is down, no permission.
    Deferred(String),
    /// The service wants this item left alone for so long.
    Later(Duration, String),
    /// There is no way to any item now: no network, or no sign-in.
    NoWay(ErrorKind, String),
    /// It could not be read this time.
    Unreadable(String),
    /// Its content is at fault.
    Poison(String),
}

impl ProcessFailure {
    /// Gives the word for it in warnings.
    fn kind(&self) -> &'static str {
        match self {
            Self::Stale(_) => "vanished",
            Self::Deferred(_) | Self::Later(..) | Self::NoWay(..) => "deferred",
            Self::Unreadable(_) => "unreadable",
            Self::Poison(_) => "not_audio",
        }
    }

    /// Gives the reason, for people.
    pub fn reason(&self) -> &str {
        match self {
            Self::Stale(reason)
            | Self::Deferred(reason)
            | Self::Later(_, reason)
            | Self::NoWay(_, reason)
            | Self::Unreadable(reason)
            | Self::Poison(reason) => reason,
        }
    }
}

/// Reads the files of one provider.
pub struct MetadataProcessor {
    provider: Arc<dyn StorageProvider>,
    limits: Limits,
    artwork_sources: Vec<ArtworkSource>,
    album_identity: AlbumIdentity,
    /// So often a file is read before what lies beside it is given up.
    max_attempts: u32,
    covers: Covers,
    cue_sheets: CueSheets,
}

/// A file's metadata with what reading it cost; `None` where it can't be read in place.
type Extraction = Option<(Result<TrackMetadata, ProcessFailure>, Counted)>;

impl MetadataProcessor {
    /// Makes a processor for a provider, which looks for images where `config` says.
    pub fn new(provider: Arc<dyn StorageProvider>, limits: Limits, config: &SyncConfig) -> Self {
        Self {
            provider,
            limits,
            artwork_sources: config.artwork_sources.clone(),
            album_identity: config.album_identity.clone(),
            max_attempts: config.max_item_attempts,
            covers: Covers::default(),
            cue_sheets: CueSheets::default(),
        }
    }

    /// Reads a chunk of files; gives one outcome an item, in the same order.
    ///
    /// # Cancel safety
    /// What was read is lost; nothing is written here.
    pub async fn process(self: &Arc<Self>, items: Vec<WorkItem>) -> Vec<Processed> {
        if !self.provider.reads_in_place() {
            return self.process_from_afar(items).await;
        }
        let this = self.clone();
        let targets: Vec<Target> = items.iter().map(Target::of).collect();
        let blocking = core_async::task::spawn_blocking(move || {
            targets
                .iter()
                .map(|target| this.extract_in_place(target))
                .collect::<Vec<_>>()
        });
        let extractions = match blocking.await {
            Ok(extractions) => extractions,
            // A panic in a parser must not cost the other files of the chunk: one by one then.
            Err(_) if items.len() > 1 => return self.process_singly(items).await,
            Err(panic) => {
                let reason = format!("the reader failed on this file: {panic}");
                vec![Some((
                    Err(ProcessFailure::Poison(reason)),
                    Counted::default(),
                ))]
            }
        };
        let mut done = Vec::with_capacity(items.len());
        for (item, extraction) in items.into_iter().zip(extractions) {
            let (outcome, counted) = match extraction {
                Some(extraction) => extraction,
                None => self.extract_from_afar(&item).await,
            };
            done.push(self.finish(item, outcome, counted).await);
        }
        done
    }

    async fn process_from_afar(&self, items: Vec<WorkItem>) -> Vec<Processed> {
        let mut done = Vec::with_capacity(items.len());
        for item in items {
            let (outcome, counted) = self.extract_from_afar(&item).await;
            done.push(self.finish(item, outcome, counted).await);
        }
        done
    }

    async fn process_singly(self: &Arc<Self>, items: Vec<WorkItem>) -> Vec<Processed> {
        let mut done = Vec::with_capacity(items.len());
        for item in items {
            done.extend(Box::pin(self.process(vec![item])).await);
        }
        done
    }

    fn extract_in_place(&self, target: &Target) -> Extraction {
        let mut file = match self.provider.open_blocking(&target.key)? {
            Ok(file) => content::CountedReader::new(file),
            Err(error) => return Some((Err(failure(&error)), Counted::default())),
        };
        let mut outcome = core_metadata::extract(&mut file, &target.options(self.limits));
        // The library keeps where a picture is, not what; a chunk of files has many.
        for picture in outcome.iter_mut().flat_map(|it| &mut it.pictures) {
            picture.data = None;
        }
        Some((outcome.map_err(|error| rejection(&error)), file.counted()))
    }

    async fn extract_from_afar(
        &self,
        item: &WorkItem,
    ) -> (Result<TrackMetadata, ProcessFailure>, Counted) {
        let target = Target::of(item);
        let version = Version(item.row.version.clone());
        // The identity of the sound stays wanted, although it costs one or two more reads but for FLAC and
        // most MP3: a file that is deleted and put back has another key, and must become its old track.
        let options = ExtractOptions {
            depth: Depth::Frugal,
            ..target.options(self.limits)
        };
        match content::extract_ranged(&*self.provider, &target.key, &version, options).await {
            Ok((outcome, counted)) => (outcome.map_err(|error| rejection(&error)), counted),
            Err(failure) => (Err(failure), Counted::default()),
        }
    }

    /// Adds what lies beside the file, and makes the record.
    async fn finish(
        &self,
        item: WorkItem,
        outcome: Result<TrackMetadata, ProcessFailure>,
        mut counted: Counted,
    ) -> Processed {
        let mut warnings = Vec::new();
        let mut unread_images = Vec::new();
        let mut lacking = None;
        let outcome = match outcome {
            Ok(mut metadata) => {
                warnings.extend(metadata.warnings.iter().map(|warning| JobWarning {
                    kind: "damaged".to_owned(),
                    subject: item.row.key.clone(),
                    message: warning.to_string(),
                }));
                let sheet = metadata.cue_sheet.take();
                let mut record = record::from_metadata(&item.row, metadata);
                let mut unread = Unread::default();
                self.choose_artwork(&item, &mut record, &mut unread, &mut counted)
                    .await;
                self.add_sidecar(&item, &mut record, &mut unread, &mut counted)
                    .await;
                let mut records = self
                    .cue_sheets
                    .apply(
                        &*self.provider,
                        &item,
                        sheet,
                        record,
                        &mut unread,
                        &mut counted,
                    )
                    .await;
                for record in &mut records {
                    if let Some(album) = &mut record.album {
                        album.key = album_key::of(&self.album_identity, album, &record.folder_key);
                    }
                }
                let attempt = Attempt {
                    is_known: item.row.known,
                    is_first: item.row.attempts == 0,
                    may_wait: item.row.attempts + 1 < self.max_attempts,
                };
                unread
                    .into_result(attempt, &mut warnings, &mut unread_images)
                    .map(|it| {
                        lacking = it;
                        records
                    })
            }
            Err(failure) => Err(failure),
        };
        // Where it waits for an image, that is named.
        if let Err(failure) = &outcome
            && unread_images.is_empty()
        {
            warnings.push(JobWarning {
                kind: failure.kind().to_owned(),
                subject: item.row.key.clone(),
                message: failure.reason().to_owned(),
            });
        }
        Processed {
            item,
            outcome,
            warnings,
            unread_images,
            lacking,
            bytes_read: counted.bytes,
            requests: counted.requests,
        }
    }

    /// Gives the record the image of the first source that has one, and notes what can't be read.
    async fn choose_artwork(
        &self,
        item: &WorkItem,
        record: &mut TrackRecord,
        unread: &mut Unread,
        counted: &mut Counted,
    ) {
        let embedded = record.artwork.take();
        for source in &self.artwork_sources {
            let beside = Beside {
                provider: &*self.provider,
                folders: [&item.beside, &item.above],
                limits: self.limits,
            };
            let found = match source {
                ArtworkSource::Embedded => embedded.clone(),
                ArtworkSource::Disc => {
                    let disc = record.disc;
                    self.covers.of_disc(beside, disc, unread, counted).await
                }
                ArtworkSource::Folder => self.covers.of_folder(beside, unread, counted).await,
            };
            if found.is_some() {
                record.artwork = found;
                return;
            }
        }
    }

    /// Adds the lyrics in the file of the same name, and notes the one that can't be read.
    async fn add_sidecar(
        &self,
        item: &WorkItem,
        record: &mut TrackRecord,
        unread: &mut Unread,
        counted: &mut Counted,
    ) {
        const LARGEST: u64 = 1 << 20;
        for other in item.beside.iter() {
            let sidecar = other.kind == ItemKind::Lyrics
                && core_metadata::lyrics::is_sidecar_of(&other.name, &item.row.name);
            if !sidecar {
                continue;
            }
            let key = ItemKey(other.key.clone());
            counted.requests += 1;
            match self.provider.read(&key, None, 0..LARGEST).await {
                Ok(bytes) => {
                    counted.bytes += bytes.len() as u64;
                    let lyrics = core_metadata::lyrics::sidecar(&other.name, &bytes);
                    record.lyrics.extend(lyrics.map(record::sidecar_lyrics));
                }
                Err(error) => unread.note(Neighbour::Lyrics, error),
            }
        }
    }
}

/// What is needed to open an item.
struct Target {
    key: ItemKey,
    name: String,
    size: u64,
}

impl Target {
    fn of(item: &WorkItem) -> Self {
        Self {
            key: ItemKey(item.row.key.clone()),
            name: item.row.name.clone(),
            size: item.row.size,
        }
    }

    fn options(&self, limits: Limits) -> ExtractOptions {
        ExtractOptions {
            limits,
            ..ExtractOptions::new(self.name.clone(), self.size)
        }
    }
}

fn failure(error: &BridgeError) -> ProcessFailure {
    if let Some(wait) = wait_for_item(error) {
        return ProcessFailure::Later(wait, error.to_string());
    }
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::Conflict => ProcessFailure::Stale(error.to_string()),
        kind @ (ErrorKind::Offline | ErrorKind::AuthExpired) => {
            ProcessFailure::NoWay(kind.clone(), error.to_string())
        }
        // The way to it is at fault, not the file.
        ErrorKind::RootUnavailable | ErrorKind::PermissionDenied | ErrorKind::Redirected => {
            ProcessFailure::Deferred(error.to_string())
        }
        _ if error.is_transient() => ProcessFailure::Deferred(error.to_string()),
        _ => ProcessFailure::Unreadable(error.to_string()),
    }
}

fn rejection(error: &ExtractError) -> ProcessFailure {
    match error.kind {
        ExtractErrorKind::Io { .. } => ProcessFailure::Unreadable(error.kind.to_string()),
        _ => ProcessFailure::Poison(error.kind.to_string()),
    }
}
