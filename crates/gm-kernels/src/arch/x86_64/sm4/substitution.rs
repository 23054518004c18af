//! A round of SM4 by the two ways to its S-box, as macros over what [`registers!`] brings.

/// The S-box by AESENCLAST between two affine maps of nibbles. Wants `aes_last` in scope, and the
/// instructions named here in the module's width.
macro_rules! aes_round {
    (
        $features:literal, $bytes:ident, $and:ident, $right16:ident, $left:ident, $right:ident, $or:ident
    ) => {
        /// An affine map, a table for each nibble.
        #[target_feature(enable = $features)]
        #[inline]
        fn map(value: V, tables: &[[u8; 16]; 2]) -> V {
            let nibble = $bytes(0x0f);
            let low = $and(value, nibble);
            let high = $and($right16::<4>(value), nibble);
            xor(
                pick(broadcast(&tables[0]), low),
                pick(broadcast(&tables[1]), high),
            )
        }

        #[target_feature(enable = $features)]
        #[inline]
        fn enter(memory: V) -> V {
            shuffle(memory, &SWAP)
        }

        #[target_feature(enable = $features)]
        #[inline]
        fn enter_value(number: V) -> V {
            number
        }

        #[target_feature(enable = $features)]
        #[inline]
        fn leave(state: V) -> V {
            shuffle(state, &SWAP)
        }

        /// The S-box, with the bytes where ShiftRows left them.
        #[target_feature(enable = $features)]
        #[inline]
        fn substitute(input: V) -> V {
            map(aes_last(map(input, &PRE)), &POST)
        }

        /// a + L(S(b + c + d + key)).
        #[target_feature(enable = $features)]
        #[inline]
        fn round(a: V, b: V, c: V, d: V, key: V) -> V {
            let s = substitute(xor(d, xor3(b, c, key)));
            let straight = shuffle(s, const { &unshift_and_turn_left(0) });
            let one = shuffle(s, const { &unshift_and_turn_left(1) });
            let two = shuffle(s, const { &unshift_and_turn_left(2) });
            let three = shuffle(s, const { &unshift_and_turn_left(3) });
            let inner = xor3(straight, one, two);
            let turned = $or($left::<2>(inner), $right::<30>(inner));
            xor(xor(a, turned), xor(straight, three))
        }
    };
}

macro_rules! aes_round_128 {
    ($features:literal) => {
        aes_round!(
            $features,
            _mm_set1_epi8,
            _mm_and_si128,
            _mm_srli_epi16,
            _mm_slli_epi32,
            _mm_srli_epi32,
            _mm_or_si128
        );
    };
}

macro_rules! aes_round_256 {
    ($features:literal) => {
        aes_round!(
            $features,
            _mm256_set1_epi8,
            _mm256_and_si256,
            _mm256_srli_epi16,
            _mm256_slli_epi32,
            _mm256_srli_epi32,
            _mm256_or_si256
        );
    };
}

/// The S-box by GFNI, with the state in the coordinates behind its first affine map.
macro_rules! gfni_round {
    ($features:literal, $quads:ident, $affine:ident, $inverse:ident) => {
        #[target_feature(enable = $features)]
        #[inline]
        fn matrix(rows: u64) -> V {
            $quads(rows.cast_signed())
        }

        #[target_feature(enable = $features)]
        #[inline]
        fn enter(memory: V) -> V {
            $affine::<0>(memory, matrix(ENTER))
        }

        #[target_feature(enable = $features)]
        #[inline]
        fn leave(state: V) -> V {
            $affine::<0>(state, matrix(LEAVE))
        }

        /// a + A L(S(b + c + d + key)) for a state in the coordinates behind A.
        #[target_feature(enable = $features)]
        #[inline]
        fn round(a: V, b: V, c: V, d: V, key: V) -> V {
            let input = xor(d, xor3(b, c, key));
            let straight = $inverse::<{ ROUND_CONSTANT as i32 }>(input, matrix(STRAIGHT));
            let turned = $inverse::<0>(input, matrix(TURNED));
            let last = $inverse::<0>(input, matrix(LAST));
            let one = shuffle(turned, const { &turn_right(1) });
            let two = shuffle(turned, const { &turn_right(2) });
            let three = shuffle(last, const { &turn_right(3) });
            xor5(a, straight, one, two, three)
        }
    };
}

/// Counters as numbers to the coordinates of [`gfni_round!`].
macro_rules! gfni_counters {
    ($features:literal) => {
        #[target_feature(enable = $features)]
        #[inline]
        fn enter_value(number: V) -> V {
            enter(shuffle(number, &SWAP))
        }
    };
}
