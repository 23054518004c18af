//! Command chaining: a command longer than one APDU as several links.
//!
//! Every link repeats INS, P1 and P2; bit 5 of CLA is set on all but the last (mark C); only the
//! last link may carry Le and is executed (mark P).

use zeroize::Zeroizing;

use crate::command::{CommandApdu, MAX_EXTENDED_DATA};
use crate::status::StatusWord;

/// The longest command our card puts together, in bytes of data: 128 KiB.
pub const MAX_CHAINED_DATA: usize = 128 * 1024;

/// Splits a command into links of at most `max_data` bytes (at least 1, at most 65535 are used).
/// A command that fits comes back as it was.
pub fn split(command: &CommandApdu, max_data: usize) -> Vec<CommandApdu> {
    let max_data = max_data.clamp(1, MAX_EXTENDED_DATA);
    if command.data.len() <= max_data {
        return vec![command.clone()];
    }
    let count = command.data.len().div_ceil(max_data);
    let link = |(index, data): (usize, &[u8])| {
        let last = index + 1 == count;
        CommandApdu {
            class: if last {
                command.class
            } else {
                command.class.with_chaining()
            },
            ins: command.ins,
            p1: command.p1,
            p2: command.p2,
            data: data.to_vec(),
            ne: command.ne.filter(|_| last),
        }
    };
    command
        .data
        .chunks(max_data)
        .enumerate()
        .map(link)
        .collect()
}

/// Puts links together again, on the card.
///
/// A command with another CLA, INS, P1 or P2 in between drops the chain and stands for itself. A
/// chain that grows too long is refused to its end, so that its tail is never executed alone.
#[derive(Debug)]
pub struct Reassembler {
    max_data: usize,
    chain: Option<Chain>,
}

struct Chain {
    header: [u8; 4],
    data: Zeroizing<Vec<u8>>,
    overflowed: bool,
}

impl std::fmt::Debug for Chain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Chain({:02X?}, {} bytes)", self.header, self.data.len())
    }
}

impl Default for Reassembler {
    fn default() -> Self {
        Self::new(MAX_CHAINED_DATA)
    }
}

impl Reassembler {
    /// Accepts up to `max_data` bytes of data in one chain.
    pub fn new(max_data: usize) -> Self {
        Self {
            max_data,
            chain: None,
        }
    }

    /// Forgets an unfinished chain: on reset.
    pub fn clear(&mut self) {
        self.chain = None;
    }

    /// Takes one received APDU: gives the whole command, or `None` when more links have to come
    /// (answer 9000 then).
    ///
    /// # Errors
    /// [`StatusWord::WRONG_LENGTH`] for each link of a chain that has become too long.
    pub fn push(&mut self, mut link: CommandApdu) -> Result<Option<CommandApdu>, StatusWord> {
        let chained = link.class.is_chained();
        link.class = link.class.without_chaining();
        let header = [link.class.0, link.ins, link.p1, link.p2];
        let begun = self.chain.take().filter(|chain| chain.header == header);
        let mut chain = match begun {
            None if !chained => return Ok(Some(link)),
            None => Chain {
                header,
                data: Zeroizing::default(),
                overflowed: false,
            },
            Some(chain) => chain,
        };
        chain.append(&link.data, self.max_data);
        let overflowed = chain.overflowed;
        if chained {
            self.chain = Some(chain);
        } else if !overflowed {
            link.data = std::mem::take(&mut *chain.data);
            return Ok(Some(link));
        }
        if overflowed {
            Err(StatusWord::WRONG_LENGTH)
        } else {
            Ok(None)
        }
    }
}

impl Chain {
    fn append(&mut self, data: &[u8], max_data: usize) {
        if self.overflowed || self.data.len() + data.len() > max_data {
            self.overflowed = true;
            self.data = Zeroizing::default();
            return;
        }
        let needed = self.data.len() + data.len();
        if needed > self.data.capacity() {
            // Grown by hand, so that the old place is wiped.
            let capacity = needed.max(2 * self.data.capacity()).min(max_data);
            let mut larger = Zeroizing::new(Vec::with_capacity(capacity));
            larger.extend_from_slice(&self.data);
            self.data = larger;
        }
        self.data.extend_from_slice(data);
    }
}
