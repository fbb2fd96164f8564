//! Databases in files of the origin, which only a dedicated worker has.

#![cfg(target_arch = "wasm32")]
#![allow(missing_docs, reason = "a test")]

mod cases;
/// Where the log finds what blocks are.
mod database {
    pub(crate) mod store {
        pub(crate) const BLOCK: usize = 8192;
        pub(crate) type Block = std::rc::Rc<[u8]>;

        pub(crate) fn block_count(size: u64) -> u32 {
            size.div_ceil(BLOCK as u64) as u32
        }
    }
}
// Its own tests, which nothing else runs.
#[path = "../../src/database/opfs/log.rs"]
mod log;
#[path = "../portable/table.rs"]
mod table;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);
