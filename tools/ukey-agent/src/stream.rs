//! Large contents in pieces: a computation that wants to read and write runs in a thread of its own,
//! and the page's messages push pieces in and pull pieces out.

use crate::error::{Code, Error, Result};
use serde_json::Value;
use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::{self, JoinHandle};
use ukey_host::pinentry::Cancellation;
use zeroize::Zeroizing;

/// Most bytes that go out with one answer: in base64 they fit a frame.
const MAX_OUT: usize = 512 * 1024;

/// A piece of content, or the end of it. A hang-up without an end is a page that went away.
enum Piece {
    Data(Vec<u8>),
    End,
}

/// What the computation reads from.
pub struct Source {
    pieces: Receiver<Piece>,
    current: io::Cursor<Vec<u8>>,
    ended: bool,
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.current.read(buffer)?;
            if read > 0 || self.ended || buffer.is_empty() {
                return Ok(read);
            }
            match self.pieces.recv() {
                Ok(Piece::Data(data)) => self.current = io::Cursor::new(data),
                Ok(Piece::End) => self.ended = true,
                Err(_) => return Err(io::ErrorKind::UnexpectedEof.into()),
            }
        }
    }
}

/// What the computation writes to.
pub struct Sink(Sender<Zeroizing<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.0
            .send(Zeroizing::new(data.to_vec()))
            .map_err(|_| io::ErrorKind::BrokenPipe)?;
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A computation under way.
pub struct Stream {
    pieces: Option<SyncSender<Piece>>,
    output: Receiver<Zeroizing<Vec<u8>>>,
    waiting: VecDeque<Zeroizing<Vec<u8>>>,
    work: Option<JoinHandle<Result<Value>>>,
    /// Ends it.
    pub cancellation: Arc<Cancellation>,
}

/// What an answer to a piece holds.
pub struct Progress {
    /// Content that came out.
    pub data: Zeroizing<Vec<u8>>,
    /// The result, once everything has come out.
    pub result: Option<Value>,
}

impl Stream {
    /// Starts `work`.
    ///
    /// # Errors
    /// [`Code::Internal`] when no thread can be had.
    pub fn start(
        cancellation: Arc<Cancellation>,
        work: impl FnOnce(&mut Source, &mut Sink) -> Result<Value> + Send + 'static,
    ) -> Result<Self> {
        let (pieces, received) = sync_channel(1);
        let (sent, output) = channel();
        let work = move || {
            let mut source = Source {
                pieces: received,
                current: io::Cursor::default(),
                ended: false,
            };
            work(&mut source, &mut Sink(sent))
        };
        let work = thread::Builder::new()
            .name("stream".into())
            .spawn(work)
            .map_err(|e| Error::internal(&e))?;
        Ok(Self {
            pieces: Some(pieces),
            output,
            waiting: VecDeque::new(),
            work: Some(work),
            cancellation,
        })
    }

    /// Puts a piece in and takes out what is ready.
    ///
    /// # Errors
    /// Those of the computation, which is then over.
    pub fn write(&mut self, data: Vec<u8>) -> Result<Progress> {
        let pieces = self.pieces.as_ref().ok_or(ENDED)?;
        if pieces.send(Piece::Data(data)).is_err() {
            return match self.join() {
                Err(e) => Err(e),
                Ok(_) => Err(Error::new(Code::Invalid, "data behind the end")),
            };
        }
        self.waiting.extend(self.output.try_iter());
        Ok(Progress {
            data: self.take(),
            result: None,
        })
    }

    /// Says that all pieces have come, or takes out more; the result comes with the last.
    ///
    /// # Errors
    /// Those of the computation, which is then over.
    pub fn finish(&mut self) -> Result<Progress> {
        if let Some(pieces) = self.pieces.take() {
            // A computation that has ended already says so when it is joined.
            pieces.send(Piece::End).ok();
        }
        // Ends when the computation drops its sink.
        self.waiting.extend(self.output.iter());
        let data = self.take();
        let result = match self.waiting.is_empty() {
            true => Some(self.join()?),
            false => None,
        };
        Ok(Progress { data, result })
    }

    fn take(&mut self) -> Zeroizing<Vec<u8>> {
        let mut data = Zeroizing::new(Vec::new());
        while let Some(mut piece) = self.waiting.pop_front() {
            let room = MAX_OUT - data.len();
            if piece.len() > room {
                let rest = Zeroizing::new(piece.split_off(room));
                self.waiting.push_front(rest);
            }
            data.extend_from_slice(&piece);
            if data.len() == MAX_OUT {
                break;
            }
        }
        data
    }

    fn join(&mut self) -> Result<Value> {
        let work = self.work.take().ok_or(ENDED)?;
        work.join()
            .unwrap_or_else(|_| Err(Error::new(Code::Internal, "the agent failed")))
    }
}

const ENDED: Error = Error::bad_params("the stream has ended");

impl Drop for Stream {
    fn drop(&mut self) {
        self.cancellation.cancel();
        self.pieces = None;
        if let Some(work) = self.work.take() {
            // It ends at its next read or window; its result is of no use to anybody.
            work.join().ok();
        }
    }
}
