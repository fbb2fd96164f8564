//! Servers and their passwords.

use super::command;
use music_core_tests::World;

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
    use std::io::{BufRead, BufReader, Write};
    let server = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
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
