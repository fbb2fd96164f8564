//! A database file that comes from outside, and whether it is one.

use bridge_traits::{BridgeError, ErrorKind, Result};

use super::connection::{Connection, Role};
use super::engine::Engine;
use super::memory::MemoryBlocks;
use super::opening;
use super::options::WasmDatabaseOptions;
use super::store::Store;

/// The file format's first bytes, <https://www.sqlite.org/fileformat.html>.
const MAGIC: &[u8] = b"SQLite format 3\0";
const HEADER: usize = 100;
/// Where the header says whether the file is used with a write-ahead log (2) or not (1).
const WRITE_VERSION: usize = 18;
const READ_VERSION: usize = 19;

/// Checks that bytes are a sound database, and makes them one without a write-ahead log.
///
/// # Errors
/// `Corrupt` naming what is wrong with it; `InvalidInput` if there is nothing.
pub(super) fn checked(mut bytes: Vec<u8>, subject: &str) -> Result<Vec<u8>> {
    let complain = |what: String| Err(BridgeError::new(ErrorKind::Corrupt, subject).detail(what));
    if bytes.len() < HEADER || !bytes.starts_with(MAGIC) {
        return complain("what was given is not a SQLite database file".to_owned());
    }
    let page = match u16::from_be_bytes([bytes[16], bytes[17]]) {
        1 => 65_536,
        size => usize::from(size),
    };
    let pages = u32::from_be_bytes([bytes[28], bytes[29], bytes[30], bytes[31]]);
    if !page.is_power_of_two() || page < 512 {
        return complain(format!("its page size is {page}"));
    }
    if !bytes.len().is_multiple_of(page) || bytes.len() / page != pages as usize {
        return complain(format!(
            "its header says {pages} pages of {page} bytes, and it has {} bytes",
            bytes.len()
        ));
    }
    for at in [WRITE_VERSION, READ_VERSION] {
        if bytes[at] == 2 {
            bytes[at] = 1;
        }
    }
    check_content(&bytes).map_err(|error| {
        BridgeError::new(ErrorKind::Corrupt, subject)
            .detail("what was given is damaged")
            .source(error)
    })?;
    Ok(bytes)
}

/// Lets SQLite look through all of it, in a database of its own.
fn check_content(bytes: &[u8]) -> Result<()> {
    let mut store = Store::new(Box::<MemoryBlocks>::default(), 0, 0);
    let commit = store.replace_all(bytes);
    store
        .publish(&commit)
        .map_err(|code| super::error::map_code(code, "copy"))?;
    let engine = opening::in_memory(&WasmDatabaseOptions::default(), store)?;
    let reader: Connection = Engine::connect(&engine, Role::Reader)?;
    let rows = reader.query("PRAGMA integrity_check(1)", vec![])?;
    let verdict: String = rows
        .first()
        .map_or_else(|| Ok(String::new()), |row| row.get(0))?;
    match verdict.as_str() {
        "ok" => Ok(()),
        other => Err(BridgeError::new(ErrorKind::Corrupt, "copy").detail(other)),
    }
}
