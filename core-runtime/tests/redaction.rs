//! Redaction: tables of what goes and what stays, and a planted secret that must never get through.

use core_runtime::logging::{redact, redact_field};
use proptest::prelude::*;

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(redact(text), expected, "from {text}");
}

#[test]
fn headers_lose_their_credentials() {
    check("Authorization: Bearer abc.def", "Authorization: [secret]");
    check(
        "> authorization: Basic YTpi==\n> accept: */*",
        "> authorization: [secret]\n> accept: */*",
    );
    check("Cookie: a=1; b=\"2 3\"", "Cookie: [secret]");
    check("Set-Cookie: sid=1; Path=/", "Set-Cookie: [secret]");
    check("X-Api-Key: 12345", "X-Api-Key: [secret]");
    check(
        r#"{"authorization": "Bearer abc", "accept": "*/*"}"#,
        r#"{"authorization": "[secret]", "accept": "*/*"}"#,
    );
    check("sent Bearer abc, got 401", "sent Bearer [secret], got 401");
    check("scheme basic dXNlcjpwYXNz", "scheme basic [secret]");
}

#[test]
fn query_strings_lose_their_credentials() {
    check(
        "GET /cb?code=4/0AX4&state=1",
        "GET /cb?code=[secret]&state=1",
    );
    check(
        "https://x/?a=1&access_token=abc&refresh_token=def#t",
        "https://x/?a=1&access_token=[secret]&refresh_token=[secret]",
    );
    check(
        "https://s3/x?X-Amz-Credential=AK%2F1&X-Amz-Date=2&X-Amz-Signature=ff00",
        "https://s3/x?X-Amz-Credential=[secret]&X-Amz-Date=2&X-Amz-Signature=[secret]",
    );
    check(
        "https://b.example/x?sv=2&sig=a%2Bb%3D&se=3",
        "https://b.example/x?sv=2&sig=[secret]&se=3",
    );
    check(
        "https://sp.example/download.aspx?UniqueId=1&tempauth=v1.e30",
        "https://sp.example/download.aspx?UniqueId=1&tempauth=[secret]",
    );
    check(
        "login?continue=https%3A%2F%2Fx%3Fcode%3Dabc%26scope%3D1",
        "login?continue=https%3A%2F%2Fx%3Fcode%3D[secret]%26scope%3D1",
    );
}

#[test]
fn json_and_debug_output_lose_their_credentials() {
    check(
        r#"{"access_token":"a\"b","expires_in":3599}"#,
        r#"{"access_token":"[secret]","expires_in":3599}"#,
    );
    check(
        r#""{\"client_secret\":\"a\\\"b\",\"n\":1}""#,
        r#""{\"client_secret\":\"[secret]\",\"n\":1}""#,
    );
    check(
        r#"Token { refresh_token: Some("abc"), kind: Bearer }"#,
        r#"Token { refresh_token: [secret], kind: Bearer }"#,
    );
    check(
        r#"passwords: ["a]", "b"], next: 1"#,
        r#"passwords: [secret], next: 1"#,
    );
    check(
        r#"Login { secret: Secret { value: "x}" }, n: 1 }"#,
        r#"Login { secret: [secret], n: 1 }"#,
    );
    check("accessToken => 'it''s'", "accessToken => '[secret]''s'");
}

#[test]
fn key_value_text_loses_its_credentials() {
    check("password=hunter2", "password=[secret]");
    check(
        "api_key = abc, retries = 3",
        "api_key = [secret], retries = 3",
    );
    check("(client-secret: a,b)", "(client-secret: [secret])");
    check(
        "tool --token abc --verbose",
        "tool --token [secret] --verbose",
    );
    check("db password: `x y`", "db password: `x y`");
}

#[test]
fn credentials_are_known_by_their_shape() {
    let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln";
    check(&format!("got {jwt}."), "got [secret]");
    check("key AIzaSyA1234567890abcdefghijkl", "key [secret]");
    check(
        "https://anna:pa@ss@dav.example/m",
        "https://[secret]@dav.example/m",
    );
    check(
        "-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----\nok",
        "[secret]\nok",
    );
}

#[test]
fn personal_data_goes() {
    check("mail to anna.b+x@example.co.uk.", "mail to [email].");
    check(
        "login_hint=anna%40example.org&x=1",
        "login_hint=[personal]&x=1",
    );
    check("for=anna%40example.org", "for=[email]");
    check("username=anna", "username=[personal]");
    check("/home/anna/Music/a.flac", "/home/[user]/Music/a.flac");
    check("file:///Users/anna/a.flac", "file:///Users/[user]/a.flac");
    check(
        r"C:\Users\Anna B\Music\a.flac",
        r"C:\Users\[user]\Music\a.flac",
    );
    check(
        r#""C:\\Users\\Anna B\\Music""#,
        r#""C:\\Users\\[user]\\Music""#,
    );
    check("C:/Users/Anna B/Music", "C:/Users/[user]/Music");
    check(
        "path=%2Fhome%2Fanna%2FMusic",
        "path=%2Fhome%2F[user]%2FMusic",
    );
    check(
        "cannot open /home/анна: denied",
        "cannot open /home/[user]: denied",
    );
}

#[test]
fn harmless_text_stays_as_it_is() {
    for text in [
        "",
        "page 3 of 7 done, 120 items",
        "status code: 404",
        "code=5 (SQLITE_BUSY)",
        "tokens left",
        "core_sync::token::parse failed",
        "basic tags read from 'Basic Instinct.flac'",
        "/srv/music/AC⧸DC/Back in Black/01.flac",
        "/srv/music/@eaDir/x.jpg",
        "Sigur Rós – ( ) – Untitled #1",
        "https://dav.example/music/a.flac?range=1",
        "a: b, c = d => e",
        "secretary of the passwordless society",
        "homeward bound",
        "50% of 40 % done, 3%40",
    ] {
        check(text, text);
    }
}

#[test]
fn a_field_is_judged_by_its_name_first() {
    for (name, value, expected) in [
        ("access_token", "anything at all", "[secret]"),
        ("oauth.code", "abc", "[secret]"),
        ("code", "404", "404"),
        ("Authorization", "Bearer x", "[secret]"),
        ("user_name", "Anna B", "[personal]"),
        ("url", "https://x/?token=a", "https://x/?token=[secret]"),
        ("path", "a/b.flac", "a/b.flac"),
    ] {
        assert_eq!(redact_field(name, value), expected, "{name}={value}");
    }
}

/// Marks the secret: no placeholder and no surrounding text has it, so that finding it in the
/// output is always a leak.
const MARK: &str = "PLANTED";

/// Secrets as people and services make them.
fn any_secret() -> impl Strategy<Value = String> {
    ("\\PC{0,12}", "\\PC{0,12}").prop_map(|(a, b)| format!("{a}{MARK}7{b}"))
}

/// Secrets of signs that a URL or a header carries as they are.
fn token() -> impl Strategy<Value = String> {
    ("[A-Za-z0-9._~-]{0,12}", "[A-Za-z0-9._~-]{0,12}").prop_map(|(a, b)| format!("{a}{MARK}7{b}"))
}

fn secret_name() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "access_token",
        "refreshToken",
        "id_token",
        "code",
        "password",
        "client_secret",
        "X-Api-Key",
        "apiKey",
        "sig",
        "X-Amz-Signature",
        "passphrase",
        "session_id",
        "email",
        "username",
    ])
}

fn around() -> impl Strategy<Value = String> {
    "[A-Za-z0-9 .,/:()é曲-]{0,20}"
}

fn percent_encode(text: &str) -> String {
    text.bytes()
        .map(|it| match it {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' => char::from(it).to_string(),
            _ => format!("%{it:02X}"),
        })
        .collect()
}

/// Writes a secret in all the ways that a log line may carry it.
fn carriers(name: &str, secret: &str, token: &str) -> Vec<String> {
    let json = serde_json::json!({ "a": 1, name: secret, "z": [true] }).to_string();
    let user = token.trim_matches('.');
    vec![
        serde_json::json!({ "body": json }).to_string(),
        serde_json::to_string_pretty(&serde_json::json!({ name: { "v": [secret] } })).unwrap(),
        json,
        format!(
            "https://h.example/p?a=1&{name}={}&z=2",
            percent_encode(secret)
        ),
        format!(
            "next={}",
            percent_encode(&format!("/p?{name}={}&z=2", percent_encode(secret)))
        ),
        format!("{name}={token} z=2"),
        format!("{name} = {secret:?}, z = 2"),
        format!("T {{ {name}: Some({secret:?}), z: 2 }}"),
        format!("T {{ {name}: Secret {{ v: {secret:?} }}, z: 2 }}"),
        format!("--{name} {token} --z 2"),
        format!("Authorization: Bearer {token}"),
        format!("{:?}", ("authorization", format!("Basic {token}="))),
        format!("{:?}", [(name, secret)]),
        format!("sent Basic YTpi{}=", token.replace(['.', '~'], "")),
        format!("sent bearer {token}"),
        format!("Cookie: a=b; c={token}"),
        format!("https://{user}:{token}@h.example/p"),
        format!("mail {user}@example.org"),
        format!("/home/{user}/Music/a.flac"),
        format!(r"D:\Users\{user} B\Music"),
        format!(
            "eyJhbGciOiJIUzI1NiJ9.eyJ{}.x",
            token.replace(['.', '~'], "")
        ),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 512,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_planted_secret_never_gets_through(
        name in secret_name(),
        secret in any_secret(),
        token in token(),
        before in around(),
        after in around(),
    ) {
        for carrier in carriers(name, &secret, &token) {
            let text = format!("{before} {carrier} {after}");
            let clean = redact(&text);
            prop_assert!(!clean.contains(MARK), "{text}\nbecame\n{clean}");
        }
        prop_assert!(!redact_field(name, &secret).contains(MARK));
    }

    #[test]
    fn redacting_twice_changes_nothing(
        name in secret_name(),
        secret in any_secret(),
        token in token(),
        before in around(),
    ) {
        for carrier in carriers(name, &secret, &token) {
            let once = redact(&format!("{before} {carrier}")).into_owned();
            prop_assert_eq!(redact(&once), &*once);
        }
    }

    #[test]
    fn any_text_at_all_is_survived(text in "(\\PC|[\"'\\\\{}()\\[\\]=:%&@ ]|token|code|Bearer ){0,40}") {
        redact(&text);
    }
}
