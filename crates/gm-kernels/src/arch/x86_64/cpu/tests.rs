//! Processors with less than this one: which engines they get, and that the best of them gives the standards' values.
//! A feature is hidden from the thread that asks; tokens made there prove no less than others.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use super::Features;
use crate::{ghash, sm2, sm3, sm4};
use std::cell::Cell;
use std::vec::Vec;

std::thread_local! {
    static HIDDEN: Cell<Features> = const { Cell::new(Features(0)) };
}

/// What this thread does not see.
pub(super) fn hidden() -> Features {
    HIDDEN.get()
}

/// A processor, by what it offers, and the engines that it gets beside plain Rust.
struct Processor {
    what: &'static str,
    offers: &'static [Features],
    sm4: &'static [&'static str],
    ghash: &'static [&'static str],
    sm3: &'static [&'static str],
    sm2: &'static [&'static str],
}

const ADX: Features = Features::ADX;
const AES: Features = Features::AES;
const AVX2: Features = Features::AVX2;
const AVX512: Features = Features::AVX512;
const CLMUL: Features = Features::CLMUL;
const GFNI: Features = Features::GFNI;
const VAES: Features = Features::VAES;
const VCLMUL: Features = Features::VCLMUL;

const PROCESSORS: [Processor; 9] = [
    Processor {
        what: "x86-64 as it began",
        offers: &[],
        sm4: &[],
        ghash: &[],
        sm3: &[],
        sm2: &[],
    },
    Processor {
        what: "AES instructions without carry-less multiplication",
        offers: &[AES],
        sm4: &[],
        ghash: &[],
        sm3: &[],
        sm2: &[],
    },
    Processor {
        what: "AES-NI, 128 bits",
        offers: &[AES, CLMUL],
        sm4: &["aes+ssse3"],
        ghash: &["pclmulqdq"],
        sm3: &[],
        sm2: &[],
    },
    Processor {
        what: "AVX2 without ADX",
        offers: &[AES, CLMUL, AVX2],
        sm4: &["aes+ssse3", "aes+avx2"],
        ghash: &["pclmulqdq"],
        sm3: &["avx2"],
        sm2: &[],
    },
    Processor {
        what: "AVX2 and ADX",
        offers: &[AES, CLMUL, AVX2, ADX],
        sm4: &["aes+ssse3", "aes+avx2"],
        ghash: &["pclmulqdq"],
        sm3: &["avx2"],
        sm2: &["adx", "adx+avx2"],
    },
    Processor {
        what: "AVX-512 without GFNI and wide carry-less multiplication",
        offers: &[AES, CLMUL, AVX2, ADX, AVX512],
        sm4: &["aes+ssse3", "aes+avx2"],
        ghash: &["pclmulqdq"],
        sm3: &["avx2", "avx512"],
        sm2: &["adx", "adx+avx2", "adx+avx512"],
    },
    Processor {
        what: "VAES without AVX-512 and GFNI",
        offers: &[AES, CLMUL, AVX2, ADX, VAES, VCLMUL],
        sm4: &["aes+ssse3", "aes+avx2", "vaes+avx2"],
        ghash: &["pclmulqdq"],
        sm3: &["avx2"],
        sm2: &["adx", "adx+avx2"],
    },
    Processor {
        what: "GFNI without AVX-512",
        offers: &[AES, CLMUL, AVX2, ADX, VAES, VCLMUL, GFNI],
        sm4: &["aes+ssse3", "aes+avx2", "vaes+avx2", "gfni+avx2"],
        ghash: &["pclmulqdq"],
        sm3: &["avx2"],
        sm2: &["adx", "adx+avx2"],
    },
    Processor {
        what: "all of it",
        offers: &[AES, CLMUL, AVX2, ADX, VAES, VCLMUL, GFNI, AVX512],
        sm4: &[
            "aes+ssse3",
            "aes+avx2",
            "vaes+avx2",
            "gfni+avx2",
            "gfni+avx512",
        ],
        ghash: &["pclmulqdq", "vpclmulqdq"],
        sm3: &["avx2", "avx512"],
        sm2: &["adx", "adx+avx2", "adx+avx512"],
    },
];

#[test]
fn every_processor_gets_its_engines_and_they_are_right() {
    for processor in &PROCESSORS {
        let offers = processor
            .offers
            .iter()
            .fold(Features(0), |all, one| all.and(*one));
        // what is not here cannot be tried
        if !Features::has(offers) {
            std::println!("not here: {}", processor.what);
            continue;
        }
        HIDDEN.set(Features(!offers.0));
        chooses(processor);
        gives_the_values_of_the_standards(processor.what);
        HIDDEN.set(Features(0));
    }
}

/// The engines that can be had, and the one that is taken.
fn chooses(processor: &Processor) {
    let what = processor.what;
    let lists = [
        sm4::Engine::available()
            .map(|engine| (engine.name(), engine == sm4::Engine::best()))
            .collect::<Vec<_>>(),
        ghash::Engine::available()
            .map(|engine| (engine.name(), engine == ghash::Engine::best()))
            .collect(),
        sm3::Engine::available()
            .map(|engine| (engine.name(), engine == sm3::Engine::best()))
            .collect(),
        sm2::Engine::available()
            .map(|engine| (engine.name(), engine.name() == sm2::Engine::best().name()))
            .collect(),
    ];
    let expected = [processor.sm4, processor.ghash, processor.sm3, processor.sm2];
    for (list, expected) in lists.iter().zip(expected) {
        let names: Vec<&str> = list.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, [&["portable"], expected].concat(), "{what}");
        let (last, others) = list.split_last().unwrap();
        assert!(last.1, "{what}: {list:?}");
        assert!(!others.iter().any(|(_, best)| *best), "{what}: {list:?}");
    }
}

/// Everything that chooses by itself, on the standards' examples.
fn gives_the_values_of_the_standards(what: &str) {
    // GB/T 32907, A.1, in one block and in a batch with a tail
    let key: sm4::Block = bytes("0123456789ABCDEFFEDCBA9876543210");
    let sealed = bytes("681EDF34D206965E86B3E94F536E4246");
    for count in [1, 5, 75] {
        let mut blocks = std::vec![key; count];
        sm4::Key::new(&key).encrypt_blocks(&mut blocks);
        assert_eq!(blocks, std::vec![sealed; count], "{what}");
    }
    // GCM's proposal, test case 4: the hash alone
    let mut hash = ghash::Hash::new(&bytes("b83b533708bf535d0aa6e52980d53b78"));
    hash.update_padded(&bytes::<20>("feedfacedeadbeeffeedfacedeadbeefabaddad2"));
    hash.update_padded(&bytes::<60>(
        "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e\
         21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091",
    ));
    hash.update_lengths(20, 60);
    assert_eq!(
        hash.value(),
        bytes("698e57f70e6ecc7fd9463b7260a9ae5f"),
        "{what}"
    );
    // GB/T 32905, A.1, in every lane
    let mut digests = [[0; 32]; 20];
    sm3::digest_all(&[&b"abc"[..]; 20], &mut digests);
    let abc = bytes("66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
    assert_eq!(digests, [abc; 20], "{what}");
    // GB/T 32918.5, A.2
    let d = sm2::Scalar::from_bytes(&bytes(
        "3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8",
    ))
    .unwrap();
    let public = sm2::Point::generator_times(&d).unwrap();
    let x = bytes("09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020");
    assert_eq!(public.x(), x, "{what}");
    let e = bytes("F0B43E94BA45ACCAACE692ED534382EB17E6AB5A19CE7B31F4486FDFC0D28640");
    let r = bytes("F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3");
    let s = bytes("B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA");
    assert!(sm2::verify(&public, &e, &r, &s), "{what}");
    assert!(!sm2::verify(&public, &e, &s, &r), "{what}");
}

fn bytes<const N: usize>(text: &str) -> [u8; N] {
    hex::decode(text).unwrap().try_into().unwrap()
}
