//! Asynchronous reading, writing and seeking: tokio's traits on every target.

pub use tokio::io::{
    AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncSeek, AsyncSeekExt, AsyncWrite,
    AsyncWriteExt, BufReader, BufWriter, ReadBuf, SeekFrom, copy, duplex,
};
