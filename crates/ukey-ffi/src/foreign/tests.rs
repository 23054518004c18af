#![allow(clippy::unwrap_used)]

use super::area::Area;
use super::*;

#[test]
fn a_write_behind_the_room_is_noticed() {
    for room in [0, 1, 7, 8, 128, 294] {
        let mut area = Area::new(room);
        assert!(area.is_whole());
        // SAFETY: within the guard, which is part of the allocation.
        unsafe { area.pointer().add(room).write(0) };
        assert!(!area.is_whole(), "{room}");
    }
}

#[test]
fn a_length_beyond_the_room_gives_the_room() {
    assert_eq!(Area::from_bytes(b"abc").take(100), b"abc");
    assert_eq!(Area::from_bytes(b"abc").take(2), b"ab");
}

#[test]
fn what_is_no_library_or_no_skf_library_is_refused() {
    let missing = load(Path::new("/nonexistent/lib.so"), UlongWidth::Bits32);
    assert!(matches!(missing, Err(LoadError::Loader(_))));
    let libc = load(Path::new("libc.so.6"), UlongWidth::Bits32);
    assert!(matches!(libc, Err(LoadError::NotSkf("SKF_EnumDev"))));
}

#[test]
fn the_list_of_the_standard_has_78_names() {
    let mut names = STANDARD.to_vec();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 78);
}
