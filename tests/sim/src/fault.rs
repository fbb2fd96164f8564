//! What goes wrong.

/// A kind of mishap. Each seed draws a few of them, so that rare ones get their turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// There is no network for one request.
    Offline,
    /// A request takes too long.
    Timeout,
    /// The server answers 500 or 503.
    ServerError,
    /// The server asks to wait for a number of seconds.
    Throttled,
    /// The server asks to wait and does not say how long.
    ThrottledVaguely,
    /// The server asks to wait for years.
    ThrottledAbsurdly,
    /// The sign-in is not accepted for one request.
    AuthExpired,
    /// One request is refused.
    PermissionDenied,
    /// The answer is not what the protocol promises, such as a web page with status 200.
    Garbage,
    /// A stream of pages ends before it said that it was done.
    StreamCut,
    /// A page comes twice.
    PageTwice,
    /// The feed gives a token that it gave before, and goes round.
    TokenLoop,
    /// The changes of a page come in another order, some of them twice.
    OutOfOrder,
    /// A cursor is refused; at times with the word that the listing may lack what is there.
    CursorExpired,
    /// A folder can't be listed and is reported as such.
    UnreadableFolder,
    /// Content ends before it should.
    ContentCut,
    /// Somebody edits the drive during a sync.
    ConcurrentEdit,
    /// While a file is read somebody edits it, and another process, which should not write, takes that in.
    SecondObserver,
    /// The process is killed.
    Kill,
    /// The process is killed and the log's last commit is torn.
    TornWrite,
    /// The power fails: commits that no checkpoint saved may be gone.
    PowerCut,
    /// The disk is full for one statement or commit.
    DiskFull,
    /// The disk fails for one statement or commit.
    IoError,
    /// Another process holds the database for too long.
    Busy,
    /// The wall clock jumps.
    ClockJump,
    /// Somebody cancels the job.
    Cancel,
    /// The server wants one file left alone for a number of seconds, and no other.
    ItemThrottled,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 27] = [
        Self::Offline,
        Self::Timeout,
        Self::ServerError,
        Self::Throttled,
        Self::ThrottledVaguely,
        Self::ThrottledAbsurdly,
        Self::AuthExpired,
        Self::PermissionDenied,
        Self::Garbage,
        Self::StreamCut,
        Self::PageTwice,
        Self::TokenLoop,
        Self::OutOfOrder,
        Self::CursorExpired,
        Self::UnreadableFolder,
        Self::ContentCut,
        Self::ConcurrentEdit,
        Self::SecondObserver,
        Self::Kill,
        Self::TornWrite,
        Self::PowerCut,
        Self::DiskFull,
        Self::IoError,
        Self::Busy,
        Self::ClockJump,
        Self::Cancel,
        Self::ItemThrottled,
    ];

    /// Those that any request to the provider may meet.
    pub(crate) const OF_REQUESTS: [Self; 9] = [
        Self::Offline,
        Self::Timeout,
        Self::ServerError,
        Self::Throttled,
        Self::ThrottledVaguely,
        Self::ThrottledAbsurdly,
        Self::AuthExpired,
        Self::PermissionDenied,
        Self::Garbage,
    ];

    /// Names it, for reports.
    pub fn name(self) -> String {
        let mut name = String::new();
        for letter in format!("{self:?}").chars() {
            if letter.is_uppercase() && !name.is_empty() {
                name.push('_');
            }
            name.extend(letter.to_lowercase());
        }
        name
    }
}
