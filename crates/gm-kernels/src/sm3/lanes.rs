//! Hands messages to lanes: a lane that has finished its message takes the next one.

use super::compress::compress;
use super::{BLOCK, DIGEST, START};
use zeroize::Zeroize;

/// Lanes that are busy below which one block after the other is faster.
#[cfg(any(test, all(target_arch = "x86_64", not(miri))))]
const FEW: usize = 2;

/// A message under way.
struct Stream<'a> {
    whole: &'a [[u8; BLOCK]],
    /// The end of the message with its padding, one or two blocks.
    end: [[u8; BLOCK]; 2],
    end_blocks: usize,
    done: usize,
    digest: usize,
}

impl<'a> Stream<'a> {
    fn new(message: &'a [u8], digest: usize) -> Self {
        let (whole, rest) = message.as_chunks();
        let mut end = [[0; BLOCK]; 2];
        let end_blocks = if rest.len() < BLOCK - 8 { 1 } else { 2 };
        end[0][..rest.len()].copy_from_slice(rest);
        end[0][rest.len()] = 0x80;
        let bits = (message.len() as u64) << 3;
        end[end_blocks - 1][BLOCK - 8..].copy_from_slice(&bits.to_be_bytes());
        Self {
            whole,
            end,
            end_blocks,
            done: 0,
            digest,
        }
    }

    /// The block that comes next.
    fn block(&self) -> &[u8; BLOCK] {
        match self.whole.get(self.done) {
            Some(block) => block,
            None => &self.end[self.done - self.whole.len()],
        }
    }

    /// Goes on to the next block; `false` behind the last.
    const fn advance(&mut self) -> bool {
        self.done += 1;
        self.done < self.whole.len() + self.end_blocks
    }
}

impl Drop for Stream<'_> {
    fn drop(&mut self) {
        self.end.zeroize();
    }
}

/// Without lanes.
pub(super) fn one_by_one(messages: &[&[u8]], digests: &mut [[u8; DIGEST]]) {
    for (message, digest) in messages.iter().zip(digests) {
        let mut state = START;
        finish(
            &mut state,
            Stream::new(message, 0),
            core::slice::from_mut(digest),
        );
    }
}

/// Runs a message to its end.
fn finish(state: &mut [u32; 8], mut stream: Stream<'_>, digests: &mut [[u8; DIGEST]]) {
    loop {
        compress(state, stream.block());
        if !stream.advance() {
            break;
        }
    }
    write(state, &mut digests[stream.digest]);
    state.zeroize();
}

fn write(state: &[u32; 8], digest: &mut [u8; DIGEST]) {
    for (bytes, word) in digest.as_chunks_mut().0.iter_mut().zip(state) {
        *bytes = word.to_be_bytes();
    }
}

/// With `N` lanes; `compress_all` takes a block into the state of each, word by word.
#[cfg(any(test, all(target_arch = "x86_64", not(miri))))]
pub(super) fn run<const N: usize>(
    messages: &[&[u8]],
    digests: &mut [[u8; DIGEST]],
    compress_all: impl Fn(&mut [[u32; N]; 8], &[&[u8; BLOCK]; N]),
) {
    const IDLE: [u8; BLOCK] = [0; BLOCK];
    let mut waiting = messages.iter().enumerate();
    let mut next = || waiting.next().map(|(at, message)| Stream::new(message, at));
    let mut state = START.map(|word| [word; N]);
    let mut streams: [_; N] = core::array::from_fn(|_| next());
    while streams.iter().flatten().count() > FEW {
        let blocks = core::array::from_fn(|lane| match &streams[lane] {
            Some(stream) => stream.block(),
            None => &IDLE,
        });
        compress_all(&mut state, &blocks);
        for (lane, slot) in streams.iter_mut().enumerate() {
            if let Some(stream) = slot
                && !stream.advance()
            {
                write(&state.map(|word| word[lane]), &mut digests[stream.digest]);
                for (word, start) in state.iter_mut().zip(START) {
                    word[lane] = start;
                }
                *slot = next();
            }
        }
    }
    for (lane, slot) in streams.iter_mut().enumerate() {
        if let Some(stream) = slot.take() {
            finish(&mut state.map(|word| word[lane]), stream, digests);
        }
    }
    state.as_flattened_mut().zeroize();
}
