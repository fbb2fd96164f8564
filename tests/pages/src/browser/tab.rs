//! One tab, and what a person or a page could do in it.

use std::path::Path;
use std::rc::Rc;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::driver::Driver;

/// The key under which WebDriver names an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A tab of a browser. A command brings it to the front of its session first.
pub struct Tab {
    driver: Rc<Driver>,
    handle: Value,
}

impl Tab {
    pub(super) fn new(driver: Rc<Driver>, handle: Value) -> Self {
        Self { driver, handle }
    }

    /// Opens an address and waits until the page is loaded.
    ///
    /// # Errors
    /// If nobody answers there, or the tab is gone.
    pub fn open(&self, url: &str) -> Result<()> {
        self.post("/url", &json!({"url": url})).map(drop)
    }

    /// Loads the page anew and waits until it is loaded.
    ///
    /// # Errors
    /// If the tab is gone.
    pub fn reload(&self) -> Result<()> {
        self.post("/refresh", &json!({})).map(drop)
    }

    /// Runs the body of an `async` function of JavaScript in the page and gives what it returns, as JSON.
    ///
    /// # Errors
    /// If it throws, with what it threw; if it takes more than two minutes; or if the tab is gone.
    pub fn run(&self, body: &str) -> Result<Value> {
        self.run_with(body, &[])
    }

    /// Runs the body of an `async` function with `args`, an array of JSON.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn run_with(&self, body: &str, args: &[Value]) -> Result<Value> {
        // What was thrown is told by value, for the driver forgets everything but the message.
        let script = format!(
            "const args = [...arguments];\n\
             return (async () => {{ {body}\n }})().then(\n\
               value => ({{ value }}),\n\
               thrown => ({{ thrown: thrown instanceof Error || thrown instanceof DOMException\n\
                 ? `${{thrown.name}}: ${{thrown.message}}\\n${{thrown.stack ?? ''}}` : String(thrown) }}))"
        );
        let answer = self.post("/execute/sync", &json!({"script": script, "args": args}))?;
        if let Some(thrown) = answer["thrown"].as_str() {
            bail!("the page threw {thrown}\nconsole:\n{}", self.console_text());
        }
        Ok(answer["value"].clone())
    }

    /// Clicks the first element that the CSS selector finds, as a mouse does: the page sees a person's act.
    ///
    /// # Errors
    /// If there is none, or it can't be clicked.
    pub fn click(&self, selector: &str) -> Result<()> {
        let element = self.element(selector)?;
        self.post(&format!("/element/{element}/click"), &json!({}))
            .map(drop)
    }

    /// Types into the first element that the CSS selector finds.
    ///
    /// # Errors
    /// If there is none, or it takes no text.
    pub fn type_into(&self, selector: &str, text: &str) -> Result<()> {
        let element = self.element(selector)?;
        self.post(&format!("/element/{element}/value"), &json!({"text": text}))
            .map(drop)
    }

    /// Chooses files in an `<input type="file">`.
    ///
    /// # Errors
    /// If there is no such input, or a path is not there or no text.
    pub fn choose_files(&self, selector: &str, files: &[&Path]) -> Result<()> {
        let mut paths = Vec::new();
        for file in files {
            let path = file
                .canonicalize()
                .with_context(|| format!("can't choose {}", file.display()))?;
            let path = path
                .into_os_string()
                .into_string()
                .map_err(|it| anyhow::anyhow!("{it:?} is no text"))?;
            paths.push(path);
        }
        self.type_into(selector, &paths.join("\n"))
    }

    /// Gives the visible text of the first element that the CSS selector finds.
    ///
    /// # Errors
    /// If there is none.
    pub fn text(&self, selector: &str) -> Result<String> {
        let element = self.element(selector)?;
        let text = self.get(&format!("/element/{element}/text"))?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// Runs a command of the DevTools protocol for this tab, such as `Storage.overrideQuotaForOrigin`.
    ///
    /// # Errors
    /// If the browser refuses.
    pub fn devtools(&self, command: &str, parameters: &Value) -> Result<Value> {
        self.front()?;
        self.driver.devtools(command, parameters)
    }

    /// Takes a picture of what is visible, as a PNG file.
    ///
    /// # Errors
    /// If the tab is gone, or the file can't be written.
    pub fn screenshot(&self, file: &Path) -> Result<()> {
        let shot = self.get("/screenshot")?;
        let text = shot.as_str().context("a picture is text in base64")?;
        let picture = data_encoding::BASE64.decode(text.as_bytes())?;
        std::fs::write(file, picture).with_context(|| format!("can't write {}", file.display()))
    }

    /// Gives what the page wrote to its console since it was last asked, and its uncaught errors.
    ///
    /// # Errors
    /// If the tab is gone.
    pub fn console(&self) -> Result<Vec<String>> {
        let entries = self.post("/se/log", &json!({"type": "browser"}))?;
        let line = |it: &Value| {
            let word = |name: &str| it[name].as_str().unwrap_or_default().to_owned();
            format!("{} {}", word("level"), word("message"))
        };
        Ok(entries
            .as_array()
            .map(|it| it.iter().map(line).collect())
            .unwrap_or_default())
    }

    /// Closes the tab.
    ///
    /// # Errors
    /// If it is gone already.
    pub fn close(self) -> Result<()> {
        self.front()?;
        let left = self.driver.delete("/window")?;
        // Commands that name no tab need one.
        if let Some(other) = left.as_array().and_then(|it| it.first()) {
            self.driver.post("/window", &json!({"handle": other}))?;
        }
        Ok(())
    }

    fn element(&self, selector: &str) -> Result<String> {
        let by = json!({"using": "css selector", "value": selector});
        let found = self.post("/element", &by)?;
        let id = found[ELEMENT].as_str().context("an element has an id")?;
        Ok(id.to_owned())
    }

    fn console_text(&self) -> String {
        self.console().unwrap_or_default().join("\n")
    }

    fn get(&self, path: &str) -> Result<Value> {
        self.front()?;
        self.driver.get(path)
    }

    fn post(&self, path: &str, body: &Value) -> Result<Value> {
        self.front()?;
        self.driver.post(path, body)
    }

    fn front(&self) -> Result<()> {
        self.driver
            .post("/window", &json!({"handle": self.handle}))
            .map(drop)
    }
}
