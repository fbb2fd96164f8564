//! AAC in MPEG-4.

use fastrand::Rng;

const RATE: u32 = 44_100;
/// Samples that a frame decodes to.
const SAMPLES: u32 = 1_024;

/// The audio of a file.
struct Audio {
    frames: u32,
    /// The mean.
    frame_bytes: u32,
    /// The size of each frame, as encoders list them; empty where all are the same.
    sizes: Vec<u32>,
}

/// Makes about 4.6 s at 44.1 kHz, stereo.
pub(in crate::bench) fn m4a(rng: &mut Rng) -> Vec<u8> {
    let audio = Audio {
        frames: 200,
        frame_bytes: 60,
        sizes: Vec::new(),
    };
    file(rng, &audio)
}

/// Makes about 4 minutes at 44.1 kHz, stereo, at 128 kbit/s.
pub(in crate::bench) fn large_m4a(rng: &mut Rng) -> Vec<u8> {
    let (frames, frame_bytes) = (10_336, 372);
    let pairs = (0..frames / 2).map(|_| rng.u32(..80));
    let sizes = pairs.flat_map(|it| [frame_bytes + it, frame_bytes - it]);
    let audio = Audio {
        frames,
        frame_bytes,
        sizes: sizes.collect(),
    };
    file(rng, &audio)
}

fn file(rng: &mut Rng, audio: &Audio) -> Vec<u8> {
    let ftyp = leaf(b"ftyp", b"M4A \x00\x00\x02\x00M4A mp42isom");
    // The offset of the audio stands in `moov`, which lies before it: its size does not depend on
    // the value.
    let offset = ftyp.len() + moov(audio, 0).len() + 8;
    let sound: Vec<u8> = (0..audio.frames * audio.frame_bytes)
        .map(|_| rng.u8(..))
        .collect();
    [ftyp, moov(audio, offset as u32), leaf(b"mdat", &sound)].concat()
}

fn moov(audio: &Audio, offset: u32) -> Vec<u8> {
    let duration = audio.frames * SAMPLES;
    let unity = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000];
    let mvhd = words(&[
        &[0, 0, 0, RATE, duration, 0x1_0000, 0x100_0000, 0, 0],
        &unity,
        &[0, 0, 0, 0, 0, 0, 2],
    ]);
    let tkhd = words(&[
        &[7, 0, 0, 1, 0, duration, 0, 0, 0, 0x100_0000],
        &unity,
        &[0, 0],
    ]);
    let mdhd = words(&[&[0, 0, 0, RATE, duration, 0x55c4_0000]]);
    let hdlr = b"\0\0\0\0\0\0\0\0soun\0\0\0\0\0\0\0\0\0\0\0\0\0";
    let minf = [
        leaf(b"smhd", &[0; 8]),
        leaf(
            b"dinf",
            &leaf(
                b"dref",
                &[&words(&[&[0, 1]])[..], &leaf(b"url ", &[0, 0, 0, 1])].concat(),
            ),
        ),
        leaf(b"stbl", &sample_table(audio, offset)),
    ];
    let mdia = [
        leaf(b"mdhd", &mdhd),
        leaf(b"hdlr", hdlr),
        leaf(b"minf", &minf.concat()),
    ];
    let trak = [leaf(b"tkhd", &tkhd), leaf(b"mdia", &mdia.concat())];
    leaf(
        b"moov",
        &[leaf(b"mvhd", &mvhd), leaf(b"trak", &trak.concat())].concat(),
    )
}

fn sample_table(audio: &Audio, offset: u32) -> Vec<u8> {
    // AAC LC, 44.1 kHz, two channels.
    let specific = [0x05, 2, 0x12, 0x10];
    let mut decoder = vec![0x04, 13 + specific.len() as u8, 0x40, 0x15, 0, 0, 0];
    decoder.extend(words(&[&[128_000, 128_000]]));
    decoder.extend(specific);
    let mut descriptor = vec![0x03, 3 + decoder.len() as u8 + 3, 0, 1, 0];
    descriptor.extend(decoder);
    descriptor.extend([0x06, 1, 2]);
    let esds = leaf(b"esds", &[vec![0; 4], descriptor].concat());
    let mut mp4a = vec![0, 0, 0, 0, 0, 0, 0, 1];
    mp4a.extend([0; 8]);
    mp4a.extend([0, 2, 0, 16, 0, 0, 0, 0]);
    mp4a.extend((RATE << 16).to_be_bytes());
    mp4a.extend(esds);
    let stsd = [words(&[&[0, 1]]), leaf(b"mp4a", &mp4a)].concat();
    let Audio {
        frames,
        frame_bytes,
        ref sizes,
    } = *audio;
    let one_size = if sizes.is_empty() { frame_bytes } else { 0 };
    let sizes = words(&[&[0, one_size, frames], sizes]);
    [
        leaf(b"stsd", &stsd),
        leaf(b"stts", &words(&[&[0, 1, frames, SAMPLES]])),
        leaf(b"stsc", &words(&[&[0, 1, 1, frames, 1]])),
        leaf(b"stsz", &sizes),
        leaf(b"stco", &words(&[&[0, 1, offset]])),
    ]
    .concat()
}

fn leaf(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let size = content.len() as u32 + 8;
    [&size.to_be_bytes()[..], kind, content].concat()
}

fn words(groups: &[&[u32]]) -> Vec<u8> {
    let all = groups.iter().copied().flatten();
    all.flat_map(|it| it.to_be_bytes()).collect()
}
