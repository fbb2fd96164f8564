//! Runs other programs, and says which.

use std::ffi::OsStr;
use std::fmt::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// A command line that can be shown and run.
pub(crate) struct Cmd {
    inner: Command,
}

impl Cmd {
    pub(crate) fn new(program: impl AsRef<OsStr>) -> Self {
        let mut inner = Command::new(program);
        inner.stdin(Stdio::null());
        Self { inner }
    }

    /// Makes the `cargo` that this task runs under.
    pub(crate) fn cargo() -> Self {
        Self::new("cargo")
    }

    pub(crate) fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.inner.arg(arg);
        self
    }

    pub(crate) fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.inner.args(args);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.inner.env(name, value);
        self
    }

    pub(crate) fn envs<V: AsRef<OsStr>>(
        mut self,
        vars: impl IntoIterator<Item = (&'static str, V)>,
    ) -> Self {
        for (name, value) in vars {
            self.inner.env(name, value);
        }
        self
    }

    pub(crate) fn current_dir(mut self, dir: &Path) -> Self {
        self.inner.current_dir(dir);
        self
    }

    /// Shows the command and runs it; its output goes where ours goes.
    pub(crate) fn run(mut self) -> Result<()> {
        eprintln!("$ {self}");
        let status = self
            .inner
            .status()
            .with_context(|| format!("can't start `{self}`"))?;
        if !status.success() {
            bail!("this command failed ({status}):\n  {self}");
        }
        Ok(())
    }

    /// Like [`run`](Self::run), and ends the program when it takes longer.
    pub(crate) fn run_within(mut self, limit: Duration) -> Result<()> {
        eprintln!("$ {self}");
        let mut child = self
            .inner
            .spawn()
            .with_context(|| format!("can't start `{self}`"))?;
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break status;
            }
            if begun.elapsed() >= limit {
                child.kill()?;
                child.wait()?;
                bail!(
                    "this command took longer than {} s:\n  {self}",
                    limit.as_secs()
                );
            }
            thread::sleep(Duration::from_millis(100));
        };
        if !status.success() {
            bail!("this command failed ({status}):\n  {self}");
        }
        Ok(())
    }

    /// Runs the command silently and gives its standard output.
    pub(crate) fn capture(mut self) -> Result<String> {
        let output = self
            .inner
            .output()
            .with_context(|| format!("can't start `{self}`"))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!(
                "this command failed ({}):\n  {self}\n{}",
                output.status,
                said.trim_end()
            );
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Runs the command and gives its standard output; its standard error goes where ours goes.
    pub(crate) fn capture_output(mut self) -> Result<String> {
        let output = self
            .inner
            .stderr(Stdio::inherit())
            .output()
            .with_context(|| format!("can't start `{self}`"))?;
        if !output.status.success() {
            bail!("this command failed ({}):\n  {self}", output.status);
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Gives the command to those who need more than this type offers.
    pub(crate) fn into_inner(self) -> Command {
        self.inner
    }
}

/// Writes the command as a shell takes it.
impl std::fmt::Display for Cmd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut line = String::new();
        if let Some(dir) = self.inner.get_current_dir() {
            let _ = write!(line, "cd {} && ", quoted(dir.as_os_str()));
        }
        for (name, value) in self.inner.get_envs() {
            let value = value.unwrap_or_default();
            let _ = write!(line, "{}={} ", name.to_string_lossy(), quoted(value));
        }
        line.push_str(&quoted(self.inner.get_program()));
        for arg in self.inner.get_args() {
            let _ = write!(line, " {}", quoted(arg));
        }
        f.write_str(&line)
    }
}

fn quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let plain = |it: char| it.is_ascii_alphanumeric() || "-_./=:,+@%".contains(it);
    if !word.is_empty() && word.chars().all(plain) {
        return word.into_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_a_shell_takes_it() {
        let cmd = Cmd::new("cargo")
            .args(["test", "it's", ""])
            .env("RUSTFLAGS", "-D warnings");
        assert_eq!(
            cmd.to_string(),
            r"RUSTFLAGS='-D warnings' cargo test 'it'\''s' ''"
        );
    }

    #[test]
    fn a_failure_names_the_command() {
        let error = Cmd::new("false").arg("x").capture().unwrap_err();
        assert!(error.to_string().contains("  false x"), "{error}");
        let error = Cmd::new("/no/such/program").run().unwrap_err();
        assert!(error.to_string().contains("/no/such/program"), "{error}");
    }

    #[test]
    fn a_command_that_takes_too_long_is_ended_and_named() {
        let limit = Duration::from_millis(200);
        let error = Cmd::new("sleep").arg("600").run_within(limit).unwrap_err();
        assert!(error.to_string().contains("longer than 0 s"), "{error}");
        assert!(error.to_string().contains("  sleep 600"), "{error}");
        let error = Cmd::new("false").run_within(limit).unwrap_err();
        assert!(error.to_string().contains("  false"), "{error}");
        Cmd::new("true")
            .run_within(Duration::from_secs(60))
            .unwrap();
    }
}
