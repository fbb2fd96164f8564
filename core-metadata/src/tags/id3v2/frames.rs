//! Splits the body of an ID3v2 tag into frames.

use super::syncsafe;
use bytes::Bytes;
use flate2::read::ZlibDecoder;
use memchr::memmem;
use std::io::Read;

/// What the compressed frames of one tag may grow to together, in bytes.
const MAX_INFLATED: u64 = 8 << 20;

/// Holds one frame whose flags are already undone.
pub(super) struct Frame {
    /// The id in its four-letter form where there is one, such as `TIT2`.
    pub(super) id: [u8; 4],
    /// Whether the frame has the layout of version 2.2, which pictures have of their own.
    pub(super) old: bool,
    pub(super) data: Bytes,
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

/// Walks over the frames of a tag.
pub(super) struct Frames {
    body: Bytes,
    version: u8,
    unsynchronised: bool,
    /// Bytes that compressed frames may still grow to.
    inflatable: u64,
}

impl Frames {
    pub(super) fn new(body: Bytes, version: u8, unsynchronised: bool) -> Self {
        Self {
            body,
            version,
            unsynchronised,
            inflatable: MAX_INFLATED,
        }
    }

    /// Returns the next frame, or `None` at the padding or the end.
    pub(super) fn next_frame(&mut self) -> Result<Option<Frame>, Problem> {
        let header_len = if self.version == 2 { 6 } else { 10 };
        if self.body.len() < header_len || self.body[0] == 0 {
            return Ok(None);
        }
        let header = self.body.split_to(header_len);
        let id = &header[..if self.version == 2 { 3 } else { 4 }];
        let problem = |detail: &str, ends_tag| Problem {
            id: String::from_utf8_lossy(id).escape_debug().to_string(),
            detail: detail.to_owned(),
            ends_tag,
        };
        if !is_id(id) {
            return Err(problem("this is no frame id", true));
        }
        let size = self.size(&header);
        // A frame that leaves the tag is cut: what is there may still be a whole picture or text.
        let cut = size > self.body.len();
        let data = self.body.split_to(size.min(self.body.len()));
        if cut && data.is_empty() {
            return Err(problem("the frame is cut off", true));
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
        let data = self
            .undo_flags(flags, data)
            .map_err(|detail| problem(detail, cut))?;
        Ok(Some(Frame {
            id: new_id,
            old: self.version == 2,
            data,
        }))
    }

    fn size(&self, header: &[u8]) -> usize {
        if self.version == 2 {
            return usize::from(header[3]) << 16
                | usize::from(header[4]) << 8
                | usize::from(header[5]);
        }
        let bytes = [header[4], header[5], header[6], header[7]];
        let plain = u32::from_be_bytes(bytes) as usize;
        if self.version == 3 {
            return plain;
        }
        let safe = syncsafe(bytes) as usize;
        // Some writers of version 2.4 store plain sizes; the two agree below 128.
        let all_safe = bytes.iter().all(|byte| *byte < 0x80);
        if safe == plain || (all_safe && self.leads_on(safe)) || !self.leads_on(plain) {
            return safe;
        }
        plain
    }

    /// Says whether a frame, padding or the end follows `size` bytes ahead.
    fn leads_on(&self, size: usize) -> bool {
        match self.body.get(size..) {
            None => false,
            Some([]) => true,
            Some([0, ..]) => true,
            Some(next) => next.len() >= 10 && is_id(&next[..4]),
        }
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
