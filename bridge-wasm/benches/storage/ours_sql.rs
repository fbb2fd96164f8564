//! SQLite, ours: in IndexedDB, and in a file.

use bridge_traits::database::{DatabaseAdapter, SqlValue, TransactionMode};
use bridge_wasm::{DatabaseStorage, WasmDatabaseOptions, WasmDbAdapter};
use wasm_bindgen::prelude::*;

use super::told;

/// Rows of texts in the module's memory.
#[wasm_bindgen]
pub struct Rows(Vec<Vec<SqlValue>>);

#[wasm_bindgen]
impl Rows {
    /// Makes rows of `width` texts each.
    #[wasm_bindgen(constructor)]
    pub fn new(texts: Vec<String>, width: usize) -> Self {
        let rows = texts.chunks(width);
        Self(
            rows.map(|it| it.iter().map(|it| it.as_str().into()).collect())
                .collect(),
        )
    }
}

#[wasm_bindgen]
pub struct OursSql(WasmDbAdapter);

#[wasm_bindgen]
impl OursSql {
    pub async fn open(name: String, in_file: bool) -> Result<Self, JsError> {
        let options = WasmDatabaseOptions {
            storage: match in_file {
                true => DatabaseStorage::OriginPrivateFiles,
                false => DatabaseStorage::IndexedDb,
            },
            ..WasmDatabaseOptions::default()
        };
        let database = WasmDbAdapter::open(&name, options).await;
        Ok(Self(database.map_err(told)?))
    }

    /// Runs statements without parameters.
    pub async fn run(&self, sql: String) -> Result<(), JsError> {
        self.0.execute_batch(&sql).await.map_err(told)
    }

    /// Runs a statement with each of the rows, `at_once` of them in a transaction.
    pub async fn run_with(&self, sql: String, rows: &Rows, at_once: usize) -> Result<(), JsError> {
        let work = async {
            for some in rows.0.chunks(at_once) {
                let mut writing = self.0.begin(TransactionMode::Write).await?;
                for row in some {
                    writing.execute(&sql, row.clone()).await?;
                }
                writing.commit().await?;
            }
            Ok::<_, bridge_traits::BridgeError>(())
        };
        work.await.map_err(told)
    }

    /// Gives the first value of the first row, a number.
    pub async fn number(&self, sql: String, text: Option<String>) -> Result<f64, JsError> {
        let parameters = text.map(|it| vec![it.into()]).unwrap_or_default();
        let rows = self.0.query(&sql, parameters).await.map_err(told)?;
        let number: i64 = rows[0].get(0).map_err(told)?;
        Ok(number as f64)
    }

    pub async fn close(&self) -> Result<(), JsError> {
        self.0.close().await.map_err(told)
    }
}
