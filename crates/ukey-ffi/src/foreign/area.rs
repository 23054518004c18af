//! Memory that a foreign function writes to: aligned, zeroed, and with a guard behind it.

use zeroize::Zeroize as _;

/// Bytes of the guard.
const GUARD: usize = 64;
/// What stands in it.
const MARK: u8 = 0xA5;

/// See the [module](self).
pub(super) struct Area {
    /// Words, so that structures without packing are aligned.
    words: Vec<u64>,
    room: usize,
}

impl Area {
    pub(super) fn new(room: usize) -> Self {
        let mut area = Self {
            words: vec![0; (room + GUARD).div_ceil(size_of::<u64>())],
            room,
        };
        area.guard_bytes(|guard| guard.fill(MARK));
        area
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Self {
        let mut area = Self::new(bytes.len());
        area.bytes_mut()[..bytes.len()].copy_from_slice(bytes);
        area
    }

    pub(super) fn pointer(&mut self) -> *mut u8 {
        self.words.as_mut_ptr().cast()
    }

    pub(super) fn room(&self) -> usize {
        self.room
    }

    /// Whether nothing was written behind the room.
    pub(super) fn is_whole(&mut self) -> bool {
        self.guard_bytes(|guard| guard.iter().all(|byte| *byte == MARK))
    }

    /// The first `length` bytes, or as many as there is room for.
    pub(super) fn take(mut self, length: usize) -> Vec<u8> {
        let length = length.min(self.room);
        self.bytes_mut()[..length].to_vec()
    }

    fn guard_bytes<T>(&mut self, look: impl FnOnce(&mut [u8]) -> T) -> T {
        let room = self.room;
        look(&mut self.bytes_mut()[room..room + GUARD])
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        let length = size_of_val(self.words.as_slice());
        // SAFETY: the words are initialised, bytes have no invalid patterns and no alignment, and the borrow is exclusive.
        unsafe { std::slice::from_raw_parts_mut(self.words.as_mut_ptr().cast(), length) }
    }
}

impl Drop for Area {
    fn drop(&mut self) {
        self.words.zeroize();
    }
}
