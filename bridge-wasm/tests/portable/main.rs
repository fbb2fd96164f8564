//! The bridges, in a window and in a dedicated worker.

#![cfg(target_arch = "wasm32")]
#![allow(missing_docs, reason = "a test")]

mod conformance;
mod connections;
mod database;
mod differential;
mod folders;
mod host;
mod http;
mod place;
#[path = "../../../core-async/tests/files/steps.rs"]
mod steps;
mod storages;
mod stores;
mod table;

use conformance::fresh_name;
