//! Which names have values that must not be logged.

/// How a name's value is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sensitivity {
    /// A credential, or what stands for one.
    Secret,
    /// A credential as an OAuth code, harmless as a status.
    SecretUnlessNumber,
    /// A header whose value goes on to the end of the line.
    SecretLine,
    /// Says who somebody is.
    Personal,
}

impl Sensitivity {
    pub(super) fn placeholder(self) -> &'static str {
        match self {
            Self::Secret | Self::SecretUnlessNumber | Self::SecretLine => "[secret]",
            Self::Personal => "[personal]",
        }
    }
}

/// Headers whose value is a list of credentials.
const LINES: [&str; 2] = ["authorization", "cookie"];

/// A name with one of these in it has a secret value. Names are compared in lower case, without
/// `-` and `_`.
const SECRET_PARTS: [&str; 21] = [
    "accesskey",
    "apikey",
    "appkey",
    "authkey",
    "clientassertion",
    "codeverifier",
    "codechallenge",
    "credential",
    "googleaccessid",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "pwd",
    "secret",
    "sessionid",
    "sessionkey",
    "signature",
    "signedurl",
    "tempauth",
    "token",
];

/// Names whose value is a secret. Short words, that are harmless within longer names.
const SECRETS: [&str; 13] = [
    "auth",
    "jwt",
    "keypairid",
    "nonce",
    "otp",
    "pass",
    "pin",
    "policy",
    "pw",
    "sas",
    "session",
    "sid",
    "sig",
];

/// Names whose value says who somebody is.
const PERSONAL: [&str; 19] = [
    "accountname",
    "displayname",
    "email",
    "emailaddress",
    "familyname",
    "firstname",
    "fullname",
    "givenname",
    "lastname",
    "login",
    "loginhint",
    "mail",
    "owner",
    "phone",
    "phonenumber",
    "preferredusername",
    "user",
    "username",
    "userprincipalname",
];

/// Tells how the value of `name` is treated; `None` for a harmless one.
pub(super) fn sensitivity(name: &str) -> Option<Sensitivity> {
    let plain: String = name
        .chars()
        .filter(|it| !matches!(it, '-' | '_'))
        .map(|it| it.to_ascii_lowercase())
        .collect();
    // The short words are compared with the last part of `request.code` alone.
    let last = plain.rsplit('.').next().unwrap_or(&plain);
    if LINES.iter().any(|it| last.ends_with(it)) {
        return Some(Sensitivity::SecretLine);
    }
    if SECRET_PARTS.iter().any(|it| plain.contains(it)) || SECRETS.contains(&last) {
        return Some(Sensitivity::Secret);
    }
    if last == "code" || last == "authcode" || last == "devicecode" || last == "usercode" {
        return Some(Sensitivity::SecretUnlessNumber);
    }
    PERSONAL.contains(&last).then_some(Sensitivity::Personal)
}

/// Tells whether the value of a `code` is a status rather than a credential.
pub(super) fn is_status_code(value: &str) -> bool {
    let digits = value.strip_prefix('-').unwrap_or(value);
    matches!(digits.len(), 1..=5) && digits.bytes().all(|it| it.is_ascii_digit())
}
