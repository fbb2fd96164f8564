//! Bytes, counted.

use std::io::{self, Read, Seek, SeekFrom};

use bridge_traits::provider::{ItemKey, StorageProvider, Version};
use bridge_traits::storage::BlockingFile;
use bridge_traits::{BridgeError, ErrorKind, Result};
use bytes::{Bytes, BytesMut};

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

/// Reads a whole item, in pieces that no server refuses.
pub(super) async fn read_whole(
    provider: &dyn StorageProvider,
    key: &ItemKey,
    version: &Version,
    size: u64,
) -> Result<(Bytes, Counted)> {
    const PIECE: u64 = 8 << 20;
    let mut whole = BytesMut::new();
    let mut counted = Counted::default();
    while counted.bytes < size {
        let range = counted.bytes..size.min(counted.bytes + PIECE);
        let asked = range.clone();
        let piece = provider.read(key, Some(version), range).await?;
        counted.requests += 1;
        counted.bytes += piece.len() as u64;
        whole.extend_from_slice(&piece);
        // What is short was cut off on the way, or is another file by now: half a song says nothing.
        if counted.bytes < size.min(asked.end) {
            return Err(
                BridgeError::new(ErrorKind::Timeout, key.0.clone()).detail(format!(
                    "the content ended after {} of {size} bytes",
                    counted.bytes
                )),
            );
        }
    }
    Ok((whole.freeze(), counted))
}
