//! Writes tiny valid files of every format.

use core_metadata::{ExtractError, ExtractOptions, TrackMetadata, extract};
use std::io::Cursor;

/// Extracts from bytes under a file name.
pub(crate) fn read(name: &str, bytes: &[u8]) -> Result<TrackMetadata, ExtractError> {
    extract(
        &mut Cursor::new(bytes),
        &ExtractOptions::new(name, bytes.len() as u64),
    )
}

/// A PNG header of 3 by 2 pixels, which is all that a reader of tags looks at.
pub(crate) const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x03\0\0\0\x02\x08\x02\0\0\0";

/// One file of each format with the title `T`, the artist `A` and the track number 3, where the
/// format's own tags have them, and the extension it goes by.
pub(crate) fn all() -> Vec<(&'static str, Vec<u8>)> {
    let tag = id3v2(4, &standard_frames());
    vec![
        ("mp3", [tag.clone(), mpeg(40)].concat()),
        ("aac", [tag.clone(), adts(40)].concat()),
        ("flac", flac(&standard_comments(), 8000)),
        ("opus", opus(&standard_comments(), 8)),
        ("ogg", vorbis(&standard_comments(), 8)),
        ("spx", speex(&standard_comments(), 8)),
        ("oga", ogg_flac(&standard_comments(), 8)),
        ("m4a", mp4(&standard_items())),
        ("wav", wav(&[(b"id3 ", &tag)])),
        ("aiff", aiff(&[(b"ID3 ", &tag)])),
        ("wma", asf(&[("WM/TrackNumber", "3")], "T", "A")),
        ("dsf", dsf(&tag)),
        ("dff", dff(&tag)),
        ("mpc", [tag.clone(), musepack_7()].concat()),
        ("mp+", [tag.clone(), musepack_8()].concat()),
        ("tta", [tag, tta()].concat()),
    ]
}

pub(crate) fn standard_frames() -> Vec<Vec<u8>> {
    vec![
        text_frame(b"TIT2", "T"),
        text_frame(b"TPE1", "A"),
        text_frame(b"TRCK", "3/9"),
        frame(b"APIC", &[b"\0image/png\0\x03\0", PNG].concat()),
    ]
}

pub(crate) fn standard_comments() -> Vec<String> {
    let picture = data_encoding::BASE64.encode(&flac_picture());
    [
        "TITLE=T",
        "ARTIST=A",
        "TRACKNUMBER=3/9",
        &format!("METADATA_BLOCK_PICTURE={picture}"),
    ]
    .map(str::to_owned)
    .to_vec()
}

fn standard_items() -> Vec<Vec<u8>> {
    vec![
        item(b"\xA9nam", 1, b"T"),
        item(b"\xA9ART", 1, b"A"),
        item(b"trkn", 0, &[0, 0, 0, 3, 0, 9, 0, 0]),
        item(b"covr", 14, PNG),
    ]
}

// ID3

pub(crate) fn frame(id: &[u8; 4], data: &[u8]) -> Vec<u8> {
    assert!(
        data.len() < 128,
        "sizes are the same in 2.3 and 2.4 only below 128"
    );
    [
        id.as_slice(),
        &(data.len() as u32).to_be_bytes(),
        &[0, 0],
        data,
    ]
    .concat()
}

pub(crate) fn text_frame(id: &[u8; 4], text: &str) -> Vec<u8> {
    frame(id, &[&[3], text.as_bytes()].concat())
}

pub(crate) fn id3v2(version: u8, frames: &[Vec<u8>]) -> Vec<u8> {
    let body = [frames.concat(), vec![0; 20]].concat();
    let len = body.len();
    let size = [
        (len >> 21) as u8 & 127,
        (len >> 14) as u8 & 127,
        (len >> 7) as u8 & 127,
        len as u8 & 127,
    ];
    [b"ID3".as_slice(), &[version, 0, 0], &size, &body].concat()
}

pub(crate) fn id3v1(title: &str) -> Vec<u8> {
    let mut tag = [b"TAG", title.as_bytes()].concat();
    tag.resize(128, 0);
    tag
}

pub(crate) fn ape(items: &[(&str, &[u8], u32)]) -> Vec<u8> {
    let mut body = Vec::new();
    for (key, value, flags) in items {
        body.extend((value.len() as u32).to_le_bytes());
        body.extend(flags.to_le_bytes());
        body.extend(key.as_bytes());
        body.push(0);
        body.extend(*value);
    }
    let size = body.len() as u32 + 32;
    let footer = [
        b"APETAGEX".as_slice(),
        &2000u32.to_le_bytes(),
        &size.to_le_bytes(),
        &(items.len() as u32).to_le_bytes(),
        &[0; 12],
    ];
    [body, footer.concat()].concat()
}

// Raw streams

/// Frames of MPEG-1 layer 3 at 128 kbit/s and 44.1 kHz: 417 bytes and 26 ms each.
pub(crate) fn mpeg(frames: u32) -> Vec<u8> {
    (0..frames)
        .flat_map(|at| {
            let mut frame = vec![0xFF, 0xFB, 0x90, 0x64];
            frame.resize(417, at as u8 & 0x7F);
            frame
        })
        .collect()
}

/// The same with a first frame that counts the others and has their checksum, as LAME writes it.
pub(crate) fn mpeg_of_lame(frames: u32, crc: u16) -> Vec<u8> {
    let mut audio = mpeg(frames + 1);
    let len = audio.len() as u32;
    let mut put = |at: usize, bytes: &[u8]| audio[at..at + bytes.len()].copy_from_slice(bytes);
    put(36, b"Info");
    put(40, &15u32.to_be_bytes());
    put(44, &frames.to_be_bytes());
    put(48, &len.to_be_bytes());
    put(156, b"LAME3.100");
    put(184, &len.to_be_bytes());
    put(188, &crc.to_be_bytes());
    audio
}

/// Frames of AAC at 44.1 kHz: 100 bytes and 23 ms each.
pub(crate) fn adts(frames: u32) -> Vec<u8> {
    (0..frames)
        .flat_map(|at| {
            let mut frame = vec![
                0xFF,
                0xF1,
                0x50,
                0x80,
                100 >> 3,
                (100 & 7) << 5 | 0x1F,
                0xFC,
            ];
            frame.resize(100, at as u8 & 0x7F);
            frame
        })
        .collect()
}

// Xiph

pub(crate) fn comment_block(comments: &[String]) -> Vec<u8> {
    let mut block = vec![1, 0, 0, 0, b'v'];
    block.extend((comments.len() as u32).to_le_bytes());
    for comment in comments {
        block.extend((comment.len() as u32).to_le_bytes());
        block.extend(comment.as_bytes());
    }
    block
}

pub(crate) fn flac_picture() -> Vec<u8> {
    let mut block = Vec::new();
    block.extend(3u32.to_be_bytes());
    block.extend(9u32.to_be_bytes());
    block.extend(b"image/png");
    block.extend(0u32.to_be_bytes());
    block.extend([0; 16]);
    block.extend((PNG.len() as u32).to_be_bytes());
    block.extend(PNG);
    block
}

/// The 34 bytes of one second at 8 kHz, mono, 16 bits, with an MD5 of sevens.
pub(crate) fn stream_info(samples: u64) -> Vec<u8> {
    let word = 8000u64 << 44 | 15 << 36 | samples;
    [[0u8; 10].as_slice(), &word.to_be_bytes(), &[7; 16]].concat()
}

pub(crate) fn metadata_block(kind: u8, data: &[u8]) -> Vec<u8> {
    [&[kind], &(data.len() as u32).to_be_bytes()[1..], data].concat()
}

pub(crate) fn flac(comments: &[String], samples: u64) -> Vec<u8> {
    [
        b"fLaC".to_vec(),
        metadata_block(0, &stream_info(samples)),
        metadata_block(4, &comment_block(comments)),
        metadata_block(0x81, &[0; 8]),
        vec![0x55; 500],
    ]
    .concat()
}

pub(crate) fn page(number: u32, granule: u64, flags: u8, packet: &[u8]) -> Vec<u8> {
    let mut lens = vec![255u8; packet.len() / 255];
    lens.push((packet.len() % 255) as u8);
    [
        b"OggS\0".as_slice(),
        &[flags],
        &granule.to_le_bytes(),
        &77u32.to_le_bytes(),
        &number.to_le_bytes(),
        &(number.wrapping_mul(0x9E37_79B9)).to_le_bytes(),
        &[lens.len() as u8],
        &lens,
        packet,
    ]
    .concat()
}

fn ogg(headers: &[Vec<u8>], pages: u32, samples_each: u64) -> Vec<u8> {
    let first = headers
        .iter()
        .enumerate()
        .map(|(at, packet)| page(at as u32, 0, if at == 0 { 2 } else { 0 }, packet));
    let start = headers.len() as u32;
    let audio = (0..pages).map(|at| {
        page(
            start + at,
            u64::from(at + 1) * samples_each,
            0,
            &[at as u8; 300],
        )
    });
    first.chain(audio).flatten().collect()
}

pub(crate) fn opus(comments: &[String], pages: u32) -> Vec<u8> {
    let head = [
        b"OpusHead\x01\x02".as_slice(),
        &0u16.to_le_bytes(),
        &48_000u32.to_le_bytes(),
        &[0; 3],
    ]
    .concat();
    ogg(
        &[
            head,
            [b"OpusTags".to_vec(), comment_block(comments)].concat(),
        ],
        pages,
        48_000,
    )
}

pub(crate) fn vorbis(comments: &[String], pages: u32) -> Vec<u8> {
    let head = [
        b"\x01vorbis\0\0\0\0\x01".as_slice(),
        &8000u32.to_le_bytes(),
        &[0; 12],
        &[0xB8, 1],
    ]
    .concat();
    let comments = [b"\x03vorbis".to_vec(), comment_block(comments), vec![1]].concat();
    ogg(&[head, comments, b"\x05vorbis".to_vec()], pages, 8000)
}

pub(crate) fn speex(comments: &[String], pages: u32) -> Vec<u8> {
    let mut head = b"Speex   1.2".to_vec();
    head.resize(36, 0);
    for field in [8000u32, 0, 0, 1, 8000, 160, 0, 1, 0, 0, 0] {
        head.extend(field.to_le_bytes());
    }
    ogg(&[head, comment_block(comments)], pages, 8000)
}

pub(crate) fn ogg_flac(comments: &[String], pages: u32) -> Vec<u8> {
    let head = [
        b"\x7FFLAC\x01\0\0\x01fLaC".as_slice(),
        &metadata_block(0, &stream_info(64_000)),
    ]
    .concat();
    ogg(
        &[head, metadata_block(0x84, &comment_block(comments))],
        pages,
        8000,
    )
}

// Chunks

pub(crate) fn wav(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let format = [
        &[1, 0, 1, 0],
        8000u32.to_le_bytes().as_slice(),
        &8000u32.to_le_bytes(),
        &[1, 0, 8, 0],
    ]
    .concat();
    let data = [0x40; 4000];
    let all = [(b"fmt ", format.as_slice()), (b"data", &data)];
    let mut body = b"WAVE".to_vec();
    for (id, data) in all.iter().chain(chunks) {
        body.extend(id.as_slice());
        body.extend((data.len() as u32).to_le_bytes());
        body.extend(*data);
        body.resize(body.len().next_multiple_of(2), 0);
    }
    [
        b"RIFF".as_slice(),
        &(body.len() as u32).to_le_bytes(),
        &body,
    ]
    .concat()
}

pub(crate) fn aiff(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    // 8000 Hz as an 80-bit float: 1.953125 times two to the power of 12.
    let common = [
        &[0, 1],
        4000u32.to_be_bytes().as_slice(),
        &[0, 8],
        &[0x40, 0x0B, 0xFA, 0, 0, 0, 0, 0, 0, 0],
    ]
    .concat();
    let sound = [0x40; 4008];
    let all = [(b"COMM", common.as_slice()), (b"SSND", &sound)];
    let mut body = b"AIFF".to_vec();
    for (id, data) in all.iter().chain(chunks) {
        body.extend(id.as_slice());
        body.extend((data.len() as u32).to_be_bytes());
        body.extend(*data);
        body.resize(body.len().next_multiple_of(2), 0);
    }
    [
        b"FORM".as_slice(),
        &(body.len() as u32).to_be_bytes(),
        &body,
    ]
    .concat()
}

pub(crate) fn dsf(tag: &[u8]) -> Vec<u8> {
    let audio = [0x69; 4096];
    let tag_at = 92 + audio.len() as u64;
    let mut file = b"DSD ".to_vec();
    file.extend(28u64.to_le_bytes());
    file.extend((tag_at + tag.len() as u64).to_le_bytes());
    file.extend(tag_at.to_le_bytes());
    file.extend(b"fmt ");
    file.extend(52u64.to_le_bytes());
    for field in [1u32, 0, 1, 1, 64_000, 1] {
        file.extend(field.to_le_bytes());
    }
    file.extend(32_000u64.to_le_bytes());
    file.extend([0, 16, 0, 0, 0, 0, 0, 0]);
    file.extend(b"data");
    file.extend((audio.len() as u64 + 12).to_le_bytes());
    file.extend(audio);
    file.extend(tag);
    file
}

pub(crate) fn dff(tag: &[u8]) -> Vec<u8> {
    let chunk = |id: &[u8; 4], data: &[u8]| {
        let mut chunk = [id.as_slice(), &(data.len() as u64).to_be_bytes(), data].concat();
        chunk.resize(chunk.len().next_multiple_of(2), 0);
        chunk
    };
    let rate = chunk(b"FS  ", &64_000u32.to_be_bytes());
    let channels = chunk(b"CHNL", b"\0\x01C   ");
    let props = chunk(b"PROP", &[b"SND ".to_vec(), rate, channels].concat());
    let body = [
        b"DSD ".to_vec(),
        props,
        chunk(b"DSD ", &[0x69; 4000]),
        chunk(b"ID3 ", tag),
    ]
    .concat();
    chunk(b"FRM8", &body)
}

pub(crate) fn tta() -> Vec<u8> {
    let head = [
        b"TTA1\x01\0\x01\0\x10\0".as_slice(),
        &8000u32.to_le_bytes(),
        &4000u32.to_le_bytes(),
        &[0; 4],
    ]
    .concat();
    [head, vec![0x31; 500]].concat()
}

/// Twenty frames of 1152 samples at 44.1 kHz, less half a frame.
pub(crate) fn musepack_7() -> Vec<u8> {
    [
        b"MP+\x07".as_slice(),
        &20u32.to_le_bytes(),
        &[0; 16],
        &[0x6D; 600],
    ]
    .concat()
}

/// 22,050 samples at 44.1 kHz in stereo.
pub(crate) fn musepack_8() -> Vec<u8> {
    let samples = [
        0x80 | (22_050 >> 14) as u8,
        0x80 | (22_050 >> 7) as u8 & 0x7F,
        (22_050 & 0x7F) as u8,
    ];
    let header = [[0u8; 4].as_slice(), &[8], &samples, &[0, 0x0F, 0x10]].concat();
    let gain = [1u8, 0x40, 0, 0, 0, 0, 0, 0, 0];
    let packet =
        |key: &[u8; 2], body: &[u8]| [key.as_slice(), &[body.len() as u8 + 3], body].concat();
    [
        b"MPCK".to_vec(),
        packet(b"SH", &header),
        packet(b"RG", &gain),
        packet(b"AP", &[0x6D; 100]),
    ]
    .concat()
}

// MP4

pub(crate) fn atom(id: &[u8; 4], body: &[u8]) -> Vec<u8> {
    [&(body.len() as u32 + 8).to_be_bytes(), id.as_slice(), body].concat()
}

pub(crate) fn item(id: &[u8; 4], kind: u32, value: &[u8]) -> Vec<u8> {
    let data = [&kind.to_be_bytes(), [0u8; 4].as_slice(), value].concat();
    atom(id, &atom(b"data", &data))
}

pub(crate) fn mp4(items: &[Vec<u8>]) -> Vec<u8> {
    let [kind, movie] = mp4_head(items, &[], &[]);
    [kind, movie, atom(b"mdat", &[0x21; 600])].concat()
}

/// The same with a list of the sizes of all frames, and a bit rate, as encoders write them; with the film
/// before or behind the sound.
pub(crate) fn mp4_of_frames(items: &[Vec<u8>], sizes: &[u32], movie_first: bool) -> Vec<u8> {
    let list: Vec<u8> = [0, 0, sizes.len() as u32]
        .iter()
        .chain(sizes)
        .flat_map(|it| it.to_be_bytes())
        .collect();
    let mut decoder = vec![0x04, 13, 0x40, 0x15, 0, 0, 0];
    decoder.extend([128_000u32.to_be_bytes(); 2].concat());
    let descriptor = [&[0, 0, 0, 0, 0x03, 18, 0, 1, 0], &decoder[..]].concat();
    let [kind, movie] = mp4_head(items, &atom(b"esds", &descriptor), &atom(b"stsz", &list));
    let sound = (0..sizes.iter().sum::<u32>()).map(|at| (at * 7 % 253) as u8);
    let sound = atom(b"mdat", &sound.collect::<Vec<u8>>());
    match movie_first {
        true => [kind, movie, sound].concat(),
        false => [kind, sound, movie].concat(),
    }
}

fn mp4_head(items: &[Vec<u8>], of_entry: &[u8], of_table: &[u8]) -> [Vec<u8>; 2] {
    let header = |length: u32| {
        [
            &[0u8; 12],
            1000u32.to_be_bytes().as_slice(),
            &length.to_be_bytes(),
            &[0; 4],
        ]
        .concat()
    };
    let mut entry = vec![0u8; 28];
    entry[17] = 2;
    entry[19] = 16;
    entry[24..28].copy_from_slice(&(44_100u32 << 16).to_be_bytes());
    entry.extend(of_entry);
    let descriptions = [[0, 0, 0, 0, 0, 0, 0, 1].as_slice(), &atom(b"mp4a", &entry)].concat();
    let table = [&atom(b"stsd", &descriptions), of_table].concat();
    let table = atom(b"stbl", &table);
    let handler = atom(b"hdlr", b"\0\0\0\0\0\0\0\0soun\0\0\0\0\0\0\0\0\0\0\0\0\0");
    let media = [atom(b"mdhd", &header(500)), handler, atom(b"minf", &table)].concat();
    let track = atom(b"trak", &atom(b"mdia", &media));
    let list = atom(b"ilst", &items.concat());
    let meta = atom(b"meta", &[vec![0; 4], list].concat());
    let movie = atom(
        b"moov",
        &[atom(b"mvhd", &header(500)), track, atom(b"udta", &meta)].concat(),
    );
    [atom(b"ftyp", b"M4A \0\0\0\0"), movie]
}

// ASF

pub(crate) fn asf(attributes: &[(&str, &str)], title: &str, artist: &str) -> Vec<u8> {
    let wide = |text: &str| -> Vec<u8> {
        text.encode_utf16()
            .chain([0])
            .flat_map(u16::to_le_bytes)
            .collect()
    };
    let object = |guid: &[u8; 16], body: &[u8]| {
        [
            guid.as_slice(),
            &(body.len() as u64 + 24).to_le_bytes(),
            body,
        ]
        .concat()
    };
    let (title, artist) = (wide(title), wide(artist));
    let mut description = Vec::new();
    for len in [title.len(), artist.len(), 0, 0, 0] {
        description.extend((len as u16).to_le_bytes());
    }
    description.extend([title, artist].concat());
    let mut extended = (attributes.len() as u16).to_le_bytes().to_vec();
    for (name, value) in attributes {
        let (name, value) = (wide(name), wide(value));
        extended.extend((name.len() as u16).to_le_bytes());
        extended.extend(name);
        extended.extend([0, 0]);
        extended.extend((value.len() as u16).to_le_bytes());
        extended.extend(value);
    }
    let mut file = vec![0u8; 80];
    file[40..48].copy_from_slice(&5_000_000u64.to_le_bytes());
    let mut stream = b"\x40\x9E\x69\xF8\x4D\x5B\xCF\x11\xA8\xFD\x00\x80\x5F\x5C\x44\x2B".to_vec();
    stream.resize(54, 0);
    stream.extend(b"\x61\x01\x01\0\x40\x1F\0\0\xE8\x03\0\0\x01\0\x10\0");
    let objects = [
        object(
            b"\xA1\xDC\xAB\x8C\x47\xA9\xCF\x11\x8E\xE4\x00\xC0\x0C\x20\x53\x65",
            &file,
        ),
        object(
            b"\x91\x07\xDC\xB7\xB7\xA9\xCF\x11\x8E\xE6\x00\xC0\x0C\x20\x53\x65",
            &stream,
        ),
        object(
            b"\x33\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9\x00\xAA\x00\x62\xCE\x6C",
            &description,
        ),
        object(
            b"\x40\xA4\xD0\xD2\x07\xE3\xD2\x11\x97\xF0\x00\xA0\xC9\x5E\xA8\x50",
            &extended,
        ),
    ];
    let body = [[4, 0, 0, 0, 1, 2].as_slice(), &objects.concat()].concat();
    let header = object(
        b"\x30\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9\x00\xAA\x00\x62\xCE\x6C",
        &body,
    );
    let data = object(
        b"\x36\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9\x00\xAA\x00\x62\xCE\x6C",
        &[0x77; 900],
    );
    [header, data].concat()
}
