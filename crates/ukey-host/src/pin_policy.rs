//! What a new PIN must be like beyond what tokens ask (6 to 16 bytes). It holds on this machine, for
//! programs that ask it: a token keeps no such rule.

use ukey_token::pin;

/// What a new PIN must be like, on this machine; see [`judge`](PinPolicy::judge).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PinPolicy {
    /// `[pin] min_length`: fewest bytes of a new PIN, 6 to 16. Default: 6.
    pub min_length: usize,
    /// `[pin] longest_run`: most characters in a row that are equal or follow each other, as in
    /// 1111, 1234 or 4321; 1 to 15. Default: any.
    pub longest_run: Option<usize>,
}

impl Default for PinPolicy {
    fn default() -> Self {
        Self {
            min_length: pin::MIN_LEN,
            longest_run: None,
        }
    }
}

/// Why a new PIN is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PinDefect {
    /// It is too short.
    #[error("a new PIN has at least {min_length} bytes here")]
    Short {
        /// Fewest bytes.
        min_length: usize,
    },
    /// It has too long a row of equal characters, or of such that follow each other.
    #[error("a new PIN has at most {longest_run} equal or consecutive characters in a row here")]
    Run {
        /// Most characters in a row.
        longest_run: usize,
    },
}

impl PinPolicy {
    /// Both policies at once: no source loosens what another asks.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let run = [self.longest_run, other.longest_run];
        Self {
            min_length: self.min_length.max(other.min_length),
            longest_run: run.into_iter().flatten().min(),
        }
    }

    /// Whether a new PIN is allowed.
    ///
    /// # Errors
    /// [`PinDefect`], which tells nothing of the PIN but the rule that it breaks.
    pub fn judge(self, new_pin: &[u8]) -> Result<(), PinDefect> {
        let Self {
            min_length,
            longest_run,
        } = self;
        if new_pin.len() < min_length {
            return Err(PinDefect::Short { min_length });
        }
        match longest_run {
            Some(longest_run) if run(new_pin) > longest_run => Err(PinDefect::Run { longest_run }),
            _ => Ok(()),
        }
    }
}

/// Length of the longest row of equal bytes, or of bytes that go up or down by one.
fn run(bytes: &[u8]) -> usize {
    let longest = |step: i16| {
        let (mut longest, mut now) = (1, 1);
        for pair in bytes.windows(2) {
            let goes_on = i16::from(pair[1]) - i16::from(pair[0]) == step;
            now = if goes_on { now + 1 } else { 1 };
            longest = longest.max(now);
        }
        longest
    };
    [0, 1, -1].into_iter().map(longest).max().unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_counted() {
        for (pin, length) in [
            ("135791", 1),
            ("112358", 3),
            ("900012", 3),
            ("129876", 4),
            ("111111", 6),
            ("abcdef", 6),
        ] {
            assert_eq!(run(pin.as_bytes()), length, "{pin}");
        }
    }

    #[test]
    fn a_policy_refuses_what_it_names_and_nothing_else() {
        let policy = PinPolicy {
            min_length: 8,
            longest_run: Some(3),
        };
        let (short, row) = (
            PinDefect::Short { min_length: 8 },
            PinDefect::Run { longest_run: 3 },
        );
        assert_eq!(policy.judge(b"1357913"), Err(short));
        assert_eq!(policy.judge(b"13579111"), Ok(()));
        assert_eq!(policy.judge(b"13571111"), Err(row));
        assert_eq!(PinPolicy::default().judge(b"111111"), Ok(()));
    }

    #[test]
    fn no_source_loosens_another() {
        let long = PinPolicy {
            min_length: 10,
            longest_run: None,
        };
        let varied = PinPolicy {
            min_length: 6,
            longest_run: Some(2),
        };
        let both = PinPolicy {
            min_length: 10,
            longest_run: Some(2),
        };
        assert_eq!(long.and(varied), both);
        assert_eq!(varied.and(long), both);
    }
}
