//! Messages of the vpcd protocol: u16 length, big endian, and that many bytes, both ways.
//!
//! The vpcd that Debian ships writes length and payload in two segments. Nagle's algorithm on its
//! side then holds the payload back until our side has acknowledged the length, and Linux delays that
//! acknowledgement by 40 ms. Quick acknowledgement, which the kernel takes back again and again, is
//! therefore asked for before every read.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use zeroize::{Zeroize, Zeroizing};

/// The longest payload.
pub(crate) const MAX_PAYLOAD: usize = 65_535;

/// A connection that carries messages.
pub(crate) struct Messages {
    stream: TcpStream,
    /// Received and not yet taken: the first `filled` bytes.
    buffer: Zeroizing<Vec<u8>>,
    filled: usize,
}

impl Messages {
    pub(crate) fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        let buffer = Zeroizing::new(vec![0; 2 + MAX_PAYLOAD]);
        Ok(Self {
            stream,
            buffer,
            filled: 0,
        })
    }

    /// The next payload; `None` when the other side has closed the connection.
    pub(crate) fn receive(&mut self) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
        loop {
            if let Some(payload) = self.take() {
                return Ok(Some(payload));
            }
            quick_ack(&self.stream);
            match self.stream.read(&mut self.buffer[self.filled..]) {
                Ok(0) => return Ok(None),
                Ok(count) => self.filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// A whole message from the front of the buffer.
    fn take(&mut self) -> Option<Zeroizing<Vec<u8>>> {
        let (length, rest) = self.buffer[..self.filled].split_first_chunk::<2>()?;
        let length = usize::from(u16::from_be_bytes(*length));
        let payload = Zeroizing::new(rest.get(..length)?.to_vec());
        self.buffer.copy_within(2 + length..self.filled, 0);
        let left = self.filled - 2 - length;
        self.buffer[left..self.filled].zeroize();
        self.filled = left;
        Some(payload)
    }

    /// Sends a payload in one write.
    pub(crate) fn send(&mut self, payload: &[u8]) -> io::Result<()> {
        let length = u16::try_from(payload.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
        let mut message = Zeroizing::new(Vec::with_capacity(2 + payload.len()));
        message.extend_from_slice(&length.to_be_bytes());
        message.extend_from_slice(payload);
        self.stream.write_all(&message)
    }
}

/// A hint; where the system does not know it, nothing is lost but time.
fn quick_ack(stream: &TcpStream) {
    #[cfg(target_os = "linux")]
    let _ = socket2::SockRef::from(stream).set_tcp_quickack(true);
    #[cfg(not(target_os = "linux"))]
    let _ = stream;
}
