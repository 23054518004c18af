//! Block ciphers of 16-byte blocks in every mode, in one shape for AES and SM4.
//!
//! A cipher says how to run blocks ([`BlockCipher`]); the modes are written once, here. A cipher that
//! has a faster way for a mode overrides a hook of the trait, and callers see no difference.
//!
//! ```
//! use ukey_crypto::{aes, cipher::{Direction, Mode, Operation, Padding}};
//! let key = aes::Key::try_from(&[7u8; 32][..])?;
//! let mode = Mode::Cbc { iv: &[0; 16], padding: Padding::Pkcs7 };
//! let mut sealed = Vec::new();
//! Operation::new(&key, Direction::Encrypt, &mode)?.complete(b"text", &mut sealed)?;
//! assert_eq!(sealed.len(), 16);
//! # Ok::<(), ukey_crypto::Error>(())
//! ```

pub(crate) mod aead;
mod block_modes;
mod ccm;
pub(crate) mod gcm;
pub(crate) mod padding;
mod stream_modes;
#[cfg(test)]
mod tests;
mod xts;

use crate::Error;
pub use gm_kernels::ghash::Hash as Ghash;
pub use gm_kernels::sm4::XtsOrder;
use zeroize::Zeroize;

/// Length of a block in bytes.
pub const BLOCK: usize = 16;

/// One block.
pub type Block = [u8; BLOCK];

/// Blocks handed to the cipher in one call where a mode allows it: 1 KiB, the widest batch of any
/// kernel behind this.
const BATCH: usize = 64;

/// Bytes that go through a mode at a time: what was copied is still close by when the cipher works on it.
const PIECE: usize = 16 * 1024;

/// Which way the data goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Plaintext to ciphertext.
    Encrypt,
    /// Ciphertext to plaintext.
    Decrypt,
}

/// What to do at the end of the data in ECB and CBC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Padding {
    /// Nothing: whole blocks only.
    None,
    /// 1 to 16 bytes, each holding their number (RFC 5652 section 6.3).
    Pkcs7,
}

/// A mode of operation with its parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode<'a> {
    /// Electronic codebook, SP 800-38A.
    Ecb {
        /// What to do at the end.
        padding: Padding,
    },
    /// Cipher block chaining, SP 800-38A.
    Cbc {
        /// Initialisation vector.
        iv: &'a Block,
        /// What to do at the end.
        padding: Padding,
    },
    /// Counter mode, SP 800-38A.
    Ctr {
        /// First counter block.
        counter_block: &'a Block,
        /// How many of its low bits count, 1 to 128. When they are used up, no more data is taken.
        counter_bits: u32,
    },
    /// Cipher feedback with 128 bits of feedback, SP 800-38A.
    Cfb {
        /// Initialisation vector.
        iv: &'a Block,
    },
    /// Output feedback, SP 800-38A.
    Ofb {
        /// Initialisation vector.
        iv: &'a Block,
    },
    /// Galois/counter mode, SP 800-38D. The tag follows the ciphertext.
    Gcm {
        /// Initialisation vector of any length but zero.
        iv: &'a [u8],
        /// Data that is authenticated only.
        aad: &'a [u8],
        /// Length of the tag in bytes, 4 to 16.
        tag_len: usize,
    },
    /// Counter with CBC-MAC, SP 800-38C. The tag follows the ciphertext.
    Ccm {
        /// Nonce of 7 to 13 bytes.
        nonce: &'a [u8],
        /// Data that is authenticated only.
        aad: &'a [u8],
        /// Length of the tag in bytes: 4, 6, 8, 10, 12, 14 or 16.
        tag_len: usize,
        /// Length of the plaintext in bytes, which goes into the first block.
        data_len: usize,
    },
}

/// A symmetric key of a cipher with 16-byte blocks.
pub trait Key {
    /// Its expanded form.
    type Cipher: BlockCipher;

    /// The expanded key.
    fn cipher(&self) -> &Self::Cipher;
}

/// An expanded key, zeroised on drop: how to run blocks.
///
/// The provided methods are the modes in terms of the two required ones; a kernel that does better
/// overrides them.
pub trait BlockCipher: Clone + Send + 'static {
    /// Encrypts each block by itself.
    fn encrypt_blocks(&self, blocks: &mut [Block]);

    /// Decrypts each block by itself.
    fn decrypt_blocks(&self, blocks: &mut [Block]);

    /// Encrypts one block. Worth a path of its own where many at once have a long way in.
    fn encrypt_block(&self, block: &mut Block) {
        self.encrypt_blocks(core::slice::from_mut(block));
    }

    /// CBC encryption. `chain` is the IV, then the last ciphertext block.
    fn cbc_encrypt(&self, chain: &mut Block, blocks: &mut [Block]) {
        for block in blocks {
            xor_into(block, chain);
            self.encrypt_block(block);
            *chain = *block;
        }
    }

    /// CBC encryption that keeps the last block only. `chain` is that block.
    fn cbc_mac(&self, chain: &mut Block, blocks: &[Block]) {
        for block in blocks {
            xor_into(chain, block);
            self.encrypt_block(chain);
        }
    }

    /// CBC decryption. `chain` is the IV, then the last ciphertext block.
    fn cbc_decrypt(&self, chain: &mut Block, blocks: &mut [Block]) {
        let mut previous = [[0; BLOCK]; BATCH];
        for batch in blocks.chunks_mut(BATCH) {
            let previous = &mut previous[..batch.len()];
            shift_chain(chain, batch, previous);
            self.decrypt_blocks(batch);
            xor_blocks(batch, previous);
        }
    }

    /// CFB decryption. `chain` is the IV, then the last ciphertext block.
    fn cfb_decrypt(&self, chain: &mut Block, blocks: &mut [Block]) {
        let mut stream = [[0; BLOCK]; BATCH];
        for batch in blocks.chunks_mut(BATCH) {
            let stream = &mut stream[..batch.len()];
            shift_chain(chain, batch, stream);
            self.encrypt_blocks(stream);
            xor_blocks(batch, stream);
        }
        wipe(&mut stream, blocks.len());
    }

    /// Counter mode with the low `counter_bits` bits of `counter` counting, wrapping among
    /// themselves: the key stream is added to `blocks`, `counter` ends behind the last block.
    fn ctr(&self, counter: &mut Block, counter_bits: u32, blocks: &mut [Block]) {
        let mut stream = [[0; BLOCK]; BATCH];
        for batch in blocks.chunks_mut(BATCH) {
            let stream = &mut stream[..batch.len()];
            fill_counters(counter, counter_bits, stream);
            match &mut *stream {
                [one] => self.encrypt_block(one),
                many => self.encrypt_blocks(many),
            }
            xor_blocks(batch, stream);
        }
        wipe(&mut stream, blocks.len());
    }

    /// CFB encryption. `chain` is the IV, then the last ciphertext block.
    fn cfb_encrypt(&self, chain: &mut Block, blocks: &mut [Block]) {
        for block in blocks {
            self.encrypt_block(chain);
            xor_into(block, chain);
            *chain = *block;
        }
    }

    /// OFB, both ways. `chain` is the IV, then the last block of key stream.
    fn ofb(&self, chain: &mut Block, blocks: &mut [Block]) {
        for block in blocks {
            self.encrypt_block(chain);
            xor_into(block, chain);
        }
    }

    /// The inside of GCM encryption: counter mode with 32 bits, and the ciphertext into `hash`.
    fn gcm_encrypt(&self, counter: &mut Block, hash: &mut Ghash, blocks: &mut [Block]) {
        for batch in blocks.chunks_mut(BATCH) {
            self.ctr(counter, 32, batch);
            hash.update(batch);
        }
    }

    /// [`Self::gcm_encrypt`] from one place to another of the same length.
    fn gcm_encrypt_from(
        &self,
        counter: &mut Block,
        hash: &mut Ghash,
        source: &[Block],
        blocks: &mut [Block],
    ) {
        const AT_ONCE: usize = PIECE / BLOCK;
        for (blocks, source) in blocks.chunks_mut(AT_ONCE).zip(source.chunks(AT_ONCE)) {
            blocks.copy_from_slice(source);
            self.gcm_encrypt(counter, hash, blocks);
        }
    }

    /// The inside of GCM decryption: the ciphertext into `hash`, and counter mode with 32 bits.
    fn gcm_decrypt(&self, counter: &mut Block, hash: &mut Ghash, blocks: &mut [Block]) {
        for batch in blocks.chunks_mut(BATCH) {
            hash.update(batch);
            self.ctr(counter, 32, batch);
        }
    }

    /// The inside of XTS. `tweak` is the encrypted one of the first block, then of that behind the last.
    fn xts(&self, direction: Direction, order: XtsOrder, tweak: &mut Block, blocks: &mut [Block]) {
        xts::run(self, direction, order, tweak, blocks);
    }

    /// Runs a mode wholly by itself; `None` leaves it to the modes of this module, which then also
    /// judge its parameters.
    fn start(&self, _: Direction, _: &Mode<'_>) -> Option<Result<Box<dyn Running>, Error>> {
        None
    }
}

/// What an [`Operation`] is made of: one mode under way. Its state is zeroised on drop.
pub trait Running: Send {
    /// How many bytes [`Self::update`] appends for `input_len` bytes more.
    fn update_len(&self, input_len: usize) -> usize;

    /// Processes `input`; appends what is ready to `out`.
    ///
    /// # Errors
    /// [`Error::InvalidLength`] if the mode takes no more data.
    fn update(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<(), Error>;

    /// [`Operation::update_into`].
    fn update_into(&mut self, _input: &[u8], _out: &mut [u8]) -> Option<Result<(), Error>> {
        None
    }

    /// How many bytes [`Self::finish`] appends at most.
    fn finish_len(&self) -> usize;

    /// Ends the computation; appends the rest of the output to `out`.
    ///
    /// # Errors
    /// As [`Operation::finish`].
    fn finish(self: Box<Self>, out: &mut Vec<u8>) -> Result<(), Error>;

    /// [`Self::update`] with `input`, then [`Self::finish`]: a message that is known to be whole may
    /// have a faster way.
    ///
    /// # Errors
    /// As those two.
    fn complete(mut self: Box<Self>, input: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        self.update(input, out)?;
        self.finish(out)
    }

    /// Whether [`Self::complete`] is so much faster that a message at hand should not be cut.
    fn prefers_whole(&self) -> bool {
        false
    }

    /// A second one that continues on its own from the same state.
    fn duplicate(&self) -> Box<dyn Running>;
}

/// A running encryption or decryption. Takes chunks of any size; state is zeroised on drop.
///
/// Block modes give out whole blocks (decryption that takes padding off keeps the last one back),
/// stream modes give out every byte at once. Authenticated decryption gives out nothing before the
/// tag, the last bytes of its input, has been found right. A clone continues on its own.
pub struct Operation(Box<dyn Running>);

impl Operation {
    /// Starts a computation.
    ///
    /// # Errors
    /// [`Error::InvalidLength`] if an IV, nonce or tag has a length that the mode does not know;
    /// [`Error::Unsupported`] for a number of counter bits outside 1 to 128.
    pub fn new<K: Key>(key: &K, direction: Direction, mode: &Mode<'_>) -> Result<Self, Error> {
        let cipher = key.cipher();
        if let Some(running) = cipher.start(direction, mode) {
            return running.map(Self);
        }
        let cipher = cipher.clone();
        Ok(Self(match *mode {
            Mode::Ecb { padding } => Box::new(block_modes::Blocks::ecb(cipher, direction, padding)),
            Mode::Cbc { iv, padding } => {
                Box::new(block_modes::Blocks::cbc(cipher, direction, padding, iv))
            }
            Mode::Ctr {
                counter_block,
                counter_bits,
            } => Box::new(stream_modes::Ctr::new(cipher, counter_block, counter_bits)?),
            Mode::Cfb { iv } => Box::new(stream_modes::Cfb::new(cipher, direction, iv)),
            Mode::Ofb { iv } => Box::new(stream_modes::Ofb::new(cipher, iv)),
            Mode::Gcm { iv, aad, tag_len } => gcm::start(cipher, direction, iv, aad, tag_len)?,
            Mode::Ccm {
                nonce,
                aad,
                tag_len,
                data_len,
            } => ccm::start(cipher, direction, nonce, aad, tag_len, data_len)?,
        }))
    }

    /// Starts XTS, of IEEE 1619 or of GB/T 17964-2021: one data unit of at least 16 bytes, with ciphertext
    /// stealing. `tweak` is the number of the data unit.
    ///
    /// # Errors
    /// [`Error::InvalidKey`] if both keys encrypt alike, that is, are the same key.
    pub fn xts<K: Key>(
        data_key: &K,
        tweak_key: &K,
        direction: Direction,
        order: XtsOrder,
        tweak: &Block,
    ) -> Result<Self, Error> {
        xts::start(
            data_key.cipher(),
            tweak_key.cipher(),
            direction,
            order,
            tweak,
        )
    }

    /// An operation that a kernel runs by itself.
    #[must_use]
    pub fn from_running(running: Box<dyn Running>) -> Self {
        Self(running)
    }

    /// How many bytes [`Self::update`] appends for `input_len` bytes more.
    #[must_use]
    pub fn update_len(&self, input_len: usize) -> usize {
        self.0.update_len(input_len)
    }

    /// Processes `input`; appends what is ready to `out`. With an `out` that has room nothing is
    /// allocated, and no plaintext stays behind in freed memory.
    ///
    /// # Errors
    /// [`Error::InvalidLength`] if the mode takes no more data (its counter is used up, or more
    /// comes than was announced).
    pub fn update(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        self.0.update(input, out)
    }

    /// As [`Self::update`], with the output written to `out`, which is as long as `input`. `None` where the
    /// mode does not give out each byte at once; nothing was processed then.
    ///
    /// # Panics
    /// If the lengths differ.
    pub fn update_into(&mut self, input: &[u8], out: &mut [u8]) -> Option<Result<(), Error>> {
        assert_eq!(input.len(), out.len());
        self.0.update_into(input, out)
    }

    /// Whether a message that is at hand as a whole should not be cut: [`Self::complete`] then has a way
    /// of its own that is several times as fast.
    #[must_use]
    pub fn prefers_whole(&self) -> bool {
        self.0.prefers_whole()
    }

    /// How many bytes [`Self::finish`] appends at most.
    #[must_use]
    pub fn finish_len(&self) -> usize {
        self.0.finish_len()
    }

    /// Ends the computation; appends the rest of the output, and the tag of an authenticated
    /// encryption, to `out`.
    ///
    /// # Errors
    /// [`Error::InvalidLength`] if the mode needs whole blocks and the data was not, or the data was
    /// shorter than the mode or its announcement asks; [`Error::Decryption`] if padding or tag is
    /// wrong. `out` then has nothing appended.
    pub fn finish(self, out: &mut Vec<u8>) -> Result<(), Error> {
        self.0.finish(out)
    }

    /// [`Self::update`] with `input`, then [`Self::finish`].
    ///
    /// # Errors
    /// As those two.
    pub fn complete(self, input: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        out.reserve(self.update_len(input.len()) + BLOCK);
        self.0.complete(input, out)
    }
}

impl Clone for Operation {
    fn clone(&self) -> Self {
        Self(self.0.duplicate())
    }
}

impl core::fmt::Debug for Operation {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("cipher::Operation(..)")
    }
}

/// Appends `head` (less than a piece) and `input` to `out` piece by piece, and lets `run` work on each
/// piece in place.
fn append(head: &[u8], input: &[u8], out: &mut Vec<u8>, mut run: impl FnMut(&mut [u8])) {
    out.reserve(head.len() + input.len());
    let start = out.len();
    let (first, rest) = input.split_at(input.len().min(PIECE - head.len()));
    out.extend_from_slice(head);
    out.extend_from_slice(first);
    run(&mut out[start..]);
    for piece in rest.chunks(PIECE) {
        let start = out.len();
        out.extend_from_slice(piece);
        run(&mut out[start..]);
    }
}

/// Copies `input` to `out`, which is as long, piece by piece, and lets `run` work on each piece in place.
fn copy(input: &[u8], out: &mut [u8], mut run: impl FnMut(&mut [u8])) {
    for (out, input) in out.chunks_mut(PIECE).zip(input.chunks(PIECE)) {
        out.copy_from_slice(input);
        run(out);
    }
}

/// Puts chain, c0 .. c(n-2) of the ciphertext blocks into `previous`, and c(n-1) into the chain.
fn shift_chain(chain: &mut Block, ciphertext: &[Block], previous: &mut [Block]) {
    if let [init @ .., last] = ciphertext {
        previous[0] = *chain;
        previous[1..].copy_from_slice(init);
        *chain = *last;
    }
}

/// Writes the counter blocks from `counter` on into `blocks`; `counter` ends behind the last.
fn fill_counters(counter: &mut Block, counter_bits: u32, blocks: &mut [Block]) {
    let mask = u128::MAX >> (128 - counter_bits);
    let mut value = u128::from_be_bytes(*counter);
    for block in blocks {
        *block = value.to_be_bytes();
        value = (value & !mask) | (value.wrapping_add(1) & mask);
    }
    *counter = value.to_be_bytes();
}

/// Wipes what `used` blocks of data have left in a batch: for short data the whole would cost more
/// than the encryption.
fn wipe(batch: &mut [Block; BATCH], used: usize) {
    batch[..used.min(BATCH)].as_flattened_mut().zeroize();
}

fn xor_into(dst: &mut [u8], src: &[u8]) {
    for (d, s) in dst.iter_mut().zip(src) {
        *d ^= s;
    }
}

fn xor_blocks(dst: &mut [Block], src: &[Block]) {
    for (d, s) in dst.iter_mut().zip(src) {
        xor_into(d, s);
    }
}
