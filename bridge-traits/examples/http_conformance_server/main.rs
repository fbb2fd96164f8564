//! The server of the suite for `HttpClient`, as a program: clients in a browser can't start one.
//!
//! It listens on this machine alone, at the port that the first argument names if that is free, says
//! `listening on PORT`, and ends when its input does.

use std::io::{Read, Write};

mod server;

fn main() {
    let wanted = std::env::args().nth(1).and_then(|it| it.parse().ok());
    let port = server::start(wanted.unwrap_or(0));
    let mut output = std::io::stdout();
    writeln!(output, "listening on {port}").expect("somebody reads it");
    output.flush().expect("somebody reads it");
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
}
