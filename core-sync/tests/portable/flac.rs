//! FLAC files that are nothing but a sound, and sheets that cut them.

/// A FLAC file of three minutes and nothing else, whose sound depends on the number alone.
pub(crate) fn flac(sound: u8) -> Vec<u8> {
    let samples = 44_100 * 180;
    let rate = 44_100u64 << 44 | 1 << 41 | 15 << 36 | samples;
    let info = [[0x10; 10].as_slice(), &rate.to_be_bytes(), &[sound; 16]].concat();
    [b"fLaC\x80\0\0\x22".as_slice(), &info].concat()
}

/// A sheet: the titles, and how many seconds each track is long.
pub(crate) fn sheet(titles: &[&str], seconds: u32) -> Vec<u8> {
    let mut text = "PERFORMER \"Band\"\nTITLE \"Album\"\nFILE \"disc.flac\" WAVE\n".to_owned();
    for (at, title) in (0..).zip(titles) {
        let (number, begin) = (at + 1, at * seconds);
        let (minute, second) = (begin / 60, begin % 60);
        text += &format!("TRACK {number:02} AUDIO\nTITLE \"{title}\"\n");
        text += &format!("INDEX 01 {minute:02}:{second:02}:00\n");
    }
    text.into_bytes()
}
