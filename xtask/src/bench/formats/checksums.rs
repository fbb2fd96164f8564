//! The checksums of FLAC frames and Ogg pages.

pub(super) fn crc8(bytes: &[u8]) -> u8 {
    crc(bytes, 8, 0x07) as u8
}

pub(super) fn crc16(bytes: &[u8]) -> u16 {
    crc(bytes, 16, 0x8005) as u16
}

pub(super) fn crc32(bytes: &[u8]) -> u32 {
    crc(bytes, 32, 0x04c1_1db7)
}

/// Computes a checksum of `width` bits, highest bit first, from zero.
fn crc(bytes: &[u8], width: u32, polynomial: u32) -> u32 {
    let top = 1_u32 << (width - 1);
    bytes.iter().fold(0, |crc, byte| {
        let mut crc = crc ^ u32::from(*byte) << (width - 8);
        for _ in 0..8 {
            let carry = crc & top != 0;
            crc <<= 1;
            if carry {
                crc ^= polynomial;
            }
        }
        crc & (u32::MAX >> (32 - width))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_have_their_published_values() {
        // The check values of CRC-8/SMBUS, CRC-16/UMTS, and of CRC-32 without reflection and
        // inversion.
        assert_eq!(crc8(b"123456789"), 0xf4);
        assert_eq!(crc16(b"123456789"), 0xfee8);
        assert_eq!(crc32(b"123456789"), 0x89a1_897f);
    }
}
