//! Opus in Ogg.

use fastrand::Rng;

use super::checksums::crc32;

/// Makes about 10 s at 48 kHz, mono, in packets of 20 ms.
pub(in crate::bench) fn opus(rng: &mut Rng) -> Vec<u8> {
    stream(rng, 500, 20)
}

/// Makes about 4 minutes at 48 kHz, mono, at 100 kbit/s.
pub(in crate::bench) fn large_opus(rng: &mut Rng) -> Vec<u8> {
    stream(rng, 12_000, 250)
}

/// Makes `packets` packets of 20 ms, each of `size` bytes.
fn stream(rng: &mut Rng, packets: u64, size: usize) -> Vec<u8> {
    const SAMPLES: u64 = 960;
    let serial = rng.u32(1..);
    let mut head = b"OpusHead\x01\x01".to_vec();
    head.extend(312_u16.to_le_bytes());
    head.extend(48_000_u32.to_le_bytes());
    head.extend([0, 0, 0]);
    let mut tags = b"OpusTags".to_vec();
    tags.extend(4_u32.to_le_bytes());
    tags.extend(b"none");
    tags.extend(0_u32.to_le_bytes());
    let mut file = page(0x02, 0, serial, 0, &[&head]);
    file.extend(page(0, 0, serial, 1, &[&tags]));
    let per_page = 50;
    let pages = packets / per_page;
    for number in 0..pages {
        // CELT, 20 ms, mono, one frame; what follows decodes to something quiet or not at all.
        let packets: Vec<Vec<u8>> = (0..per_page)
            .map(|_| {
                let mut packet = vec![0xf8];
                packet.extend((1..size).map(|_| rng.u8(..)));
                packet
            })
            .collect();
        let packets: Vec<&[u8]> = packets.iter().map(|it| &**it).collect();
        let granule = (number + 1) * per_page * SAMPLES;
        let is_last = if number + 1 == pages { 0x04 } else { 0 };
        file.extend(page(is_last, granule, serial, number as u32 + 2, &packets));
    }
    file
}

/// Makes a page of whole packets, each shorter than 255 bytes.
fn page(kind: u8, granule: u64, serial: u32, number: u32, packets: &[&[u8]]) -> Vec<u8> {
    let mut page = b"OggS\x00".to_vec();
    page.push(kind);
    page.extend(granule.to_le_bytes());
    page.extend(serial.to_le_bytes());
    page.extend(number.to_le_bytes());
    let checksum = page.len();
    page.extend([0; 4]);
    page.push(packets.len() as u8);
    page.extend(packets.iter().map(|it| it.len() as u8));
    page.extend(packets.concat());
    let crc = crc32(&page).to_le_bytes();
    page[checksum..checksum + 4].copy_from_slice(&crc);
    page
}
