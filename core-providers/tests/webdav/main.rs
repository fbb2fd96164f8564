//! `WebDav` against a server in memory that speaks the dialects of real ones and breaks on demand.

mod conformance;
mod dialects;
mod faults;
mod feeds;
mod reading;
mod signing_in;
mod support;
mod trees;
mod walking;
