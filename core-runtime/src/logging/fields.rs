//! Collects the fields of an event or span, redacted.

use std::error::Error;
use std::fmt::{Debug, Write};

use tracing::field::{Field, Visit};

use super::redact::{redact, redact_field};

/// What an event or span carries, free of secrets.
#[derive(Debug, Default)]
pub(super) struct Fields {
    pub(super) message: String,
    pub(super) named: Vec<(String, String)>,
}

impl Fields {
    fn add(&mut self, field: &Field, value: &str) {
        match field.name() {
            "message" => self.message = redact(value).into_owned(),
            name => {
                let value = redact_field(name, value).into_owned();
                // A span may record a field again, and then the later value counts.
                match self.named.iter_mut().find(|(it, _)| it == name) {
                    Some((_, earlier)) => *earlier = value,
                    None => self.named.push((name.to_owned(), value)),
                }
            }
        }
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, value);
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        let mut text = value.to_string();
        let mut cause = value.source();
        while let Some(it) = cause {
            let detail = it.to_string();
            // Many errors say their cause in their own text.
            if !text.contains(&detail) {
                let _ = write!(text, ": {detail}");
            }
            cause = it.source();
        }
        self.add(field, &text);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.add(field, &format!("{value:?}"));
    }
}
