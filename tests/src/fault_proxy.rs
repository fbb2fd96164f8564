//! A bad network: a proxy that counts requests, and lets some of them go wrong.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// A proxy in front of one HTTP server on the loopback interface. Each request gets a connection of
/// its own.
pub struct FaultProxy {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

/// What is called at each request, with its method and its number since the last
/// [`FaultProxy::watch`], before the server sees it.
type Watcher = Box<dyn FnMut(&str, u64) + Send>;

struct State {
    upstream: SocketAddr,
    requests: Vec<Request>,
    per_mille: u64,
    random: Random,
    faults: Faults,
    watcher: Option<Watcher>,
    watched: u64,
}

/// A request that came through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `PROPFIND` …
    pub method: String,
    /// The path, as it was sent.
    pub path: String,
}

/// How often each kind of fault was injected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Faults {
    /// The connection was closed without an answer.
    pub resets: u64,
    /// The answer came late.
    pub delays: u64,
    /// The answer ended in its middle.
    pub truncations: u64,
    /// The answer was 429 or 503.
    pub throttles: u64,
}

/// Numbers that look random and are the same for the same seed (xorshift64*).
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// Makes a source of numbers.
    pub fn seeded(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// Gives a number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % end.max(1)
    }
}

impl FaultProxy {
    /// Starts a proxy without faults.
    ///
    /// # Panics
    /// If there is no free port.
    pub fn start(upstream: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let state = Arc::new(Mutex::new(State {
            upstream,
            requests: Vec::new(),
            per_mille: 0,
            random: Random::seeded(1),
            faults: Faults::default(),
            watcher: None,
            watched: 0,
        }));
        let shared = Arc::downgrade(&state);
        thread::spawn(move || {
            for client in listener.incoming() {
                let (Ok(client), Some(state)) = (client, shared.upgrade()) else {
                    return;
                };
                thread::spawn(move || pass_on(client, &state));
            }
        });
        Self { address, state }
    }

    /// Gives the URL of a path behind the proxy.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Lets so many of a thousand requests go wrong from now on.
    pub fn set_faults(&self, per_mille: u64, seed: u64) {
        let mut state = lock(&self.state);
        state.per_mille = per_mille;
        state.random = Random::seeded(seed);
    }

    /// Calls this at each request from now on.
    pub fn watch(&self, watcher: impl FnMut(&str, u64) + Send + 'static) {
        let mut state = lock(&self.state);
        state.watcher = Some(Box::new(watcher));
        state.watched = 0;
    }

    /// Watches no longer.
    pub fn unwatch(&self) {
        lock(&self.state).watcher = None;
    }

    /// Gives the requests since this was last called.
    pub fn take_requests(&self) -> Vec<Request> {
        std::mem::take(&mut lock(&self.state).requests)
    }

    /// Counts the faults so far.
    pub fn faults(&self) -> Faults {
        lock(&self.state).faults
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        // Wakes the listener, which finds nobody left.
        let address = self.address;
        lock(&self.state).watcher = None;
        thread::spawn(move || drop(TcpStream::connect(address)));
    }
}

enum Fate {
    Pass,
    Reset,
    Delay(u64),
    Truncate(u64),
    Throttle(bool),
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn pass_on(client: TcpStream, state: &Mutex<State>) -> Option<()> {
    let mut reader = BufReader::new(client.try_clone().ok()?);
    let mut head = String::new();
    let mut length = 0;
    loop {
        let start = head.len();
        reader.read_line(&mut head).ok().filter(|it| *it > 0)?;
        let line = head[start..].trim_end();
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().ok()?;
        }
    }
    let mut words = head.split(' ');
    let request = Request {
        method: words.next()?.to_owned(),
        path: words.next()?.to_owned(),
    };
    let (fate, upstream) = decide(&mut lock(state), request);
    if matches!(fate, Fate::Reset) {
        return None;
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    answer(client, &head, &body, fate, upstream)
}

fn decide(state: &mut State, request: Request) -> (Fate, SocketAddr) {
    state.watched += 1;
    let number = state.watched;
    if let Some(watcher) = &mut state.watcher {
        watcher(&request.method, number);
    }
    state.requests.push(request);
    let upstream = state.upstream;
    if state.random.below(1000) >= state.per_mille {
        return (Fate::Pass, upstream);
    }
    let number = state.random.below(1000);
    let faults = &mut state.faults;
    let fate = match state.random.below(4) {
        0 => {
            faults.resets += 1;
            Fate::Reset
        }
        1 => {
            faults.delays += 1;
            Fate::Delay(number / 20)
        }
        2 => {
            faults.truncations += 1;
            Fate::Truncate(number)
        }
        _ => {
            faults.throttles += 1;
            Fate::Throttle(number.is_multiple_of(2))
        }
    };
    (fate, upstream)
}

fn answer(
    mut client: TcpStream,
    head: &str,
    body: &[u8],
    fate: Fate,
    upstream: SocketAddr,
) -> Option<()> {
    let mut wanted = u64::MAX;
    match fate {
        Fate::Throttle(is_429) => {
            let status = if is_429 {
                "429 Too Many Requests"
            } else {
                "503 Unavailable"
            };
            let answer = format!(
                "HTTP/1.1 {status}\r\nRetry-After: 0\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            );
            return client.write_all(answer.as_bytes()).ok();
        }
        Fate::Delay(ms) => thread::sleep(Duration::from_millis(ms)),
        Fate::Truncate(per_mille) => wanted = per_mille,
        Fate::Pass | Fate::Reset => {}
    }
    let mut server = TcpStream::connect(upstream).ok()?;
    let head = head.trim_end();
    let kept = head
        .lines()
        .filter(|line| !line.to_ascii_lowercase().starts_with("connection:"));
    let mut request: String = kept.map(|line| format!("{line}\r\n")).collect();
    request.push_str("Connection: close\r\n\r\n");
    server.write_all(request.as_bytes()).ok()?;
    server.write_all(body).ok()?;
    if wanted == u64::MAX {
        return std::io::copy(&mut server, &mut client).ok().map(drop);
    }
    let mut answer = Vec::new();
    server.read_to_end(&mut answer).ok()?;
    let end = answer.len() as u64 * wanted / 1000;
    client.write_all(&answer[..end as usize]).ok()
}
