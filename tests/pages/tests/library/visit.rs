//! A person at the demo page.

use std::path::Path;

use anyhow::{Context, Result};
use music_core_page_tests::{Server, Tab};
use serde_json::{Value, json};

/// A tab with the page, and what a person does there.
pub(crate) struct Visit {
    pub(crate) tab: Tab,
}

impl Visit {
    pub(crate) fn new(tab: Tab) -> Self {
        Self { tab }
    }

    /// Opens the page and waits for the library.
    pub(crate) fn open(&self, server: &Server) -> Result<()> {
        self.tab.open(&server.url("/"))?;
        self.is_ready()
    }

    /// Waits until the library is open and shown.
    pub(crate) fn is_ready(&self) -> Result<()> {
        self.until("document.body.dataset.state === 'ready'")
    }

    /// Waits until an expression of JavaScript is true.
    pub(crate) fn until(&self, expression: &str) -> Result<()> {
        let waited = self.tab.run(&format!(
            "while (!({expression})) await new Promise(done => setTimeout(done, 20));"
        ));
        waited.map(drop).with_context(|| {
            format!(
                "waiting for {expression}; the page shows:\n{}",
                self.shown()
            )
        })
    }

    fn shown(&self) -> String {
        self.tab.text("body").unwrap_or_default()
    }

    pub(crate) fn is_shown(&self, selector: &str) -> Result<bool> {
        let shown = self.tab.run_with(
            "return document.querySelector(args[0]).checkVisibility()",
            &[json!(selector)],
        )?;
        Ok(shown == true)
    }

    /// Gives the texts of elements, sorted.
    pub(crate) fn sorted(&self, selector: &str) -> Result<Vec<String>> {
        let texts = self.tab.run_with(
            "return [...document.querySelectorAll(args[0])].map(it => it.textContent)",
            &[json!(selector)],
        )?;
        let texts = texts.as_array().into_iter().flatten();
        let mut texts: Vec<_> = texts
            .map(|it| it.as_str().unwrap_or_default().to_owned())
            .collect();
        texts.sort();
        Ok(texts)
    }

    /// Chooses a folder and waits until it is synced; gives the result.
    pub(crate) fn choose(&self, folder: &Path) -> Result<Value> {
        self.tab.run("delete document.body.dataset.result")?;
        self.tab.choose_files("#folder", &[folder])?;
        self.until("document.body.dataset.sync === 'idle' && document.body.dataset.result")?;
        self.tab
            .run("return JSON.parse(document.body.dataset.result)")
    }

    /// Replaces the text of the search field, as a person types it.
    pub(crate) fn search(&self, text: &str) -> Result<()> {
        self.tab
            .run("const it = document.querySelector('#search'); it.value = ''; it.oninput()")?;
        match text {
            "" => Ok(()),
            text => self.tab.type_into("#search", text),
        }
    }

    /// Searches and waits until this album is the best that is found.
    pub(crate) fn finds(&self, text: &str, album: &str) -> Result<()> {
        self.search(text)?;
        self.until(&format!(
            "document.querySelector('#found-albums b')?.textContent === '{album}'"
        ))
    }

    /// Waits until all albums show the pictures of their covers.
    pub(crate) fn all_covers_are_shown(&self, count: usize) -> Result<()> {
        self.until(&format!(
            "(() => {{
               const covers = [...document.querySelectorAll('#albums .cover img')];
               return covers.length === {count} && covers.every(it => it.complete && it.naturalWidth > 0);
             }})()"
        ))
    }

    /// Does what an entry of the menu at the top offers.
    pub(crate) fn choose_in_menu(&self, entry: &str) -> Result<()> {
        self.tab.click("#actions")?;
        self.tab.click(entry)
    }

    /// Gives a number of what the first cover looks like.
    pub(crate) fn picture(&self) -> Result<Value> {
        self.tab.run(
            "const image = document.querySelector('#albums img');
             const canvas = new OffscreenCanvas(64, 64);
             const context = canvas.getContext('2d');
             context.drawImage(image, 0, 0, 64, 64);
             return [...context.getImageData(0, 0, 64, 64).data].reduce((sum, it, at) => (sum + it * (at + 1)) % 1e9, 0);",
        )
    }

    /// Closes the message at the top.
    pub(crate) fn dismiss(&self) -> Result<()> {
        self.tab.click("#message .close")
    }
}

/// Drops a file or folder on a page.
pub(crate) fn drop_on(tab: &Tab, what: &Path) -> Result<()> {
    for step in ["dragEnter", "dragOver", "drop"] {
        tab.devtools(
            "Input.dispatchDragEvent",
            &json!({
                "type": step, "x": 300, "y": 300,
                "data": {"items": [], "files": [what], "dragOperationsMask": 1},
            }),
        )?;
    }
    Ok(())
}
