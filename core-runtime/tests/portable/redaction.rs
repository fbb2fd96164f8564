//! Redaction: tables of what goes and what stays.

use core_runtime::logging::{redact, redact_field};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

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
