//! Reads a file that can only be had in ranges, each of which costs a request.
//!
//! The same parsers run that read local files. They run over the parts that were fetched so far; where
//! they want more they stop, and what they wanted is fetched before they run again. So nothing is told
//! apart by where a file lies, and what they say is what they would say of the whole file.

mod sparse;

use crate::{ExtractError, ExtractOptions, TrackMetadata, Warning, extract, identity::BLOCK};
use std::ops::Range;

pub(crate) use sparse::{Missing, Sparse};

/// The first request. The tags and the first frame of most files are in there.
const HEAD: u64 = 64 << 10;

/// Files up to this size are fetched at once: two requests cost more than these bytes.
const WHOLE: u64 = 96 << 10;

/// What a later request fetches at least.
const CHUNK: u64 = 12 << 10;

/// How many requests a file may take before they grow.
const PATIENCE: u64 = 5;

/// What a request of a file that keeps asking grows to at most.
const LARGEST: u64 = 4 << 20;

/// Counts what reading one file cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReadCost {
    /// The bytes that were supplied.
    pub bytes: u64,
    /// The ranges that were supplied.
    pub requests: u64,
}

/// Says how a [`RangedExtract`] goes on.
#[derive(Debug)]
pub enum RangedStep {
    /// These bytes are wanted. What is there of them goes to [`RangedExtract::supply`].
    Fetch(Range<u64>),
    /// All that was wanted is read.
    Done(Box<Result<TrackMetadata, ExtractError>>),
}

/// Extracts metadata from ranges of a file, and says which.
///
/// What comes out equals what [`extract()`] says of the whole file under the same
/// options. Their [`depth`](ExtractOptions::depth) decides whether pictures are fetched.
///
/// ```
/// use core_metadata::{ExtractOptions, RangedExtract, RangedStep};
///
/// # let mut file = vec![0xFF, 0xFB, 0x90, 0xC4];
/// # file.resize(417, 0);
/// # file.extend(b"TAG");
/// # file.extend(format!("{:\0<125}", "My Title").into_bytes());
/// let mut ranged = RangedExtract::new(ExtractOptions::new("song.mp3", file.len() as u64));
/// let track = loop {
///     match ranged.advance() {
///         // Here a program sends a request.
///         RangedStep::Fetch(range) => {
///             ranged.supply(range.start, &file[range.start as usize..range.end as usize]);
///         }
///         RangedStep::Done(result) => break (*result)?,
///     }
/// };
/// assert_eq!(track.title.as_deref(), Some("My Title"));
/// assert_eq!(ranged.cost().requests, 1);
/// # Ok::<(), core_metadata::ExtractError>(())
/// ```
#[derive(Debug)]
pub struct RangedExtract {
    options: ExtractOptions,
    sparse: Sparse,
    /// What was asked for last.
    asked: Range<u64>,
    /// Whether the length of the file is known.
    measured: bool,
    /// The size that was listed, where the file turned out to be shorter.
    listed: Option<u64>,
    cost: ReadCost,
}

impl RangedExtract {
    /// Starts with nothing fetched. A size of 0 in `options` means that it is not known; the file is
    /// then fetched up to its end.
    #[must_use]
    pub fn new(options: ExtractOptions) -> Self {
        Self {
            sparse: Sparse::new(options.size),
            asked: 0..0,
            measured: options.size > 0,
            listed: None,
            cost: ReadCost::default(),
            options,
        }
    }

    /// Returns what the requests so far cost.
    #[must_use]
    pub fn cost(&self) -> ReadCost {
        self.cost
    }

    /// Adds the bytes from `start` on. Fewer than were asked for mean that the file ends there.
    pub fn supply(&mut self, start: u64, bytes: &[u8]) {
        self.cost.requests += 1;
        self.cost.bytes += bytes.len() as u64;
        self.sparse.add(start, bytes);
        let end = start + bytes.len() as u64;
        let short = self.asked.contains(&start) && end < self.asked.end;
        if !self.measured {
            self.sparse.set_len(end);
            self.measured = short;
        } else if short && end < self.sparse.len() {
            self.listed.get_or_insert(self.sparse.len());
            self.sparse.set_len(end);
        }
    }

    /// Reads on, and says what has to be fetched or what was read.
    pub fn advance(&mut self) -> RangedStep {
        if !self.measured {
            let from = self.sparse.len();
            return self.ask(from..from + from.clamp(HEAD, LARGEST));
        }
        let outcome = extract::of_sparse(&self.sparse, &self.options);
        match outcome {
            Ok(mut result) => {
                if let (Some(announced), Ok(track)) = (self.listed, &mut result) {
                    track.warnings.push(Warning::TruncatedAudio {
                        announced,
                        present: self.sparse.len(),
                    });
                }
                RangedStep::Done(Box::new(result))
            }
            Err(missing) => {
                let range = self.plan(&missing);
                self.ask(range)
            }
        }
    }

    fn ask(&mut self, range: Range<u64>) -> RangedStep {
        self.asked = range.clone();
        RangedStep::Fetch(range)
    }

    /// Turns what a parser missed into a request that spares the next one.
    fn plan(&self, missing: &Missing) -> Range<u64> {
        let len = self.sparse.len();
        if self.sparse.is_empty() && missing.range.start < HEAD {
            return 0..if len <= WHOLE { len } else { HEAD };
        }
        let grown = CHUNK << (self.cost.requests.saturating_sub(PATIENCE)).min(20);
        let least = missing.ahead.max(grown.min(LARGEST));
        let Range { start, end } = missing.range;
        let end = end.max(start.saturating_add(least)).min(len);
        // At the end of a file tags are read backwards, and before them is the end of the audio.
        let from = if end == len {
            let sample = if self.options.audio_id { BLOCK } else { 0 };
            start.min(len.saturating_sub(least + sample))
        } else {
            start
        };
        let mut range = self.sparse.gap(from..end);
        // The part before the miss may be there already; then only the miss counts.
        if !range.contains(&start) {
            range = self.sparse.gap(start..end);
        }
        range
    }
}
