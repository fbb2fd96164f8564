//! Files that are larger than the memory for them.

use std::path::PathBuf;

use bridge_traits::storage::FileSystemAccess;
use bytes::Bytes;
use futures::{StreamExt, stream};
use wasm_bindgen::prelude::*;

use super::{Files, changes, told};

/// Bytes of a piece; no divisor of a chunk, so that pieces and chunks don't fall together.
const PIECE: usize = 100_000;

/// A sum over bytes in any division into pieces.
#[derive(Default)]
struct Sum {
    hash: u64,
    word: u64,
    count: u64,
}

impl Sum {
    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.word = self.word << 8 | u64::from(*byte);
            self.count += 1;
            if self.count.is_multiple_of(8) {
                let mixed = (self.hash ^ self.word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
                self.hash = mixed.rotate_left(7);
            }
        }
    }

    fn text(&self) -> String {
        format!("{} {:x} {:x}", self.count, self.hash, self.word)
    }
}

fn piece(at: usize, length: usize) -> Bytes {
    let mut state = at as u64 + 1;
    let mut words = Vec::with_capacity(length + 8);
    while words.len() < length {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(at as u64 | 1);
        words.extend_from_slice(&state.to_le_bytes());
    }
    words.truncate(length);
    words.into()
}

#[wasm_bindgen]
impl Files {
    /// Streams `size` bytes into a file and gives their sum.
    pub async fn stream_in(&self, path: String, size: f64) -> Result<String, JsError> {
        let size = size as usize;
        let sum = std::rc::Rc::new(std::cell::RefCell::new(Sum::default()));
        let adding = sum.clone();
        let pieces = (0..size.div_ceil(PIECE)).map(move |at| {
            let bytes = piece(at, PIECE.min(size - at * PIECE));
            adding.borrow_mut().add(&bytes);
            Ok(bytes)
        });
        let content = Box::pin(stream::iter(pieces));
        let written = self.0.write_stream(&PathBuf::from(path), content).await;
        written.map_err(told)?;
        Ok(sum.borrow().text())
    }

    /// Streams a file out and gives the sum of its bytes.
    pub async fn stream_out(&self, path: String) -> Result<String, JsError> {
        let mut sum = Sum::default();
        let stream = self.0.read_stream(&PathBuf::from(path), 0).await;
        let mut stream = stream.map_err(told)?;
        while let Some(piece) = stream.next().await {
            sum.add(&piece.map_err(told)?);
        }
        Ok(sum.text())
    }

    /// Writes files of 1 MiB until storage is full; gives how many there are then. `most` are the most.
    pub async fn fill(&self, folder: String, most: u32) -> Result<u32, JsError> {
        let folder = PathBuf::from(folder);
        match self.0.create_dir_all(&folder).await {
            Ok(()) => {}
            Err(error) if changes::is_full(&error) => return Ok(0),
            Err(error) => return Err(told(error)),
        }
        for at in 0..most {
            let content = piece(at as usize, 1024 * 1024);
            match self.0.write(&folder.join(at.to_string()), content).await {
                Ok(()) => {}
                Err(error) if changes::is_full(&error) => return Ok(at),
                Err(error) => return Err(told(error)),
            }
        }
        Ok(most)
    }
}
