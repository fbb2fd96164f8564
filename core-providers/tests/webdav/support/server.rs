//! A WebDAV server in memory.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};

use bridge_traits::http::{HttpClient, HttpRequest};
use bridge_traits::testing::{ExpectedTree, FakeAnswer, FakeBody, FakeHttp};
use bridge_traits::{BridgeError, ErrorKind, Result};
use bytes::Bytes;
use data_encoding::BASE64;

pub(crate) const HOST: &str = "http://dav.test";
/// Where the music is, as a URL has it.
pub(super) const ROOT: &str = "/dav/My%20Music";

/// What kind of server it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Nothing but RFC 4918.
    Plain,
    /// ETags of folders change with what is below, and everything has an id.
    Nextcloud,
    /// `sync-collection` all the way down.
    Sync,
    /// `sync-collection` of one folder, as xandikos has it.
    Flat,
}

/// How it writes `href`s.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hrefs {
    Path,
    Absolute,
    /// Names relative to what was asked for.
    Relative,
    /// As a path that a proxy does not translate back.
    Inner,
    /// Escapes nothing but what XML needs.
    Bare,
}

/// What goes wrong with a request.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    Status(u16, Vec<(&'static str, &'static str)>),
    Reset,
    Stall,
    /// The answer breaks off after so many bytes, and the connection with it.
    Cut(usize),
    /// The answer breaks off after so many bytes, and pretends to be complete.
    Short(usize),
    /// Another body, with status 200.
    Body(&'static str, &'static str),
    /// Only the row of the folder itself, or not even that.
    Rows(usize),
    /// The answer of another folder.
    Other(&'static str),
    /// Another `Content-Range` than asked for.
    Range(&'static str),
}

pub(super) struct Node {
    pub(super) id: u64,
    /// `None` for folders.
    pub(super) content: Option<Bytes>,
    pub(super) version: u64,
}

pub(crate) struct State {
    pub(super) dialect: Dialect,
    /// By escaped path; the root is empty.
    pub(super) nodes: BTreeMap<String, Node>,
    next: u64,
    /// What changed, for the feed.
    pub(super) log: Vec<String>,
    pub(super) epoch: u64,
    /// How many rows a report may have.
    pub(crate) report_rows: usize,
    pub(crate) hrefs: Hrefs,
    pub(crate) prefix: &'static str,
    pub(crate) etags: (&'static str, &'static str),
    pub(crate) has_etags: bool,
    pub(crate) slashes: bool,
    pub(crate) ranges: bool,
    /// Whether it compares `If-Match` at all.
    pub(crate) if_match: bool,
    pub(crate) types: bool,
    /// Whether it tells when folders changed.
    pub(crate) dates_folders: bool,
    pub(crate) login: Option<String>,
    faults: VecDeque<(String, Fault)>,
    /// Folders that are others, by escaped path.
    links: Vec<(String, String)>,
}

/// The server. Clones are the same one.
#[derive(Clone)]
pub(crate) struct Server {
    state: Arc<Mutex<State>>,
    http: FakeHttp,
}

impl Server {
    pub(crate) fn new(dialect: Dialect) -> Self {
        let state = Arc::new(Mutex::new(State {
            dialect,
            nodes: BTreeMap::new(),
            next: 1,
            log: Vec::new(),
            epoch: 0,
            report_rows: usize::MAX,
            hrefs: Hrefs::Path,
            prefix: "d:",
            etags: ("\"", "\""),
            has_etags: true,
            slashes: true,
            ranges: true,
            if_match: true,
            types: true,
            dates_folders: false,
            login: None,
            faults: VecDeque::new(),
            links: Vec::new(),
        }));
        state.lock().unwrap().put("", None);
        let shared = state.clone();
        let http = FakeHttp::new(move |request| shared.lock().unwrap().answer(request));
        Self { state, http }
    }

    pub(crate) fn with(dialect: Dialect, files: &[&str]) -> Self {
        let server = Self::new(dialect);
        files.iter().for_each(|path| server.write(path, path));
        server
    }

    pub(crate) fn client(&self) -> Arc<dyn HttpClient> {
        Arc::new(self.http.clone())
    }

    pub(crate) fn url(&self) -> &'static str {
        "http://dav.test/dav/My%20Music/"
    }

    /// Changes how it behaves.
    pub(crate) fn set(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Writes a file, with the folders that it lies in.
    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        self.write_escaped(&escape(path), content);
    }

    pub(crate) fn write_escaped(&self, path: &str, content: impl AsRef<[u8]>) {
        let content = Bytes::copy_from_slice(content.as_ref());
        self.set().put(path, Some(content));
    }

    pub(crate) fn delete(&self, path: &str) {
        self.set().take(&escape(path));
    }

    /// Makes a folder that is another one above it, as a link is that the server follows.
    pub(crate) fn link(&self, path: &str, above: &str) {
        let mut state = self.set();
        state.put(&escape(path), None);
        state.links.push((escape(path), escape(above)));
    }

    /// Moves a file or folder; ids, contents and the ETags of what is in it stay.
    pub(crate) fn rename(&self, from: &str, to: &str) {
        let (from, to) = (escape(from), escape(to));
        let mut state = self.set();
        let moved = state.take(&from);
        for (path, node) in moved {
            let path = format!("{to}{}", &path[from.len()..]);
            state.touch(&path);
            state.nodes.insert(path, node);
        }
    }

    /// Lets the next requests fail whose line (`METHOD path`, unescaped) holds a text.
    pub(crate) fn fail(&self, line: &str, faults: impl IntoIterator<Item = Fault>) {
        let faults = faults.into_iter().map(|fault| (line.to_owned(), fault));
        self.set().faults.extend(faults);
    }

    /// Makes all tokens of the feed worthless.
    pub(crate) fn expire_tokens(&self) {
        self.set().epoch += 1;
    }

    pub(crate) fn requests(&self) -> Vec<HttpRequest> {
        self.http.requests()
    }

    /// Counts the requests from here on.
    pub(crate) fn counter(&self) -> impl Fn(&str) -> usize + '_ {
        let before = self.requests().len();
        move |method| {
            let since = &self.requests()[before..];
            since.iter().filter(|it| it.method == method).count()
        }
    }

    pub(crate) fn tree(&self) -> ExpectedTree {
        let state = self.set();
        let nodes = state.nodes.iter().filter(|(path, _)| !path.is_empty());
        nodes
            .map(|(path, node)| {
                let path = String::from_utf8(unescape(path)).expect("a path of text");
                (path, node.content.clone())
            })
            .collect()
    }

    /// Gives the keys of everything that a library should hold.
    pub(crate) fn keys(&self) -> Vec<String> {
        self.tree().into_keys().collect()
    }
}

impl State {
    pub(crate) fn clear_faults(&mut self) {
        self.faults.clear();
    }

    /// Follows the links in a path.
    pub(super) fn place(&self, path: &str) -> String {
        let mut place = path.to_owned();
        while let Some(next) = self.links.iter().find_map(|(from, to)| {
            let rest = place.strip_prefix(&**from)?;
            let is_below = rest.is_empty() || rest.starts_with('/');
            is_below.then(|| format!("{to}{rest}").trim_start_matches('/').to_owned())
        }) {
            place = next;
        }
        place
    }

    fn put(&mut self, path: &str, content: Option<Bytes>) {
        if let Some((folder, _)) = path.rsplit_once('/') {
            if !self.nodes.contains_key(folder) {
                self.put(folder, None);
            }
        } else if !path.is_empty() && !self.nodes.contains_key("") {
            self.put("", None);
        }
        self.next += 1;
        let (id, version) = match self.nodes.get(path) {
            Some(node) => (node.id, self.next),
            None => (self.next, self.next),
        };
        self.nodes.insert(
            path.to_owned(),
            Node {
                id,
                content,
                version,
            },
        );
        self.touch(path);
    }

    fn take(&mut self, path: &str) -> Vec<(String, Node)> {
        let below = match path {
            "" => String::new(),
            path => format!("{path}/"),
        };
        let gone: Vec<String> = self
            .nodes
            .keys()
            .filter(|it| *it == path || it.starts_with(&below))
            .cloned()
            .collect();
        assert!(!gone.is_empty(), "there is no {path}");
        gone.into_iter()
            .map(|path| {
                self.touch(&path);
                let node = self.nodes.remove(&path).expect("just found");
                (path, node)
            })
            .collect()
    }

    /// Notes a change: in the log, and in the ETags of the folders above.
    fn touch(&mut self, path: &str) {
        self.log.push(path.to_owned());
        let mut folder = path;
        while !folder.is_empty() {
            folder = folder.rsplit_once('/').map_or("", |it| it.0);
            self.next += 1;
            if let Some(node) = self.nodes.get_mut(folder) {
                node.version = self.next;
            }
        }
    }

    fn answer(&mut self, request: &HttpRequest) -> Result<FakeAnswer> {
        let header = |name: &str| {
            let mut headers = request.headers.iter();
            headers
                .find(|(it, _)| it.eq_ignore_ascii_case(name))
                .map(|(_, value)| value.clone())
        };
        let target = request.url.strip_prefix(HOST).unwrap_or("/elsewhere");
        if target.starts_with("/elsewhere") {
            if request.url.contains("dead") {
                return Err(BridgeError::new(ErrorKind::Offline, &*request.url));
            }
            if request.url.contains("closed") {
                return Ok(FakeAnswer::status(401));
            }
            return Ok(FakeAnswer::ok(format!(
                "from elsewhere with {:?}",
                header("Authorization")
            )));
        }
        if let Some(login) = &self.login
            && header("Authorization") != Some(format!("Basic {}", BASE64.encode(login.as_bytes())))
        {
            return Ok(FakeAnswer::status(401).header("WWW-Authenticate", "Basic realm=\"dav\""));
        }
        let path = target
            .strip_prefix(ROOT)
            .unwrap_or(target)
            .trim_matches('/')
            .to_owned();
        let line = format!(
            "{} {}",
            request.method,
            String::from_utf8_lossy(&unescape(&path))
        );
        let fault = self
            .faults
            .iter()
            .position(|(pattern, _)| line.contains(&**pattern))
            .and_then(|at| self.faults.remove(at))
            .map(|(_, fault)| fault);
        let path = match &fault {
            Some(Fault::Other(other)) => escape(other),
            _ => path,
        };
        let rows = match &fault {
            Some(Fault::Rows(rows)) => *rows,
            _ => usize::MAX,
        };
        let answer = match &*request.method {
            "PROPFIND" => self.propfind(&path, &header("Depth").unwrap_or_default(), rows),
            "REPORT" => self.report(&request.body),
            "GET" => self.get(&self.place(&path), header("Range"), header("If-Match")),
            _ => FakeAnswer::status(405),
        };
        broken(answer, fault, &request.url)
    }
}

/// Lets an answer go wrong.
fn broken(answer: FakeAnswer, fault: Option<Fault>, url: &str) -> Result<FakeAnswer> {
    let start = |answer: &FakeAnswer, bytes: usize| match &answer.body {
        FakeBody::Whole(body) => body.slice(..bytes.min(body.len())),
        other => panic!("{other:?} was broken before"),
    };
    Ok(match fault {
        None | Some(Fault::Rows(_) | Fault::Other(_)) => answer,
        Some(Fault::Status(status, headers)) => headers
            .into_iter()
            .fold(FakeAnswer::status(status), |it, (name, value)| {
                it.header(name, value)
            }),
        Some(Fault::Reset) => return Err(BridgeError::new(ErrorKind::Offline, url)),
        Some(Fault::Stall) => return Err(BridgeError::new(ErrorKind::Timeout, url)),
        Some(Fault::Cut(bytes)) => {
            let body = start(&answer, bytes);
            answer.body(FakeBody::CutAfter(body))
        }
        Some(Fault::Short(bytes)) => {
            let body = start(&answer, bytes);
            answer.body(FakeBody::Whole(body))
        }
        Some(Fault::Body(kind, body)) => FakeAnswer::ok(body).header("Content-Type", kind),
        Some(Fault::Range(range)) => {
            let mut answer = answer;
            answer
                .headers
                .retain(|(name, _)| name != "Content-Range" && name != "Content-Length");
            answer.header("Content-Range", range)
        }
    })
}

pub(crate) fn escape(path: &str) -> String {
    let escape_byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    path.bytes().map(escape_byte).collect()
}

pub(super) fn unescape(path: &str) -> Vec<u8> {
    let bytes = path.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'%' {
            out.push(u8::from_str_radix(&path[at + 1..at + 3], 16).expect("an escape"));
            at += 3;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    out
}
