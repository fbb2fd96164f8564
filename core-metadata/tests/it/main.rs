//! Reads files that the tests write themselves, whole and damaged, and the corpus where it is there.

#[cfg(not(target_arch = "wasm32"))]
mod corpus;
mod damage;
mod digest;
mod fields;
mod formats;
mod identity;
mod ranged;
mod support;
