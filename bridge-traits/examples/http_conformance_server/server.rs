//! A server for the suite of `HttpClient`: HTTP/1.1, one thread a connection. To pages of every
//! origin it allows everything, except below `/no-cors`.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

use bridge_traits::http::HttpRequest;
use bridge_traits::testing::{FakeBody, conformance_answer};

/// Starts a server at `port`, or at a free one if that is taken or 0, and gives the port. It lives
/// as long as the process.
pub(crate) fn start(port: u16) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", port))
        .or_else(|_| TcpListener::bind("127.0.0.1:0"))
        .unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || serve(stream));
        }
    });
    port
}

/// Serves requests until the client goes away.
fn serve(stream: TcpStream) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut stream = stream;
    loop {
        let request = read_request(&mut reader)?;
        // A page that shuts itself off from others gets not even a sign of life without it.
        let mut head = "Cross-Origin-Resource-Policy: cross-origin\r\n".to_owned();
        if !request.url.contains("/no-cors") {
            allow_pages(&request, &mut head);
        }
        if request.method == "OPTIONS" {
            let answer = format!("HTTP/1.1 204 Status\r\n{head}\r\n");
            stream.write_all(answer.as_bytes()).ok()?;
            continue;
        }
        let answer = conformance_answer(&request);
        head = format!("HTTP/1.1 {} Status\r\n{head}", answer.status);
        for (name, value) in &answer.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let (length, body, then_wait) = match &answer.body {
            FakeBody::Whole(body) => (body.len(), body, None),
            FakeBody::CutAfter(body) => (body.len() + 100, body, Some(false)),
            FakeBody::StallAfter(body) => (body.len() + 100, body, Some(true)),
            FakeBody::NoAnswer => {
                wait_for_end(&mut reader);
                return None;
            }
        };
        if answer.status != 204 {
            head.push_str(&format!("Content-Length: {length}\r\n"));
        }
        stream.write_all(head.as_bytes()).ok()?;
        stream.write_all(b"\r\n").ok()?;
        if request.method != "HEAD" {
            stream.write_all(body).ok()?;
        }
        match then_wait {
            None => {}
            Some(true) => {
                wait_for_end(&mut reader);
                return None;
            }
            Some(false) => return None,
        }
    }
}

/// Allows what the request asks for, to pages from anywhere.
fn allow_pages(request: &HttpRequest, head: &mut String) {
    head.push_str("Access-Control-Allow-Origin: *\r\nAccess-Control-Expose-Headers: *\r\n");
    let asked = |wanted: &str| {
        let mut found = request
            .headers
            .iter()
            .filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.next().map(|(_, value)| value.clone())
    };
    if let Some(method) = asked("access-control-request-method") {
        head.push_str(&format!("Access-Control-Allow-Methods: {method}\r\n"));
    }
    if let Some(names) = asked("access-control-request-headers") {
        head.push_str(&format!("Access-Control-Allow-Headers: {names}\r\n"));
    }
    // Browsers before the present rules for this machine's own network ask for it.
    if asked("access-control-request-private-network").is_some() {
        head.push_str("Access-Control-Allow-Private-Network: true\r\n");
    }
}

fn wait_for_end(reader: &mut impl Read) {
    let _ = std::io::copy(reader, &mut std::io::sink());
}

fn read_request(reader: &mut impl BufRead) -> Option<HttpRequest> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut request = HttpRequest::new(method, format!("http://server{target}"));
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok()?;
        }
        request = request.header(name, value.trim());
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(request.body(body))
}
