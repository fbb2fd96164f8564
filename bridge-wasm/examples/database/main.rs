//! A page with a database, for the tests that kill it: `tests/pages/tests/database/`.

#![cfg(target_arch = "wasm32")]
#![allow(missing_docs, reason = "a page of a test")]

use std::cell::RefCell;

use bridge_traits::BridgeError;
use bridge_traits::database::{DatabaseAdapter, SqlValue, TransactionMode};
use bridge_wasm::{DatabaseStorage, WasmDatabaseOptions, WasmDbAdapter};
use core_async::time::Duration;
use wasm_bindgen::prelude::*;

thread_local! {
    static DATABASE: RefCell<Option<WasmDbAdapter>> = const { RefCell::new(None) };
}

const NAME: &str = "library";

fn thrown(error: BridgeError) -> JsError {
    JsError::new(&format!("{:?} {error}", error.kind()))
}

fn database() -> WasmDbAdapter {
    DATABASE.with_borrow(|it| it.clone().expect("it is open"))
}

/// Opens the database, waiting this long for another tab that has it. `in_files` is for workers.
#[wasm_bindgen]
pub async fn open(patience_ms: u32, in_files: bool) -> Result<(), JsError> {
    let options = WasmDatabaseOptions {
        storage: match in_files {
            true => DatabaseStorage::OriginPrivateFiles,
            false => DatabaseStorage::IndexedDb,
        },
        owner_timeout: Duration::from_millis(patience_ms.into()),
        ..WasmDatabaseOptions::default()
    };
    let opened = WasmDbAdapter::open(NAME, options).await.map_err(thrown)?;
    let sql = "CREATE TABLE IF NOT EXISTS pair (n INTEGER PRIMARY KEY, half INTEGER, filler BLOB)";
    opened.execute(sql, vec![]).await.map_err(thrown)?;
    DATABASE.with_borrow_mut(|it| *it = Some(opened));
    Ok(())
}

/// Commits rows `2n` and `2n + 1`, with so many bytes of filler each.
#[wasm_bindgen]
pub async fn commit(n: u32, bytes: u32) -> Result<(), JsError> {
    let work = async {
        let mut writing = database().begin(TransactionMode::Write).await?;
        for half in [0, 1] {
            let row = [2 * n + half, half].map(SqlValue::from);
            let filler = SqlValue::Blob(vec![n as u8; bytes as usize]);
            let row = row.into_iter().chain([filler]).collect();
            writing
                .execute("INSERT INTO pair VALUES (?, ?, ?)", row)
                .await?;
        }
        writing.commit().await
    };
    work.await.map_err(thrown)
}

/// Commits one pair after the other, for ever.
#[wasm_bindgen]
pub async fn commit_on_and_on(bytes: u32) -> Result<(), JsError> {
    for n in count().await? / 2.. {
        commit(n, bytes).await?;
    }
    Ok(())
}

/// How large the module's memory is, in bytes.
#[wasm_bindgen]
pub fn memory_bytes() -> f64 {
    (core::arch::wasm32::memory_size::<0>() * 65_536) as f64
}

/// Counts the rows.
#[wasm_bindgen]
pub async fn count() -> Result<u32, JsError> {
    let rows = database().query("SELECT count(*) FROM pair", vec![]).await;
    rows.and_then(|rows| rows[0].get(0)).map_err(thrown)
}

/// Says `ok` if the file is sound, and no pair is missing or half there.
#[wasm_bindgen]
pub async fn check() -> Result<String, JsError> {
    let sql = "SELECT (SELECT group_concat(integrity_check) FROM pragma_integrity_check),
                      count(*) % 2, count(*) - 1 - ifnull(max(n), -1) FROM pair";
    let rows = database().query(sql, vec![]).await.map_err(thrown)?;
    let read = || {
        Ok((
            rows[0].get::<String>(0)?,
            rows[0].get::<i64>(1)?,
            rows[0].get::<i64>(2)?,
        ))
    };
    let (sound, odd, missing) = read().map_err(thrown)?;
    Ok(match (odd, missing) {
        (0, 0) => sound,
        _ => format!("{sound}, odd {odd}, missing {missing}"),
    })
}
