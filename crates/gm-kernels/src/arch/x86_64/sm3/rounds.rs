//! The rounds of SM3 at any width, as a macro: functions with target features cannot be generic over them.

/// Wants in scope the register type `V` with `LANES` words, and `load`, `store`, `splat`, `add`, `xor`,
/// `xor3`, `turn` (left, by a constant), `majority`, `choose`, `swap_bytes`.
macro_rules! sm3_rounds {
    ($features:literal) => {
        /// Takes a block into each state.
        #[target_feature(enable = $features)]
        pub(super) fn compress(state: &mut [[u32; LANES]; 8], blocks: &[&[u8; BLOCK]; LANES]) {
            let mut w = words(blocks);
            let mut x = [splat(0); 8];
            for (x, word) in x.iter_mut().zip(&*state) {
                *x = load(word);
            }
            for turn in 0..4 {
                first_rounds(&mut x, &w, 4 * turn);
            }
            // from here on a turn makes the four words that its rounds need first
            for turn in 4..16 {
                let at = 4 * turn;
                later_rounds(&mut x, &mut w, at);
            }
            for (x, word) in x.iter().zip(state.iter_mut()) {
                let new = xor(*x, load(word));
                store(word, new);
            }
        }

        /// Word i of all blocks, and room for those of the expansion.
        #[target_feature(enable = $features)]
        #[inline]
        fn words(blocks: &[&[u8; BLOCK]; LANES]) -> [V; 68] {
            let mut w = [splat(0); 68];
            for i in 0..16 {
                let mut row = [0; LANES];
                for (word, block) in row.iter_mut().zip(blocks) {
                    *word = u32::from_le_bytes(block.as_chunks().0[i]);
                }
                w[i] = swap_bytes(load(&row));
            }
            for j in 16..20 {
                w[j] = expanded(&w, j);
            }
            w
        }

        #[target_feature(enable = $features)]
        #[inline]
        fn expanded(w: &[V; 68], j: usize) -> V {
            let x = xor3(w[j - 16], w[j - 9], turn::<15, 17>(w[j - 3]));
            let x = xor3(x, turn::<15, 17>(x), turn::<23, 9>(x));
            xor3(x, turn::<7, 25>(w[j - 13]), w[j - 6])
        }

        #[target_feature(enable = $features)]
        #[inline]
        fn first_rounds(x: &mut [V; 8], w: &[V; 68], at: usize) {
            for j in at..at + 4 {
                let [a, b, c, _, e, f, g, _] = *x;
                round(x, w, j, xor3(a, b, c), xor3(e, f, g));
            }
        }

        #[target_feature(enable = $features)]
        #[inline]
        fn later_rounds(x: &mut [V; 8], w: &mut [V; 68], at: usize) {
            for j in at..at + 4 {
                w[j + 4] = expanded(w, j + 4);
                let [a, b, c, _, e, f, g, _] = *x;
                round(x, w, j, majority(a, b, c), choose(e, f, g));
            }
        }

        #[target_feature(enable = $features)]
        #[inline]
        fn round(x: &mut [V; 8], w: &[V; 68], j: usize, ff: V, gg: V) {
            let [a, b, c, d, e, f, g, h] = *x;
            let turned = turn::<12, 20>(a);
            let ss1 = turn::<7, 25>(add(add(turned, e), splat(ROUND_CONSTANTS[j])));
            let tt1 = add(add(ff, d), add(xor(ss1, turned), xor(w[j], w[j + 4])));
            let tt2 = add(add(gg, h), add(ss1, w[j]));
            let p0 = xor3(tt2, turn::<9, 23>(tt2), turn::<17, 15>(tt2));
            *x = [tt1, a, turn::<9, 23>(b), c, p0, e, turn::<19, 13>(f), g];
        }
    };
}
