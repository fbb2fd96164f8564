//! A folder on loopback, with answers of the test's own where it wants them.

use std::collections::HashMap;
use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use anyhow::{Result, anyhow};
use tiny_http::{HTTPVersion, Header, Method, Request, Response};

type Route = Arc<dyn Fn(Request) + Send + Sync>;

/// What a server will do.
pub struct ServerBuilder {
    folder: PathBuf,
    headers: Vec<Header>,
    routes: HashMap<String, Route>,
    port: u16,
}

impl ServerBuilder {
    /// Sends the headers that isolate a page from other origins (COOP and COEP), which gives it shared
    /// memory and finer clocks.
    #[must_use]
    pub fn isolated(self) -> Self {
        self.header("Cross-Origin-Opener-Policy", "same-origin")
            .header("Cross-Origin-Embedder-Policy", "require-corp")
            .header("Cross-Origin-Resource-Policy", "same-origin")
    }

    /// Sends a header with every file.
    ///
    /// # Panics
    /// If it is no header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push(header(name, value));
        self
    }

    /// Lets `answer` answer what asks for `path`, whatever the method and the query. Each request is
    /// answered in a thread of its own, so that one may wait.
    #[must_use]
    pub fn route(mut self, path: &str, answer: impl Fn(Request) + Send + Sync + 'static) -> Self {
        self.routes.insert(path.to_owned(), Arc::new(answer));
        self
    }

    /// Listens on this port instead of a free one.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Starts the server.
    ///
    /// # Errors
    /// If the port can't be had.
    pub fn start(self) -> Result<Server> {
        let http = tiny_http::Server::http(("127.0.0.1", self.port)).map_err(|it| anyhow!(it))?;
        let http = Arc::new(http);
        let address = http
            .server_addr()
            .to_ip()
            .expect("it listens on an address of the internet");
        let (listening, site) = (http.clone(), Arc::new(self));
        let thread = thread::spawn(move || {
            for request in listening.incoming_requests() {
                let site = site.clone();
                thread::spawn(move || site.answer(request));
            }
        });
        Ok(Server {
            address,
            http,
            thread: Some(thread),
        })
    }

    fn answer(&self, request: Request) {
        let path = request.url().split(['?', '#']).next().unwrap_or_default();
        if let Some(route) = self.routes.get(path) {
            return route(request);
        }
        let Some(content) = self
            .file(path)
            .and_then(|it| Some((fs::read(&it).ok()?, it)))
        else {
            return respond(
                request,
                Response::from_data("not found").with_status_code(404),
            );
        };
        let (data, file) = content;
        let mut response = Response::from_data(data)
            .with_header(header("Content-Type", media_type(&file)))
            .with_header(header("Cache-Control", "no-store"));
        for header in &self.headers {
            response.add_header(header.clone());
        }
        respond(request, response);
    }

    /// Finds the file of a path, never outside of the folder.
    fn file(&self, path: &str) -> Option<PathBuf> {
        let relative = Path::new(path.strip_prefix('/')?);
        let is_inside = relative
            .components()
            .all(|it| matches!(it, Component::Normal(_)));
        if !is_inside {
            return None;
        }
        let file = self.folder.join(relative);
        match file.is_dir() {
            true => Some(file.join("index.html")),
            false => Some(file),
        }
    }
}

/// A running server, which ends when it is dropped.
///
/// Its port is a part of the origin, so what a page stores is kept for the same server only: a test that
/// opens a browser twice keeps the server.
pub struct Server {
    address: SocketAddr,
    http: Arc<tiny_http::Server>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Begins a server of the files in a folder.
    pub fn of(folder: &Path) -> ServerBuilder {
        ServerBuilder {
            folder: folder.to_owned(),
            headers: Vec::new(),
            routes: HashMap::new(),
            port: 0,
        }
    }

    /// Gives the address of a path, which begins with `/`.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin())
    }

    /// Gives the origin of all pages here.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Gives its port, for a server that takes its place.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Waits for ever, for programs that do nothing else.
    pub fn wait(mut self) {
        if let Some(thread) = self.thread.take() {
            // The thread's panic has been printed.
            let _ = thread.join();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.http.unblock();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Answers a request, in a way that ends its connection: tiny_http may let a new connection wait for a thread that serves
/// one which the browser keeps open, and then the page waits for ever.
pub fn respond(request: Request, response: Response<impl std::io::Read>) {
    let without_body = *request.method() == Method::Head;
    let last = HTTPVersion(1, 0);
    let mut to_browser = request.into_writer();
    // The browser may have gone away meanwhile.
    let _ = response
        .raw_print(&mut to_browser, last, &[], without_body, None)
        .and_then(|()| to_browser.flush());
}

fn header(name: &str, value: &str) -> Header {
    Header::from_bytes(name, value).unwrap_or_else(|()| panic!("{name}: {value:?} is no header"))
}

/// What a browser insists on: it takes modules and wasm only under their own types.
fn media_type(file: &Path) -> &'static str {
    match file.extension().and_then(|it| it.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("txt" | "md") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
