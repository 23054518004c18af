//! How content is read: in pieces, once per pass, and with an eye on what changes in between.

use std::io::{Cursor, Read, Seek, SeekFrom};

use super::*;
use crate::support::Counting;

#[test]
fn large_content_is_streamed_and_read_once_per_pass() {
    const LEN: u64 = 24 * 1024 * 1024;
    let options = options(Flavour::Gm, true);
    let mut content = Counting::new(LEN);
    sign_detached(&mut content, &[identity(&ALICE)], &options).unwrap();
    assert_eq!(
        (content.octets_read, content.largest_read <= 64 * 1024),
        (LEN, true)
    );

    let lab = Lab::new();
    let mut file = std::fs::File::create_new(lab.path("message")).unwrap();
    let mut content = Counting::new(LEN);
    sign_attached(&mut content, &mut file, &[identity(&ALICE)], &options).unwrap();
    assert_eq!(content.octets_read, 2 * LEN);

    let file = std::fs::File::open(lab.path("message")).unwrap();
    let whole = file.metadata().unwrap().len();
    let mut reading = CountingFile {
        file,
        octets_read: 0,
    };
    let mut message = SignedMessage::read(&mut reading).unwrap();
    let found = message
        .verify(Content::Embedded, &trusting(&ALICE))
        .unwrap();
    assert!(found.is_trusted());
    assert_eq!(found.content_len, LEN);
    drop(message);
    // The content once, and what surrounds it in units of the read buffer.
    assert!(
        reading.octets_read < whole + 4 * 64 * 1024,
        "{}",
        reading.octets_read
    );
}

struct CountingFile {
    file: std::fs::File,
    octets_read: u64,
}

impl Read for CountingFile {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.octets_read += read as u64;
        Ok(read)
    }
}

impl Seek for CountingFile {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.file.seek(to)
    }
}

#[test]
fn content_that_changes_between_the_passes_is_noticed() {
    struct Changing(Cursor<Vec<u8>>);
    impl Read for Changing {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            self.0.read(buffer)
        }
    }
    impl Seek for Changing {
        fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
            if let SeekFrom::Start(0) = to {
                self.0.get_mut()[3] ^= 1;
            }
            self.0.seek(to)
        }
    }
    let mut content = Changing(Cursor::new(CONTENT.to_vec()));
    let mut message = Vec::new();
    let signed = sign_attached(
        &mut content,
        &mut message,
        &[identity(&ALICE)],
        &SignOptions::default(),
    );
    assert!(matches!(signed, Err(Error::Invalid { .. })));
}
