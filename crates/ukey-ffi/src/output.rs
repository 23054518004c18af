//! Caller memory, to be written.
//!
//! The constructors are unsafe (they believe the pointer); what follows is safe. Values of these types must not outlive
//! the export that made them. Writes assume no alignment.

use crate::{AbiLen, Error};

/// One output value behind a pointer.
#[derive(Debug)]
pub struct Out<T: Copy> {
    target: *mut T,
}

impl<T: Copy> Out<T> {
    /// A required output.
    ///
    /// # Errors
    /// [`Error::NullPointer`].
    ///
    /// # Safety
    /// If `target` is not NULL, `size_of::<T>()` bytes must be writable there while the value lives.
    pub unsafe fn new(target: *mut T) -> Result<Self, Error> {
        if target.is_null() {
            return Err(Error::NullPointer);
        }
        Ok(Self { target })
    }

    /// An output that the caller may leave out: writing to NULL does nothing.
    ///
    /// # Safety
    /// As for [`Out::new`].
    pub unsafe fn optional(target: *mut T) -> Self {
        Self { target }
    }

    /// Stores the value.
    pub fn set(&mut self, value: T) {
        if !self.target.is_null() {
            // SAFETY: writable by the contract of the constructors, not NULL; unaligned writes are what this does.
            unsafe { self.target.write_unaligned(value) }
        }
    }
}

/// An output array whose room the caller states by value (`C_GenerateRandom`, `C_FindObjects`).
#[derive(Debug)]
pub struct OutSlice<T: Copy = u8> {
    first: *mut T,
    count: usize,
}

impl<T: Copy> OutSlice<T> {
    /// Room for `count` elements, at most `limit`. NULL is fine for a count of zero.
    ///
    /// # Errors
    /// [`Error::NullPointer`], [`Error::LengthTooLarge`].
    ///
    /// # Safety
    /// If `first` is not NULL, `count` elements must be writable there while the value lives.
    pub unsafe fn new<L: AbiLen>(first: *mut T, count: L, limit: usize) -> Result<Self, Error> {
        let limit = limit.min((isize::MAX as usize) / size_of::<T>().max(1));
        let count = count
            .to_usize()
            .filter(|n| *n <= limit)
            .ok_or(Error::LengthTooLarge {
                length: count.to_u64(),
                limit: limit as u64,
            })?;
        if count > 0 && first.is_null() {
            return Err(Error::NullPointer);
        }
        Ok(Self { first, count })
    }

    /// Elements that fit.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Writes `values` to the front; the rest stays as it is.
    ///
    /// # Errors
    /// [`Error::BufferTooSmall`], nothing written.
    pub fn write(&mut self, values: &[T]) -> Result<(), Error> {
        if values.len() > self.count {
            return Err(Error::BufferTooSmall {
                needed: values.len(),
            });
        }
        // SAFETY: values.len() <= count elements are writable by the contract of `new`.
        unsafe { copy_out(values, self.first) };
        Ok(())
    }
}

/// What a caller asks of a two-call function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// NULL buffer: only the length is wanted; nothing may be executed or advanced.
    Query,
    /// A buffer for this many elements.
    Elements(usize),
}

/// Answer of [`OutBuf::fit`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Fit {
    /// It was a length query and is answered: return success now.
    Answered,
    /// The result fits: compute it and write it.
    Proceed,
}

/// An output buffer under the two-call rule of PKCS#11 (section 5.2) and GM/T 0016: a NULL buffer asks for the length,
/// a short buffer gets the needed length and an error, else the result and its length are stored.
///
/// `L` is the C length type; `T` the element type (lengths count elements).
#[derive(Debug)]
pub struct OutBuf<L: AbiLen, T: Copy = u8> {
    data: *mut T,
    len: *mut L,
    room: Room,
}

impl Room {
    /// [`OutBuf::fit`] for code that does not have the buffer; the needed length travels in the error.
    ///
    /// # Errors
    /// [`Error::BufferTooSmall`].
    pub fn fit(self, needed: usize) -> Result<Fit, Error> {
        match self {
            Self::Query => Ok(Fit::Answered),
            Self::Elements(room) if room < needed => Err(Error::BufferTooSmall { needed }),
            Self::Elements(_) => Ok(Fit::Proceed),
        }
    }
}

impl<L: AbiLen, T: Copy> OutBuf<L, T> {
    /// Takes the caller's buffer and length pointers; reads the length once, and only when there is a buffer (on a
    /// length query callers leave the variable uninitialised).
    ///
    /// # Errors
    /// [`Error::NullPointer`] if `len` is NULL. A claimed room above `isize::MAX` bytes is cut to that.
    ///
    /// # Safety
    /// If `len` is not NULL, an `L` must be readable (only with a buffer) and writable there; if `data` is not NULL,
    /// `*len` elements must be writable there; both while the value lives.
    pub unsafe fn new(data: *mut T, len: *mut L) -> Result<Self, Error> {
        if len.is_null() {
            return Err(Error::NullPointer);
        }
        let room = if data.is_null() {
            Room::Query
        } else {
            // SAFETY: not NULL, readable by contract; unaligned reads are allowed here.
            let claimed = unsafe { len.read_unaligned() };
            let most = (isize::MAX as usize) / size_of::<T>().max(1);
            Room::Elements(claimed.to_usize().unwrap_or(usize::MAX).min(most))
        };
        Ok(Self { data, len, room })
    }

    /// Like [`OutBuf::new`] for lengths that an interface documents as pure outputs: a zero beside a buffer then means
    /// that the caller did not state its room, and the buffer is believed to be large enough.
    ///
    /// # Errors
    /// As for [`OutBuf::new`].
    ///
    /// # Safety
    /// As for [`OutBuf::new`]; where `*len` is zero, `data` must have room for any result of the call.
    pub unsafe fn with_optional_room(data: *mut T, len: *mut L) -> Result<Self, Error> {
        // SAFETY: the same contract.
        let mut buffer = unsafe { Self::new(data, len)? };
        if buffer.room == Room::Elements(0) {
            buffer.room = Room::Elements((isize::MAX as usize) / size_of::<T>().max(1));
        }
        Ok(buffer)
    }

    /// What the caller asks for; lets safe code decide without touching the buffer.
    pub fn room(&self) -> Room {
        self.room
    }

    /// Whether only the length is wanted.
    pub fn is_query(&self) -> bool {
        self.room == Room::Query
    }

    /// Decides on a known result length before computing: answers a query, refuses a short buffer (the needed length is
    /// stored in both cases), or says [`Fit::Proceed`].
    ///
    /// # Errors
    /// [`Error::BufferTooSmall`], [`Error::ResultTooLarge`].
    pub fn fit(&mut self, needed: usize) -> Result<Fit, Error> {
        match self.room {
            Room::Query => {
                self.store_len(needed)?;
                Ok(Fit::Answered)
            }
            Room::Elements(room) if room < needed => {
                self.store_len(needed)?;
                Err(Error::BufferTooSmall { needed })
            }
            Room::Elements(_) => Ok(Fit::Proceed),
        }
    }

    /// Writes a computed result with its length, under the same rule.
    ///
    /// # Errors
    /// [`Error::BufferTooSmall`], [`Error::ResultTooLarge`].
    pub fn write(&mut self, result: &[T]) -> Result<(), Error> {
        if self.fit(result.len())? == Fit::Proceed {
            // SAFETY: fit() said that the room is at least result.len(), and the constructor's contract covers the room.
            unsafe { copy_out(result, self.data) };
            self.store_len(result.len())?;
        }
        Ok(())
    }

    /// Writes a part of a result, from element `at` on, without a length: [`OutBuf::store_len`] ends it.
    ///
    /// # Errors
    /// [`Error::BufferTooSmall`], also when only the length is wanted; nothing is written.
    pub fn write_part(&mut self, at: usize, part: &[T]) -> Result<(), Error> {
        let needed = at.saturating_add(part.len());
        match self.room {
            Room::Elements(room) if room >= needed => {
                // SAFETY: `at` and all of the part are within the room, which the constructor's contract covers.
                unsafe { copy_out(part, self.data.add(at)) };
                Ok(())
            }
            _ => Err(Error::BufferTooSmall { needed }),
        }
    }

    /// Whether the caller's buffer shares memory with `other`, so that what is written may still be to be read.
    pub fn overlaps(&self, other: &[T]) -> bool {
        let Room::Elements(room) = self.room else {
            return false;
        };
        let size = size_of::<T>();
        let (ours, theirs) = (self.data.addr(), other.as_ptr().addr());
        let ours_end = ours.saturating_add(room.saturating_mul(size));
        ours < theirs + size_of_val(other) && theirs < ours_end
    }

    /// Stores a length alone: for results that are shorter than announced or empty.
    ///
    /// # Errors
    /// [`Error::ResultTooLarge`].
    pub fn store_len(&mut self, length: usize) -> Result<(), Error> {
        let value = L::from_usize(length).ok_or(Error::ResultTooLarge { length })?;
        // SAFETY: not NULL (checked in new), writable by contract.
        unsafe { self.len.write_unaligned(value) };
        Ok(())
    }
}

impl<L: AbiLen> OutBuf<L, u8> {
    /// A part of the caller's buffer, to write a result into it as it comes: `len` bytes from `at` on. Without a
    /// length: [`OutBuf::store_len`] ends it. Not for a buffer that [`OutBuf::overlaps`] what is read meanwhile.
    ///
    /// # Errors
    /// [`Error::BufferTooSmall`], also when only the length is wanted.
    pub fn part(&mut self, at: usize, len: usize) -> Result<&mut [u8], Error> {
        let needed = at.saturating_add(len);
        match self.room {
            Room::Elements(room) if room >= needed => {
                // SAFETY: within the room, which the constructor's contract covers; the caller's memory came through a
                // C boundary, so its bytes have values, if unknown ones; `overlaps` keeps it apart from the inputs.
                Ok(unsafe { std::slice::from_raw_parts_mut(self.data.add(at), len) })
            }
            _ => Err(Error::BufferTooSmall { needed }),
        }
    }
}

/// Copies elements to a possibly unaligned target; overlap is allowed.
///
/// # Safety
/// `values.len()` elements must be writable at `target` (which may be NULL only if there are none).
unsafe fn copy_out<T: Copy>(values: &[T], target: *mut T) {
    let bytes = size_of_val(values);
    if bytes > 0 {
        // SAFETY: source is a slice of that many bytes, target writable by contract; byte copies need no alignment.
        unsafe { std::ptr::copy(values.as_ptr().cast::<u8>(), target.cast::<u8>(), bytes) }
    }
}
