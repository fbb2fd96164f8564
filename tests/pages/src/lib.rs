//! Real pages in a real browser: builds them, serves them and drives them from a native test.
//!
//! What `wasm_bindgen_test` can't do is done here: reload a page, open it twice, click, choose files,
//! run out of quota, kill the browser and come back to what it kept.
//!
//! ```no_run
//! use music_core_page_tests::{Browser, Page, Server};
//!
//! # fn main() -> anyhow::Result<()> {
//! let folder = Page::example("bridge-wasm", "counting").build()?;
//! let server = Server::of(&folder).start()?;
//! let browser = Browser::start()?;
//! let tab = browser.tab()?;
//! tab.open(&server.url("/"))?;
//! let answer = tab.run("const it = await import('/counting.js'); await it.default(); return it.count(7)")?;
//! assert_eq!(answer, 7);
//!
//! let browser = browser.kill()?.reopen()?; // SIGKILL; then the same profile again
//! # drop(browser);
//! # Ok(())
//! # }
//! ```

mod browser;
mod page;
mod server;

pub use browser::{Browser, Options, Profile, Renderer, Tab};
pub use page::{Page, demo, published_demo};
pub use server::{Server, ServerBuilder, respond};
/// What a route is given to answer.
pub use tiny_http as http;
