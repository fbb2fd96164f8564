//! The most memory that a program had.

use std::fs;
use std::io::Read;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::command::Cmd;

/// Runs a command and gives its standard output, and the most memory that it had resident, in KiB;
/// `None` where the system does not tell.
///
/// Linux keeps the maximum itself (`VmHWM`). It is asked often enough to miss only the last moments.
pub(super) fn capture(cmd: Cmd) -> Result<(String, Option<u64>)> {
    let line = cmd.to_string();
    let mut child = cmd
        .into_inner()
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("can't start `{line}`"))?;
    let (peak, ended) = (AtomicU64::new(0), AtomicBool::new(false));
    let status = format!("/proc/{}/status", child.id());
    let mut output = String::new();
    let read = thread::scope(|scope| {
        scope.spawn(|| {
            while !ended.load(Ordering::Relaxed) {
                let now = fs::read_to_string(&status).ok();
                peak.fetch_max(
                    now.and_then(|it| high_water(&it)).unwrap_or(0),
                    Ordering::Relaxed,
                );
                thread::sleep(Duration::from_millis(20));
            }
        });
        let pipe = child.stdout.take().context("no output")?;
        let read = { pipe }.read_to_string(&mut output);
        ended.store(true, Ordering::Relaxed);
        Ok::<_, anyhow::Error>(read?)
    });
    let status = child.wait()?;
    read?;
    ensure!(
        status.success(),
        "this command failed ({status}):\n  {line}"
    );
    let peak = Some(peak.into_inner()).filter(|it| *it > 0);
    Ok((output, peak))
}

fn high_water(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|it| it.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_maximum_is_told_in_kib() {
        let text = "Name:\tmusic\nVmPeak:\t  400 kB\nVmHWM:\t   12345 kB\nVmRSS:\t 1 kB\n";
        assert_eq!(high_water(text), Some(12_345));
        assert_eq!(high_water(""), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_program_has_some() {
        let (output, peak) = capture(Cmd::new("sh").args(["-c", "sleep 0.2; echo x"])).unwrap();
        assert_eq!(output, "x\n");
        assert!(peak.is_some_and(|it| it > 100));
    }
}
