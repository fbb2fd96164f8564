//! ASF, the container of WMA.

use super::{Fault, Found, le16, le32, le64};
use crate::{
    AudioProperties, PictureKind, TagKind, Warning,
    source::Source,
    tags::{RawTag, fields::Field},
    text::{self, Endian},
};
use bytes::{Buf, Bytes};

type Guid = [u8; 16];

const CONTENT_DESCRIPTION: Guid =
    *b"\x33\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9\x00\xAA\x00\x62\xCE\x6C";
const EXTENDED_DESCRIPTION: Guid =
    *b"\x40\xA4\xD0\xD2\x07\xE3\xD2\x11\x97\xF0\x00\xA0\xC9\x5E\xA8\x50";
const FILE_PROPERTIES: Guid = *b"\xA1\xDC\xAB\x8C\x47\xA9\xCF\x11\x8E\xE4\x00\xC0\x0C\x20\x53\x65";
const STREAM_PROPERTIES: Guid =
    *b"\x91\x07\xDC\xB7\xB7\xA9\xCF\x11\x8E\xE6\x00\xC0\x0C\x20\x53\x65";
const AUDIO_STREAM: Guid = *b"\x40\x9E\x69\xF8\x4D\x5B\xCF\x11\xA8\xFD\x00\x80\x5F\x5C\x44\x2B";
const HEADER_EXTENSION: Guid = *b"\xB5\x03\xBF\x5F\x2E\xA9\xCF\x11\x8E\xE3\x00\xC0\x0C\x20\x53\x65";
const METADATA: Guid = *b"\xEA\xCB\xF8\xC5\xAF\x5B\x77\x48\x84\x67\xAA\x8C\x44\xFA\x4C\xCA";
const METADATA_LIBRARY: Guid = *b"\x94\x1C\x23\x44\x98\x94\xD1\x49\xA1\x41\x1D\x13\x4E\x45\x70\x54";

/// Reads the objects of the header; the data object behind it is the audio.
pub(super) fn read(
    source: &mut Source<'_>,
    start: u64,
    end: u64,
    whole_audio: bool,
) -> Result<Found, Fault> {
    let Some(head) = source.array::<30>(start)? else {
        return Err(Fault::truncated("ASF header"));
    };
    let size = le64(&head, 16).unwrap_or(0);
    if size < 30 {
        return Err(Fault::damaged("the ASF header has an impossible size"));
    }
    let held = (size - 30)
        .min(source.limits.max_tag_bytes)
        .min(end.saturating_sub(start + 30));
    if held < size - 30 {
        let detail = format!("{held} of {} header bytes were read", size - 30);
        source.warn(Warning::DamagedTag {
            tag: TagKind::Asf,
            detail,
        });
    }
    let header = source.take(start + 30, held)?;
    let mut reader = Reader {
        properties: AudioProperties::of("asf", "wma", false),
        tag: RawTag::new(TagKind::Asf, source.limits),
        has_audio: false,
    };
    reader.tag.set_origin(start + 30, &header);
    reader.objects(header, 0);
    if !reader.has_audio {
        return Err(Fault::damaged("no audio stream is described"));
    }
    let mut audio = end..end;
    if whole_audio || reader.properties.bitrate_kbps.is_none() {
        audio = data_object(source, start.saturating_add(size), end)?;
    }
    reader.properties.derive_bitrate(audio.end - audio.start);
    Ok(Found {
        properties: reader.properties,
        tags: vec![reader.tag],
        audio,
        md5: None,
        summary: None,
    })
}

/// Returns the packets of the data object, without its header, which holds the file's own id.
fn data_object(source: &mut Source<'_>, at: u64, end: u64) -> Result<std::ops::Range<u64>, Fault> {
    let len = source
        .array::<24>(at)?
        .and_then(|head| le64(&head, 16))
        .unwrap_or(0);
    let first = at.saturating_add(50).min(end);
    let last = match len {
        0 => end,
        len => at.saturating_add(len).min(end),
    };
    Ok(first..last.max(first))
}

struct Reader {
    properties: AudioProperties,
    tag: RawTag,
    has_audio: bool,
}

impl Reader {
    fn objects(&mut self, mut header: Bytes, depth: u8) {
        while header.len() >= 24 {
            let object = header.split_to(24);
            let len = le64(&object, 16).unwrap_or(0);
            let Some(body_len) = len
                .checked_sub(24)
                .and_then(|len| usize::try_from(len).ok())
            else {
                self.tag.damaged("an object has an impossible size");
                return;
            };
            if body_len > header.len() {
                self.tag.damaged("an object is cut off");
            }
            let body = header.split_to(body_len.min(header.len()));
            let guid: Guid = std::array::from_fn(|at| object[at]);
            let read = match guid {
                CONTENT_DESCRIPTION => self.description(body),
                EXTENDED_DESCRIPTION => self.attributes(body, Layout::Extended),
                METADATA | METADATA_LIBRARY => self.attributes(body, Layout::Library),
                FILE_PROPERTIES => self.file_properties(&body),
                STREAM_PROPERTIES => self.stream_properties(&body),
                HEADER_EXTENSION if depth == 0 && body.len() > 22 => {
                    self.objects(body.slice(22..), 1);
                    Some(())
                }
                _ => Some(()),
            };
            if read.is_none() {
                self.tag.damaged("an object ends early");
            }
        }
    }

    fn description(&mut self, mut body: Bytes) -> Option<()> {
        let mut lens = [0usize; 5];
        for len in &mut lens {
            *len = usize::from(le16(&body, 0)?);
            body.advance(2);
        }
        let fields = [
            Some(Field::Title),
            Some(Field::Artist),
            Some(Field::Custom("COPYRIGHT".to_owned())),
            Some(Field::Comment),
            None,
        ];
        for (len, field) in lens.into_iter().zip(fields) {
            let value = take(&mut body, len)?;
            if let Some(field) = field {
                let value = unicode(self.tag.clip(&value));
                self.tag.push(field, &value);
            }
        }
        Some(())
    }

    fn attributes(&mut self, mut body: Bytes, layout: Layout) -> Option<()> {
        let count = le16(&body, 0)?;
        body.advance(2);
        for _ in 0..count {
            let (name, kind, value) = match layout {
                Layout::Extended => {
                    let name_len = usize::from(le16(&body, 0)?);
                    body.advance(2);
                    let name = take(&mut body, name_len)?;
                    let (kind, len) = (le16(&body, 0)?, usize::from(le16(&body, 2)?));
                    body.advance(4);
                    (name, kind, take(&mut body, len)?)
                }
                Layout::Library => {
                    let (name_len, kind) = (usize::from(le16(&body, 4)?), le16(&body, 6)?);
                    let len = usize::try_from(le32(&body, 8)?).ok()?;
                    body.advance(12);
                    let name = take(&mut body, name_len)?;
                    (name, kind, take(&mut body, len)?)
                }
            };
            self.attribute(&unicode(&name), kind, value);
        }
        Some(())
    }

    fn attribute(&mut self, name: &str, kind: u16, value: Bytes) {
        let name = text::trim(name);
        if name == "WM/Picture" {
            return self.picture(value);
        }
        let value = match kind {
            0 => unicode(self.tag.clip(&value)),
            2 | 3 if value.len() >= 4 => le32(&value, 0).unwrap_or(0).to_string(),
            2 | 5 => le16(&value, 0)
                .map(|value| value.to_string())
                .unwrap_or_default(),
            4 => le64(&value, 0)
                .map(|value| value.to_string())
                .unwrap_or_default(),
            _ => return,
        };
        match name {
            "WM/TrackNumber" => self.tag.push_pair(Field::Track, Field::TrackTotal, &value),
            // The old attribute counts from zero.
            "WM/Track" => {
                let has_number = self.tag.items.iter().any(|item| item.0 == Field::Track);
                if let (Ok(number), false) = (value.parse::<u32>(), has_number) {
                    self.tag
                        .push(Field::Track, &number.saturating_add(1).to_string());
                }
            }
            "WM/PartOfSet" => self.tag.push_pair(Field::Disc, Field::DiscTotal, &value),
            "WM/Year" => self.tag.push(Field::Date, &value),
            "WM/OriginalReleaseYear" | "WM/OriginalReleaseTime" => {
                self.tag.push(Field::OriginalDate, &value)
            }
            "WM/SharedUserRating"
            | "WMFSDKVersion"
            | "WMFSDKNeeded"
            | "IsVBR"
            | "DeviceConformanceTemplate" => {}
            "WM/Writer" => self.tag.push(Field::Person(crate::Role::Lyricist), &value),
            _ => self.tag.push_named(name, &value),
        }
    }

    fn picture(&mut self, mut value: Bytes) {
        let mut parse = || {
            let kind = *value.first()?;
            let len = usize::try_from(le32(&value, 1)?).ok()?;
            value.advance(5);
            let mime = zero_ended(&mut value)?;
            let description = zero_ended(&mut value)?;
            (len <= value.len()).then(|| (kind, mime, description, value.split_to(len)))
        };
        match parse() {
            Some((kind, mime, description, data)) => {
                self.tag.push_picture(
                    PictureKind::from_number(u32::from(kind)),
                    &mime,
                    &description,
                    data,
                );
            }
            None => self.tag.damaged_picture("the attribute is cut off"),
        }
    }

    fn file_properties(&mut self, body: &[u8]) -> Option<()> {
        // Times are in units of 100 ns, the lead-in in milliseconds.
        let play = le64(body, 40)? / 10_000;
        let lead_in = le64(body, 56)?;
        self.properties.duration_ms = play
            .checked_sub(lead_in)
            .or(Some(play))
            .filter(|millis| *millis > 0);
        Some(())
    }

    fn stream_properties(&mut self, body: &[u8]) -> Option<()> {
        if body.get(..16)? != AUDIO_STREAM || self.has_audio {
            return Some(());
        }
        let format = body.get(54..)?;
        let (codec, lossless) = match le16(format, 0)? {
            0x160 | 0x161 => ("wma", false),
            0x162 => ("wma_pro", false),
            0x163 => ("wma_lossless", true),
            0x0A | 0x0B => ("wma_voice", false),
            0x55 => ("mp3", false),
            0xFF | 0x1600 | 0x1610 => ("aac", false),
            1 => ("pcm", true),
            _ => ("unknown", false),
        };
        self.has_audio = true;
        self.properties.codec = codec.to_owned();
        self.properties.lossless = lossless;
        self.properties.channels = le16(format, 2).filter(|channels| *channels > 0);
        self.properties.sample_rate_hz = le32(format, 4).filter(|rate| *rate > 0);
        self.properties.bitrate_kbps = le32(format, 8)
            .map(|rate| (u64::from(rate) * 8 / 1000) as u32)
            .filter(|kbps| *kbps > 0);
        self.properties.bit_depth = le16(format, 14).filter(|bits| *bits > 0);
        Some(())
    }
}

#[derive(Clone, Copy)]
enum Layout {
    Extended,
    Library,
}

fn unicode(bytes: &[u8]) -> String {
    text::utf16(bytes, Endian::Little)
}

fn take(body: &mut Bytes, len: usize) -> Option<Bytes> {
    (len <= body.len()).then(|| body.split_to(len))
}

fn zero_ended(body: &mut Bytes) -> Option<String> {
    let end = body.chunks_exact(2).position(|unit| unit == [0, 0])? * 2;
    let value = unicode(&body.split_to(end));
    body.advance(2);
    Some(value)
}
