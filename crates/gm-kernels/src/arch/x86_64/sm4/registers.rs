//! What the vector modules do with registers of one width, by the width's own instructions.

/// Operations on registers of any width; the wrappers below name the instructions.
macro_rules! registers {
    (
        $features:literal, $v:ty, broadcast $broadcast:path,
        $xor:ident, $splat:ident, $shuffle:ident
    ) => {
        type V = $v;

        #[target_feature(enable = $features)]
        #[inline]
        fn xor(a: V, b: V) -> V {
            $xor(a, b)
        }

        #[target_feature(enable = $features)]
        #[inline]
        fn splat(word: u32) -> V {
            $splat(word.cast_signed())
        }

        /// The same 16 bytes in every lane.
        #[target_feature(enable = $features)]
        #[inline]
        fn broadcast(bytes: &[u8; 16]) -> V {
            // SAFETY: reads the 16 bytes.
            $broadcast(unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) })
        }

        /// Bytes of `value` at `places`, lane by lane: also a table of 16, by instruction and not by
        /// address.
        #[target_feature(enable = $features)]
        #[inline]
        fn pick(value: V, places: V) -> V {
            $shuffle(value, places)
        }

        #[target_feature(enable = $features)]
        #[inline]
        fn shuffle(value: V, map: &[u8; 16]) -> V {
            pick(value, broadcast(map))
        }
    };
}

/// What batches of blocks need besides.
macro_rules! batches {
    (
        $features:literal, $load:ident, $store:ident, $add:ident,
        $low_words:ident, $high_words:ident, $low_pairs:ident, $high_pairs:ident
    ) => {
        #[target_feature(enable = $features)]
        #[inline]
        fn load(blocks: &[Block]) -> V {
            assert!(blocks.len() >= LANES);
            // SAFETY: there are that many blocks; unaligned loads have no further requirement.
            unsafe { $load(blocks.as_ptr().cast()) }
        }

        #[target_feature(enable = $features)]
        #[inline]
        fn store(blocks: &mut [Block], value: V) {
            assert!(blocks.len() >= LANES);
            // SAFETY: as for loads.
            unsafe { $store(blocks.as_mut_ptr().cast(), value) };
        }

        #[target_feature(enable = $features)]
        #[inline]
        fn add(a: V, b: V) -> V {
            $add(a, b)
        }

        #[target_feature(enable = $features)]
        #[inline]
        fn transpose(r: [V; 4]) -> [V; 4] {
            let (a, b) = ($low_words(r[0], r[1]), $high_words(r[0], r[1]));
            let (c, d) = ($low_words(r[2], r[3]), $high_words(r[2], r[3]));
            [
                $low_pairs(a, c),
                $high_pairs(a, c),
                $low_pairs(b, d),
                $high_pairs(b, d),
            ]
        }
    };
}

/// XORs of three in instructions of two operands.
macro_rules! plain_xor3 {
    ($features:literal) => {
        #[target_feature(enable = $features)]
        #[inline]
        fn xor3(a: V, b: V, c: V) -> V {
            xor(xor(a, b), c)
        }
    };
}

/// XORs of five in instructions of two operands.
macro_rules! plain_xor5 {
    ($features:literal) => {
        #[target_feature(enable = $features)]
        #[inline]
        fn xor5(a: V, b: V, c: V, d: V, e: V) -> V {
            xor(xor(xor(a, b), c), xor(d, e))
        }
    };
}

macro_rules! registers_128 {
    ($features:literal) => {
        registers!(
            $features, __m128i, broadcast core::convert::identity,
            _mm_xor_si128, _mm_set1_epi32, _mm_shuffle_epi8
        );
        plain_xor3!($features);

        #[target_feature(enable = $features)]
        #[inline]
        fn first(value: V) -> u32 {
            _mm_cvtsi128_si32(value).cast_unsigned()
        }
    };
}

macro_rules! batches_128 {
    ($features:literal) => {
        batches!(
            $features,
            _mm_loadu_si128,
            _mm_storeu_si128,
            _mm_add_epi32,
            _mm_unpacklo_epi32,
            _mm_unpackhi_epi32,
            _mm_unpacklo_epi64,
            _mm_unpackhi_epi64
        );
    };
}

macro_rules! registers_256 {
    ($features:literal) => {
        registers!(
            $features, __m256i, broadcast _mm256_broadcastsi128_si256,
            _mm256_xor_si256, _mm256_set1_epi32, _mm256_shuffle_epi8
        );
        plain_xor3!($features);
        batches!(
            $features,
            _mm256_loadu_si256,
            _mm256_storeu_si256,
            _mm256_add_epi32,
            _mm256_unpacklo_epi32,
            _mm256_unpackhi_epi32,
            _mm256_unpacklo_epi64,
            _mm256_unpackhi_epi64
        );
    };
}

macro_rules! registers_512 {
    ($features:literal) => {
        registers!(
            $features, __m512i, broadcast _mm512_broadcast_i32x4,
            _mm512_xor_si512, _mm512_set1_epi32, _mm512_shuffle_epi8
        );
        batches!(
            $features,
            _mm512_loadu_epi32,
            _mm512_storeu_epi32,
            _mm512_add_epi32,
            _mm512_unpacklo_epi32,
            _mm512_unpackhi_epi32,
            _mm512_unpacklo_epi64,
            _mm512_unpackhi_epi64
        );

        /// One instruction.
        #[target_feature(enable = $features)]
        #[inline]
        fn xor3(a: V, b: V, c: V) -> V {
            _mm512_ternarylogic_epi32::<0x96>(a, b, c)
        }

        #[target_feature(enable = $features)]
        #[inline]
        fn xor5(a: V, b: V, c: V, d: V, e: V) -> V {
            xor3(xor3(a, b, c), d, e)
        }
    };
}
