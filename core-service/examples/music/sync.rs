//! `music sync`: runs a sync and shows how it goes.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::time::Instant;

use core_service::dto::SyncJob;
use core_service::events::{CoreEvent, EventError, EventSubscriber, SyncEvent, SyncProgress};
use core_service::{
    BridgeError, CoreService, ErrorKind, LocalFolderOptions, ServiceError, SyncJobId, SyncMode,
    SyncRequest, WebDavFolder, WebDavSecret,
};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use crate::args::Sync;
use crate::ask::all_warnings;
use crate::text::{clean, count};
use crate::{Failure, print};

/// The exit code of a program that the user interrupted.
const INTERRUPTED: u8 = 130;

/// The exit code of a sync that left out what it could not read, as that of rsync.
const LEFT_OUT: u8 = 23;

/// The kind of the warning that names what could not be read.
const UNREADABLE: &str = "unreadable";

/// The kind of the warning that says why deletions were kept back.
const DELETIONS_HELD: &str = "deletions_held";

pub(crate) async fn run(service: &CoreService, options: Sync) -> Result<(), Failure> {
    let provider = match options.url() {
        Some(url) => {
            let added = service.add_webdav(on_server(url, &options)?).await;
            added.map_err(|error| {
                let text = error.to_string();
                Failure::Told(advised(&text, error.code(), &options))
            })?
        }
        None if options.user.is_some() => {
            return Err(Failure::Told(
                "--user and --password-file are for a folder on a server, given by its URL".into(),
            ));
        }
        None => {
            let defaults = LocalFolderOptions::default();
            service
                .add_local_folder(&folder(&options), defaults)
                .await?
        }
    };
    let events = service.subscribe();
    let request = SyncRequest {
        // Only a listing of everything takes an empty folder at its word.
        mode: if options.full || options.confirm_deletions {
            SyncMode::Full
        } else {
            SyncMode::Auto
        },
        deletions_confirmed: options.confirm_deletions,
    };
    let job = service.start_sync(provider.id, request).await?;
    let display = Display::new(options.json);
    let (ended, why) = core_async::select! {
        ended = follow(service, job, events, &display) => ended?,
        () = interrupted() => {
            print::note("music: stopping; the next sync goes on from here");
            service.cancel_sync(job).ok();
            (service.wait_for_sync(job).await?, None)
        }
    };
    display.finish();
    report(service, &ended, why.as_deref(), &options).await?;
    match ended.status {
        "completed" if left_out(service, &ended).await? => {
            print::note("music: not all could be read; `music jobs --warnings` says what and why");
            Err(Failure::Code(LEFT_OUT))
        }
        "completed" => Ok(()),
        "cancelled" => Err(Failure::Code(INTERRUPTED)),
        _ => Err(Failure::Code(1)),
    }
}

/// Tells whether files or folders could not be read.
async fn left_out(service: &CoreService, job: &SyncJob) -> Result<bool, Failure> {
    if job.failed > 0 || job.warnings == 0 {
        return Ok(job.failed > 0);
    }
    let warnings = all_warnings(service, job).await?;
    Ok(warnings.iter().any(|it| it.kind == UNREADABLE))
}

/// Names the folder on a server, with the password from its file.
fn on_server(url: &str, options: &Sync) -> Result<WebDavFolder, Failure> {
    let secret = match &options.password_file {
        Some(file) => WebDavSecret::Session(password(file)?),
        None => WebDavSecret::default(),
    };
    Ok(WebDavFolder {
        url: url.to_owned(),
        user: options.user.clone(),
        secret,
        ask_again: options.full,
        ..WebDavFolder::default()
    })
}

/// Reads a password: the first line of a file.
fn password(file: &Path) -> Result<String, Failure> {
    let told = |error| Failure::Told(format!("{}: {error}", file.display()));
    let text = match file.to_str() {
        Some("-") => std::io::read_to_string(std::io::stdin()).map_err(told)?,
        _ => std::fs::read_to_string(file).map_err(told)?,
    };
    match text.lines().next() {
        Some(line) if !line.is_empty() => Ok(line.to_owned()),
        _ => Err(Failure::Told(format!(
            "{}: there is no password in it",
            file.display()
        ))),
    }
}

/// Gives the folder to sync: the sample library if none is named.
fn folder(options: &Sync) -> PathBuf {
    let sample = || Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/sample-library");
    options.folder.clone().unwrap_or_else(sample)
}

/// Fails where the folder can't be read, for which no library should be made.
pub(crate) fn check_folder(options: &Sync) -> Result<(), Failure> {
    if options.url().is_some() {
        return match &options.password_file {
            // What comes from standard input comes once.
            Some(file) if file.as_os_str() != "-" => password(file).map(drop),
            _ => Ok(()),
        };
    }
    let folder = folder(options);
    match std::fs::read_dir(&folder) {
        Ok(_) => Ok(()),
        Err(error) => {
            let error = BridgeError::from_io(error, folder.to_string_lossy());
            Err(ServiceError::from(error).into())
        }
    }
}

/// Returns at the first Ctrl-C; never where there is no such signal.
async fn interrupted() {
    if core_async::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Shows a job's events until it has ended, and gives the code of the reason, if it did not complete.
async fn follow(
    service: &CoreService,
    job: SyncJobId,
    mut events: EventSubscriber,
    display: &Display,
) -> Result<(SyncJob, Option<String>), Failure> {
    let shown = async {
        loop {
            match events.recv().await {
                Ok(event) => match &event.event {
                    CoreEvent::Sync(event) if event.job() == job.0 => {
                        display.show(event);
                        if let Some(summary) = event.summary() {
                            return summary.error_code.clone();
                        }
                    }
                    _ => {}
                },
                // Missed progress is replaced by the next.
                Err(EventError::Lagged { .. }) => {}
                Err(_) => return None,
            }
        }
    };
    let (ended, why) = core_async::join!(service.wait_for_sync(job), shown);
    Ok((ended?, why))
}

/// A bar on a terminal, lines elsewhere, nothing where a program reads.
struct Display {
    bar: Option<ProgressBar>,
    lines: bool,
    began: Instant,
}

impl Display {
    fn new(json: bool) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let bar = (terminal && !json).then(|| {
            let style = ProgressStyle::with_template("{spinner} {pos}/{len} {wide_bar} {msg}");
            let bar = ProgressBar::new(0);
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar
        });
        Self {
            lines: bar.is_none() && !json,
            bar,
            began: Instant::now(),
        }
    }

    fn show(&self, event: &SyncEvent) {
        match event {
            SyncEvent::Progress(progress) => self.progress(progress),
            // The report tells it, also where the event was missed.
            SyncEvent::Warning { kind, .. } if kind == DELETIONS_HELD => {}
            SyncEvent::Warning { message, .. } => self.say(&format!("warning: {message}")),
            SyncEvent::DuplicatesFound { groups, .. } => self.say(&format!(
                "{} of tracks sound the same; `music duplicates` lists them",
                count(*groups, "group")
            )),
            _ => {}
        }
    }

    fn progress(&self, progress: &SyncProgress) {
        let rate = progress.processed as f64 / self.began.elapsed().as_secs_f64().max(0.001);
        let current = progress.current.as_deref().unwrap_or_default();
        if let Some(bar) = &self.bar {
            bar.set_length(progress.discovered);
            bar.set_position(progress.processed);
            bar.set_message(clean(&format!("{rate:.0}/s  {current}")));
        } else if self.lines {
            let line = format!(
                "{}: {} of {} items, {rate:.0}/s {current}",
                progress.phase, progress.processed, progress.discovered
            );
            print::note(line.trim_end());
        }
    }

    fn say(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.println(clean(text)),
            None => print::note(text),
        }
    }

    fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

async fn report(
    service: &CoreService,
    job: &SyncJob,
    why: Option<&str>,
    options: &Sync,
) -> Result<(), Failure> {
    let mut notes = Vec::new();
    if let Some(error) = &job.error {
        notes.push(advised(error, why.unwrap_or_default(), options));
    }
    if job.held > 0 {
        let mut warnings = all_warnings(service, job).await?;
        warnings.retain(|it| it.kind == DELETIONS_HELD);
        let told = warnings.iter();
        notes.extend(told.map(|it| format!("{} (--confirm-deletions)", it.message)));
    }
    if job.status == "completed" && job.waiting > 0 {
        notes.push(waiting(job.waiting, options.full));
    }
    match print::raw(&summary(job, options.json)) {
        // What became of the sync matters, whoever reads on.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => return Err(error.into()),
        _ => {}
    }
    for note in notes {
        print::note(&format!("music: {note}"));
    }
    Ok(())
}

/// Says how many files a later sync reads again, and how they are read at once.
fn waiting(files: u64, was_full: bool) -> String {
    let verb = if files == 1 { "waits" } else { "wait" };
    let advice = if was_full {
        ""
    } else {
        "; --full reads what waits at once"
    };
    format!("{} {verb} to be read again{advice}", count(files, "file"))
}

/// Adds the option that may help to an error, which its code tells.
fn advised(error: &str, code: &str, options: &Sync) -> String {
    let is = |kind: ErrorKind| code == kind.code();
    let is_empty = is(ErrorKind::RootUnavailable) && error.contains("it is empty");
    let advice = if is_empty && !options.confirm_deletions {
        "; if it is meant to be empty, --confirm-deletions says so"
    } else if is(ErrorKind::RootUnavailable) && !is_empty {
        "; if it is gone for good, `music folders --remove` takes it out of the library"
    } else if is(ErrorKind::AuthExpired) && options.user.is_none() {
        "; no login was given: --user and --password-file do"
    } else {
        ""
    };
    format!("{error}{advice}")
}

/// Tells a program that there was no sync, and why.
pub(crate) fn did_not_begin(error: &str) {
    // Standard error has it, too.
    let _ = print::raw(&json!({ "status": "failed", "error": error }).to_string());
}

fn summary(job: &SyncJob, json: bool) -> String {
    if json {
        let line = json!({
            "job": job.job, "sync_type": job.sync_type, "status": job.status,
            "discovered": job.discovered, "added": job.added, "updated": job.updated,
            "moved": job.moved, "deleted": job.deleted, "unchanged": job.unchanged,
            "failed": job.failed, "waiting": job.waiting, "held": job.held, "warnings": job.warnings,
            "requests": job.requests, "bytes_read": job.bytes_read,
            "duration_ms": job.duration_ms, "error": job.error,
        });
        return line.to_string();
    }
    format!(
        "{} {} sync in {:.2} s: {}",
        job.status,
        job.sync_type,
        job.duration_ms as f64 / 1000.0,
        print::counts(job),
    )
}
