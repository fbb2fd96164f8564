//! The process in which a tab's pages and their workers run.

use std::fs;

use anyhow::{Context, Result, ensure};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process};

use super::Tab;

/// What Linux shows of the name of a thread that runs a worker.
const WORKER: &str = "DedicatedWorker";

/// The process in which a tab's pages and their workers run. One that was stopped goes on when this is dropped.
pub struct Renderer {
    process: Pid,
}

impl Renderer {
    /// Finds the process of a tab among those of a browser: a worker that the tab starts is a thread there.
    pub(super) fn of(tab: &Tab, browser: Pid) -> Result<Self> {
        let before = workers(browser)?;
        tab.run(
            "const script = URL.createObjectURL(new Blob(['postMessage(0)'], { type: 'text/javascript' }));
             const worker = new Worker(script);
             await new Promise((came, failed) => {
               Object.assign(worker, { onmessage: came, onerror: failed });
             });
             // It stays: one that is about to end might be counted or not when this is asked again.
             (window.workersOfTest ??= []).push(worker);",
        )?;
        let after = workers(browser)?;
        let had = |process| {
            before
                .iter()
                .find(|it| it.0 == process)
                .map_or(0, |it| it.1)
        };
        let grown: Vec<_> = after.iter().filter(|it| it.1 > had(it.0)).collect();
        ensure!(
            grown.len() == 1,
            "one process was to start a worker: {before:?}, then {after:?}"
        );
        Ok(Self {
            process: grown[0].0,
        })
    }

    /// Tells whether two tabs run in one process.
    pub fn is_same(&self, other: &Self) -> bool {
        self.process == other.process
    }

    /// Stops the process where it is (SIGSTOP): it runs nothing and answers nobody.
    ///
    /// # Errors
    /// If it is gone.
    pub fn stop(&self) -> Result<()> {
        self.signal(Signal::STOP)
    }

    /// Lets a stopped process go on (SIGCONT).
    ///
    /// # Errors
    /// If it is gone.
    pub fn go_on(&self) -> Result<()> {
        self.signal(Signal::CONT)
    }

    /// Kills the process (SIGKILL), as the system does when memory runs out.
    ///
    /// # Errors
    /// If it is gone.
    pub fn kill(&self) -> Result<()> {
        self.signal(Signal::KILL)
    }

    fn signal(&self, signal: Signal) -> Result<()> {
        kill_process(self.process, signal)
            .with_context(|| format!("can't send {signal:?} to {:?}", self.process))
    }
}

impl Drop for Renderer {
    fn drop(&mut self) {
        match kill_process(self.process, Signal::CONT) {
            Ok(()) | Err(Errno::SRCH) => {}
            Err(error) => eprintln!("can't let {:?} go on: {error}", self.process),
        }
    }
}

/// Names the processes that run pages, each with how many workers it has.
fn workers(browser: Pid) -> Result<Vec<(Pid, usize)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let folder = entry?.path();
        let name = folder.file_name().and_then(|it| it.to_str());
        let Some(process) = name.and_then(|it| it.parse().ok()).and_then(Pid::from_raw) else {
            continue;
        };
        // It may end at any time, and then it is none of them.
        let read = |name| fs::read_to_string(folder.join(name)).unwrap_or_default();
        if group(&read("stat")) != Some(browser) || !read("cmdline").contains("--type=renderer") {
            continue;
        }
        let threads = fs::read_dir(folder.join("task")).into_iter().flatten();
        let names = threads.filter_map(|it| fs::read_to_string(it.ok()?.path().join("comm")).ok());
        found.push((process, names.filter(|it| it.starts_with(WORKER)).count()));
    }
    Ok(found)
}

/// Reads the process group from what Linux tells of a process. Its name comes before, and may hold anything.
fn group(stat: &str) -> Option<Pid> {
    let (_, rest) = stat.rsplit_once(')')?;
    Pid::from_raw(rest.split_whitespace().nth(2)?.parse().ok()?)
}
