//! Files of bidding tools: what 64 KiB cost, over links with long and with short APDUs, and files as large as the token has
//! room for.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use ukey_host::Config;
use ukey_tests::host::{counted, counted_behind, embedded, initialised, log_in, pcsc};
use ukey_tests::{TokenImage, pcsc_test};
use ukey_token::transport::counting::Counts;
use ukey_token::transport::{Limits, Provider, ReaderStatus, Transport, TransportError};
use ukey_token::{Application, Device, Error, Registry, Rights};

const LIMIT: Duration = Duration::from_secs(120);
const SIZE: usize = 64 * 1024;
/// Most data that one command carries over a link with extended APDUs.
const EXTENDED: usize = 65_535;
/// Most exchanges beyond those that the bytes need.
const MORE: u64 = 3;

/// The only token, blank until now, with an application and the user logged in.
fn logged_in(registry: &Registry) -> (Device, Application) {
    let (device, application) = initialised(registry);
    log_in(&application);
    (device, application)
}

/// Bytes of which no two pieces are the same.
fn content(size: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let step = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 56) as u8
    };
    std::iter::repeat_with(step).take(size).collect()
}

/// Exchanges of writing and of reading 64 KiB, which come back as they were.
fn cost_of_64_kib(registry: &Registry, counts: &Counts) -> (u64, u64) {
    let (_device, application) = logged_in(registry);
    let (user, content) = (Rights::USER, content(SIZE));
    application
        .create_file("seal", SIZE as u32, user, user)
        .unwrap();
    let before = counts.exchanges();
    application.write_file("seal", 0, &content).unwrap();
    let written = counts.exchanges();
    let back = application.read_file("seal", 0, SIZE as u32).unwrap();
    assert_eq!(back, content);
    (written - before, counts.exchanges() - written)
}

fn costs_what_the_bytes_need(config: &Config) {
    let (registry, counts) = counted(config);
    let (writing, reading) = cost_of_64_kib(&registry, &counts);
    let needed = SIZE.div_ceil(EXTENDED) as u64;
    assert!(writing <= needed + MORE, "{writing} exchanges to write");
    assert!(reading <= needed + MORE, "{reading} exchanges to read");
}

#[test]
fn a_file_of_64_kib_costs_what_its_bytes_need_embedded() {
    let image = TokenImage::blank().unwrap();
    costs_what_the_bytes_need(&embedded(&image.path()));
}

#[test]
fn a_file_of_64_kib_costs_what_its_bytes_need_over_pcsc() {
    let test = "a_file_of_64_kib_costs_what_its_bytes_need_over_pcsc";
    pcsc_test(test, LIMIT, |lab| {
        lab.insert(0, &lab.folder().join("token.img")).unwrap();
        costs_what_the_bytes_need(&pcsc());
    });
}

/// A reader through which only short APDUs pass: it refuses what is longer.
struct ShortReader(Box<dyn Provider>);

struct ShortLink(Box<dyn Transport>);

impl Provider for ShortReader {
    fn kind(&self) -> &'static str {
        self.0.kind()
    }

    fn readers(&self) -> Result<Vec<ReaderStatus>, TransportError> {
        self.0.readers()
    }

    fn connect(&self, reader: &str) -> Result<Box<dyn Transport>, TransportError> {
        Ok(Box::new(ShortLink(self.0.connect(reader)?)))
    }

    fn wait_change(&self, timeout: Duration) {
        self.0.wait_change(timeout);
    }

    fn cancel(&self) {
        self.0.cancel();
    }
}

impl Transport for ShortLink {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        // Header, Lc, 255 bytes, Le.
        assert!(command.len() <= 4 + 1 + 255 + 1, "{}", command.len());
        let answer = self.0.transmit(command)?;
        assert!(answer.len() <= 256 + 2, "{}", answer.len());
        Ok(answer)
    }

    fn begin_transaction(&mut self) -> Result<(), TransportError> {
        self.0.begin_transaction()
    }

    fn end_transaction(&mut self) {
        self.0.end_transaction();
    }

    fn limits(&self) -> Limits {
        Limits::SHORT
    }

    fn change_counter(&mut self) -> Option<u64> {
        self.0.change_counter()
    }
}

#[test]
fn a_file_of_64_kib_goes_through_short_apdus() {
    let image = TokenImage::blank().unwrap();
    let short = |provider| Box::new(ShortReader(provider)) as Box<dyn Provider>;
    let (registry, counts) = counted_behind(&embedded(&image.path()), short);
    let (writing, reading) = cost_of_64_kib(&registry, &counts);
    let (pieces, answers) = (SIZE.div_ceil(255) as u64, SIZE.div_ceil(256) as u64);
    assert!(
        (pieces..pieces + 8).contains(&writing),
        "{writing} to write"
    );
    assert!(
        (answers..answers + 8).contains(&reading),
        "{reading} to read"
    );
}

/// A file takes all the room that the device says is free, and not a byte more; its offsets go to the end.
#[test]
fn a_file_takes_all_the_free_space() {
    let image = TokenImage::blank().unwrap();
    let (registry, _counts) = counted(&embedded(&image.path()));
    let (device, application) = logged_in(&registry);
    let free = device.info().unwrap().free_space;
    let user = Rights::USER;
    let create = |size| application.create_file("all", size, user, user);
    assert_eq!(create(u32::MAX), Err(Error::NoSpace));
    assert_eq!(create(free + 1), Err(Error::NoSpace));
    // What the token writes beside the content is its business, as long as it is little.
    let size = (0..64)
        .map(|n| free - n * 1024)
        .find(|size| create(*size).is_ok());
    let size = size.expect("the free space, but for 64 KiB");
    let piece = content(70_000);
    for offset in [0, 1, 65_535, size / 2, size - 70_000] {
        application.write_file("all", offset, &piece).unwrap();
        let back = application.read_file("all", offset, 70_000).unwrap();
        assert_eq!(back, piece, "at {offset} of {size}");
    }
    let behind = application.write_file("all", size - 69_999, &piece);
    assert_eq!(behind, Err(Error::InvalidLength));
    assert!(device.info().unwrap().free_space < 64 * 1024);
    application.delete_file("all").unwrap();
    assert!(device.info().unwrap().free_space >= size);
}
