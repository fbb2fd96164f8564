//! The server that tests of requests ask. A page can't start one.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use anyhow::{Context, Result, bail};

use crate::command::Cmd;
use crate::workspace;

/// Where it listens if nobody else does: a test that was compiled for this port stays as it is.
const PORT: &str = "47231";

const PROGRAM: &str = "http_conformance_server";

/// A running server, which ends when this is dropped.
pub(super) struct HttpServer {
    child: Child,
    port: String,
}

impl HttpServer {
    pub(super) fn start() -> Result<Self> {
        // The whole workspace, so that what the native half has compiled fits.
        Cmd::cargo()
            .args(["build", "--quiet", "--workspace", "--example", PROGRAM])
            .current_dir(&workspace::root())
            .run()?;
        let examples = workspace::target_dir().join("debug/examples");
        let cmd = Cmd::new(examples.join(PROGRAM)).arg(PORT);
        let line = cmd.to_string();
        let mut child = cmd
            .into_inner()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("can't start `{line}`"))?;
        let mut said = String::new();
        if let Some(output) = child.stdout.take() {
            BufReader::new(output).read_line(&mut said)?;
        }
        let Some(port) = said.trim_end().strip_prefix("listening on ") else {
            bail!("this command gave no port:\n  {line}");
        };
        let port = port.to_owned();
        Ok(Self { child, port })
    }

    pub(super) fn port(&self) -> &str {
        &self.port
    }
}

impl Drop for HttpServer {
    fn drop(&mut self) {
        // It ends when its input does.
        drop(self.child.stdin.take());
        // It has nothing to say any more.
        let _ = self.child.wait();
    }
}
