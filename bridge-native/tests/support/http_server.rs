//! A server for the suite of `HttpClient`: HTTP/1.1, one thread a connection.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

use bridge_traits::http::HttpRequest;
use bridge_traits::testing::{FakeBody, conformance_answer};

/// Starts a server on a free port, which it returns. It lives as long as the process.
pub(crate) fn start() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
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
        let answer = conformance_answer(&request);
        let mut head = format!("HTTP/1.1 {} Status\r\n", answer.status);
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
        stream.write_all(body).ok()?;
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
