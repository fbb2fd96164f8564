//! A sync from start to end, with all that it tells.

use core_service::events::{CoreEvent, Event, EventError, JobSummary, SyncEvent};
use core_service::{CoreService, SyncMode, SyncRequest};
use js_sys::Function;
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;

use crate::failure::Failure;
use crate::folders::remedy_of;

/// A wish for a sync.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Wish {
    folder: i64,
    #[serde(default)]
    full: bool,
    #[serde(default)]
    confirm_deletions: bool,
}

/// How a sync ended.
#[derive(Debug, Serialize)]
pub(crate) struct Outcome {
    #[serde(flatten)]
    summary: JobSummary,
    /// Deletions that wait for a person's word.
    held: u64,
    /// What can be done about it where it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<&'static str>,
}

/// Runs a sync and calls `told` with each of its events.
pub(crate) async fn run(
    service: &CoreService,
    wish: Wish,
    told: &Function,
) -> Result<Outcome, Failure> {
    // Before it starts, so that nothing is missed.
    let mut events = service.subscribe();
    let mode = if wish.full {
        SyncMode::Full
    } else {
        SyncMode::Auto
    };
    let request = SyncRequest {
        mode,
        deletions_confirmed: wish.confirm_deletions,
    };
    let job = service.start_sync(wish.folder, request).await?;
    let mut held = 0;
    loop {
        let event = match events.recv().await {
            Ok(event) if event.event.job() == Some(job.0) => event,
            // The newest events are never missed, so neither is the end.
            Ok(_) | Err(EventError::Lagged(_)) => continue,
            Err(EventError::Closed) => {
                let why = "the library was closed while it was synced";
                return Err(Failure::new("closed", &format!("job {job}"), why));
            }
        };
        tell(told, &event);
        let CoreEvent::Sync(sync) = &event.event else {
            continue;
        };
        match sync {
            SyncEvent::Held { deletions, .. } => held = *deletions,
            SyncEvent::Completed(summary)
            | SyncEvent::Cancelled(summary)
            | SyncEvent::Paused(summary)
            | SyncEvent::Failed { summary, .. } => {
                // Until then another sync would be refused.
                let _ = service.wait_for_sync(job).await;
                let summary = summary.clone();
                return Ok(Outcome {
                    remedy: summary.error.as_deref().and_then(remedy_of),
                    summary,
                    held,
                });
            }
            _ => {}
        }
    }
}

fn tell(told: &Function, event: &Event) {
    let text = serde_json::to_string(event).unwrap_or_default();
    // It posts a message; if that throws, the page is gone.
    let _ = told.call1(&JsValue::NULL, &text.into());
}
