#![allow(clippy::unwrap_used)]

use std::fmt;
use std::ptr::{null, null_mut};

use super::*;

#[derive(Debug)]
struct Coded(u32);
impl fmt::Display for Coded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "coded")
    }
}
impl AbiCode for Coded {
    type Code = u32;
    fn abi_code(&self) -> u32 {
        self.0
    }
}

#[test]
fn guard_turns_outcomes_into_codes() {
    assert_eq!(guard::<Coded>("ok", 5, || Ok(())), 0);
    assert_eq!(guard("err", 5, || Err(Coded(7))), 7);
    assert_eq!(guard::<Coded>("static text", 5, || panic!("boom")), 5);
    assert_eq!(
        guard::<Coded>("formatted", 5, || panic!(
            "boom {}",
            std::hint::black_box(1)
        )),
        5
    );
}

#[test]
#[cfg_attr(miri, ignore = "leaks the second payload on purpose")]
fn guard_survives_a_payload_whose_drop_panics() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("second panic");
        }
    }
    assert_eq!(guard::<Coded>("bomb", 5, || std::panic::panic_any(Bomb)), 5);
}

#[test]
fn bytes_check_pointer_and_length() {
    let data = [1u8, 2, 3];
    // SAFETY: real memory or refused before reading.
    unsafe {
        assert_eq!(input::bytes(data.as_ptr(), 3u32).unwrap(), &data);
        assert_eq!(input::bytes(null(), 0u64).unwrap(), b"");
        assert_eq!(input::bytes(std::ptr::dangling(), 0u64).unwrap(), b"");
        assert_eq!(input::bytes(null(), 1u32), Err(Error::NullPointer));
        assert!(matches!(
            input::bytes(data.as_ptr(), u64::MAX),
            Err(Error::LengthTooLarge {
                length: u64::MAX,
                ..
            })
        ));
        assert!(input::bytes(data.as_ptr(), isize::MAX as usize + 1).is_err());
        assert_eq!(
            input::bytes_within(data.as_ptr(), u32::MAX, 2),
            Err(Error::LengthTooLarge {
                length: 0xFFFF_FFFF,
                limit: 2
            })
        );
        assert_eq!(&input::secret(data.as_ptr(), 2u32, 2).unwrap()[..], &[1, 2]);
    }
}

#[test]
fn values_and_arrays_are_read_unaligned() {
    let raw: Vec<u8> = (0u8..17).collect();
    // SAFETY: inside the vector; u32 has no invalid bits.
    unsafe {
        let odd = raw.as_ptr().add(1).cast::<u32>();
        let expected = |at: u8| u32::from_ne_bytes([at, at + 1, at + 2, at + 3]);
        assert_eq!(input::value(odd).unwrap(), expected(1));
        assert_eq!(
            input::array(odd, 4u64, 4).unwrap(),
            [1, 5, 9, 13].map(expected)
        );
        assert_eq!(input::value(null::<u32>()), Err(Error::NullPointer));
        assert_eq!(input::optional_value(null::<u32>()), None);
        assert_eq!(input::optional_value(odd), Some(expected(1)));
        assert_eq!(input::array(null::<u32>(), 0u32, 4).unwrap(), []);
        assert_eq!(
            input::array(null::<u32>(), 1u32, 4),
            Err(Error::NullPointer)
        );
        assert!(matches!(
            input::array(odd, 5u32, 4),
            Err(Error::LengthTooLarge {
                length: 5,
                limit: 4
            })
        ));
        // 2^62 elements of 4 bytes would wrap to zero bytes.
        assert!(input::array(odd, 1u64 << 62, usize::MAX).is_err());
    }
}

#[test]
fn c_strings_are_bounded_and_read_no_further_than_their_end() {
    // Allocated exactly, so that miri sees a read behind the NUL.
    let text = b"abc\0".to_vec();
    let open = b"abcd".to_vec();
    let wrong = b"\xff\0".to_vec();
    // SAFETY: terminated, or bounded by the vector's length.
    unsafe {
        assert_eq!(input::c_bytes(text.as_ptr(), 100).unwrap(), b"abc");
        assert_eq!(input::c_text(text.as_ptr(), 3).unwrap(), "abc");
        assert_eq!(
            input::c_bytes(text.as_ptr(), 2),
            Err(Error::StringTooLong { limit: 2 })
        );
        assert_eq!(
            input::c_bytes(open.as_ptr(), 3),
            Err(Error::StringTooLong { limit: 3 })
        );
        assert_eq!(input::c_bytes(null(), 3), Err(Error::NullPointer));
        assert_eq!(input::c_text(wrong.as_ptr(), 3), Err(Error::NotUtf8));
    }
}

#[test]
fn two_call_rule() {
    let mut buffer = [0xEEu8; 4];
    let mut len = 99u32;
    // SAFETY: pointers to the locals above, claimed lengths within them.
    unsafe {
        let mut query = OutBuf::new(null_mut::<u8>(), &mut len).unwrap();
        assert_eq!(query.room(), Room::Query);
        query.write(b"abc").unwrap();
        assert_eq!(len, 3);

        len = 2;
        let mut short = OutBuf::new(buffer.as_mut_ptr(), &mut len).unwrap();
        assert_eq!(short.room(), Room::Elements(2));
        assert_eq!(
            short.write(b"abc"),
            Err(Error::BufferTooSmall { needed: 3 })
        );
        assert_eq!((len, buffer), (3, [0xEE; 4]));

        len = 4;
        let mut enough = OutBuf::new(buffer.as_mut_ptr(), &mut len).unwrap();
        assert_eq!(enough.fit(4), Ok(Fit::Proceed));
        enough.write(b"abc").unwrap();
        assert_eq!((len, &buffer), (3, b"abc\xEE"));

        len = 0;
        let mut empty = OutBuf::new(buffer.as_mut_ptr(), &mut len).unwrap();
        empty.write(b"").unwrap();
        assert_eq!(len, 0);

        len = 4;
        let mut parts = OutBuf::new(buffer.as_mut_ptr(), &mut len).unwrap();
        parts.write_part(0, b"wx").unwrap();
        parts.write_part(2, b"yz").unwrap();
        assert_eq!(
            parts.write_part(3, b"!!"),
            Err(Error::BufferTooSmall { needed: 5 })
        );
        assert_eq!(parts.part(3, 2), Err(Error::BufferTooSmall { needed: 5 }));
        parts.part(1, 2).unwrap().fill(b'-');
        assert_eq!(len, 4, "no length of its own");
        parts.store_len(4).unwrap();
        assert_eq!(&buffer, b"w--z");

        let none = OutBuf::<u32>::new(buffer.as_mut_ptr(), null_mut());
        assert!(matches!(none, Err(Error::NullPointer)));
    }
}

#[test]
fn a_query_does_not_read_the_uninitialised_length() {
    let mut len = std::mem::MaybeUninit::<u64>::uninit();
    // SAFETY: a query only writes the length (miri checks).
    let written = unsafe {
        OutBuf::new(null_mut::<u8>(), len.as_mut_ptr())
            .unwrap()
            .write(b"12345")
            .unwrap();
        len.assume_init()
    };
    assert_eq!(written, 5);
}

#[test]
fn two_call_rule_counts_elements_and_needs_no_alignment() {
    let mut raw = [0u8; 25];
    let mut len = 3u64;
    // SAFETY: 24 bytes behind the first of 25.
    let odd = unsafe { raw.as_mut_ptr().add(1).cast::<u64>() };
    // SAFETY: as above.
    let mut list = unsafe { OutBuf::<u64, u64>::new(odd, &mut len).unwrap() };
    list.write(&[1, 2]).unwrap();
    assert_eq!(len, 2);
    // SAFETY: as above.
    assert_eq!(unsafe { input::array(odd, 3u32, 3) }.unwrap(), [1, 2, 0]);
}

#[test]
fn single_and_bounded_outputs() {
    let mut raw = [0u8; 9];
    // SAFETY: within the array.
    unsafe {
        let odd = raw.as_mut_ptr().add(1).cast::<u64>();
        Out::new(odd).unwrap().set(u64::MAX);
        assert_eq!(raw, [0, 255, 255, 255, 255, 255, 255, 255, 255]);
        assert!(matches!(
            Out::<u64>::new(null_mut()),
            Err(Error::NullPointer)
        ));
        Out::<u64>::optional(null_mut()).set(1);

        let mut slice = OutSlice::new(raw.as_mut_ptr(), 2u32, 9).unwrap();
        assert_eq!(slice.count(), 2);
        slice.write(&[7]).unwrap();
        assert_eq!(
            slice.write(&[1, 2, 3]),
            Err(Error::BufferTooSmall { needed: 3 })
        );
        assert_eq!(raw[..3], [7, 255, 255]);
        assert!(matches!(
            OutSlice::new(raw.as_mut_ptr(), 10u32, 9),
            Err(Error::LengthTooLarge { .. })
        ));
        assert!(matches!(
            OutSlice::<u8>::new(null_mut(), 1u32, 9),
            Err(Error::NullPointer)
        ));
        OutSlice::<u8>::new(null_mut(), 0u32, 9)
            .unwrap()
            .write(&[])
            .unwrap();
    }
}

#[test]
fn text_fields() {
    assert_eq!(&padded::blank::<5>("ab"), b"ab   ");
    assert_eq!(&padded::blank::<4>("中文"), "中 ".as_bytes());
    assert_eq!(&padded::nul::<5>("ab"), b"ab\0\0\0");
    assert_eq!(&padded::nul::<3>("abcdef"), b"ab\0");
    assert_eq!(&padded::nul::<4>("中文"), b"\xe4\xb8\xad\0");
    assert_eq!(padded::trim_blank(b"ab  "), Some("ab"));
    assert_eq!(padded::trim_blank(b"    "), Some(""));
    assert_eq!(padded::trim_nul(b"ab\0cd"), Some("ab"));
    assert_eq!(padded::trim_nul(b"ab"), Some("ab"));
    assert_eq!(padded::trim_nul(b"\xff\0"), None);
}

#[test]
fn name_lists() {
    assert_eq!(padded::name_list(["a", "bc"]), b"a\0bc\0\0");
    assert_eq!(padded::name_list([] as [&str; 0]), b"\0");
    assert_eq!(padded::name_list(["", "x\0y"]), b"x\0\0");
}

#[test]
fn handles_are_never_reused_and_belong_to_one_table() {
    let first = HandleTable::new();
    let second = HandleTable::new();
    let a = first.insert("a");
    let b = second.insert("b");
    assert_ne!(a, b);
    assert_eq!(first.get(b), None);
    assert_eq!(*first.get(a).unwrap(), "a");
    assert_eq!(*first.remove(a).unwrap(), "a");
    assert_eq!(first.remove(a), None);
    let again = first.insert("c");
    assert_ne!(again, a);
    assert_eq!(first.len(), 1);
    assert_eq!(Handle::from_raw(0), None);
    assert_eq!(Handle::from_ptr(null_mut()), None);
    assert_eq!(Handle::from_ptr(again.to_ptr()), Some(again));
    assert_eq!(Handle::from_raw(again.to_raw()), Some(again));
    assert_eq!(
        first.get(Handle::from_ptr(std::ptr::without_provenance_mut(usize::MAX)).unwrap()),
        None
    );
}

#[test]
fn a_removed_object_lives_while_it_is_used() {
    let table = HandleTable::new();
    let h = table.insert(String::from("x"));
    let held = table.get(h).unwrap();
    drop(table.remove(h));
    assert_eq!(*held, "x");
    assert_eq!(std::sync::Arc::strong_count(&held), 1);
}

#[test]
fn removal_by_condition_and_order() {
    let table = HandleTable::new();
    let handles: Vec<_> = (0..6).map(|n| table.insert(n)).collect();
    let mut gone: Vec<i32> = table
        .remove_where(|_, n| n % 2 == 0)
        .iter()
        .map(|n| **n)
        .collect();
    gone.sort_unstable();
    assert_eq!(gone, [0, 2, 4]);
    let left: Vec<_> = table.snapshot().into_iter().map(|(h, n)| (h, *n)).collect();
    assert_eq!(left, [(handles[1], 1), (handles[3], 3), (handles[5], 5)]);
}

#[test]
fn concurrent_inserts_give_distinct_handles() {
    let table = HandleTable::new();
    let rounds = if cfg!(miri) { 20 } else { 2000 };
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for n in 0..rounds {
                    let h = table.insert(n);
                    assert_eq!(*table.get(h).unwrap(), n);
                    if n % 2 == 0 {
                        assert!(table.remove(h).is_some());
                    }
                }
            });
        }
    });
    assert_eq!(table.len(), 4 * rounds / 2);
}

#[test]
fn a_pure_output_length_of_zero_states_no_room() {
    let mut buffer = [0u8; 4];
    let mut len = 0u32;
    // SAFETY: four bytes are enough for what is written.
    unsafe {
        let mut out = OutBuf::with_optional_room(buffer.as_mut_ptr(), &mut len).unwrap();
        out.write(b"abc").unwrap();
        assert_eq!((len, &buffer), (3, b"abc\0"));
        len = 2;
        let mut short = OutBuf::with_optional_room(buffer.as_mut_ptr(), &mut len).unwrap();
        assert_eq!(
            short.write(b"abc"),
            Err(Error::BufferTooSmall { needed: 3 })
        );
    }
}

#[test]
fn room_decides_like_the_buffer() {
    assert_eq!(Room::Query.fit(7), Ok(Fit::Answered));
    assert_eq!(
        Room::Elements(6).fit(7),
        Err(Error::BufferTooSmall { needed: 7 })
    );
    assert_eq!(Room::Elements(7).fit(7), Ok(Fit::Proceed));
}

#[test]
fn a_per_process_value_is_made_once_and_again_after_failure() {
    static CELL: PerProcess<u32> = PerProcess::new();
    assert_eq!(CELL.get_or_try_init(|| Err::<u32, _>("no")), Err("no"));
    let panicked = std::panic::catch_unwind(|| {
        CELL.get_or_try_init(|| -> Result<u32, ()> { panic!("in make") })
    });
    assert!(panicked.is_err());
    let made = std::sync::atomic::AtomicU32::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let value = CELL.get_or_try_init(|| {
                    made.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    std::thread::sleep(std::time::Duration::from_millis(5));
                    Ok::<_, ()>(7)
                });
                assert_eq!(value, Ok(&7));
            });
        }
    });
    assert_eq!(made.into_inner(), 1);
}

#[test]
fn overlap_is_seen_to_the_byte() {
    let mut memory = [0u8; 30];
    let mut len = 10u32;
    let middle = memory[10..].as_mut_ptr();
    // SAFETY: ten bytes from the middle on are within the local.
    let out = unsafe { OutBuf::new(middle, &mut len) }.unwrap();
    assert!(!out.overlaps(&memory[..10]));
    assert!(out.overlaps(&memory[..11]));
    assert!(out.overlaps(&memory[12..13]));
    assert!(out.overlaps(&memory[19..]));
    assert!(!out.overlaps(&memory[20..]));
    assert!(out.overlaps(&memory));
    // SAFETY: a query.
    let query = unsafe { OutBuf::new(null_mut::<u8>(), &mut len) }.unwrap();
    assert!(!query.overlaps(&memory));
}
