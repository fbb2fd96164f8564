//! Servers that misbehave.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

use bridge_native::NativeHttpClient;
use bridge_traits::ErrorKind;
use bridge_traits::http::{HttpClient, HttpRequest};
use core_async::sync::oneshot;
use futures::StreamExt;
use futures::future::{Either, select};

/// Starts a server for one connection, on a thread of its own; gives its URL and what `serve`
/// returns. That is awaited and not joined: the client needs the test's thread to go on.
fn server<T: Send + 'static>(
    serve: impl FnOnce(TcpStream) -> T + Send + 'static,
) -> (String, oneshot::Receiver<T>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let (sender, served) = oneshot::channel();
    std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut head = BufReader::new(stream.try_clone().unwrap());
        let mut line = String::new();
        while head.read_line(&mut line).unwrap() > 2 {
            line.clear();
        }
        // Nobody listens if the test has failed already.
        let _ = sender.send(serve(stream));
    });
    (url, served)
}

fn client() -> NativeHttpClient {
    NativeHttpClient::new("music-core-tests").unwrap()
}

#[core_async::test]
async fn dropping_a_response_closes_the_connection() {
    let (url, served) = server(|mut stream| {
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nstart";
        stream.write_all(head.as_bytes()).unwrap();
        // Ends when the client has gone.
        stream.read_to_end(&mut Vec::new()).map(drop)
    });
    let mut response = client().send(HttpRequest::get(url)).await.unwrap();
    assert_eq!(response.body.next().await.unwrap().unwrap(), "start");
    drop(response);
    let _closed_or_reset = served.await.unwrap();
}

#[core_async::test]
async fn dropping_a_call_closes_the_connection() {
    let (asked, was_asked) = oneshot::channel();
    let (url, served) = server(move |mut stream| {
        asked.send(()).unwrap();
        stream.read_to_end(&mut Vec::new()).map(drop)
    });
    let client = client();
    let call = client.send(HttpRequest::get(url));
    let Either::Right((asked, call)) = select(call, was_asked).await else {
        panic!("the server never answers");
    };
    asked.unwrap();
    drop(call);
    let _closed_or_reset = served.await.unwrap();
}

#[core_async::test]
async fn an_answer_that_is_no_http_is_corrupt() {
    for answer in [
        "SSH-2.0-OpenSSH_9.9\r\n\r\n",
        "HTTP/1.1 2x0 What\r\n\r\n",
        "",
    ] {
        let (url, served) = server(move |mut stream| stream.write_all(answer.as_bytes()));
        let error = client().send(HttpRequest::get(url)).await.err().unwrap();
        assert_eq!(*error.kind(), ErrorKind::Corrupt, "{answer:?}: {error}");
        served.await.unwrap().unwrap();
    }
}

#[core_async::test]
async fn a_chunked_body_that_ends_early_is_corrupt() {
    let (url, served) = server(|mut stream| {
        let start = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nstart\r\n";
        stream.write_all(start.as_bytes())
    });
    let response = client().send(HttpRequest::get(url)).await.unwrap();
    let error = response.bytes(1000).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Corrupt, "{error}");
    served.await.unwrap().unwrap();
}

#[core_async::test]
async fn an_error_never_shows_a_header() {
    let request = HttpRequest::get("http://127.0.0.1:9/").header("Authorization", "hunter2");
    let error = client().send(request).await.err().unwrap();
    assert!(
        !format!("{error} {error:?}").contains("hunter2"),
        "{error:?}"
    );
    let request = HttpRequest::get("http://127.0.0.1:9/").header("Authorization", "hunter2\n");
    let error = client().send(request).await.err().unwrap();
    assert!(
        !format!("{error} {error:?}").contains("hunter2"),
        "{error:?}"
    );
}
