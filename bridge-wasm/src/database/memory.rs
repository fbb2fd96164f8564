//! Committed blocks in memory: all there is of a temporary database, and the mirror of one in IndexedDB.

use super::store::{Block, Blocks, zeros};
use super::vfs::Code;

#[derive(Default)]
pub(super) struct MemoryBlocks {
    blocks: Vec<Block>,
}

impl MemoryBlocks {
    pub(super) fn new(blocks: Vec<Block>) -> Self {
        Self { blocks }
    }
}

impl Blocks for MemoryBlocks {
    fn read(&self, index: u32, from: usize, buffer: &mut [u8]) -> Result<(), Code> {
        let block = &self.blocks[index as usize];
        buffer.copy_from_slice(&block[from..from + buffer.len()]);
        Ok(())
    }

    fn get(&self, index: u32) -> Result<Block, Code> {
        Ok(self.blocks[index as usize].clone())
    }

    fn apply(&mut self, blocks: &[(u32, Block)], count: u32) -> Result<(), Code> {
        let count = count as usize;
        if self.blocks.len() < count {
            self.blocks.resize(count, zeros());
        }
        self.blocks.truncate(count);
        for (index, block) in blocks {
            self.blocks[*index as usize] = block.clone();
        }
        Ok(())
    }
}
