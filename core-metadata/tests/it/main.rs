//! Reads files that the tests write themselves, whole and damaged, and the corpus where it is there.

mod corpus;
mod damage;
mod fields;
mod formats;
mod identity;
mod support;
