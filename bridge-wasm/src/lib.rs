//! The platform contract in a browser, by fetch, IndexedDB and SQLite compiled to WebAssembly.
//!
//! It has nothing in it yet: `core-async` runs in a browser already, the bridges come next. Until
//! then a browser host gives bridges of its own to `CoreServiceBuilder`. Its files will be those of
//! `bridge-native`, each type named `Wasm…` where it is `Native…` there, and each will run the same
//! conformance suite of `bridge-traits`.
