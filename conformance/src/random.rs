//! Numbers that look random and are the same in every run.

/// A linear congruential generator (Knuth's MMIX constants).
#[derive(Debug, Clone)]
pub struct Lcg(u64);

impl Lcg {
    /// Starts from a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits: the high halves of two steps, as the low ones repeat soon.
    pub fn bits(&mut self) -> u64 {
        self.step() & 0xffff_ffff_0000_0000 | self.step() >> 32
    }

    /// A number below a limit that is not zero.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.bits() % limit
    }

    /// Text of up to so many characters, from all of Unicode but NUL.
    pub fn text(&mut self, longest: u64) -> String {
        let length = self.below(longest + 1);
        let mut text = String::new();
        for _ in 0..length {
            let limit = 1_u32 << (7 + 4 * (self.below(4)));
            let number = 1 + u32::try_from(self.below(u64::from(limit) - 1)).unwrap_or_default();
            text.extend(char::from_u32(number));
        }
        text
    }

    fn step(&mut self) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.0
    }
}
