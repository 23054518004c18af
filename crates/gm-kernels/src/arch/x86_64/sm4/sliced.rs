//! What is the same at every width, as macros: functions with target features cannot be generic over them.
//!
//! A module that uses [`word_sliced!`] has in scope what the macros of `registers.rs` bring and, each with
//! its target features: `enter` (from words in memory order to the state's coordinates), `enter_value`
//! (the same from words as numbers), `leave`, `round`; and as `hash` the GHASH of its width.

use crate::sm4::Block;

/// A counter block as four numbers.
pub(super) fn numbers(counter: &Block) -> [u32; 4] {
    let (words, _) = counter.as_chunks::<4>();
    core::array::from_fn(|i| u32::from_be_bytes(words[i]))
}

/// Batches of `GROUPS` groups of `4 * LANES` blocks.
macro_rules! word_sliced {
    ($features:literal, $lanes:literal, $groups:literal) => {
        /// Blocks in a register.
        const LANES: usize = $lanes;
        /// Blocks in four registers.
        const GROUP: usize = 4 * LANES;
        /// Blocks in the widest batch.
        const WIDE: usize = $groups * GROUP;

        /// Word i of a group of blocks in register i.
        #[target_feature(enable = $features)]
        #[inline]
        fn open(blocks: &[Block]) -> [V; 4] {
            let words = transpose([
                load(&blocks[..LANES]),
                load(&blocks[LANES..2 * LANES]),
                load(&blocks[2 * LANES..3 * LANES]),
                load(&blocks[3 * LANES..4 * LANES]),
            ]);
            [
                enter(words[0]),
                enter(words[1]),
                enter(words[2]),
                enter(words[3]),
            ]
        }

        /// The other way round, with the words in reverse order as the cipher ends.
        #[target_feature(enable = $features)]
        #[inline]
        fn close(x: &[V; 4]) -> [V; 4] {
            transpose([leave(x[3]), leave(x[2]), leave(x[1]), leave(x[0])])
        }

        /// All rounds, four in a turn; `weave` is work without a bearing on them, to fill what the
        /// processor has to spare in each of the 8 turns.
        #[target_feature(enable = $features)]
        #[inline]
        fn rounds<const G: usize>(
            x: &mut [[V; 4]; G],
            keys: &[u32; 32],
            mut weave: impl FnMut(usize),
        ) {
            for (number, turn) in keys.as_chunks::<4>().0.iter().enumerate() {
                weave(number);
                let key = splat(turn[0]);
                for [a, b, c, d] in &mut *x {
                    *a = round(*a, *b, *c, *d, key);
                }
                let key = splat(turn[1]);
                for [a, b, c, d] in &mut *x {
                    *b = round(*b, *c, *d, *a, key);
                }
                let key = splat(turn[2]);
                for [a, b, c, d] in &mut *x {
                    *c = round(*c, *d, *a, *b, key);
                }
                let key = splat(turn[3]);
                for [a, b, c, d] in &mut *x {
                    *d = round(*d, *a, *b, *c, key);
                }
            }
        }

        #[target_feature(enable = $features)]
        #[inline]
        fn open_all<const G: usize>(batch: &[Block]) -> [[V; 4]; G] {
            let mut x = [[splat(0); 4]; G];
            for (x, blocks) in x.iter_mut().zip(batch.chunks_exact(GROUP)) {
                *x = open(blocks);
            }
            x
        }

        #[target_feature(enable = $features)]
        fn ecb<const G: usize>(keys: &[u32; 32], batch: &mut [Block]) {
            let mut x = open_all::<G>(batch);
            rounds(&mut x, keys, |_| {});
            for (x, blocks) in x.iter().zip(batch.chunks_exact_mut(GROUP)) {
                for (row, out) in close(x).into_iter().zip(blocks.chunks_exact_mut(LANES)) {
                    store(out, row);
                }
            }
        }

        /// The ciphertext is overwritten from the end, so that each block still finds the one before it.
        #[target_feature(enable = $features)]
        fn cbc_batch<const G: usize>(keys: &[u32; 32], chain: &mut Block, batch: &mut [Block]) {
            let mut x = open_all::<G>(batch);
            rounds(&mut x, keys, |_| {});
            let last = batch[G * GROUP - 1];
            for g in (0..G).rev() {
                let rows = close(&x[g]);
                for j in (0..4).rev() {
                    let at = g * GROUP + j * LANES;
                    let previous = if at == 0 {
                        let mut first = [*chain; LANES];
                        first[1..].copy_from_slice(&batch[..LANES - 1]);
                        load(&first)
                    } else {
                        load(&batch[at - 1..at - 1 + LANES])
                    };
                    store(&mut batch[at..at + LANES], xor(rows[j], previous));
                }
            }
            *chain = last;
        }

        /// Counters as numbers in the order that transposition gives the blocks.
        #[target_feature(enable = $features)]
        #[inline]
        fn counters() -> V {
            let mut blocks = [[0; 16]; LANES];
            for (lane, block) in blocks.iter_mut().enumerate() {
                let (words, _) = block.as_chunks_mut::<4>();
                for (j, word) in words.iter_mut().enumerate() {
                    *word = ((j * LANES + lane) as u32).to_le_bytes();
                }
            }
            load(&blocks)
        }

        /// Key stream of `G` groups, before its transposition.
        #[target_feature(enable = $features)]
        #[inline]
        fn stream<const G: usize>(
            keys: &[u32; 32],
            counter: &[u32; 4],
            weave: impl FnMut(usize),
        ) -> [[V; 4]; G] {
            let fixed = [
                enter_value(splat(counter[0])),
                enter_value(splat(counter[1])),
                enter_value(splat(counter[2])),
            ];
            let mut x = [[splat(0); 4]; G];
            let mut number = add(splat(counter[3]), counters());
            for x in &mut x {
                *x = [fixed[0], fixed[1], fixed[2], enter_value(number)];
                number = add(number, splat(GROUP as u32));
            }
            rounds(&mut x, keys, weave);
            x
        }

        #[target_feature(enable = $features)]
        #[inline]
        fn add_stream<const G: usize>(x: &[[V; 4]; G], batch: &mut [Block]) {
            for (x, blocks) in x.iter().zip(batch.chunks_exact_mut(GROUP)) {
                for (row, out) in close(x).into_iter().zip(blocks.chunks_exact_mut(LANES)) {
                    let mixed = xor(row, load(out));
                    store(out, mixed);
                }
            }
        }

        /// As `add_stream` on `source`, with the result in `batch`.
        #[target_feature(enable = $features)]
        #[inline]
        fn add_stream_from<const G: usize>(x: &[[V; 4]; G], source: &[Block], batch: &mut [Block]) {
            let groups = batch
                .chunks_exact_mut(GROUP)
                .zip(source.chunks_exact(GROUP));
            for (x, (blocks, source)) in x.iter().zip(groups) {
                let rows = blocks
                    .chunks_exact_mut(LANES)
                    .zip(source.chunks_exact(LANES));
                for (row, (out, from)) in close(x).into_iter().zip(rows) {
                    store(out, xor(row, load(from)));
                }
            }
        }

        #[target_feature(enable = $features)]
        fn ctr_batch<const G: usize>(keys: &[u32; 32], counter: &[u32; 4], batch: &mut [Block]) {
            let x = stream::<G>(keys, counter, |_| {});
            add_stream(&x, batch);
        }

        /// Blocks of a batch that are hashed in one turn.
        const PART: usize = WIDE / 8;

        /// Key stream for one batch, while another (or the same before it is changed) goes
        /// into the hash.
        #[target_feature(enable = $features)]
        #[inline]
        fn woven_stream(
            keys: &[u32; 32],
            counter: &[u32; 4],
            state: &mut GhashState<'_>,
            hashed: &[Block; WIDE],
            meanwhile: impl Fn(usize),
        ) -> [[V; 4]; $groups] {
            let (parts, _) = hashed.as_chunks::<PART>();
            let powers = &state.powers[state.powers.len() - WIDE..];
            let (factors, _) = powers.as_chunks::<PART>();
            let mut sums = hash::begin(*state.value, powers[0]);
            let x = stream(keys, counter, |turn| {
                hash::add(&mut sums, &parts[turn], &factors[turn]);
                meanwhile(turn);
            });
            *state.value = hash::end(sums);
            x
        }

        /// Encrypts in GCM: adds the key stream, whose 32-bit counter may wrap, and hashes the result. With a
        /// `source` of the same length, that is what is encrypted.
        #[target_feature(enable = $features)]
        pub(super) fn gcm_encrypt(
            keys: &[u32; 32],
            counter: &Block,
            state: &mut GhashState<'_>,
            source: Option<&[Block]>,
            blocks: &mut [Block],
        ) {
            let mut counter = numbers(counter);
            let whole = blocks.len() / WIDE * WIDE;
            let mut start = 0;
            while start < whole {
                let (done, rest) = blocks.split_at_mut(start);
                let ahead =
                    source.and_then(|source| Ahead::<WIDE, PART>::new(&source[start..], rest));
                // the batch before is hashed while this one is encrypted
                let x = match done.last_chunk::<WIDE>() {
                    Some(before) => woven_stream(keys, &counter, state, before, |turn| {
                        if let Some(ahead) = &ahead {
                            ahead.call_for(turn);
                        }
                    }),
                    None => stream(keys, &counter, |_| {}),
                };
                match source {
                    Some(source) => add_stream_from(&x, &source[start..], &mut rest[..WIDE]),
                    None => add_stream(&x, &mut rest[..WIDE]),
                }
                counter[3] = counter[3].wrapping_add(WIDE as u32);
                start += WIDE;
            }
            if let Some(source) = source {
                blocks[whole..].copy_from_slice(&source[whole..]);
            }
            ctr_tail(keys, &counter, &mut blocks[whole..]);
            hash::update(state, &blocks[whole.saturating_sub(WIDE)..]);
        }

        /// Decrypts in GCM.
        #[target_feature(enable = $features)]
        pub(super) fn gcm_decrypt(
            keys: &[u32; 32],
            counter: &Block,
            state: &mut GhashState<'_>,
            blocks: &mut [Block],
        ) {
            let mut counter = numbers(counter);
            let (batches, tail) = blocks.as_chunks_mut::<WIDE>();
            for batch in batches {
                let x = woven_stream(keys, &counter, state, batch, |_| {});
                add_stream(&x, batch);
                counter[3] = counter[3].wrapping_add(WIDE as u32);
            }
            hash::update(state, tail);
            ctr_tail(keys, &counter, tail);
        }

        /// Counter mode on less than a batch.
        #[target_feature(enable = $features)]
        #[inline]
        fn ctr_tail(keys: &[u32; 32], counter: &[u32; 4], tail: &mut [Block]) {
            pad(tail, |batch| match batch.len() {
                GROUP => ctr_batch::<1>(keys, counter, batch),
                _ => ctr_batch::<$groups>(keys, counter, batch),
            });
        }

        /// Encrypts, or decrypts with reversed keys, each block by itself.
        #[target_feature(enable = $features)]
        pub(super) fn crypt_blocks(keys: &[u32; 32], blocks: &mut [Block]) {
            let (batches, tail) = blocks.as_chunks_mut::<WIDE>();
            for batch in batches {
                ecb::<$groups>(keys, batch);
            }
            pad(tail, |batch| match batch.len() {
                GROUP => ecb::<1>(keys, batch),
                _ => ecb::<$groups>(keys, batch),
            });
        }

        /// Decrypts in CBC mode, with reversed keys.
        #[target_feature(enable = $features)]
        pub(super) fn cbc_decrypt(keys: &[u32; 32], chain: &mut Block, blocks: &mut [Block]) {
            let (batches, tail) = blocks.as_chunks_mut::<WIDE>();
            for batch in batches {
                cbc_batch::<$groups>(keys, chain, batch);
            }
            if let Some(&next) = tail.last() {
                pad(tail, |batch| match batch.len() {
                    GROUP => cbc_batch::<1>(keys, chain, batch),
                    _ => cbc_batch::<$groups>(keys, chain, batch),
                });
                *chain = next;
            }
        }

        /// Adds the key stream; the last word of the counter must not wrap.
        #[target_feature(enable = $features)]
        pub(super) fn ctr(keys: &[u32; 32], counter: &Block, blocks: &mut [Block]) {
            let mut counter = numbers(counter);
            let (batches, tail) = blocks.as_chunks_mut::<WIDE>();
            for batch in batches {
                ctr_batch::<$groups>(keys, &counter, batch);
                counter[3] = counter[3].wrapping_add(WIDE as u32);
            }
            ctr_tail(keys, &counter, tail);
        }

        /// Runs `crypt` on fewer blocks than a batch, with more behind them: one group or all of them.
        #[target_feature(enable = $features)]
        #[inline]
        fn pad(tail: &mut [Block], crypt: impl FnOnce(&mut [Block])) {
            if tail.is_empty() {
                return;
            }
            let mut batch = [[0; 16]; WIDE];
            batch[..tail.len()].copy_from_slice(tail);
            let used = if tail.len() <= GROUP { GROUP } else { WIDE };
            crypt(&mut batch[..used]);
            tail.copy_from_slice(&batch[..tail.len()]);
            crate::arch::wipe(&mut batch[..used]);
        }
    };
}

/// The next batch of `WIDE` blocks, as it is and where it goes, for which memory is asked `PART` blocks at a time.
pub(super) struct Ahead<'a, const WIDE: usize, const PART: usize>([&'a [Block; WIDE]; 2]);

impl<'a, const WIDE: usize, const PART: usize> Ahead<'a, WIDE, PART> {
    /// From what begins with this batch; `None` if no whole one follows.
    #[inline(always)]
    pub(super) fn new(source: &'a [Block], target: &'a [Block]) -> Option<Self> {
        let next = |blocks: &'a [Block]| blocks.get(WIDE..)?.first_chunk();
        Some(Self([next(source)?, next(target)?]))
    }

    #[inline(always)]
    pub(super) fn call_for(&self, turn: usize) {
        for blocks in self.0 {
            for line in blocks[turn * PART..][..PART].chunks(4) {
                // SAFETY: a hint, for any address; this one is of a reference.
                unsafe {
                    core::arch::x86_64::_mm_prefetch::<{ core::arch::x86_64::_MM_HINT_T0 }>(
                        line.as_ptr().cast(),
                    )
                };
            }
        }
    }
}

/// One block at a time, each word alone in a register: for modes that are a chain.
///
/// Wants in scope what [`word_sliced!`] wants, for 128-bit registers, but `load`, `store`, `transpose`.
macro_rules! one_block {
    ($features:literal) => {
        #[target_feature(enable = $features)]
        #[inline]
        fn words(block: &Block) -> [V; 4] {
            let (words, _) = block.as_chunks::<4>();
            [
                enter(splat(u32::from_le_bytes(words[0]))),
                enter(splat(u32::from_le_bytes(words[1]))),
                enter(splat(u32::from_le_bytes(words[2]))),
                enter(splat(u32::from_le_bytes(words[3]))),
            ]
        }

        #[target_feature(enable = $features)]
        #[inline]
        fn bytes(x: &[V; 4], block: &mut Block) {
            let (words, _) = block.as_chunks_mut::<4>();
            for (out, word) in words.iter_mut().zip(x) {
                *out = first(leave(*word)).to_le_bytes();
            }
        }

        /// All rounds; the words come out in reverse order, as the standard has it.
        #[target_feature(enable = $features)]
        #[inline]
        fn one(mut x: [V; 4], keys: &[u32; 32]) -> [V; 4] {
            for turn in keys.as_chunks::<4>().0 {
                let [a, b, c, d] = x;
                let a = round(a, b, c, d, splat(turn[0]));
                let b = round(b, c, d, a, splat(turn[1]));
                let c = round(c, d, a, b, splat(turn[2]));
                let d = round(d, a, b, c, splat(turn[3]));
                x = [a, b, c, d];
            }
            [x[3], x[2], x[1], x[0]]
        }

        /// Encrypts, or decrypts with reversed keys.
        #[target_feature(enable = $features)]
        pub(super) fn crypt_block(keys: &[u32; 32], block: &mut Block) {
            bytes(&one(words(block), keys), block);
        }

        /// Encrypts in CBC mode.
        #[target_feature(enable = $features)]
        pub(super) fn cbc_encrypt(keys: &[u32; 32], chain: &mut Block, blocks: &mut [Block]) {
            let mut x = words(chain);
            for block in blocks {
                let plain = words(block);
                for (x, word) in x.iter_mut().zip(plain) {
                    *x = xor(*x, word);
                }
                x = one(x, keys);
                bytes(&x, block);
            }
            bytes(&x, chain);
        }

        /// Encrypts in CBC mode and keeps the last block only, as `chain`.
        #[target_feature(enable = $features)]
        pub(super) fn cbc_mac(keys: &[u32; 32], chain: &mut Block, blocks: &[Block]) {
            let mut x = words(chain);
            for block in blocks {
                for (x, word) in x.iter_mut().zip(words(block)) {
                    *x = xor(*x, word);
                }
                x = one(x, keys);
            }
            bytes(&x, chain);
        }

        /// Encrypts in CFB mode with 128 bits of feedback.
        #[target_feature(enable = $features)]
        pub(super) fn cfb_encrypt(keys: &[u32; 32], chain: &mut Block, blocks: &mut [Block]) {
            let mut x = words(chain);
            for block in blocks {
                x = one(x, keys);
                for (x, word) in x.iter_mut().zip(words(block)) {
                    *x = xor(*x, word);
                }
                bytes(&x, block);
            }
            bytes(&x, chain);
        }

        /// Adds the key stream of OFB mode.
        #[target_feature(enable = $features)]
        pub(super) fn ofb(keys: &[u32; 32], chain: &mut Block, blocks: &mut [Block]) {
            let mut x = words(chain);
            for block in blocks {
                x = one(x, keys);
                let mut mixed = x;
                for (sum, word) in mixed.iter_mut().zip(words(block)) {
                    *sum = xor(*sum, word);
                }
                bytes(&mixed, block);
            }
            bytes(&x, chain);
        }
    };
}
