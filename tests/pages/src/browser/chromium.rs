//! Chromium's processes.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use rustix::process::{Pid, Signal, kill_process_group};

use super::find_program;

const NAMES: &[&str] = &[
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
];

/// No window, no calls home, no throttling of what is not in front.
const ARGUMENTS: &[&str] = &[
    "--headless=new",
    "--remote-debugging-port=0",
    "--no-sandbox",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-breakpad",
    "--disable-component-update",
    "--disable-crash-reporter",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-gpu",
    "--disable-quic",
    "--disable-renderer-backgrounding",
    "--disable-sync",
    "--password-store=basic",
];

/// The longest time to wait for a process to come or go.
const PATIENCE: Duration = Duration::from_secs(60);
const ANNOUNCEMENT: &str = "DevTools listening on ws://127.0.0.1:";

/// A running browser in a process group of its own.
pub(super) struct Chromium {
    main: Child,
    port: u16,
    /// Closed when the last of the processes is gone, for all of them hold the error output.
    said: Receiver<String>,
    last_words: Arc<Mutex<VecDeque<String>>>,
    is_gone: bool,
}

impl Chromium {
    pub(super) fn start(profile: &Path, arguments: &[String]) -> Result<Self> {
        forget_former_owner(profile);
        let program = find_program("CHROME", NAMES)?;
        let mut main = Command::new(&program)
            .args(ARGUMENTS)
            .arg(format!("--user-data-dir={}", profile.display()))
            .args(arguments)
            .arg("about:blank")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .with_context(|| format!("can't start {}", program.display()))?;
        let errors = main.stderr.take().context("the error output is a pipe")?;
        let (sender, said) = channel();
        let last_words = Arc::new(Mutex::new(VecDeque::new()));
        let words = last_words.clone();
        thread::spawn(move || listen(errors, &sender, &words));
        let mut chromium = Self {
            main,
            port: 0,
            said,
            last_words,
            is_gone: false,
        };
        chromium.port = chromium.wait_for_port()?;
        Ok(chromium)
    }

    pub(super) fn devtools_port(&self) -> u16 {
        self.port
    }

    /// Names the main process, and with it the group of all.
    pub(super) fn id(&self) -> Pid {
        Pid::from_child(&self.main)
    }

    pub(super) fn kill(mut self) -> Result<()> {
        self.signal();
        self.wait_until_gone()
    }

    pub(super) fn wait(mut self) -> Result<()> {
        self.wait_until_gone()
    }

    fn signal(&self) {
        // It fails where nobody is left to be killed.
        let _ = kill_process_group(self.id(), Signal::KILL);
    }

    fn wait_for_port(&self) -> Result<u16> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let line = self
                .hear(deadline)
                .map_err(|_| anyhow!("Chromium does not start; it said:\n{}", self.last_words()))?;
            if let Some(rest) = line.strip_prefix(ANNOUNCEMENT) {
                let port = rest.split('/').next().unwrap_or_default();
                return port
                    .parse()
                    .with_context(|| format!("{line:?} names no port"));
            }
        }
    }

    fn wait_until_gone(&mut self) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.hear(deadline) {
                Ok(_) => {}
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => bail!(
                    "processes of Chromium are still there; they said:\n{}",
                    self.last_words()
                ),
            }
        }
        self.main.wait().context("can't wait for Chromium")?;
        self.is_gone = true;
        Ok(())
    }

    fn hear(&self, deadline: Instant) -> Result<String, RecvTimeoutError> {
        let left = deadline.saturating_duration_since(Instant::now());
        self.said.recv_timeout(left)
    }

    fn last_words(&self) -> String {
        let words = self.last_words.lock().unwrap_or_else(|it| it.into_inner());
        words.iter().cloned().collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        if !self.is_gone {
            self.signal();
            // A test that has failed already has better things to say.
            let _ = self.wait_until_gone();
        }
    }
}

fn listen(errors: ChildStderr, sender: &Sender<String>, words: &Mutex<VecDeque<String>>) {
    for line in BufReader::new(errors).lines().map_while(Result::ok) {
        {
            let mut words = words.lock().unwrap_or_else(|it| it.into_inner());
            words.push_back(line.clone());
            if words.len() > 50 {
                words.pop_front();
            }
        }
        // Reading goes on for the end of the output, also when nobody listens.
        let _ = sender.send(line);
    }
}

/// Removes the mark of a browser that was killed; another one would ask whether it still runs.
fn forget_former_owner(profile: &Path) {
    for name in ["SingletonLock", "SingletonSocket", "SingletonCookie"] {
        // It is there only after a kill.
        let _ = std::fs::remove_file(profile.join(name));
    }
}
