//! MPD: Debian's `mpd`, told by `mpc`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use super::scan::Scanner;
use crate::command::Cmd;
use crate::{wasm, workspace};

pub(super) struct Mpd {
    daemon: Option<Child>,
    socket: PathBuf,
}

/// Finds both programs.
pub(super) fn find() -> Result<PathBuf> {
    let both = (
        workspace::find_program(&["mpc"]),
        workspace::find_program(&["mpd"]),
    );
    let (Some(_), Some(mpd)) = both else {
        bail!("get them on Debian with: apt-get install --no-install-recommends mpd mpc");
    };
    Ok(mpd)
}

impl Mpd {
    pub(super) fn prepare() -> Result<Self> {
        if find().is_err() {
            wasm::install_debian_packages(&["mpd", "mpc"])?;
        }
        find()?;
        Ok(Self {
            daemon: None,
            socket: PathBuf::new(),
        })
    }

    fn mpc(&self, args: &[&str]) -> Cmd {
        Cmd::new("mpc").args(args).env("MPD_HOST", &self.socket)
    }

    fn stop(&mut self) {
        if let Some(mut daemon) = self.daemon.take() {
            // It may have ended by itself, and then there is nothing to end.
            let _ = daemon.kill();
            let _ = daemon.wait();
        }
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let deadline = Instant::now() + Duration::from_secs(20);
        while Instant::now() < deadline {
            if self.mpc(&["stats"]).capture().is_ok() {
                return Ok(());
            }
            if let Some(status) = self.daemon.as_mut().and_then(|it| it.try_wait().ok()?) {
                bail!(
                    "mpd ended with {status}; its log is beside {}",
                    self.socket.display()
                );
            }
            thread::sleep(Duration::from_millis(50));
        }
        bail!(
            "mpd did not answer within 20 s on {}",
            self.socket.display()
        )
    }
}

impl Scanner for Mpd {
    fn name(&self) -> &'static str {
        "mpd"
    }

    fn reset(&mut self, music: &Path, scratch: &Path) -> Result<()> {
        self.stop();
        self.socket = scratch.join("socket");
        // Without a database MPD scans as soon as it starts. So it starts on an empty folder, and the
        // library takes that one's place afterwards.
        let folder = scratch.join("music");
        fs::create_dir(&folder)?;
        let at = |name: &str| scratch.join(name).display().to_string();
        let conf = format!(
            "music_directory \"{}\"\ndb_file \"{}\"\npid_file \"{}\"\nstate_file \"{}\"\nlog_file \"{}\"\n\
             bind_to_address \"{}\"\nauto_update \"no\"\n\
             audio_output {{\n  type \"null\"\n  name \"none\"\n}}\n",
            folder.display(),
            at("database"),
            at("pid"),
            at("state"),
            at("log"),
            self.socket.display(),
        );
        fs::write(scratch.join("mpd.conf"), conf)?;
        let cmd = Cmd::new("mpd")
            .arg("--no-daemon")
            .arg(scratch.join("mpd.conf"));
        let line = cmd.to_string();
        let mut command = cmd.into_inner();
        command.stderr(fs::File::create(scratch.join("stderr"))?);
        self.daemon = Some(
            command
                .spawn()
                .with_context(|| format!("can't start `{line}`"))?,
        );
        self.wait_until_ready()?;
        self.mpc(&["update", "--wait"]).capture()?;
        ensure!(self.tracks()? == 0, "mpd knows tracks of an empty folder");
        fs::remove_dir(&folder)?;
        std::os::unix::fs::symlink(music, &folder)?;
        Ok(())
    }

    fn scan(&mut self) -> Result<Duration> {
        let start = Instant::now();
        self.mpc(&["update", "--wait"]).capture()?;
        Ok(start.elapsed())
    }

    fn tracks(&mut self) -> Result<u64> {
        let stats = self.mpc(&["stats"]).capture()?;
        let line = stats.lines().find_map(|it| it.strip_prefix("Songs:"));
        let songs = line.with_context(|| format!("mpc stats names no songs:\n{stats}"))?;
        Ok(songs.trim().parse()?)
    }

    fn tracks_titled(&mut self, text: &str) -> Result<u64> {
        ensure!(!text.is_empty(), "an empty text is in every title");
        let found = self.mpc(&["search", "title", text]).capture()?;
        Ok(found.lines().count() as u64)
    }
}

impl Drop for Mpd {
    fn drop(&mut self) {
        self.stop();
    }
}
