//! A secret planted in all spellings never gets through.

#![cfg(not(target_arch = "wasm32"))]

use core_runtime::logging::{redact, redact_field};
use proptest::prelude::*;

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
