//! A small FLAC file made from two numbers.

/// Makes a file whose title and sound depend on the track and its version.
///
/// Layout: RFC 9639, sections 8.1, 8.2 and 8.6.
pub(crate) fn flac(track: u64, version: u64) -> Vec<u8> {
    let mut info = Vec::with_capacity(34);
    info.extend(4_096_u16.to_be_bytes()); // the smallest block, in samples
    info.extend(4_096_u16.to_be_bytes()); // the largest
    info.extend([0; 6]); // the sizes of frames: not known
    // 20 bits of rate, 3 of channels less one, 5 of depth less one, 36 of samples.
    let samples = 44_100 * (120 + track % 240);
    let packed = 44_100_u64 << 44 | 1 << 41 | 15 << 36 | samples;
    info.extend(packed.to_be_bytes());
    // The digest of the sound, which retagging does not change.
    info.extend(
        u128::from(track + 1)
            .wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835)
            .to_be_bytes(),
    );

    let album = track / 12;
    let mut comment = Vec::new();
    let mut text = |value: &str| {
        comment.extend((value.len() as u32).to_le_bytes());
        comment.extend(value.as_bytes());
    };
    text("bench");
    let fields = [
        format!("TITLE=Track {track} ({version})"),
        format!("ARTIST=Artist {}", album / 4),
        format!("ALBUMARTIST=Artist {}", album / 4),
        format!("ALBUM=Album {album}"),
        format!("TRACKNUMBER={}", track % 12 + 1),
        format!("DATE={}", 1960 + album % 60),
    ];
    comment.extend((fields.len() as u32).to_le_bytes());
    let mut text = |value: &str| {
        comment.extend((value.len() as u32).to_le_bytes());
        comment.extend(value.as_bytes());
    };
    fields.iter().for_each(|field| text(field));

    let mut file = b"fLaC".to_vec();
    block(&mut file, 0, &info);
    block(&mut file, 0x80 | 4, &comment);
    file
}

fn block(file: &mut Vec<u8>, kind: u8, body: &[u8]) {
    file.push(kind);
    file.extend(&(body.len() as u32).to_be_bytes()[1..]);
    file.extend(body);
}
