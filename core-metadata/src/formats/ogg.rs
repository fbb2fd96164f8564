//! Ogg: Vorbis, Opus, Speex and FLAC streams.

use super::{Fault, Found, be16, flac, le16, le32};
use crate::{
    AudioProperties, Depth, Limits, TagKind,
    error::Warning,
    identity::Summary,
    source::Source,
    tags::{
        RawTag,
        vorbis::{self, Stretch},
    },
};
use bytes::{Bytes, BytesMut};
use memchr::memmem;
use std::{io, ops::Range};

/// The largest page: a header of 27 bytes, 255 lengths and as many segments of 255 bytes.
const MAX_PAGE: u64 = 27 + 255 + 255 * 255;

/// Reads the header packets of the first audio stream and the length from its last page.
pub(super) fn read(source: &mut Source<'_>, start: u64, end: u64) -> Result<Found, Fault> {
    let (serial, first, mut pages) = first_stream(source, start, end)?;
    let mut found = match &first[..] {
        [0x01, b'v', b'o', b'r', b'b', b'i', b's', ..] => {
            vorbis_stream(source, &mut pages, &first)?
        }
        [b'O', b'p', b'u', b's', b'H', b'e', b'a', b'd', ..] => {
            opus_stream(source, &mut pages, &first)?
        }
        [b'S', b'p', b'e', b'e', b'x', b' ', ..] => speex_stream(source, &mut pages, &first)?,
        _ => flac_stream(source, &mut pages, &first)?,
    };
    let skip = found.skip;
    if found.inner.properties.duration_ms.is_none()
        && let Some(granule) = last_granule(source, pages.at.min(end), end, serial)?
    {
        let samples = granule.saturating_sub(skip);
        found
            .inner
            .properties
            .set_samples(samples, found.granules_per_second);
        let facts = [&serial.to_le_bytes(), &granule.to_le_bytes()[..], &first].concat();
        found.inner.summary = Some(Summary::Stream(facts));
    }
    let mut found = found.inner;
    found.audio = pages.at.min(end)..end;
    found
        .properties
        .derive_bitrate(end.saturating_sub(pages.at));
    Ok(found)
}

struct Stream {
    inner: Found,
    granules_per_second: u64,
    /// Samples at the start that are not played.
    skip: u64,
}

fn vorbis_stream(source: &mut Source<'_>, pages: &mut Pages, head: &[u8]) -> Result<Stream, Fault> {
    let short = || Fault::truncated("Vorbis header");
    let mut properties = AudioProperties::of("ogg", "vorbis", false);
    let rate = le32(head, 12).ok_or_else(short)?;
    properties.channels = head.get(11).map(|channels| u16::from(*channels));
    properties.sample_rate_hz = Some(rate).filter(|rate| *rate > 0);
    properties.bitrate_kbps = le32(head, 20)
        .map(|rate| rate / 1000)
        .filter(|kbps| (1..10_000).contains(kbps));
    let tags = comments(source, pages, b"\x03vorbis")?;
    // The set-up packet; the audio starts on the page behind it.
    pages.skip_packet(source)?;
    Ok(Stream {
        inner: Found {
            properties,
            tags,
            ..Found::default()
        },
        granules_per_second: u64::from(rate),
        skip: 0,
    })
}

fn opus_stream(source: &mut Source<'_>, pages: &mut Pages, head: &[u8]) -> Result<Stream, Fault> {
    let short = || Fault::truncated("Opus header");
    let mut properties = AudioProperties::of("ogg", "opus", false);
    properties.channels = Some(u16::from(*head.get(9).ok_or_else(short)?));
    let skip = u64::from(le16(head, 10).ok_or_else(short)?);
    // Opus always plays at 48 kHz; the header's rate is that of the encoder's input.
    properties.sample_rate_hz = Some(48_000);
    let tags = comments(source, pages, b"OpusTags")?;
    Ok(Stream {
        inner: Found {
            properties,
            tags,
            ..Found::default()
        },
        granules_per_second: 48_000,
        skip,
    })
}

fn speex_stream(source: &mut Source<'_>, pages: &mut Pages, head: &[u8]) -> Result<Stream, Fault> {
    let short = || Fault::truncated("Speex header");
    let mut properties = AudioProperties::of("ogg", "speex", false);
    let rate = le32(head, 36).ok_or_else(short)?;
    properties.sample_rate_hz = Some(rate).filter(|rate| *rate > 0);
    properties.channels = le32(head, 48).and_then(|channels| u16::try_from(channels).ok());
    let bitrate = le32(head, 52).map(|rate| rate / 1000);
    properties.bitrate_kbps = bitrate.filter(|kbps| (1..1000).contains(kbps));
    let tags = comments(source, pages, b"")?;
    for _ in 0..le32(head, 68).unwrap_or(0).min(16) {
        pages.skip_packet(source)?;
    }
    Ok(Stream {
        inner: Found {
            properties,
            tags,
            ..Found::default()
        },
        granules_per_second: u64::from(rate),
        skip: 0,
    })
}

/// Reads FLAC in Ogg: the packets are FLAC's metadata blocks.
fn flac_stream(source: &mut Source<'_>, pages: &mut Pages, head: &[u8]) -> Result<Stream, Fault> {
    // The mapping of today has a header before `fLaC`, the first one had not.
    let (info, packets) = match head {
        [0x7F, b'F', b'L', b'A', b'C', ..] => (head.get(17..51), be16(head, 7).unwrap_or(0)),
        _ => (None, 0),
    };
    let info: [u8; 34] = info
        .and_then(|info| info.try_into().ok())
        .ok_or_else(|| Fault::truncated("FLAC header"))?;
    let (properties, md5) = flac::stream_info(&info, "ogg");
    let rate = u64::from(properties.sample_rate_hz.unwrap_or(0));
    let mut tags = Vec::new();
    let mut pictures = RawTag::new(TagKind::VorbisComments, source.limits);
    let limit = if packets == 0 { 64 } else { packets.min(64) };
    for _ in 0..limit {
        let Some(mut packet) = pages.packet(source, &mut tags)? else {
            break;
        };
        if packet.len() < 4 {
            break;
        }
        let header = packet.split_to(4);
        match header[0] & 0x7F {
            4 => tags.push(vorbis::read(packet, source.limits)),
            6 => vorbis::picture(&mut pictures, packet, 0),
            _ => {}
        }
        if header[0] & 0x80 != 0 {
            break;
        }
    }
    if !pictures.is_empty() || !pictures.warnings.is_empty() {
        tags.push(pictures);
    }
    Ok(Stream {
        inner: Found {
            properties,
            tags,
            md5,
            ..Found::default()
        },
        granules_per_second: rate,
        skip: 0,
    })
}

fn comments(
    source: &mut Source<'_>,
    pages: &mut Pages,
    signature: &[u8],
) -> Result<Vec<RawTag>, Fault> {
    let mut tags = Vec::new();
    if source.depth == Depth::Frugal {
        pages.open_packet();
        let head = pages.take(source, signature.len() as u64)?;
        if head[..] == *signature {
            tags.push(vorbis::read_placed(source, pages)?);
            pages.close_packet(source)?;
            return Ok(tags);
        }
        let mut tag = RawTag::new(TagKind::VorbisComments, source.limits);
        tag.damaged("the comment packet is missing");
        return Ok(vec![tag]);
    }
    let packet = pages.packet(source, &mut tags)?;
    match packet {
        Some(packet) if packet.starts_with(signature) => {
            tags.push(vorbis::read(packet.slice(signature.len()..), source.limits));
        }
        _ => {
            let mut tag = RawTag::new(TagKind::VorbisComments, source.limits);
            tag.damaged("the comment packet is missing");
            tags.push(tag);
        }
    }
    Ok(tags)
}

/// Finds the first stream that is audio among those that begin together; returns its serial
/// number, its first packet, and the pages behind.
fn first_stream(
    source: &mut Source<'_>,
    start: u64,
    end: u64,
) -> Result<(u32, Bytes, Pages), Fault> {
    let mut at = start;
    for _ in 0..16 {
        let Some(page) = Page::read(source, at)? else {
            break;
        };
        if !page.begins {
            break;
        }
        let packet = source.take(page.body, page.lens_sum.min(4096))?;
        let next = page.end();
        let is_audio = packet.starts_with(b"\x01vorbis")
            || packet.starts_with(b"OpusHead")
            || packet.starts_with(b"Speex ")
            || packet.starts_with(b"\x7FFLAC");
        if is_audio {
            let limit = source.limits;
            let pages = Pages {
                serial: page.serial,
                at: next,
                end,
                rest: Vec::new(),
                body: 0,
                number: page.number,
                last: at..next,
                part: 0..0,
                goes_on: false,
                limits: limit,
            };
            return Ok((page.serial, packet, pages));
        }
        at = next;
    }
    if source.array::<28>(start)?.is_none() {
        return Err(Fault::truncated("first Ogg page"));
    }
    Err(Fault::damaged(
        "no Vorbis, Opus, Speex or FLAC stream begins",
    ))
}

struct Page {
    begins: bool,
    /// Whether it starts inside a packet.
    continues: bool,
    granule: u64,
    serial: u32,
    number: u32,
    body: u64,
    lens: Vec<u8>,
    lens_sum: u64,
}

impl Page {
    fn read(source: &mut Source<'_>, at: u64) -> io::Result<Option<Self>> {
        let bytes = source.peek(at, 27 + 255)?;
        Ok(Self::parse(bytes, at))
    }

    fn parse(bytes: &[u8], at: u64) -> Option<Self> {
        if !bytes.starts_with(b"OggS\0") {
            return None;
        }
        let granule = u64::from_le_bytes(bytes.get(6..14)?.try_into().ok()?);
        let count = usize::from(*bytes.get(26)?);
        let lens = bytes.get(27..27 + count)?.to_vec();
        let lens_sum = lens.iter().map(|len| u64::from(*len)).sum();
        Some(Self {
            begins: bytes[5] & 2 != 0,
            continues: bytes[5] & 1 != 0,
            granule,
            serial: le32(bytes, 14)?,
            number: le32(bytes, 18)?,
            body: at + 27 + count as u64,
            lens,
            lens_sum,
        })
    }

    fn end(&self) -> u64 {
        self.body + self.lens_sum
    }
}

/// Puts the packets of one stream together.
struct Pages {
    serial: u32,
    /// Where the next page starts.
    at: u64,
    end: u64,
    /// The segments of the current page that belong to packets to come, the next one last.
    rest: Vec<u8>,
    body: u64,
    /// The number of the current page, and where it lies.
    number: u32,
    last: Range<u64>,
    /// What is at hand of the packet that is read in parts, and whether another page has more.
    part: Range<u64>,
    goes_on: bool,
    limits: Limits,
}

impl Pages {
    /// Returns the next packet, or what is there of it where the file ends.
    ///
    /// A packet above the tag limit is given up with a warning in `tags`.
    fn packet(
        &mut self,
        source: &mut Source<'_>,
        tags: &mut Vec<RawTag>,
    ) -> Result<Option<Bytes>, Fault> {
        let mut parts: Vec<(u64, u64)> = Vec::new();
        let mut len = 0;
        let mut whole = false;
        while !whole {
            if self.rest.is_empty() && !self.next_page(source)? {
                break;
            }
            let (take, ended) = self.segments();
            len += take;
            parts.push((self.body, take));
            self.body += take;
            whole = ended;
        }
        if len > self.limits.max_tag_bytes {
            let mut tag = RawTag::new(TagKind::VorbisComments, self.limits);
            tag.limit("comment packet", self.limits.max_tag_bytes);
            tags.push(tag);
            return Ok(None);
        }
        match parts.as_slice() {
            [] => Ok(None),
            [(at, len)] => Ok(Some(source.take(*at, *len)?)),
            parts => {
                let mut packet = BytesMut::with_capacity(len as usize);
                for (at, len) in parts {
                    packet.extend_from_slice(&source.take(*at, *len)?);
                }
                Ok(Some(packet.freeze()))
            }
        }
    }

    fn skip_packet(&mut self, source: &mut Source<'_>) -> Result<(), Fault> {
        loop {
            if self.rest.is_empty() && !self.next_page(source)? {
                return Ok(());
            }
            let (take, ended) = self.segments();
            self.body += take;
            if ended {
                return Ok(());
            }
        }
    }

    /// Passes over up to `len` bytes of a packet that is known to go on, page by page without
    /// reading the pages between; returns how many bytes that were.
    ///
    /// All segments of a page inside a packet have 255 bytes, so a page of `n` segments takes
    /// `27 + 256 * n` bytes. How many pages lie between two is told by their numbers, and so the
    /// distance tells how many segments they have together.
    fn leap(&mut self, source: &mut Source<'_>, len: u64) -> Result<u64, Fault> {
        let page = self.last.end - self.last.start;
        let payload = (page.saturating_sub(27) / 256) * 255;
        let pages = len.checked_div(payload).unwrap_or(0);
        // A few pages are read as fast.
        if pages < 2 || pages * page < 16 << 10 {
            return Ok(0);
        }
        let to = self.at + pages * page;
        let Some(target) = Page::read(source, to)?.filter(|_| to < self.end) else {
            return Ok(0);
        };
        let between = u64::from(target.number.wrapping_sub(self.number).wrapping_sub(1));
        let segments = (to - self.at).checked_sub(27 * between);
        let sound = target.continues && target.serial == self.serial && between > 0;
        match segments.filter(|bytes| sound && bytes % 256 == 0) {
            Some(bytes) if bytes / 256 <= 255 * between && bytes / 256 * 255 <= len => {
                self.at = to;
                Ok(bytes / 256 * 255)
            }
            _ => Ok(0),
        }
    }

    /// Makes sure that bytes of the packet that is read in parts are at hand; says if there are.
    fn refill(&mut self, source: &mut Source<'_>) -> Result<bool, Fault> {
        while self.part.is_empty() {
            if !self.goes_on || (self.rest.is_empty() && !self.next_page(source)?) {
                return Ok(false);
            }
            let (len, ended) = self.segments();
            self.part = self.body..self.body + len;
            self.body += len;
            self.goes_on = !ended;
        }
        Ok(true)
    }

    /// Starts to read the next packet in parts.
    fn open_packet(&mut self) {
        self.part = 0..0;
        self.goes_on = true;
    }

    /// Passes over what is left of the packet that is read in parts.
    fn close_packet(&mut self, source: &mut Source<'_>) -> Result<(), Fault> {
        self.part = 0..0;
        if self.goes_on {
            self.skip_packet(source)?;
        }
        Ok(())
    }

    /// Takes the segments of one packet off the current page; says whether it ends there.
    fn segments(&mut self) -> (u64, bool) {
        let mut take = 0;
        while let Some(len) = self.rest.pop() {
            take += u64::from(len);
            if len < 255 {
                return (take, true);
            }
        }
        (take, false)
    }

    fn next_page(&mut self, source: &mut Source<'_>) -> Result<bool, Fault> {
        for _ in 0..4096 {
            if self.at >= self.end {
                return Ok(false);
            }
            let Some(page) = Page::read(source, self.at)? else {
                let detail = format!("no Ogg page starts at byte {}", self.at);
                source.warn(Warning::DamagedAudio { detail });
                self.at = self.end;
                return Ok(false);
            };
            self.last = self.at..page.end();
            self.at = page.end();
            if page.serial == self.serial && !page.lens.is_empty() {
                self.number = page.number;
                self.body = page.body;
                self.rest = page.lens;
                self.rest.reverse();
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Stretch for Pages {
    fn take(&mut self, source: &mut Source<'_>, len: u64) -> Result<Bytes, Fault> {
        let mut whole = Bytes::new();
        let mut left = len;
        while left > 0 && self.refill(source)? {
            let step = left.min(self.part.end - self.part.start);
            let bytes = source.take(self.part.start, step)?;
            self.part.start += step;
            left -= step;
            // The file, or the limit on what is read, ends here.
            if (bytes.len() as u64) < step {
                left = 0;
            }
            whole = if whole.is_empty() {
                bytes
            } else {
                [whole, bytes].concat().into()
            };
        }
        Ok(whole)
    }

    fn skip(&mut self, source: &mut Source<'_>, len: u64) -> Result<bool, Fault> {
        let mut left = len;
        while left > 0 {
            if self.part.is_empty() && self.goes_on && self.rest.is_empty() {
                left -= self.leap(source, left)?;
            }
            if !self.refill(source)? {
                break;
            }
            let step = left.min(self.part.end - self.part.start);
            self.part.start += step;
            left -= step;
        }
        // A part that leaves the file is not there.
        Ok(left == 0 && self.part.start <= source.len())
    }
}

/// Finds the position in samples that the last page of the stream gives.
fn last_granule(
    source: &mut Source<'_>,
    start: u64,
    end: u64,
    serial: u32,
) -> io::Result<Option<u64>> {
    for look in [20 << 10, MAX_PAGE + 4096, 4 * MAX_PAGE] {
        let from = end.saturating_sub(look).max(start);
        let block = source.take(from, end - from)?;
        let found = memmem::rfind_iter(&block, b"OggS\0").find_map(|at| {
            let page = Page::parse(&block[at..], at as u64)?;
            // A page that is cut off can't be played.
            let whole = page.end() <= block.len() as u64;
            (whole && page.serial == serial && page.granule != u64::MAX).then_some(page.granule)
        });
        if found.is_some() || from == start {
            return Ok(found);
        }
    }
    Ok(None)
}
