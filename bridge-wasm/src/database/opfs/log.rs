//! The log: the last commit, for the case that its blocks did not get to their places.
//!
//! It begins with [`MAGIC`] and the checksum of all that follows: the version, the size of the database,
//! the number of blocks, their indices, and the blocks. All numbers are little-endian.

use xxhash_rust::xxh3::xxh3_64;

use std::collections::BTreeSet;

use crate::database::store::{BLOCK, Block, block_count};

const MAGIC: &[u8; 8] = b"mclog 1\n";
const CHECKED_FROM: usize = 16;
const HEAD: usize = 40;
/// Bytes of a block's index.
const INDEX: usize = 4;

pub(super) fn serialise(version: u64, size: u64, blocks: &[&(u32, Block)]) -> Vec<u8> {
    let mut log = Vec::with_capacity(HEAD + blocks.len() * (BLOCK + INDEX));
    log.extend_from_slice(MAGIC);
    log.extend_from_slice(&[0; 8]);
    log.extend_from_slice(&version.to_le_bytes());
    log.extend_from_slice(&size.to_le_bytes());
    log.extend_from_slice(&(blocks.len() as u64).to_le_bytes());
    for (index, _) in blocks {
        log.extend_from_slice(&index.to_le_bytes());
    }
    for (_, block) in blocks {
        log.extend_from_slice(block);
    }
    let checksum = xxh3_64(&log[CHECKED_FROM..]);
    log[8..CHECKED_FROM].copy_from_slice(&checksum.to_le_bytes());
    log
}

/// A log that is whole.
pub(super) struct Logged<'a> {
    pub(super) version: u64,
    pub(super) size: u64,
    indices: &'a [u8],
    blocks: &'a [u8],
}

impl Logged<'_> {
    /// Tells whether all blocks of the database are here or among the first `placed`, which are in their places.
    pub(super) fn completes(&self, placed: u64) -> bool {
        let logged: BTreeSet<u64> = self.blocks().map(|(index, _)| index.into()).collect();
        (placed..block_count(self.size).into()).all(|index| logged.contains(&index))
    }

    pub(super) fn blocks(&self) -> impl Iterator<Item = (u32, &[u8])> {
        let indices = self.indices.as_chunks::<INDEX>().0.iter();
        indices
            .map(|it| u32::from_le_bytes(*it))
            .zip(self.blocks.chunks_exact(BLOCK))
    }
}

/// Reads a log; `None` if it is not a whole one.
pub(super) fn parse(log: &[u8]) -> Option<Logged<'_>> {
    if log.len() < HEAD || !log.starts_with(MAGIC) {
        return None;
    }
    let number = |at: usize| {
        let bytes = log[at..at + 8].try_into().ok()?;
        Some(u64::from_le_bytes(bytes))
    };
    let count = usize::try_from(number(32)?).ok()?;
    let length = count.checked_mul(BLOCK + INDEX)?.checked_add(HEAD)?;
    if log.len() != length || number(8)? != xxh3_64(&log[CHECKED_FROM..]) {
        return None;
    }
    let (indices, blocks) = log[HEAD..].split_at(count * INDEX);
    Some(Logged {
        version: number(16)?,
        size: number(24)?,
        indices,
        blocks,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn a_log_is_what_was_logged_and_a_torn_one_is_none() {
        let blocks = [(7, vec![1; BLOCK].into()), (900, vec![2; BLOCK].into())];
        let log = serialise(3, 12_345, &blocks.iter().collect::<Vec<_>>());
        let read = parse(&log).unwrap();
        assert_eq!((read.version, read.size), (3, 12_345));
        let found: Vec<(u32, &[u8])> = read.blocks().collect();
        let expected = blocks.each_ref().map(|(index, it)| (*index, &**it));
        assert_eq!(found, expected);

        for end in [0, 7, 8, 39, 40, 48, log.len() - 1] {
            assert!(parse(&log[..end]).is_none(), "cut at {end}");
        }
        // Of three blocks, that in the middle is not logged.
        let large = serialise(
            4,
            3 * BLOCK as u64,
            &[&(0, vec![3; BLOCK].into()), &(2, vec![4; BLOCK].into())],
        );
        let large = parse(&large).unwrap();
        assert_eq!(
            [0, 1, 2, 3].map(|placed| large.completes(placed)),
            [false, false, true, true]
        );
        let longer = [&*log, &[0]].concat();
        assert!(parse(&longer).is_none(), "with the end of an older one");
        for at in [0, 8, 16, 24, 32, 40, 50, log.len() - 1] {
            let mut changed = log.clone();
            changed[at] ^= 1;
            assert!(parse(&changed).is_none(), "changed at {at}");
        }
    }
}
