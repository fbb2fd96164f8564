//! Takes secrets and personal data out of text.

mod names;
mod pairs;
mod personal;
mod shapes;
mod values;

use std::borrow::Cow;

use names::Sensitivity;

/// Replaces the secrets and personal data in `text`: the values of sensitive names in `key=value`
/// text, query strings, JSON, headers and debug output; credentials known by their shape; e-mail
/// addresses; user names in the paths of home folders.
///
/// What was redacted once stays as it is.
///
/// ```
/// use core_runtime::logging::redact;
///
/// let text = "GET https://dav.example/a.flac?access_token=ya29.x&size=3 for anna@example.org";
/// assert_eq!(redact(text), "GET https://dav.example/a.flac?access_token=[secret]&size=3 for [email]");
/// assert_eq!(redact("/home/anna/Music/a.flac"), "/home/[user]/Music/a.flac");
/// ```
pub fn redact(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    for step in [shapes::redact, pairs::redact, personal::redact] {
        if let Some(cleaner) = step(&text) {
            text = Cow::Owned(cleaner);
        }
    }
    text
}

/// Replaces `value` as a whole where `name` says that it is a secret or personal; else does what
/// [`redact`] does.
pub fn redact_field<'a>(name: &str, value: &'a str) -> Cow<'a, str> {
    match names::sensitivity(name) {
        Some(Sensitivity::SecretUnlessNumber) if names::is_status_code(value) => redact(value),
        Some(sensitivity) => Cow::Borrowed(sensitivity.placeholder()),
        None => redact(value),
    }
}
