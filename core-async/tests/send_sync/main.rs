//! Which public types and futures are `Send`, `Sync` and `Unpin`: a table with both targets in a row.
//!
//! Natively everything is what tokio's is. In a browser nothing that a task waits with crosses threads.
//! Each row is held against what the compiler knows, in both directions: what is, and what is not. What
//! this crate makes public and no row names fails a test too.

#![allow(missing_docs, reason = "a test")]

#[cfg(not(target_arch = "wasm32"))]
mod complete;
mod futures;
mod probe;
mod types;

use probe::Row;

/// Makes a function that gives the rows. A row is a type or, after `=`, an expression whose type is meant.
macro_rules! table {
    ($($(#[$meta:meta])* $row:ty => $a:tt $b:tt $c:tt | $x:tt $y:tt $z:tt;)*) => {
        pub(crate) fn rows() -> Vec<crate::probe::Row> {
            vec![$($(#[$meta])* crate::probe::row!(
                stringify!($row), || crate::probe::any::<$row>(), [$a $b $c], [$x $y $z]
            )),*]
        }
    };
    ($(= $row:expr => $a:tt $b:tt $c:tt | $x:tt $y:tt $z:tt;)*) => {
        pub(crate) fn rows() -> Vec<crate::probe::Row> {
            vec![$(crate::probe::row!(stringify!($row), || $row, [$a $b $c], [$x $y $z])),*]
        }
    };
}
pub(crate) use table;

/// Every row that is wrong is shown at once, with what is true.
fn check(rows: Vec<Row>) {
    let wrong: Vec<String> = rows.iter().filter_map(Row::correction).collect();
    assert!(
        wrong.is_empty(),
        "the table is wrong:\n{}",
        wrong.join("\n")
    );
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn every_type_is_what_the_table_says() {
    check(types::rows());
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn every_future_is_what_the_table_says() {
    check(futures::rows());
}
