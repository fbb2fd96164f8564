//! Servers and their passwords.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;

use super::command;
use music_core_tests::{Song, World};

#[test]
fn a_password_is_on_no_command_line_and_in_no_message() {
    let world = World::new();
    let file = world.music().join("password");
    let file = file.to_str().expect("a path of text");
    std::fs::write(file, "hush-hush\n").expect("a file");
    let url = "http://127.0.0.1:1/music";
    for (words, code, said) in [
        (
            vec!["sync", "http://anna:hush-hush@127.0.0.1:1/"],
            1,
            "give these separately",
        ),
        (vec!["sync", url, "--user", "anna"], 2, "--password-file"),
        (
            vec!["sync", url, "--user", "anna", "--password", "hush-hush"],
            2,
            "--password",
        ),
        (
            vec!["sync", "--user", "anna", "--password-file", file],
            1,
            "URL",
        ),
        (
            vec![
                "sync",
                url,
                "--user",
                "anna",
                "--password-file",
                "/no/such/file",
            ],
            1,
            "/no/such/file",
        ),
        (
            vec!["sync", url, "--user", "anna", "--password-file", file],
            1,
            "offline",
        ),
        (vec!["sync", url, "--webdav", url], 2, "cannot be used with"),
        (vec!["sync", "--webdav", "ftp://127.0.0.1/"], 1, "http"),
        (vec!["sync", "ftp://127.0.0.1/"], 1, "http:// or https://"),
        (vec!["sync", "HTTP://127.0.0.1:1/music"], 1, "offline"),
    ] {
        let output = command(&world, &words).output().expect("it runs");
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{words:?}: {text}");
        assert!(text.contains(said), "{words:?}: {text}");
        let is_repeated = words.contains(&"--password") || !text.contains("hush-hush");
        assert!(is_repeated, "{words:?}: {text}");
    }
}

#[test]
fn who_gave_no_login_is_told_how_to() {
    let server = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/music", server.local_addr().expect("its address"));
    // It refuses everybody, and ends with the test.
    std::thread::spawn(move || {
        for stream in server.incoming().flatten() {
            let lines = BufReader::new(&stream).lines().map_while(Result::ok);
            lines.take_while(|it| !it.is_empty()).for_each(drop);
            let answer = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\n\
                          Content-Length: 0\r\nConnection: close\r\n\r\n";
            (&stream).write_all(answer.as_bytes()).ok();
        }
    });
    let world = World::new();
    let file = world.music().join("password");
    std::fs::write(&file, "wrong\n").expect("a file");
    let login = [
        "--user",
        "anna",
        "--password-file",
        file.to_str().expect("text"),
    ];
    for (login, is_hinted) in [(&[][..], true), (&login[..], false)] {
        let output = command(&world, &["sync", &url]).args(login).output();
        let output = output.expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("sign-in expired"), "{said}");
        assert_eq!(said.contains("--user"), is_hinted, "{said}");
    }
}

/// Serves a folder with a song, and a cover that nobody may read.
fn serve(server: TcpListener, song: Vec<u8>) {
    let entry = |path: &str, properties: &str| {
        format!(
            "<d:response><d:href>/music/{path}</d:href><d:propstat><d:prop>{properties}</d:prop>\
             <d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>"
        )
    };
    let file = |path: &str, size: usize| {
        let properties = format!(
            "<d:resourcetype/><d:getetag>\"1\"</d:getetag><d:getcontentlength>{size}</d:getcontentlength>"
        );
        entry(path, &properties)
    };
    let folder = "<d:resourcetype><d:collection/></d:resourcetype>";
    let listing = format!(
        "<d:multistatus xmlns:d='DAV:'>{}{}{}</d:multistatus>",
        entry("", folder),
        file("1.mp3", song.len()),
        file("cover.jpg", 9)
    );
    for stream in server.incoming().flatten() {
        let mut reader = BufReader::new(&stream);
        let lines = reader.by_ref().lines().map_while(Result::ok);
        let head: Vec<String> = lines.take_while(|it| !it.is_empty()).collect();
        let value = |name: &str| {
            let mut parts = head.iter().filter_map(|it| it.split_once(": "));
            let found = parts.find(|it| it.0.eq_ignore_ascii_case(name));
            found.map(|it| it.1.to_owned())
        };
        let length = value("content-length").and_then(|it| it.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        reader.read_exact(&mut body).ok();
        let asked = head.first().map_or("", String::as_str);
        let (status, more, body) = if asked.starts_with("PROPFIND") {
            ("207 Multi-Status", String::new(), listing.as_bytes())
        } else if asked.contains("1.mp3") {
            let range = value("range").unwrap_or_default();
            let range = range.trim_start_matches("bytes=").split_once('-');
            let (from, to) = range.unwrap_or(("0", ""));
            let from: usize = from.parse().unwrap_or(0);
            let to = to.parse().unwrap_or(usize::MAX).min(song.len() - 1);
            let more = format!(
                "Content-Range: bytes {from}-{to}/{}\r\nETag: \"1\"\r\n",
                song.len()
            );
            ("206 Partial Content", more, &song[from..=to])
        } else {
            ("403 Forbidden", String::new(), &[][..])
        };
        let head = format!(
            "HTTP/1.1 {status}\r\n{more}Content-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        (&stream).write_all(head.as_bytes()).ok();
        (&stream).write_all(body).ok();
    }
}

#[test]
fn songs_that_wait_for_their_cover_are_told_of_and_how_to_read_them() {
    let server = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!(
        "http://{}/music/",
        server.local_addr().expect("its address")
    );
    let world = World::new();
    let file = world.file("1.mp3");
    Song::numbered(1).write(&file);
    let song = std::fs::read(file).expect("the song");
    // It ends with the test.
    std::thread::spawn(move || serve(server, song));
    for (options, is_advised) in [(&[][..], true), (&["--full"], false)] {
        let output = command(&world, &["sync", &url]).args(options).output();
        let output = output.expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(23), "{said}");
        assert!(said.contains("1 file waits to be read again"), "{said}");
        assert_eq!(said.contains("--full reads"), is_advised, "{said}");
        let counts = String::from_utf8_lossy(&output.stdout);
        assert!(counts.contains("0 failed, 1 waiting"), "{counts}");
    }
}
