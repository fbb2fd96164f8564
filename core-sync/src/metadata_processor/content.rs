//! Bytes, counted.

use std::io::{self, Read, Seek, SeekFrom};

use bridge_traits::provider::{ItemKey, StorageProvider, Version};
use bridge_traits::storage::BlockingFile;
use core_metadata::{
    ExtractError, ExtractOptions, RangedExtract, RangedStep, ReadCost, TrackMetadata,
};

use super::{ProcessFailure, failure};

/// What reading cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Counted {
    /// Bytes of content.
    pub(super) bytes: u64,
    /// Files opened, or requests sent.
    pub(super) requests: u64,
}

/// A file that counts what is read of it.
pub(super) struct CountedReader {
    file: Box<dyn BlockingFile>,
    bytes: u64,
}

impl CountedReader {
    pub(super) fn new(file: Box<dyn BlockingFile>) -> Self {
        Self { file, bytes: 0 }
    }

    pub(super) fn counted(&self) -> Counted {
        Counted {
            bytes: self.bytes,
            requests: 1,
        }
    }
}

impl Read for CountedReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.bytes += read as u64;
        Ok(read)
    }
}

impl Seek for CountedReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

/// Reads the metadata of an item in the ranges that its format asks for.
///
/// Returns a failure only if a read fails; what is wrong with the content is in the value.
pub(super) async fn extract_ranged(
    provider: &dyn StorageProvider,
    key: &ItemKey,
    version: &Version,
    options: ExtractOptions,
) -> Result<(Result<TrackMetadata, ExtractError>, Counted), ProcessFailure> {
    let size = options.size;
    let mut ranged = RangedExtract::new(options);
    loop {
        match ranged.advance() {
            RangedStep::Fetch(range) => {
                let asked = range.clone();
                let bytes = provider.read(key, Some(version), range).await;
                let bytes = bytes.map_err(|error| failure(&error))?;
                let end = asked.start + bytes.len() as u64;
                // What is short was cut off on the way, or is another file by now: half a song says
                // nothing. Only where no size was listed it tells the size.
                if size > 0 && end < asked.end {
                    let reason = format!("the content ended after {end} of {size} bytes");
                    return Err(ProcessFailure::Deferred(reason));
                }
                ranged.supply(asked.start, &bytes);
            }
            RangedStep::Done(outcome) => {
                let ReadCost { bytes, requests } = ranged.cost();
                return Ok((*outcome, Counted { bytes, requests }));
            }
        }
    }
}
