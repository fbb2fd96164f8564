//! `LocalFolder` on the disk of this machine, over a file system that can be made to fail.
#![cfg(unix)]

mod checkpoints;
mod conformance;
mod content;
mod ignoring;
mod links;
mod opening;
mod property;
mod support;
mod walking;
