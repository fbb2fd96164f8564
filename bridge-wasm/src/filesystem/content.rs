//! Reading.

use std::ops::Range;
use std::path::Path;

use bridge_traits::{ByteStream, Result};
use bytes::Bytes;
use futures::stream;

use super::chunks::{self, BATCH, CHUNK};
use super::path::Steps;
use super::pins::Pin;
use super::{CHUNKS, ENTRIES, WasmFileSystem};
use crate::idb::Tx;

/// Chunks that a stream asks for at a time.
const AHEAD: u64 = 8;

impl WasmFileSystem {
    /// Reads a range, which may reach beyond the end, in one transaction.
    pub(super) async fn read_bytes(&self, path: &Path, range: Range<u64>) -> Result<Bytes> {
        let steps = Steps::parse(path)?;
        let subject = path.to_string_lossy().into_owned();
        let files = self.clone();
        let body = async move |tx: &Tx<'_>| {
            let cut = |size: u64| range.start.min(size)..range.end.min(size);
            let ask = |ino: u64, wanted: &Range<u64>, first: u64| {
                let part = first..(first + BATCH).min(wanted.end);
                chunks::run(tx, ino, part, &subject)
            };
            // Where the file was when it was last seen, so that its content comes along with its entry.
            let mut ahead = None;
            if let Some((ino, size)) = files.inner.cache.guess(&steps) {
                let wanted = chunks::covering(&cut(size));
                if !wanted.is_empty() {
                    ahead = Some((ino, wanted.clone(), ask(ino, &wanted, wanted.start)?));
                }
            }
            let (place, entry) = files.inner.cache.file(tx, &steps).await?;
            let range = cut(entry.size);
            if range.start >= range.end {
                return Ok(Vec::new());
            }
            let mut content = Vec::with_capacity((range.end - range.start) as usize);
            let wanted = chunks::covering(&range);
            let ask = |first: u64| ask(entry.ino, &wanted, first);
            // The next request is under way while the chunks of the last one are copied.
            let mut asked = match ahead {
                Some((ino, part, asked)) if ino == entry.ino && part == wanted => asked,
                _ => {
                    files
                        .inner
                        .cache
                        .put_file(place.parent, &place.name, &entry);
                    ask(wanted.start)?
                }
            };
            let mut next = wanted.start + BATCH;
            loop {
                let following = (next < wanted.end).then(|| ask(next)).transpose()?;
                asked.await?.copy(&range, &mut content);
                match following {
                    Some(request) => asked = request,
                    None => return Ok(content),
                }
                next += BATCH;
            }
        };
        let subject = path.to_string_lossy();
        let stores = &[ENTRIES, CHUNKS];
        let content = self.inner.idb.read(&subject, stores, body).await?;
        Ok(content.into())
    }

    /// Streams the content that the file has now, from an offset on.
    pub(super) async fn stream(&self, path: &Path, offset: u64) -> Result<ByteStream> {
        let steps = Steps::parse(path)?;
        let subject = path.to_string_lossy().into_owned();
        let files = self.clone();
        let body = async move |tx: &Tx<'_>| {
            let (_, entry) = files.inner.cache.file(tx, &steps).await?;
            // Pinned within the transaction, so that nothing comes between.
            Ok((Pin::new(&files, entry.ino), entry))
        };
        let (pin, entry) = self.inner.idb.read(&subject, &[ENTRIES], body).await?;
        let reader = Reader {
            files: self.clone(),
            _pin: pin,
            ino: entry.ino,
            subject,
            range: offset.min(entry.size)..entry.size,
            ready: Vec::new(),
        };
        Ok(Box::pin(stream::try_unfold(reader, async |mut reader| {
            Ok(reader.next().await?.map(|piece| (piece, reader)))
        })))
    }
}

struct Reader {
    files: WasmFileSystem,
    _pin: Pin,
    ino: u64,
    subject: String,
    /// What is still to be given.
    range: Range<u64>,
    /// Chunks that are here already, the next one last.
    ready: Vec<chunks::Run>,
}

impl Reader {
    async fn next(&mut self) -> Result<Option<Bytes>> {
        if self.range.start >= self.range.end {
            return Ok(None);
        }
        if self.ready.is_empty() {
            self.fetch().await?;
        }
        let end = (self.range.start / CHUNK + 1) * CHUNK;
        let piece = self.range.start..end.min(self.range.end);
        let mut content = Vec::with_capacity((piece.end - piece.start) as usize);
        if let Some(run) = self.ready.pop() {
            run.copy(&piece, &mut content);
        }
        self.range.start = piece.end;
        Ok(Some(content.into()))
    }

    async fn fetch(&mut self) -> Result<()> {
        let all = chunks::covering(&self.range);
        let wanted = all.start..(all.start + AHEAD).min(all.end);
        let (ino, subject) = (self.ino, self.subject.clone());
        let body = async move |tx: &Tx<'_>| {
            let run = chunks::run(tx, ino, wanted.clone(), &subject)?.await?;
            Ok(run.split())
        };
        let idb = &self.files.inner.idb;
        self.ready = idb.read(&self.subject, &[CHUNKS], body).await?;
        self.ready.reverse();
        Ok(())
    }
}
