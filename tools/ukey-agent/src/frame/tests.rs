#![allow(clippy::unwrap_used)]
use super::*;

fn framed(body: &[u8]) -> Vec<u8> {
    [&(body.len() as u32).to_ne_bytes()[..], body].concat()
}

/// Gives one byte at a time.
struct Dripping<'a>(&'a [u8]);

impl Read for Dripping<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.0.len().min(1).min(buffer.len());
        buffer[..n].copy_from_slice(&self.0[..n]);
        self.0 = &self.0[n..];
        Ok(n)
    }
}

#[test]
fn frames_come_one_by_one_however_they_are_cut() {
    let bytes = [framed(b"{\"a\":1}"), framed(b""), framed(b"x")].concat();
    let mut input = Dripping(&bytes);
    assert_eq!(
        read(&mut input).unwrap(),
        Frame::Message(b"{\"a\":1}".to_vec())
    );
    assert_eq!(read(&mut input).unwrap(), Frame::Message(Vec::new()));
    assert_eq!(read(&mut input).unwrap(), Frame::Message(b"x".to_vec()));
    assert_eq!(read(&mut input).unwrap(), Frame::End);
}

#[test]
fn a_frame_cut_short_is_an_error_at_every_place() {
    let whole = framed(b"{\"id\":\"1\"}");
    for cut in 1..whole.len() {
        let result = read(&mut &whole[..cut]);
        assert_eq!(
            result.unwrap_err().kind(),
            io::ErrorKind::UnexpectedEof,
            "cut at {cut}"
        );
    }
}

#[test]
fn a_long_frame_is_read_over_and_an_endless_one_is_not() {
    let long = [framed(&vec![b'a'; MAX_FRAME + 1]), framed(b"next")].concat();
    let mut input = &long[..];
    assert_eq!(read(&mut input).unwrap(), Frame::TooLong);
    assert_eq!(read(&mut input).unwrap(), Frame::Message(b"next".to_vec()));
    let endless = u32::MAX.to_ne_bytes();
    assert_eq!(
        read(&mut &endless[..]).unwrap_err().kind(),
        io::ErrorKind::InvalidData
    );
    let edge = framed(&vec![b'a'; MAX_FRAME]);
    assert!(matches!(read(&mut &edge[..]).unwrap(), Frame::Message(m) if m.len() == MAX_FRAME));
}

#[test]
fn what_is_written_is_read_again_and_too_much_is_refused() {
    let mut pipe = Vec::new();
    write(&mut pipe, "中文".as_bytes()).unwrap();
    assert_eq!(
        read(&mut &pipe[..]).unwrap(),
        Frame::Message("中文".as_bytes().to_vec())
    );
    let error = write(&mut Vec::new(), &vec![0; MAX_FRAME + 1]).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
}
