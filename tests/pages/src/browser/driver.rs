//! ChromeDriver, and the few requests of WebDriver that pages need.
//!
//! WebDriver (<https://www.w3.org/TR/webdriver2/>) is JSON over HTTP. A library for it would bring an
//! async runtime to tests that have nothing to do meanwhile.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use ureq::Agent;

use super::find_program;

/// The longest time for a script, and a little longer for the answer about it.
const SCRIPT: Duration = Duration::from_secs(120);
const ANSWER: Duration = Duration::from_secs(150);
/// Screenshots and what scripts return are no bigger.
const MOST_BYTES: u64 = 256 << 20;

/// A driver's process with one session.
pub(super) struct Driver {
    _process: Process,
    agent: Agent,
    session: String,
}

/// So often the driver is started before it is given up.
const STARTS: u32 = 5;

/// Killed when it is dropped.
struct Process {
    child: Child,
    /// Open for as long as the driver may write to it.
    output: BufReader<ChildStdout>,
}

impl Drop for Process {
    fn drop(&mut self) {
        // It fails where the driver is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Driver {
    /// Starts a driver and attaches it to the browser that listens on `devtools_port`.
    pub(super) fn start(devtools_port: u16) -> Result<Self> {
        let program = find_program("CHROMEDRIVER", &["chromedriver"])?;
        // It ends where the port that it was given for one kind of address is somebody's for the other kind.
        let mut started = start_process(&program);
        for _ in 1..STARTS {
            if started.is_err() {
                started = start_process(&program);
            }
        }
        let (process, port) = started?;
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .timeout_global(Some(ANSWER))
            .build()
            .into();
        let mut driver = Self {
            _process: process,
            agent,
            session: format!("http://127.0.0.1:{port}/session"),
        };
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "timeouts": {"script": SCRIPT.as_millis() as u64},
            "goog:chromeOptions": {"debuggerAddress": format!("127.0.0.1:{devtools_port}")},
            "goog:loggingPrefs": {"browser": "ALL"},
        }}});
        let made = driver.post("", &wanted)?;
        let id = made["sessionId"].as_str().context("a session has an id")?;
        driver.session = format!("{}/{id}", driver.session);
        Ok(driver)
    }

    pub(super) fn get(&self, path: &str) -> Result<Value> {
        let answer = self.agent.get(self.url(path)).call();
        read(path, answer)
    }

    pub(super) fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let answer = self.agent.post(self.url(path)).send_json(body);
        read(path, answer)
    }

    pub(super) fn delete(&self, path: &str) -> Result<Value> {
        let answer = self.agent.delete(self.url(path)).call();
        read(path, answer)
    }

    /// Runs a command of the DevTools protocol in the tab that is in front.
    pub(super) fn devtools(&self, command: &str, parameters: &Value) -> Result<Value> {
        self.post(
            "/goog/cdp/execute",
            &json!({"cmd": command, "params": parameters}),
        )
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.session)
    }
}

/// Starts the program and gives the port that it listens on.
fn start_process(program: &Path) -> Result<(Process, u16)> {
    let mut child = Command::new(program)
        .arg("--port=0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("can't start {}", program.display()))?;
    let output = child.stdout.take().context("the output is a pipe")?;
    let output = BufReader::new(output);
    let mut process = Process { child, output };
    let port = announced_port(&mut process.output)?;
    Ok((process, port))
}

fn announced_port(output: &mut impl BufRead) -> Result<u16> {
    for line in output.lines() {
        let line = line.context("can't hear ChromeDriver")?;
        if let Some((_, port)) = line.split_once("started successfully on port ") {
            return port
                .trim_end_matches('.')
                .parse()
                .with_context(|| format!("{line:?} names no port"));
        }
    }
    bail!("ChromeDriver ended instead of starting");
}

fn read(
    path: &str,
    answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
) -> Result<Value> {
    let mut answer = answer.with_context(|| format!("ChromeDriver does not answer {path}"))?;
    let status = answer.status();
    let body: Value = answer
        .body_mut()
        .with_config()
        .limit(MOST_BYTES)
        .read_json()
        .with_context(|| format!("ChromeDriver answers {path} with something else than JSON"))?;
    let value = body["value"].clone();
    if !status.is_success() {
        let word = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
        bail!("{path}: {}: {}", word("error"), word("message"));
    }
    Ok(value)
}
