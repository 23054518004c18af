//! The SM2 field with `mulx`, `adcx` and `adox`.
//!
//! A product needs eight accumulators, two pointers, the multiplier and two temporaries: all thirteen
//! registers an assembly block may have. Results come back in registers that held the pointers.

use super::cpu::Features;
use core::arch::asm;

/// Four 64-bit words, least significant first.
type Words = [u64; 4];

/// Proof that the processor has BMI2 and ADX.
#[derive(Clone, Copy)]
pub(crate) struct Adx(());

/// One row of the product: adds b times `rdx` to the accumulators from `$t0` on, into the new `$t4`.
macro_rules! row {
    ($t0:literal, $t1:literal, $t2:literal, $t3:literal, $t4:literal) => {
        concat!(
            "xor {",
            $t4,
            ":e}, {",
            $t4,
            ":e}\n",
            "mulx {y}, {x}, [{b}]\n",
            "adcx {",
            $t0,
            "}, {x}\n",
            "adox {",
            $t1,
            "}, {y}\n",
            "mulx {y}, {x}, [{b} + 8]\n",
            "adcx {",
            $t1,
            "}, {x}\n",
            "adox {",
            $t2,
            "}, {y}\n",
            "mulx {y}, {x}, [{b} + 16]\n",
            "adcx {",
            $t2,
            "}, {x}\n",
            "adox {",
            $t3,
            "}, {y}\n",
            "mulx {y}, {x}, [{b} + 24]\n",
            "adcx {",
            $t3,
            "}, {x}\n",
            "adox {",
            $t4,
            "}, {y}\n",
            "adc {",
            $t4,
            "}, 0"
        )
    };
}

/// One reduction step (`rdx` = 32): with m = `$t0`, adds m (2^256 - 2^224 - 2^96 + 2^64) - m and drops
/// the low word, which has become zero; the freed register is the new top word. The intermediate sums
/// are modulo 2^256, the result is below it.
macro_rules! reduce {
    ($t0:literal, $t1:literal, $t2:literal, $t3:literal) => {
        concat!(
            "shlx {x}, {",
            $t0,
            "}, rdx\n",
            "shrx {y}, {",
            $t0,
            "}, rdx\n",
            "add {",
            $t1,
            "}, {",
            $t0,
            "}\n",
            "adc {",
            $t2,
            "}, 0\n",
            "adc {",
            $t3,
            "}, 0\n",
            "adc {",
            $t0,
            "}, 0\n",
            "sub {",
            $t1,
            "}, {x}\n",
            "sbb {",
            $t2,
            "}, {y}\n",
            "sbb {",
            $t3,
            "}, {x}\n",
            "sbb {",
            $t0,
            "}, {y}"
        )
    };
}

/// Reduces the eight accumulators: result below p in `a`, `b`, `x`, `y`.
macro_rules! montgomery {
    () => {
        concat!(
            "mov edx, 32\n",
            reduce!("t0", "t1", "t2", "t3"),
            "\n",
            reduce!("t1", "t2", "t3", "t0"),
            "\n",
            reduce!("t2", "t3", "t0", "t1"),
            "\n",
            reduce!("t3", "t0", "t1", "t2"),
            "\n",
            "add {t4}, {t0}\n",
            "adc {t5}, {t1}\n",
            "adc {t6}, {t2}\n",
            "adc {t7}, {t3}\n",
            "mov {t0:e}, 0\n",
            "adc {t0}, 0\n",
            subtract_p!()
        )
    };
}

/// From `t4`..`t7` and the carry in `t0` subtracts p unless the result is negative; into `a`, `b`, `x`, `y`.
macro_rules! subtract_p {
    () => {
        concat!(
            "mov {a}, {t4}\n",
            "mov {b}, {t5}\n",
            "mov {x}, {t6}\n",
            "mov {y}, {t7}\n",
            "sub {a}, -1\n",
            "mov rdx, 0xffffffff00000000\n",
            "sbb {b}, rdx\n",
            "sbb {x}, -1\n",
            "mov rdx, 0xfffffffeffffffff\n",
            "sbb {y}, rdx\n",
            "sbb {t0}, 0\n",
            "cmovc {a}, {t4}\n",
            "cmovc {b}, {t5}\n",
            "cmovc {x}, {t6}\n",
            "cmovc {y}, {t7}"
        )
    };
}

impl Adx {
    /// The token, if this processor has the instructions.
    pub(crate) fn detect() -> Option<Self> {
        Features::has(Features::ADX).then_some(Self(()))
    }

    /// a b / 2^256 mod p.
    #[inline(always)]
    pub(crate) fn mul(self, a: &Words, b: &Words) -> Words {
        let (r0, r1, r2, r3): (u64, u64, u64, u64);
        // SAFETY: reads 32 bytes behind each of the two references and writes registers only; the
        // token proves that the instructions exist.
        unsafe {
            asm!(
                "mov rdx, [{a}]",
                "mulx {t1}, {t0}, [{b}]",
                "mulx {t2}, {x}, [{b} + 8]", "add {t1}, {x}",
                "mulx {t3}, {x}, [{b} + 16]", "adc {t2}, {x}",
                "mulx {t4}, {x}, [{b} + 24]", "adc {t3}, {x}",
                "adc {t4}, 0",
                "mov rdx, [{a} + 8]",
                row!("t1", "t2", "t3", "t4", "t5"),
                "mov rdx, [{a} + 16]",
                row!("t2", "t3", "t4", "t5", "t6"),
                "mov rdx, [{a} + 24]",
                row!("t3", "t4", "t5", "t6", "t7"),
                montgomery!(),
                a = inout(reg) a.as_ptr() => r0, b = inout(reg) b.as_ptr() => r1,
                x = out(reg) r2, y = out(reg) r3, out("rdx") _,
                t0 = out(reg) _, t1 = out(reg) _, t2 = out(reg) _, t3 = out(reg) _,
                t4 = out(reg) _, t5 = out(reg) _, t6 = out(reg) _, t7 = out(reg) _,
                options(pure, readonly, nostack),
            );
        }
        [r0, r1, r2, r3]
    }

    /// a^2 / 2^256 mod p.
    #[inline(always)]
    pub(crate) fn sqr(self, a: &Words) -> Words {
        let (r0, r1, r2, r3): (u64, u64, u64, u64);
        // SAFETY: reads 32 bytes behind the reference and writes registers only; the token proves
        // that the instructions exist.
        unsafe {
            asm!(
                "mov rdx, [{a}]",
                "mulx {t2}, {t1}, [{a} + 8]",
                "mulx {t3}, {x}, [{a} + 16]", "add {t2}, {x}",
                "mulx {t4}, {x}, [{a} + 24]", "adc {t3}, {x}",
                "adc {t4}, 0",
                "mov rdx, [{a} + 8]",
                "xor {t5:e}, {t5:e}",
                "mulx {y}, {x}, [{a} + 16]", "adcx {t3}, {x}", "adox {t4}, {y}",
                "mulx {y}, {x}, [{a} + 24]", "adcx {t4}, {x}", "adox {t5}, {y}",
                "adc {t5}, 0",
                "mov rdx, [{a} + 16]",
                "mulx {t6}, {x}, [{a} + 24]", "add {t5}, {x}", "adc {t6}, 0",
                "xor {t7:e}, {t7:e}",
                "add {t1}, {t1}", "adc {t2}, {t2}", "adc {t3}, {t3}",
                "adc {t4}, {t4}", "adc {t5}, {t5}", "adc {t6}, {t6}", "adc {t7}, {t7}",
                "mov rdx, [{a}]", "mulx {x}, {t0}, rdx", "add {t1}, {x}",
                "mov rdx, [{a} + 8]", "mulx {y}, {x}, rdx", "adc {t2}, {x}", "adc {t3}, {y}",
                "mov rdx, [{a} + 16]", "mulx {y}, {x}, rdx", "adc {t4}, {x}", "adc {t5}, {y}",
                "mov rdx, [{a} + 24]", "mulx {y}, {x}, rdx", "adc {t6}, {x}", "adc {t7}, {y}",
                montgomery!(),
                a = inout(reg) a.as_ptr() => r0, b = out(reg) r1,
                x = out(reg) r2, y = out(reg) r3, out("rdx") _,
                t0 = out(reg) _, t1 = out(reg) _, t2 = out(reg) _, t3 = out(reg) _,
                t4 = out(reg) _, t5 = out(reg) _, t6 = out(reg) _, t7 = out(reg) _,
                options(pure, readonly, nostack),
            );
        }
        [r0, r1, r2, r3]
    }

    /// a + b mod p.
    #[inline(always)]
    pub(crate) fn add(self, a: &Words, b: &Words) -> Words {
        let (r0, r1, r2, r3): (u64, u64, u64, u64);
        // SAFETY: works on registers only.
        unsafe {
            asm!(
                "add {t4}, {a}", "adc {t5}, {b}", "adc {t6}, {x}", "adc {t7}, {y}",
                "mov {t0:e}, 0", "adc {t0}, 0",
                subtract_p!(),
                a = inout(reg) b[0] => r0, b = inout(reg) b[1] => r1,
                x = inout(reg) b[2] => r2, y = inout(reg) b[3] => r3, out("rdx") _,
                t0 = out(reg) _, t4 = inout(reg) a[0] => _, t5 = inout(reg) a[1] => _,
                t6 = inout(reg) a[2] => _, t7 = inout(reg) a[3] => _,
                options(pure, nomem, nostack),
            );
        }
        [r0, r1, r2, r3]
    }

    /// a - b mod p.
    #[inline(always)]
    pub(crate) fn sub(self, a: &Words, b: &Words) -> Words {
        let [mut r0, mut r1, mut r2, mut r3] = *a;
        // SAFETY: works on registers only.
        unsafe {
            asm!(
                "sub {r0}, {b0}", "sbb {r1}, {b1}", "sbb {r2}, {b2}", "sbb {r3}, {b3}",
                "sbb {b0}, {b0}",
                "mov {b1}, {b0}", "shl {b1}, 32",
                "mov {b3}, 0xfffffffeffffffff", "and {b3}, {b0}",
                "add {r0}, {b0}", "adc {r1}, {b1}", "adc {r2}, {b0}", "adc {r3}, {b3}",
                r0 = inout(reg) r0, r1 = inout(reg) r1, r2 = inout(reg) r2, r3 = inout(reg) r3,
                b0 = inout(reg) b[0] => _, b1 = inout(reg) b[1] => _,
                b2 = in(reg) b[2], b3 = inout(reg) b[3] => _,
                options(pure, nomem, nostack),
            );
        }
        [r0, r1, r2, r3]
    }
}
