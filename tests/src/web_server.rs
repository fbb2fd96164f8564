//! Real WebDAV servers, started for a test and stopped with it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// The variable that says in which folder the servers' programs are.
pub const PROGRAMS: &str = "MUSIC_CORE_WEBDAV_SERVERS";

/// Which server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Software {
    /// `rclone serve webdav`, on a folder.
    Rclone,
    /// WsgiDAV, on a folder.
    WsgiDav,
    /// Xandikos, which keeps collections of its own and has a feed of changes.
    Xandikos,
}

/// A running server on the loopback interface. It is killed when dropped.
pub struct WebServer {
    child: Child,
    address: SocketAddr,
    software: Software,
}

impl WebServer {
    /// Starts a server on a folder and waits until it listens.
    ///
    /// # Panics
    /// If it does not start within half a minute.
    pub fn start(software: Software, folder: &Path) -> Self {
        let free = || {
            let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
            listener.local_addr().expect("an address").port()
        };
        let folder = folder.to_str().expect("a path of text");
        let (program, args, sign) = match software {
            Software::Rclone => (
                "rclone",
                format!("serve webdav --addr 127.0.0.1:0 --dir-cache-time 0s {folder}"),
                "WebDav Server started on [http://",
            ),
            Software::WsgiDav => (
                "wsgidav",
                format!(
                    "--host 127.0.0.1 --port {} --auth anonymous --no-config --root {folder}",
                    free()
                ),
                "Serving on http://",
            ),
            Software::Xandikos => (
                "xandikos",
                format!(
                    "serve --listen-address 127.0.0.1 --port {} --defaults -d {folder}",
                    free()
                ),
                "Listening on ",
            ),
        };
        let mut child = Command::new(programs().join(program))
            .args(args.split(' '))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{program} does not start: {error}"));
        let (sender, lines) = mpsc::channel();
        let streams: [Box<dyn Read + Send>; 2] = [
            Box::new(child.stdout.take().expect("a pipe")),
            Box::new(child.stderr.take().expect("a pipe")),
        ];
        for stream in streams {
            let sender = sender.clone();
            // It reads to the end, or the server would stop at a full pipe.
            std::thread::spawn(move || {
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    let _ = sender.send(line);
                }
            });
        }
        let mut said = Vec::new();
        let address = loop {
            let Ok(line) = lines.recv_timeout(Duration::from_secs(30)) else {
                let _ = child.kill();
                panic!("{program} does not listen: {said:#?}");
            };
            if let Some((_, rest)) = line.split_once(sign) {
                let address = rest.split(['/', ' ', ']']).next().unwrap_or_default();
                break address.parse().expect("an address");
            }
            said.push(line);
        };
        // One of them says so a moment before it is true.
        for _ in 0..500 {
            if TcpStream::connect(address).is_ok() {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Self {
            child,
            address,
            software,
        }
    }

    /// Tells where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Tells the path of a folder to sync.
    pub fn path(&self) -> &'static str {
        match self.software {
            Software::Rclone | Software::WsgiDav => "/",
            Software::Xandikos => "/user/calendars/calendar/",
        }
    }

    /// Sends a request with a body; gives the status.
    ///
    /// # Panics
    /// If the server does not answer.
    pub fn send(&self, method: &str, name: &str, body: &[u8]) -> u16 {
        let mut stream = TcpStream::connect(self.address).expect("the server listens");
        let head = format!(
            "{method} {}{name} HTTP/1.1\r\nHost: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            self.path(),
            self.address,
            body.len()
        );
        stream.write_all(head.as_bytes()).expect("it reads");
        stream.write_all(body).expect("it reads");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("it answers");
        let line = String::from_utf8_lossy(&answer[..answer.len().min(20)]).into_owned();
        let status = line.split(' ').nth(1).and_then(|it| it.parse().ok());
        status.expect("a status")
    }
}

impl Drop for WebServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Tells where the servers' programs are.
fn programs() -> PathBuf {
    let folder = std::env::var_os(PROGRAMS);
    PathBuf::from(folder.unwrap_or_else(|| {
        panic!("{PROGRAMS} is not set: `cargo xtask test` installs the servers and runs this test")
    }))
}
