//! How many requests may be sent again. Pure.

/// Grows with answers and shrinks with repetitions, so that a service that is down gets about as many
/// requests as it would without repetitions.
#[derive(Debug)]
pub(super) struct Budget {
    tenths: u32,
}

impl Budget {
    /// What a repetition costs.
    const PRICE: u32 = 10;
    /// What an answer brings: of ten requests two may be repeated.
    const GAIN: u32 = 2;
    /// The most that is saved up: ten repetitions.
    const MOST: u32 = 10 * Self::PRICE;

    pub(super) fn new() -> Self {
        Self { tenths: Self::MOST }
    }

    /// Notes an answer.
    pub(super) fn earn(&mut self) {
        self.tenths = (self.tenths + Self::GAIN).min(Self::MOST);
    }

    /// Takes what a repetition costs, if it is there.
    pub(super) fn spend(&mut self) -> bool {
        match self.tenths.checked_sub(Self::PRICE) {
            Some(rest) => {
                self.tenths = rest;
                true
            }
            None => false,
        }
    }
}
