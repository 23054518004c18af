//! Native messaging frames: a length of 32 bits in the machine's byte order, then UTF-8 JSON
//! (developer documentation of Chromium and Firefox).

use std::io::{self, Read, Write};

/// Most bytes of a frame either way. Browsers refuse larger ones from the host; larger ones from the
/// browser are refused here.
pub const MAX_FRAME: usize = 1024 * 1024;

/// Longest frame that is read over to get to the next one. Beyond it the stream is not worth trusting.
const MAX_SKIPPED: u64 = 64 * 1024 * 1024;

/// One message, or why there is none.
#[derive(Debug, PartialEq, Eq)]
pub enum Frame {
    /// A message.
    Message(Vec<u8>),
    /// A message that was too long, and was read over.
    TooLong,
    /// The browser closed the pipe between two messages.
    End,
}

/// Reads the next frame. Memory is taken as bytes arrive, not as a length announces them.
///
/// # Errors
/// `UnexpectedEof` inside a frame, `InvalidData` for a length beyond all reason, those of `input`.
pub fn read(input: &mut impl Read) -> io::Result<Frame> {
    let mut length = [0; 4];
    match fill(input, &mut length)? {
        0 => return Ok(Frame::End),
        4 => {}
        _ => return Err(io::ErrorKind::UnexpectedEof.into()),
    }
    let length = u64::from(u32::from_ne_bytes(length));
    if length > MAX_SKIPPED {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut body = input.take(length);
    if length > MAX_FRAME as u64 {
        let skipped = io::copy(&mut body, &mut io::sink())?;
        return whole(skipped, length).map(|()| Frame::TooLong);
    }
    let mut message = Vec::new();
    let read = body.read_to_end(&mut message)?;
    whole(read as u64, length).map(|()| Frame::Message(message))
}

/// Writes one frame and flushes it.
///
/// # Errors
/// `InvalidInput` for a message longer than [`MAX_FRAME`], those of `output`.
pub fn write(output: &mut impl Write, message: &[u8]) -> io::Result<()> {
    if message.len() > MAX_FRAME {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    // One write: a reader that wakes up finds the message whole.
    let length = u32::try_from(message.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    output.write_all(&[&length.to_ne_bytes()[..], message].concat())?;
    output.flush()
}

fn whole(read: u64, announced: u64) -> io::Result<()> {
    if read == announced {
        Ok(())
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

/// Reads until `buffer` is full or the input ends; how many bytes there were.
fn fill(input: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match input.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests;
