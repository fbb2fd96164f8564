//! Tags of every kind, brought to one list of fields and merged.

pub(crate) mod ape;
pub(crate) mod fields;
pub(crate) mod id3v1;
pub(crate) mod id3v2;
pub(crate) mod merge;
pub(crate) mod tail;
pub(crate) mod vorbis;

use crate::{Limits, Lyrics, Picture, PictureKind, TagKind, Warning, source::PICTURE_HEAD, text};
use bytes::Bytes;
use fields::Field;

/// Holds one tag of a file: its fields in the order of the file, decoded but not interpreted.
#[derive(Debug)]
pub(crate) struct RawTag {
    pub(crate) kind: TagKind,
    pub(crate) items: Vec<(Field, String)>,
    pub(crate) pictures: Vec<Picture>,
    pub(crate) lyrics: Vec<Lyrics>,
    pub(crate) warnings: Vec<Warning>,
    /// A part of the file that is held, and where it starts.
    origin: Option<(u64, Bytes)>,
    picture_bytes: u64,
    text_bytes: usize,
    limits: Limits,
}

impl RawTag {
    pub(crate) fn new(kind: TagKind, limits: Limits) -> Self {
        Self {
            kind,
            items: Vec::new(),
            pictures: Vec::new(),
            lyrics: Vec::new(),
            warnings: Vec::new(),
            origin: None,
            picture_bytes: 0,
            text_bytes: 0,
            limits,
        }
    }

    /// Tells where the bytes that pictures are slices of stand in the file.
    pub(crate) fn set_origin(&mut self, at: u64, held: &Bytes) {
        self.origin = Some((at, held.clone()));
    }

    /// Returns where `part` stands in the file, if it is a slice of what is held.
    fn place_of(&self, part: &Bytes) -> Option<u64> {
        let (at, held) = self.origin.as_ref()?;
        // `held` is alive, so that no other buffer can have these addresses.
        let from = (part.as_ptr() as usize).checked_sub(held.as_ptr() as usize)?;
        (from + part.len() <= held.len()).then_some(at + from as u64)
    }

    /// Adds a value unless it is empty.
    pub(crate) fn push(&mut self, field: Field, value: &str) {
        let value = text::trim(value);
        if value.is_empty() {
            return;
        }
        if self.items.len() >= self.limits.max_items {
            self.limit("tag items", self.limits.max_items as u64);
            return;
        }
        let (value, cut) = text::cut(value, self.limits.max_text);
        if cut {
            self.limit("text", self.limits.max_text as u64);
        }
        self.text_bytes += value.len();
        if self.text_bytes > self.limits.max_text_total {
            self.limit("all text of a tag", self.limits.max_text_total as u64);
            return;
        }
        match field {
            Field::Lyrics => {
                if let Some(lyrics) = crate::lyrics::parse_any(value, None) {
                    self.lyrics.push(lyrics);
                }
            }
            field => self.items.push((field, value.to_owned())),
        }
    }

    /// Adds a value under the name a tag gives it, which may be one that no field has.
    pub(crate) fn push_named(&mut self, name: &str, value: &str) {
        self.push(fields::by_name(name), value);
    }

    /// Adds `number` and, after a slash, the total.
    pub(crate) fn push_pair(&mut self, number: Field, total: Field, value: &str) {
        let (first, second) = value.split_once('/').unwrap_or((value, ""));
        self.push(number, first);
        self.push(total, second);
    }

    /// Cuts encoded text before it is decoded to what may be kept of it.
    pub(crate) fn clip<'b>(&self, bytes: &'b [u8]) -> &'b [u8] {
        &bytes[..bytes.len().min(self.limits.max_text.saturating_mul(2))]
    }

    /// Adds a picture unless it is empty or exceeds a limit.
    pub(crate) fn push_picture(
        &mut self,
        kind: PictureKind,
        mime: &str,
        description: &str,
        data: Bytes,
    ) {
        let size = data.len() as u64;
        self.push_picture_of(kind, mime, description, data, size);
    }

    /// Adds a picture of `size` bytes, of which `data` may be only the head.
    pub(crate) fn push_picture_of(
        &mut self,
        kind: PictureKind,
        mime: &str,
        description: &str,
        data: Bytes,
        size: u64,
    ) {
        if data.is_empty() {
            return;
        }
        if size > self.limits.max_picture_bytes {
            self.limit("picture", self.limits.max_picture_bytes);
            return;
        }
        if self.picture_bytes + size > self.limits.max_pictures_total {
            self.limit("pictures together", self.limits.max_pictures_total);
            return;
        }
        self.picture_bytes += size;
        let description = text::trim(description);
        let description = (!description.is_empty()).then(|| description.to_owned());
        let offset = self.place_of(&data);
        let picture = if size > data.len() as u64 {
            let head = data.slice(..data.len().min(PICTURE_HEAD as usize));
            Picture::left(kind, mime, description, head, size)
        } else {
            Picture::new(kind, mime, description, data)
        };
        self.pictures.push(Picture { offset, ..picture });
    }

    /// Takes over what another tag of the same kind holds.
    pub(crate) fn append(&mut self, other: Self) {
        self.items.extend(other.items);
        self.items.truncate(self.limits.max_items);
        self.pictures.extend(other.pictures);
        self.lyrics.extend(other.lyrics);
        self.warnings.extend(other.warnings);
    }

    pub(crate) fn damaged(&mut self, detail: impl Into<String>) {
        let warning = Warning::DamagedTag {
            tag: self.kind,
            detail: detail.into(),
        };
        self.warn(warning);
    }

    pub(crate) fn damaged_item(&mut self, item: impl Into<String>, detail: impl Into<String>) {
        let warning = Warning::DamagedItem {
            tag: self.kind,
            item: item.into(),
            detail: detail.into(),
        };
        self.warn(warning);
    }

    pub(crate) fn damaged_picture(&mut self, detail: impl Into<String>) {
        let warning = Warning::DamagedPicture {
            tag: self.kind,
            detail: detail.into(),
        };
        self.warn(warning);
    }

    pub(crate) fn limit(&mut self, what: &'static str, limit: u64) {
        self.warn(Warning::LimitReached { what, limit });
    }

    fn warn(&mut self, warning: Warning) {
        if self.warnings.len() < 16 && !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.items.is_empty() && self.pictures.is_empty() && self.lyrics.is_empty()
    }
}
