//! What the audio itself is: length, codec and rates.

/// Describes the audio of a file, as its headers state it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AudioProperties {
    /// The length in milliseconds.
    pub duration_ms: Option<u64>,
    /// The codec in lower case, such as `mp3`, `aac`, `alac`, `flac`, `vorbis`, `opus`, `pcm`.
    pub codec: String,
    /// The file format in lower case, such as `mp3`, `mp4`, `ogg`, `flac`, `wav`, `asf`.
    pub container: String,
    /// The mean bit rate of the audio in kilobits per second.
    pub bitrate_kbps: Option<u32>,
    /// Samples per second of one channel.
    pub sample_rate_hz: Option<u32>,
    /// The number of channels.
    pub channels: Option<u16>,
    /// Bits of one sample, where the codec has such a number.
    pub bit_depth: Option<u16>,
    /// Whether decoding gives back every sample that was encoded.
    pub lossless: bool,
}

impl AudioProperties {
    /// Makes properties that know only the container and the codec.
    pub(crate) fn of(container: &str, codec: &str, lossless: bool) -> Self {
        Self {
            container: container.to_owned(),
            codec: codec.to_owned(),
            lossless,
            ..Self::default()
        }
    }

    /// Sets the duration to `samples` at `rate` per second, unless one of them is zero.
    pub(crate) fn set_samples(&mut self, samples: u64, rate: u64) {
        if samples > 0 && rate > 0 {
            self.duration_ms = Some(scale(samples, 1000, rate)).filter(|millis| *millis > 0);
        }
    }

    /// Derives the bit rate from the size of the audio, if there is none and the length is known.
    pub(crate) fn derive_bitrate(&mut self, audio_bytes: u64) {
        if let (None, Some(ms @ 1..)) = (self.bitrate_kbps, self.duration_ms) {
            let kbps = scale(audio_bytes, 8, ms);
            self.bitrate_kbps = u32::try_from(kbps).ok().filter(|kbps| *kbps > 0);
        }
    }
}

/// Computes `value * by / of`, rounded, without overflow.
pub(crate) fn scale(value: u64, by: u64, of: u64) -> u64 {
    let of = u128::from(of.max(1));
    let scaled = (u128::from(value) * u128::from(by) + of / 2) / of;
    u64::try_from(scaled).unwrap_or(u64::MAX)
}
