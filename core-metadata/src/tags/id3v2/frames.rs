//! Splits the body of an ID3v2 tag into frames.

use super::syncsafe;
use crate::source::{LARGE, PICTURE_HEAD, Source};
use bytes::Bytes;
use flate2::read::ZlibDecoder;
use memchr::memmem;
use std::{
    io::{self, Read},
    ops::Range,
};

/// What is read of a frame with a picture that is left in the file: the type, the description and
/// the head of the picture.
const PICTURE_FRAME_HEAD: u64 = PICTURE_HEAD + 1024;

/// What the compressed frames of one tag may grow to together, in bytes.
const MAX_INFLATED: u64 = 8 << 20;

/// Holds one frame whose flags are already undone.
pub(super) struct Frame {
    /// The id in its four-letter form where there is one, such as `TIT2`.
    pub(super) id: [u8; 4],
    /// Whether the frame has the layout of version 2.2, which pictures have of their own.
    pub(super) old: bool,
    pub(super) data: Bytes,
    /// Where `data` stands in the file, if it stands there as it is.
    pub(super) place: Option<u64>,
    /// How many bytes of the frame follow `data` and were not read.
    pub(super) left: u64,
}

impl Frame {
    pub(super) fn name(&self) -> &str {
        std::str::from_utf8(&self.id).unwrap_or("????")
    }
}

/// Says why a frame is lost.
pub(super) struct Problem {
    pub(super) id: String,
    pub(super) detail: String,
    /// Whether the next frame can't be found.
    pub(super) ends_tag: bool,
}

/// The frames and the padding of a tag.
pub(super) enum Body {
    /// Held in memory, and where it stands in the file if it stands there as it is.
    Held(Bytes, Option<u64>),
    /// In the file; only what is wanted of it is read.
    Placed(Range<u64>),
}

impl Body {
    pub(super) fn len(&self) -> u64 {
        match self {
            Self::Held(bytes, _) => bytes.len() as u64,
            Self::Placed(range) => range.end - range.start,
        }
    }

    /// Returns up to `want` bytes that stand `at` bytes ahead.
    pub(super) fn peek<'s>(
        &'s self,
        source: &'s mut Source<'_>,
        at: u64,
        want: usize,
    ) -> io::Result<&'s [u8]> {
        let len = self.len();
        let want = want.min(usize::try_from(len.saturating_sub(at)).unwrap_or(usize::MAX));
        match self {
            _ if want == 0 => Ok(&[]),
            Self::Held(bytes, _) => Ok(&bytes[at as usize..at as usize + want]),
            Self::Placed(range) => source.peek(range.start + at, want),
        }
    }

    /// Takes `len` bytes off, of which only `wanted` are returned.
    pub(super) fn take(
        &mut self,
        source: &mut Source<'_>,
        len: u64,
        wanted: u64,
    ) -> io::Result<Bytes> {
        match self {
            Self::Held(bytes, place) => {
                *place = place.map(|at| at + len);
                Ok(bytes.split_to(len as usize))
            }
            Self::Placed(range) => {
                let at = range.start;
                range.start += len;
                source.take(at, wanted.min(len))
            }
        }
    }

    fn place(&self) -> Option<u64> {
        match self {
            Self::Held(_, place) => *place,
            Self::Placed(range) => Some(range.start),
        }
    }
}

/// Walks over the frames of a tag.
pub(super) struct Frames {
    body: Body,
    version: u8,
    unsynchronised: bool,
    /// Bytes that compressed frames may still grow to.
    inflatable: u64,
}

/// What comes of looking for a frame: none at the padding or the end.
type Next = Result<Option<Frame>, Problem>;

impl Frames {
    pub(super) fn new(body: Body, version: u8, unsynchronised: bool) -> Self {
        Self {
            body,
            version,
            unsynchronised,
            inflatable: MAX_INFLATED,
        }
    }

    /// Returns the next frame, or `None` at the padding or the end.
    pub(super) fn next_frame(&mut self, source: &mut Source<'_>) -> io::Result<Next> {
        let header_len = if self.version == 2 { 6 } else { 10 };
        let mut header = [0; 10];
        let head = self.body.peek(source, 0, header_len)?;
        if head.len() < header_len || head[0] == 0 {
            return Ok(Ok(None));
        }
        header[..header_len].copy_from_slice(head);
        let id = &header[..if self.version == 2 { 3 } else { 4 }];
        let problem = |detail: &str, ends_tag| Problem {
            id: String::from_utf8_lossy(id).escape_debug().to_string(),
            detail: detail.to_owned(),
            ends_tag,
        };
        if !is_id(id) {
            return Ok(Err(problem("this is no frame id", true)));
        }
        self.body.take(source, header_len as u64, 0)?;
        let size = self.size(source, &header)?;
        // A frame that leaves the tag is cut: what is there may still be a whole picture or text.
        let len = size.min(self.body.len());
        let cut = size > len;
        if cut && len == 0 {
            return Ok(Err(problem("the frame is cut off", true)));
        }
        let old = self.version == 2 || id[3] == 0 || id[3] == b' ';
        let new_id = if old {
            modern(&[id[0], id[1], id[2]])
        } else {
            [id[0], id[1], id[2], id[3]]
        };
        let flags = if self.version == 2 {
            0
        } else {
            u16::from_be_bytes([header[8], header[9]])
        };
        let plain = flags & 0xFF == 0 && !self.unsynchronised;
        let wanted = match &new_id {
            b"APIC" if plain && len > LARGE => PICTURE_FRAME_HEAD,
            // Programs keep whole files and waveforms here that nobody else looks at.
            b"GEOB" | b"PRIV" | b"MCDI" => 0,
            _ => len,
        };
        let place = self.body.place();
        let rest = match &self.body {
            Body::Placed(range) => Some(range.start..range.start + len),
            Body::Held(..) => None,
        };
        let mut data = self.body.take(source, len, wanted)?;
        if let Some(rest) = rest.filter(|_| wanted == PICTURE_FRAME_HEAD)
            && !picture_starts(&data, self.version == 2)
        {
            // A description that long comes with a whole frame.
            data = source.take(rest.start, len)?;
        }
        let left = len.saturating_sub(data.len() as u64);
        if wanted == 0 {
            return Ok(Ok(Some(Frame {
                id: new_id,
                old: self.version == 2,
                data: Bytes::new(),
                place: None,
                left: 0,
            })));
        }
        let data = match self.undo_flags(flags, data) {
            Ok(data) => data,
            Err(detail) => return Ok(Err(problem(detail, cut))),
        };
        Ok(Ok(Some(Frame {
            id: new_id,
            old: self.version == 2,
            data,
            place: place.filter(|_| plain),
            left,
        })))
    }

    fn size(&self, source: &mut Source<'_>, header: &[u8; 10]) -> io::Result<u64> {
        if self.version == 2 {
            return Ok(u64::from(header[3]) << 16
                | u64::from(header[4]) << 8
                | u64::from(header[5]));
        }
        let bytes = [header[4], header[5], header[6], header[7]];
        let plain = u64::from(u32::from_be_bytes(bytes));
        if self.version == 3 {
            return Ok(plain);
        }
        let safe = u64::from(syncsafe(bytes));
        // Some writers of version 2.4 store plain sizes; the two agree below 128.
        let all_safe = bytes.iter().all(|byte| *byte < 0x80);
        if safe == plain
            || (all_safe && self.leads_on(source, safe)?)
            || !self.leads_on(source, plain)?
        {
            return Ok(safe);
        }
        Ok(plain)
    }

    /// Says whether a frame, padding or the end follows `size` bytes ahead.
    fn leads_on(&self, source: &mut Source<'_>, size: u64) -> io::Result<bool> {
        if size >= self.body.len() {
            return Ok(size == self.body.len());
        }
        let next = self.body.peek(source, size, 10)?;
        Ok(next.first() == Some(&0) || (next.len() >= 10 && is_id(&next[..4])))
    }

    fn undo_flags(&mut self, flags: u16, mut data: Bytes) -> Result<Bytes, &'static str> {
        let (compressed, encrypted, grouped, unsynchronised, has_length) = match self.version {
            3 => (
                flags & 0x80 != 0,
                flags & 0x40 != 0,
                flags & 0x20 != 0,
                false,
                flags & 0x80 != 0,
            ),
            4 => (
                flags & 0x08 != 0,
                flags & 0x04 != 0,
                flags & 0x40 != 0,
                flags & 0x02 != 0 || self.unsynchronised,
                flags & 0x01 != 0,
            ),
            _ => return Ok(data),
        };
        if encrypted {
            return Err("the frame is encrypted");
        }
        let mut skip = |count: usize| -> Result<(), &'static str> {
            if data.len() < count {
                return Err("the frame is shorter than its flags need");
            }
            drop(data.split_to(count));
            Ok(())
        };
        // Version 2.3 puts the length first, 2.4 the group.
        if self.version == 3 {
            skip(if has_length { 4 } else { 0 })?;
            skip(usize::from(grouped))?;
        } else {
            skip(usize::from(grouped))?;
            skip(if has_length { 4 } else { 0 })?;
        }
        if unsynchronised {
            data = resynchronise(data);
        }
        if compressed {
            let mut inflated = Vec::new();
            let mut reader = ZlibDecoder::new(&data[..]).take(self.inflatable);
            if reader.read_to_end(&mut inflated).is_err() && inflated.is_empty() {
                return Err("the frame does not decompress");
            }
            self.inflatable -= inflated.len() as u64;
            if self.inflatable == 0 {
                return Err("compressed frames grow beyond the limit");
            }
            data = Bytes::from(inflated);
        }
        Ok(data)
    }
}

/// Says whether a picture starts within the head of its frame.
fn picture_starts(head: &[u8], old: bool) -> bool {
    super::content::picture_at(head, old).is_some_and(|at| at < head.len())
}

/// Takes out the zero that follows each `FF` of unsynchronised data; copies only if there is one.
pub(super) fn resynchronise(data: Bytes) -> Bytes {
    let pairs: Vec<usize> = memmem::find_iter(&data, &[0xFF, 0]).collect();
    if pairs.is_empty() {
        return data;
    }
    let mut clean = Vec::with_capacity(data.len());
    let mut from = 0;
    for at in pairs {
        clean.extend_from_slice(&data[from..=at]);
        from = at + 2;
    }
    clean.extend_from_slice(&data[from..]);
    Bytes::from(clean)
}

fn is_id(id: &[u8]) -> bool {
    let letter = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    match id {
        [head @ .., last] if id.len() == 4 => {
            head.iter().all(letter) && (letter(last) || matches!(last, 0 | b' '))
        }
        _ => id.iter().all(letter),
    }
}

/// Returns the id of versions 2.3 and 2.4 for one of 2.2; unknown ones end with a blank.
fn modern(old: &[u8; 3]) -> [u8; 4] {
    *match old {
        b"TT1" => b"TIT1",
        b"TT2" => b"TIT2",
        b"TT3" => b"TIT3",
        b"TP1" => b"TPE1",
        b"TP2" => b"TPE2",
        b"TP3" => b"TPE3",
        b"TP4" => b"TPE4",
        b"TAL" => b"TALB",
        b"TRK" => b"TRCK",
        b"TPA" => b"TPOS",
        b"TYE" => b"TYER",
        b"TDA" => b"TDAT",
        b"TIM" => b"TIME",
        b"TOR" => b"TORY",
        b"TCO" => b"TCON",
        b"TCM" => b"TCOM",
        b"TXT" => b"TEXT",
        b"TPB" => b"TPUB",
        b"TBP" => b"TBPM",
        b"TKE" => b"TKEY",
        b"TLA" => b"TLAN",
        b"TMT" => b"TMED",
        b"TRC" => b"TSRC",
        b"TCP" => b"TCMP",
        b"TSA" => b"TSOA",
        b"TSP" => b"TSOP",
        b"TST" => b"TSOT",
        b"TS2" => b"TSO2",
        b"TSC" => b"TSOC",
        b"TXX" => b"TXXX",
        b"COM" => b"COMM",
        b"ULT" => b"USLT",
        b"SLT" => b"SYLT",
        b"PIC" => b"APIC",
        b"UFI" => b"UFID",
        b"IPL" => b"IPLS",
        b"RVA" => b"RVAD",
        b"TEN" => b"TENC",
        b"TSS" => b"TSSE",
        b"TCR" => b"TCOP",
        b"TOA" => b"TOPE",
        b"TOT" => b"TOAL",
        b"WXX" => b"WXXX",
        b"WAR" => b"WOAR",
        b"WAF" => b"WOAF",
        b"WAS" => b"WOAS",
        b"WCM" => b"WCOM",
        b"WCP" => b"WCOP",
        b"WPB" => b"WPUB",
        [a, b, c] => return [*a, *b, *c, b' '],
    }
}
