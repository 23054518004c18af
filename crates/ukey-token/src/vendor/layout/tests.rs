#![allow(clippy::unwrap_used)]

use super::*;

const WIDE: Layout = Layout {
    ulong: UlongWidth::Bits64,
    packing: Packing::Natural,
    boolean: BoolWidth::Bits64,
};

/// Offsets of AlgSymCap from gcc: 198 packed, 200 aligned to 4 and to 8.
#[test]
fn device_info_is_read_in_every_layout() {
    let narrow = Layout::default();
    let natural = Layout {
        packing: Packing::Natural,
        ..narrow
    };
    let wide_packed = Layout {
        packing: Packing::One,
        ..WIDE
    };
    for (layout, at, width) in [
        (narrow, 198, 4),
        (natural, 200, 4),
        (WIDE, 200, 8),
        (wide_packed, 198, 8),
    ] {
        let mut bytes = vec![0; 400];
        bytes[162..168].copy_from_slice(b"SN-1\x07\0");
        for n in 0..6u8 {
            bytes[at + usize::from(n) * width] = n + 1;
        }
        let info = device_info(layout, &bytes);
        assert_eq!(info.serial_number.to_text(), "SN-1");
        assert_eq!((info.alg_sym_cap, info.dev_auth_alg_id), (1, 4));
        assert_eq!((info.total_space, info.free_space), (5, 6));
    }
}

#[test]
fn structures_come_back_as_they_were_written() {
    for layout in [Layout::default(), WIDE] {
        for left in [false, true] {
            let bytes = Structure::new(layout, left)
                .ulong(256)
                .number(&[7; 32])
                .array(b"abc")
                .ulong(9)
                .finish();
            let mut members = Members::new(layout, &bytes);
            assert_eq!(members.ulong(), 256);
            assert_eq!(members.number(), Some([7; 32]));
            assert_eq!(members.array(3), b"abc");
            assert_eq!(members.ulong(), 9);
        }
    }
}

#[test]
fn structures_that_end_early_are_empty_there() {
    let mut members = Members::new(WIDE, &[1, 2, 3]);
    assert_eq!(members.array(2), [1, 2]);
    assert_eq!((members.ulong(), members.number()), (0, None));
    assert_eq!(members.array(5), [0u8; 0]);
}

#[test]
fn lists_end_at_an_empty_name_or_at_their_end() {
    for (list, expected) in [
        (&b""[..], vec![]),
        (b"\0", vec![]),
        (b"\0\0", vec![]),
        (b"a\0bc\0\0", vec![&b"a"[..], b"bc"]),
        (b"a\0bc", vec![b"a", b"bc"]),
        (b"a\0\0junk", vec![b"a"]),
    ] {
        assert_eq!(names(list), expected);
    }
}

#[test]
fn a_bool_has_the_width_that_was_configured() {
    let wide = |boolean| Layout {
        boolean,
        ..Layout::default()
    };
    let high = [0, 1, 0, 0, 0, 0, 0, 0];
    assert!(!wide(BoolWidth::Bits8).is_true(high));
    assert!(wide(BoolWidth::Bits32).is_true(high));
}
