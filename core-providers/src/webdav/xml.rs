//! XML, read as it arrives.
//!
//! `quick-xml` reads what is complete in the buffer; what is not waits there for the next bytes.
//! Nothing is ever expanded but the five entities that XML has and character references, and a
//! document type is refused, so that a few bytes can't become many.

use bridge_traits::{BridgeError, ErrorKind, Result};
use quick_xml::events::Event;
use quick_xml::name::{NamespaceResolver, ResolveResult};
use quick_xml::reader::Reader;

/// How long a tag or a piece of text may be, in bytes.
const MAX_TOKEN: usize = 1 << 20;
/// How deep elements may lie in each other.
const MAX_DEPTH: usize = 64;

/// Whose vocabulary an element is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Namespace {
    /// `DAV:`; also no namespace at all, which some servers forget to declare.
    Dav,
    /// ownCloud's, which Nextcloud uses too.
    OwnCloud,
    /// Any other.
    Other,
}

/// What takes in the elements of a document.
pub(super) trait Handler {
    /// An element begins.
    fn start(&mut self, namespace: Namespace, name: &str) -> Result<(), String>;
    /// Text within the innermost element; one text may come in several pieces.
    fn text(&mut self, text: &str) -> Result<(), String>;
    /// The innermost element ends.
    fn end(&mut self) -> Result<(), String>;
}

/// A document that is being read.
pub(super) struct Document {
    /// For errors: where it comes from.
    subject: String,
    /// Bytes that are not yet a whole character.
    bytes: Vec<u8>,
    buffer: String,
    namespaces: NamespaceResolver,
    open: Vec<String>,
    /// Whether the outermost element is one that was asked for.
    begun: bool,
    finished: bool,
}

impl Document {
    pub(super) fn new(subject: impl Into<String>) -> Self {
        Self {
            subject: subject.into(),
            bytes: Vec::new(),
            buffer: String::new(),
            namespaces: NamespaceResolver::default(),
            open: Vec::new(),
            begun: false,
            finished: false,
        }
    }

    /// Tells whether the outermost element has ended.
    pub(super) fn is_finished(&self) -> bool {
        self.finished
    }

    /// Takes in more bytes.
    ///
    /// # Errors
    /// `Corrupt` if this is no XML that is accepted here; `Unsupported` if that shows before it is in the
    /// outermost element that was asked for: then somebody else answers than a WebDAV server.
    pub(super) fn push(&mut self, piece: &[u8], handler: &mut impl Handler) -> Result<()> {
        let is_text = self.take_text(piece);
        let buffer = std::mem::take(&mut self.buffer);
        // Nothing but a tag's end completes anything, so that a long tag is not read over and over.
        let used = if piece.contains(&b'>') {
            self.read(&buffer, handler)?
        } else {
            0
        };
        if !is_text {
            return Err(self.refuse("it is not in UTF-8"));
        }
        if buffer.len() - used > MAX_TOKEN {
            return Err(self.refuse(&format!(
                "a tag or text has more than {MAX_TOKEN} bytes, or is not well formed"
            )));
        }
        self.buffer = buffer;
        self.buffer.drain(..used);
        Ok(())
    }

    /// Says that no more bytes come.
    ///
    /// # Errors
    /// `Offline` if the document is not complete: it was cut off on its way. `Unsupported` if it never began.
    pub(super) fn end(self) -> Result<()> {
        if self.finished {
            return Ok(());
        }
        let is_in_a_tag = self.buffer.trim_start().starts_with('<');
        if !self.begun && !is_in_a_tag {
            return Err(self.refuse("it is no XML"));
        }
        Err(BridgeError::new(ErrorKind::Offline, self.subject)
            .detail("the answer broke off in the middle of its XML"))
    }

    /// Takes in what is text; tells whether nothing else came.
    fn take_text(&mut self, piece: &[u8]) -> bool {
        self.bytes.extend_from_slice(piece);
        match std::str::from_utf8(&self.bytes) {
            Ok(text) => {
                self.buffer.push_str(text);
                self.bytes.clear();
                true
            }
            Err(error) => {
                let rest = self.bytes.split_off(error.valid_up_to());
                let text = std::mem::replace(&mut self.bytes, rest);
                // Just found to be valid.
                self.buffer.push_str(&String::from_utf8_lossy(&text));
                error.error_len().is_none()
            }
        }
    }

    /// Reads all complete tokens; tells how many bytes they have.
    fn read(&mut self, buffer: &str, handler: &mut impl Handler) -> Result<usize> {
        let mut reader = Reader::from_str(buffer);
        // Each buffer is a part of the document only, so elements are matched here.
        reader.config_mut().check_end_names = false;
        reader.config_mut().allow_unmatched_ends = true;
        let mut used = 0;
        loop {
            // What can't be read may only lack its end, which more bytes will bring; if they don't,
            // the limit or the end of the document will tell.
            let Ok(event) = reader.read_event() else {
                return Ok(used);
            };
            let position = usize::try_from(reader.buffer_position()).unwrap_or(buffer.len());
            let is_open_ended = matches!(event, Event::Text(_)) && position == buffer.len();
            if matches!(event, Event::Eof) || is_open_ended {
                return Ok(used);
            }
            self.take(event, handler)
                .map_err(|problem| self.refuse(&problem))?;
            used = position;
        }
    }

    fn take(&mut self, event: Event<'_>, handler: &mut impl Handler) -> Result<(), String> {
        match event {
            Event::Start(tag) => {
                self.enter(&tag, handler)?;
                self.open.push(tag.name().0.to_owned());
            }
            Event::Empty(tag) => {
                self.enter(&tag, handler)?;
                self.leave(handler)?;
            }
            Event::End(tag) => {
                let name = tag.name();
                match self.open.pop() {
                    Some(open) if open == name.0 => self.leave(handler)?,
                    _ => return Err(format!("</{}> ends what did not begin", name.0)),
                }
            }
            Event::Text(text) if !self.open.is_empty() => handler.text(&text)?,
            Event::CData(text) if !self.open.is_empty() => handler.text(&text)?,
            Event::GeneralRef(reference) => {
                let written = format!("&{};", &*reference);
                let text = quick_xml::escape::unescape(&written)
                    .map_err(|_| format!("the entity {written} is not known"))?;
                handler.text(&text)?;
            }
            Event::DocType(_) => return Err("it has a document type".to_owned()),
            Event::Text(text) if text.trim().is_empty() => {}
            Event::Text(_) | Event::CData(_) => {
                return Err("there is text outside of all elements".to_owned());
            }
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) | Event::Eof => {}
        }
        Ok(())
    }

    fn enter(
        &mut self,
        tag: &quick_xml::events::BytesStart<'_>,
        handler: &mut impl Handler,
    ) -> Result<(), String> {
        if self.finished {
            return Err("there is more than one document".to_owned());
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(format!("elements are more than {MAX_DEPTH} deep"));
        }
        self.namespaces
            .push(tag)
            .map_err(|error| error.to_string())?;
        let (namespace, name) = self.namespaces.resolve_element(tag.name());
        let namespace = match namespace {
            ResolveResult::Bound(namespace) => match namespace.0 {
                "DAV:" | "DAV" => Namespace::Dav,
                "http://owncloud.org/ns" => Namespace::OwnCloud,
                _ => Namespace::Other,
            },
            // A prefix that nobody declared, or none.
            ResolveResult::Unbound => Namespace::Dav,
            ResolveResult::Unknown(prefix) if prefix.eq_ignore_ascii_case("d") => Namespace::Dav,
            ResolveResult::Unknown(_) => Namespace::Other,
        };
        handler.start(namespace, name.as_ref())?;
        self.begun = true;
        Ok(())
    }

    fn leave(&mut self, handler: &mut impl Handler) -> Result<(), String> {
        self.namespaces.pop();
        self.finished = self.open.is_empty();
        handler.end()
    }

    fn refuse(&self, problem: &str) -> BridgeError {
        if self.begun {
            return BridgeError::new(ErrorKind::Corrupt, &*self.subject).detail(problem);
        }
        BridgeError::new(ErrorKind::Unsupported, &*self.subject).detail(format!(
            "the answer is no WebDAV, but perhaps a page to sign in: {problem}"
        ))
    }
}
