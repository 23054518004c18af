//! The tender envelope: who can open ours, and that no altered or cut one opens.

use std::cell::Cell;
use std::io::Write;

use ukey_crypto::sm2;
use ukey_pki::envelope::{
    Candidate, EnvelopeReader, Integrity, OpenOptions, Opened, SealOptions, seal,
};
use ukey_pki::{Certificate, CertificateId, Decryptor, Error, Flavour, Result};
use zeroize::Zeroizing;

use crate::support::{ALICE, BOB, Counting, Holder, Lab, RUTH};

fn options(flavour: Flavour, content_len: Option<u64>) -> SealOptions {
    let mut options = SealOptions::default();
    options.flavour = flavour;
    options.content_len = content_len;
    options
}

fn seal_to(recipients: &[&Holder], mut content: &[u8], options: &SealOptions) -> Vec<u8> {
    let certificates: Vec<&Certificate> =
        recipients.iter().map(|holder| &holder.enc_cert).collect();
    let mut envelope = Vec::new();
    let sealed = seal(&certificates, &mut content, &mut envelope, options).unwrap();
    assert!(content.is_empty());
    assert_eq!(
        sealed.content_len,
        options.content_len.unwrap_or(sealed.content_len)
    );
    envelope
}

fn candidate(holder: &Holder) -> Candidate<'_> {
    Candidate {
        certificate: &holder.enc_cert,
        decryptor: &holder.encryption_key,
    }
}

fn open_with(envelope: &[u8], candidates: &[Candidate<'_>]) -> Result<(Vec<u8>, Opened)> {
    let mut content = Vec::new();
    let opened = EnvelopeReader::new(envelope)?.decrypt(
        candidates,
        &mut content,
        &OpenOptions::default(),
    )?;
    assert_eq!(opened.content_len, content.len() as u64);
    Ok((content, opened))
}

fn open(envelope: &[u8], holder: &Holder) -> Result<(Vec<u8>, Integrity)> {
    open_with(envelope, &[candidate(holder)]).map(|(content, opened)| (content, opened.integrity))
}

/// Small contents around block and buffer sizes.
fn sizes() -> impl Iterator<Item = usize> {
    [0, 1, 15, 16, 17, 31, 32, 65_535, 65_536, 65_537, 200_000].into_iter()
}

fn content(len: usize) -> Vec<u8> {
    let mut content = vec![0; len];
    Counting::fill(&mut content, 0);
    content
}

#[test]
fn every_recipient_gets_every_size_back() {
    let recipients = [&*ALICE, &*BOB, &*RUTH];
    for len in sizes() {
        let content = content(len);
        for (flavour, content_len) in [
            (Flavour::Gm, Some(len as u64)),
            (Flavour::Gm, None),
            (Flavour::Pkcs7, Some(len as u64)),
            (Flavour::Pkcs7, None),
        ] {
            let envelope = seal_to(&recipients, &content, &options(flavour, content_len));
            let reader = EnvelopeReader::new(&*envelope).unwrap();
            assert_eq!(
                (reader.flavour(), reader.recipients().count()),
                (flavour, 3)
            );
            for holder in recipients {
                let (opened, integrity) = open(&envelope, holder).unwrap();
                assert!(opened == content, "{len} octets differ");
                assert_eq!(integrity, Integrity::Verified);
            }
        }
    }
}

#[test]
fn bouncy_castle_opens_it_with_the_private_key_alone() {
    let lab = Lab::new();
    let content = content(100_000);
    for (who, holder) in [("sm2", &*ALICE), ("rsa", &*RUTH)] {
        lab.write("cert.pem", holder.enc_cert.to_pem());
        lab.write("key.pem", holder.encryption_key.to_pkcs8_pem().as_bytes());
        for (flavour, content_len) in [
            (Flavour::Gm, Some(100_000)),
            (Flavour::Gm, None),
            (Flavour::Pkcs7, Some(100_000)),
        ] {
            let options = options(flavour, content_len);
            lab.write(
                "envelope",
                seal_to(&[&BOB, holder, &ALICE], &content, &options),
            );
            let said =
                lab.bouncy_castle(&["open-envelope", "envelope", "cert.pem", "key.pem", "out"]);
            assert!(lab.read("out") == content, "{who} {flavour:?}");
            if flavour == Flavour::Gm {
                assert!(said.contains("1.2.156.10197.6.1.4.2.3 inner 1.2.156.10197.6.1.4.2.1"));
            }
        }
    }
}

#[test]
fn openssl_opens_it_with_an_rsa_key() {
    let lab = Lab::new();
    let content = content(100_000);
    lab.write("cert.pem", RUTH.enc_cert.to_pem());
    lab.write("key.pem", RUTH.encryption_key.to_pkcs8_pem().as_bytes());
    for content_len in [Some(100_000), None] {
        let options = options(Flavour::Pkcs7, content_len);
        lab.write("envelope", seal_to(&[&RUTH], &content, &options));
        lab.openssl(&[
            "cms", "-decrypt", "-binary", "-inform", "DER", "-in", "envelope", "-recip",
            "cert.pem", "-inkey", "key.pem", "-out", "out",
        ]);
        assert!(lab.read("out") == content);
    }
}

#[test]
fn with_a_known_length_it_is_der_with_the_identifiers_of_the_standard() {
    let lab = Lab::new();
    let options = options(Flavour::Gm, Some(1000));
    lab.write(
        "envelope",
        seal_to(&[&ALICE, &RUTH], &content(1000), &options),
    );
    let dump = lab.openssl(&["asn1parse", "-inform", "DER", "-in", "envelope"]);
    for expected in [
        ":1.2.156.10197.6.1.4.2.3",
        ":1.2.156.10197.6.1.4.2.1",
        ":1.2.156.10197.1.301.3",
        ":rsaEncryption",
        ":sm4-cbc",
        ":2.25.304094549700593771060804725876061069604",
    ] {
        assert!(dump.contains(expected), "{expected} in {dump}");
    }
    assert!(!dump.contains("inf"), "{dump}");
    assert!(dump.contains("l=1008 prim: cont [ 0 ]"), "{dump}");
}

#[test]
fn an_altered_octet_anywhere_is_refused() {
    for content_len in [Some(40), None] {
        let envelope = seal_to(
            &[&ALICE, &BOB],
            &content(40),
            &options(Flavour::Gm, content_len),
        );
        open(&envelope, &ALICE).unwrap();
        for at in 0..envelope.len() {
            for bit in [0x01, 0x20, 0x80] {
                let mut bad = envelope.clone();
                bad[at] ^= bit;
                let found = open(&bad, &ALICE);
                assert!(found.is_err(), "octet {at} of {content_len:?}: {found:?}");
            }
        }
    }
}

#[test]
fn a_cut_at_every_octet_is_refused() {
    for content_len in [Some(40), None] {
        let envelope = seal_to(&[&ALICE], &content(40), &options(Flavour::Gm, content_len));
        for end in 0..envelope.len() {
            let found = open(&envelope[..end], &ALICE);
            assert!(
                matches!(found, Err(Error::Truncated { .. })),
                "cut at {end}: {found:?}"
            );
        }
        let longer = [&envelope[..], &[0x04, 0x00]].concat();
        assert!(matches!(
            open(&longer, &ALICE),
            Err(Error::TrailingData { .. })
        ));
    }
}

#[test]
fn whole_blocks_cannot_be_removed_swapped_or_added() {
    let envelope = seal_to(&[&ALICE], &content(160), &options(Flavour::Gm, None));
    // Two segments: 04 81 A0 and 160 octets, 04 10 and the block of padding.
    let at = envelope
        .windows(3)
        .rposition(|w| w == [0x04, 0x81, 0xA0])
        .unwrap();
    let (front, back) = (&envelope[..at], &envelope[at + 181..]);
    assert_eq!(envelope[at + 163..at + 165], [0x04, 0x10]);
    let ciphertext = [&envelope[at + 3..at + 163], &envelope[at + 165..at + 181]].concat();
    let blocks: Vec<&[u8]> = ciphertext.chunks(16).collect();
    let rebuild = |blocks: &[&[u8]]| {
        let ciphertext = blocks.concat();
        let header = [0x04, 0x81, ciphertext.len() as u8];
        [front, &header, &ciphertext, back].concat()
    };
    open(&rebuild(&blocks), &ALICE).unwrap();
    let mut swapped = blocks.clone();
    swapped.swap(2, 3);
    let doubled = [&blocks[..4], &blocks[3..]].concat();
    for altered in [&blocks[1..], &blocks[..10], &swapped, &doubled] {
        assert!(matches!(
            open(&rebuild(altered), &ALICE),
            Err(Error::Decryption)
        ));
    }
    // Another segmentation of the same octets is the same envelope.
    let (one, two) = (blocks[..5].concat(), blocks[5..].concat());
    let halves = [&[0x24, 0x80, 0x04, 80][..], &one, &[0, 0, 0x04, 96], &two].concat();
    let (opened, integrity) = open(&[front, &halves, back].concat(), &ALICE).unwrap();
    assert_eq!((opened, integrity), (content(160), Integrity::Verified));
}

#[test]
fn a_removed_check_is_noticed() {
    let envelope = seal_to(&[&ALICE], &content(100), &options(Flavour::Gm, None));
    let attributes = 62;
    let at = envelope.len() - 6 - attributes;
    assert_eq!(envelope[at..at + 2], [0xA1, 60]);
    let stripped = [&envelope[..at], &envelope[envelope.len() - 6..]].concat();
    assert!(matches!(
        open(&stripped, &ALICE),
        Err(Error::IntegrityMissing)
    ));

    // With another IV it passes as an envelope that never had one, and says so.
    let iv = stripped.windows(2).position(|w| w == [0xA0, 0x80]).unwrap();
    let iv = stripped[iv + 2..]
        .windows(2)
        .position(|w| w == [0xA0, 0x80])
        .map(|p| p + iv + 2);
    let last_of_iv = iv.unwrap() - 1;
    let mut foreign = stripped.clone();
    foreign[last_of_iv] ^= 1;
    let (opened, integrity) = open(&foreign, &ALICE).unwrap();
    assert_eq!(integrity, Integrity::NotProtected);
    assert_ne!(opened, content(100), "the first block shows the change");
    let mut demand = OpenOptions::default();
    demand.require_integrity = true;
    let refused = EnvelopeReader::new(&*foreign).unwrap().decrypt(
        &[candidate(&ALICE)],
        &mut Vec::new(),
        &demand,
    );
    assert!(matches!(refused, Err(Error::IntegrityMissing)));
}

#[test]
fn without_the_check_it_is_an_envelope_like_everybodys() {
    let mut plain = options(Flavour::Gm, Some(5));
    plain.integrity = false;
    let envelope = seal_to(&[&ALICE], b"plain", &plain);
    let (opened, integrity) = open(&envelope, &ALICE).unwrap();
    assert_eq!(
        (&opened[..], integrity),
        (&b"plain"[..], Integrity::NotProtected)
    );
}

#[test]
fn strangers_and_wrong_keys_are_told_apart() {
    for holder in [&*ALICE, &*RUTH] {
        let envelope = seal_to(&[holder], b"tender", &options(Flavour::Gm, Some(6)));
        assert!(matches!(open(&envelope, &BOB), Err(Error::NotARecipient)));
        // The certificate is right, the key is another of the same family.
        let wrong = Candidate {
            certificate: &holder.enc_cert,
            decryptor: &holder.signing_key,
        };
        assert!(matches!(
            open_with(&envelope, &[wrong]),
            Err(Error::Decryption)
        ));
    }
}

#[test]
fn the_right_pair_is_found_among_current_and_retired_ones() {
    let envelope = seal_to(&[&ALICE], b"old tender", &options(Flavour::Gm, None));
    let reader = EnvelopeReader::new(&*envelope).unwrap();
    let ids: Vec<&CertificateId> = reader.recipients().collect();
    assert!(ids[0].names(&ALICE.enc_cert) && !ids[0].names(&BOB.enc_cert));
    let candidates = [candidate(&BOB), candidate(&RUTH), candidate(&ALICE)];
    let (content, opened) = open_with(&envelope, &candidates).unwrap();
    assert_eq!((&content[..], opened.candidate), (&b"old tender"[..], 2));
}

/// A decryptor that counts, and fails like a token that was pulled out when told to.
struct Token<'a> {
    holder: &'a Holder,
    calls: Cell<u32>,
    removed: bool,
}

#[derive(Debug, thiserror::Error)]
#[error("token removed")]
struct Removed;

impl Decryptor for Token<'_> {
    fn decrypt_sm2(&self, ciphertext: &sm2::Ciphertext) -> Result<Zeroizing<Vec<u8>>> {
        self.calls.set(self.calls.get() + 1);
        match self.removed {
            true => Err(Error::key_holder(Removed)),
            false => self.holder.encryption_key.decrypt_sm2(ciphertext),
        }
    }
}

#[test]
fn opening_costs_one_private_key_operation_and_passes_on_its_failure() {
    let envelope = seal_to(
        &[&BOB, &ALICE, &RUTH],
        &content(70_000),
        &options(Flavour::Gm, None),
    );
    let mut token = Token {
        holder: &ALICE,
        calls: Cell::new(0),
        removed: false,
    };
    let run = |token: &Token<'_>| {
        let candidate = Candidate {
            certificate: &ALICE.enc_cert,
            decryptor: token,
        };
        open_with(&envelope, &[candidate])
    };
    run(&token).unwrap();
    assert_eq!(token.calls.get(), 1);
    token.removed = true;
    match run(&token) {
        Err(Error::KeyHolder(source)) => assert!(source.is::<Removed>()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_wrong_length_announced_is_an_error() {
    for (announced, actual) in [
        (5u64, 6usize),
        (6, 5),
        (0, 1),
        (70_000, 69_999),
        (65_536, 65_537),
    ] {
        let mut envelope = Vec::new();
        let sealed = seal(
            &[&ALICE.enc_cert],
            &mut &content(actual)[..],
            &mut envelope,
            &options(Flavour::Gm, Some(announced)),
        );
        assert!(
            matches!(sealed, Err(Error::LengthChanged { announced: found, .. }) if found == announced)
        );
        assert!(
            open(&envelope, &ALICE).is_err(),
            "what was written must not open"
        );
    }
}

#[test]
fn only_encryption_certificates_are_recipients_and_each_once() {
    let refused = seal(
        &[&ALICE.sign_cert],
        &mut &b""[..],
        &mut Vec::new(),
        &SealOptions::default(),
    );
    assert!(matches!(refused, Err(Error::Invalid { .. })));
    let refused = seal(&[], &mut &b""[..], &mut Vec::new(), &SealOptions::default());
    assert!(matches!(refused, Err(Error::Invalid { .. })));
    let envelope = seal_to(&[&ALICE, &BOB, &ALICE], b"x", &SealOptions::default());
    assert_eq!(
        EnvelopeReader::new(&*envelope)
            .unwrap()
            .recipients()
            .count(),
        2
    );
}

/// Compares what is written with [`Counting`]'s content, and keeps nothing.
struct Comparing(u64);

impl Write for Comparing {
    fn write(&mut self, piece: &[u8]) -> std::io::Result<usize> {
        assert!(
            piece.len() <= 64 * 1024 + 16,
            "piece of {} octets",
            piece.len()
        );
        let mut expected = vec![0; piece.len()];
        Counting::fill(&mut expected, self.0);
        assert!(piece == expected, "content differs after {}", self.0);
        self.0 += piece.len() as u64;
        Ok(piece.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn large_content_passes_once_in_small_pieces() {
    const LEN: u64 = 24 * 1024 * 1024;
    let lab = Lab::new();
    for content_len in [Some(LEN), None] {
        let path = lab.path("envelope");
        let mut file = std::fs::File::create(&path).unwrap();
        let mut content = Counting::new(LEN);
        let options = options(Flavour::Gm, content_len);
        seal(
            &[&ALICE.enc_cert, &RUTH.enc_cert],
            &mut content,
            &mut file,
            &options,
        )
        .unwrap();
        assert_eq!(content.octets_read, LEN);
        assert!(content.largest_read <= 64 * 1024);

        // A plain Read: the reader cannot go back.
        let file = std::fs::File::open(&path).unwrap();
        let mut sink = Comparing(0);
        let opened = EnvelopeReader::new(file)
            .unwrap()
            .decrypt(&[candidate(&RUTH)], &mut sink, &OpenOptions::default())
            .unwrap();
        assert_eq!((sink.0, opened.integrity), (LEN, Integrity::Verified));
    }
}

#[test]
fn sign_then_encrypt_in_two_layers() {
    // For the tenderee first, then for the bidder; opening goes the other way.
    let inner = seal_to(&[&BOB], b"tender", &options(Flavour::Gm, Some(6)));
    let outer = seal_to(
        &[&ALICE],
        &inner,
        &options(Flavour::Gm, Some(inner.len() as u64)),
    );
    let (once, _) = open(&outer, &ALICE).unwrap();
    let (twice, _) = open(&once, &BOB).unwrap();
    assert_eq!(twice, b"tender");
}
