//! The drive as a storage provider: in one of the dialects that real providers speak, and failing.

mod cursor;
mod dialect;
mod observer;
mod pages;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bridge_traits::provider::{
    Capabilities, ChangePage, ChangeStream, ChangesFrom, Checkpoint, FeedScope, InitialSync,
    ItemKey, ItemKind, RemoteItem, StorageProvider, Version,
};
use bridge_traits::{BridgeError, ErrorKind, Result, ThrottleScope, platform_async_trait};
use bytes::Bytes;
use core_async::time::{Duration, sleep};
use futures::stream;

use crate::drive::{self, Body, Drive, Effect};
use crate::fault::Fault;
use crate::hub::Hub;
use observer::Observer;
use pages::Stream;

pub(crate) use cursor::Cursor;
pub(crate) use dialect::Dialect;

/// More requests than any job may need: each page and file some tens of times.
const MOST_REQUESTS: u64 = 5_000;

/// So often people edit during one job.
const MOST_BURSTS: u32 = 50;

/// A drive with what is between it and the engine.
pub(crate) struct Site {
    pub(crate) name: &'static str,
    pub(crate) dialect: Dialect,
    pub(crate) page_size: usize,
    /// How many reads at once it allows.
    pub(crate) concurrency: usize,
    state: Mutex<State>,
    hub: Arc<Hub>,
}

pub(crate) struct State {
    pub(crate) drive: Drive,
    /// Grows when all cursors become invalid.
    pub(crate) epoch: u64,
    /// Whether it ever said that its listing may lack what is there: the library may then have what is gone.
    pub(crate) forgetful: bool,
    /// No request may come before this virtual time.
    closed_until: Duration,
    /// Nor may one for these items, during this job.
    left_alone: BTreeMap<ItemKey, Duration>,
    reads: usize,
    /// The page that comes again and again while the feed runs in a circle, and how often it did.
    circle: Option<(ChangePage, u32)>,
    /// How often people may edit during this job: a feed that grows faster than it is read never ends.
    bursts_left: u32,
    /// What edits during syncs did, for the story to learn.
    effects: Vec<Effect>,
    /// Who else takes in what is here, while the process lives.
    observer: Option<Observer>,
}

impl Site {
    pub(crate) fn new(
        name: &'static str,
        dialect: Dialect,
        page_size: usize,
        concurrency: usize,
        hub: Arc<Hub>,
    ) -> Arc<Self> {
        Arc::new(Self {
            name,
            dialect,
            page_size,
            concurrency,
            state: Mutex::new(State {
                drive: Drive::new(),
                epoch: 1,
                forgetful: false,
                closed_until: Duration::ZERO,
                left_alone: BTreeMap::new(),
                reads: 0,
                circle: None,
                bursts_left: MOST_BURSTS,
                effects: Vec::new(),
                observer: None,
            }),
            hub,
        })
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets somebody edit the drive.
    pub(crate) fn edit(&self) {
        let mut state = self.lock();
        let (told, effects) = self.hub.draw(|rng| drive::edit(&mut state.drive, rng));
        state.effects.extend(effects);
        drop(state);
        self.hub.tell(|| format!("{}: {told}", self.name));
    }

    /// Gives what the edits since the last call did.
    pub(crate) fn take_effects(&self) -> Vec<Effect> {
        std::mem::take(&mut self.lock().effects)
    }

    /// A new job finds a feed that runs in no circle, and people who are rested; somebody may have asked that
    /// all be tried again at once.
    pub(crate) fn straighten(&self) {
        let mut state = self.lock();
        state.left_alone.clear();
        state.circle = None;
        state.bursts_left = MOST_BURSTS;
    }

    /// Gives the page that comes again if the feed runs in a circle, and how often that was.
    fn go_round(&self) -> Option<(ChangePage, u32)> {
        let mut state = self.lock();
        let circle = state.circle.as_mut()?;
        circle.1 += 1;
        Some(circle.clone())
    }

    /// The process is gone, and its requests with it.
    pub(crate) fn hang_up(&self) {
        let mut state = self.lock();
        state.reads = 0;
        // The next process can't know what this one was told.
        state.closed_until = Duration::ZERO;
        state.observer = None;
    }

    /// A request: takes time, and may fail.
    async fn request(&self, what: &str, item: Option<&ItemKey>) -> Result<()> {
        self.hub.survive().await;
        if self.hub.count_request() == MOST_REQUESTS {
            self.hub
                .violated("I6", format!("one job sends {MOST_REQUESTS} requests"));
            self.hub.kill_in(Some(0));
        }
        let now = self.hub.now();
        self.hub.tell(|| format!("{}: {what}", self.name));
        let early = {
            let state = self.lock();
            let left_alone = item.and_then(|key| state.left_alone.get(key));
            let until = left_alone.max(Some(&state.closed_until));
            until.map_or(Duration::ZERO, |until| until.saturating_sub(now))
        };
        if early > Duration::ZERO {
            self.hub.violated(
                "I6",
                format!(
                    "{} was asked for {what} {early:?} before Retry-After",
                    self.name
                ),
            );
        }
        let latency = self.hub.draw(|rng| rng.u64(0..40));
        sleep(Duration::from_millis(latency)).await;
        self.hub.survive().await;
        if self.lock().bursts_left > 0 && self.hub.strikes(Fault::ConcurrentEdit) {
            self.lock().bursts_left -= 1;
            for _ in 0..self.hub.draw(|rng| rng.u32(1..=4)) {
                self.edit();
            }
        }
        if self.hub.strikes(Fault::ClockJump) {
            let years = self.hub.draw(|rng| rng.i64(-10..=10));
            self.hub.set_skew(years * 365 * 86_400_000);
        }
        if let Some(key) = item
            && self.is_audio(key)
            && self.hub.strikes(Fault::ItemThrottled)
        {
            return Err(self.leave_alone(key));
        }
        for fault in Fault::OF_REQUESTS {
            if self.hub.strikes(fault) {
                return Err(self.refusal(fault, what));
            }
        }
        Ok(())
    }

    fn is_audio(&self, key: &ItemKey) -> bool {
        let state = self.lock();
        let id = self.dialect.find(&state.drive, key);
        id.is_some_and(|id| {
            let node = &state.drive.nodes[&id];
            kind(&node.body, &node.name) == ItemKind::Audio
        })
    }

    /// Asks for patience with one item.
    fn leave_alone(&self, key: &ItemKey) -> BridgeError {
        let wait = Duration::from_millis(self.hub.draw(|rng| rng.u64(1..120_000)));
        let until = self.hub.now() + wait;
        self.lock().left_alone.insert(key.clone(), until);
        let kind = ErrorKind::Throttled {
            retry_after: Some(wait),
            scope: ThrottleScope::Item,
        };
        BridgeError::new(kind, key.0.clone()).detail("simulated")
    }

    fn refusal(&self, fault: Fault, what: &str) -> BridgeError {
        let kind = match fault {
            Fault::Offline => ErrorKind::Offline,
            Fault::Timeout => ErrorKind::Timeout,
            Fault::ServerError => {
                ErrorKind::HttpStatus(self.hub.draw(|rng| if rng.bool() { 500 } else { 503 }))
            }
            Fault::Throttled => {
                let wait = Duration::from_millis(self.hub.draw(|rng| rng.u64(1..120_000)));
                let until = self.hub.now() + wait;
                let mut state = self.lock();
                state.closed_until = state.closed_until.max(until);
                ErrorKind::throttled(Some(wait))
            }
            Fault::ThrottledVaguely => ErrorKind::throttled(None),
            Fault::ThrottledAbsurdly => {
                ErrorKind::throttled(Some(Duration::from_secs(10 * 365 * 86_400)))
            }
            Fault::AuthExpired => ErrorKind::AuthExpired,
            Fault::PermissionDenied => ErrorKind::PermissionDenied,
            _ => ErrorKind::Corrupt,
        };
        BridgeError::new(kind, format!("{}, {what}", self.name)).detail("simulated")
    }

    fn enter_read(self: &Arc<Self>) -> ReadGuard {
        let mut state = self.lock();
        state.reads += 1;
        let reads = state.reads;
        drop(state);
        if reads > self.concurrency {
            self.hub.violated(
                "I6",
                format!(
                    "{} serves {reads} reads at once, {} are allowed",
                    self.name, self.concurrency
                ),
            );
        }
        ReadGuard(self.clone())
    }

    fn locate(&self, state: &State, key: &ItemKey) -> Result<u64> {
        self.dialect
            .find(&state.drive, key)
            .ok_or_else(|| BridgeError::new(ErrorKind::NotFound, key.0.clone()))
    }
}

/// A read under way; dropping it ends it.
struct ReadGuard(Arc<Site>);

impl Drop for ReadGuard {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.reads = state.reads.saturating_sub(1);
    }
}

/// The provider that the engine sees.
#[derive(Clone)]
pub(crate) struct SimProvider(pub(crate) Arc<Site>);

#[platform_async_trait]
impl StorageProvider for SimProvider {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            read_concurrency: self.0.concurrency,
            ..self.0.dialect.capabilities()
        }
    }

    fn scope(&self) -> FeedScope {
        FeedScope {
            provider: format!("sim-{:?}/1", self.0.dialect),
            account: self.0.name.to_owned(),
            root: String::new(),
            filter: String::new(),
        }
    }

    async fn start_token(&self) -> Result<Option<Checkpoint>> {
        if self.capabilities().initial == InitialSync::FeedIsList || !self.0.dialect.has_feed() {
            return Ok(None);
        }
        self.0.request("start token", None).await?;
        let state = self.0.lock();
        let at = self.0.dialect.feed_end(&state.drive);
        Ok(Some(Cursor::Feed { at }.checkpoint(state.epoch)))
    }

    async fn get_changes(&self, from: ChangesFrom) -> Result<ChangeStream> {
        if self.0.hub.strikes(Fault::CursorExpired) && from != ChangesFrom::Beginning {
            self.0.lock().epoch += 1;
        }
        let stream = Stream::open(self.0.clone(), from)?;
        Ok(Box::pin(stream::unfold(Some(stream), |stream| async {
            let mut stream = stream?;
            if stream.is_over() {
                return None;
            }
            if stream.has_begun() && stream.site().hub.strikes(Fault::StreamCut) {
                return None;
            }
            let page: Result<ChangePage> = stream.next_page().await;
            let rest = page.is_ok().then_some(stream);
            Some((page, rest))
        })))
    }

    async fn stat(&self, key: &ItemKey) -> Result<RemoteItem> {
        self.0.request(&format!("stat {key}"), Some(key)).await?;
        let state = self.0.lock();
        let id = self.0.locate(&state, key)?;
        Ok(self.0.dialect.item(&state.drive, id))
    }

    async fn read(
        &self,
        key: &ItemKey,
        version: Option<&Version>,
        range: Range<u64>,
    ) -> Result<Bytes> {
        let _reading = self.0.enter_read();
        let what = format!("read {key} {range:?}");
        self.0.request(&what, Some(key)).await?;
        let (content, current) = {
            let state = self.0.lock();
            let id = self.0.locate(&state, key)?;
            if state.drive.nodes[&id].body == Body::Folder {
                return Err(BridgeError::new(ErrorKind::IsADirectory, key.0.clone()));
            }
            let content = drive::content(&state.drive.nodes[&id].body);
            (content, self.0.dialect.item(&state.drive, id).version)
        };
        if version.is_some_and(|wanted| *wanted != current) {
            return Err(BridgeError::new(ErrorKind::Conflict, key.0.clone()));
        }
        let end = (range.end as usize).min(content.len());
        let start = (range.start as usize).min(end);
        let mut piece = content.slice(start..end);
        if !piece.is_empty() && self.0.hub.strikes(Fault::ContentCut) {
            piece.truncate(self.0.hub.draw(|rng| rng.usize(0..piece.len())));
        }
        if self.0.lock().bursts_left > 0 && self.0.hub.strikes(Fault::SecondObserver) {
            self.0.observe_an_edit(key).await;
        }
        Ok(piece)
    }
}

/// Tells what the engine should think a node is.
pub(crate) fn kind(body: &Body, name: &str) -> ItemKind {
    match body {
        Body::Folder => ItemKind::Folder,
        _ => ItemKind::of_file_name(name),
    }
}
