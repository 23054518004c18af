//! GB/T 32905 annex A and the examples of FIPS 180 and FIPS 202; the values of a million `a` for SM3
//! and SHA-3 are from OpenSSL.

use super::hex;
use ukey_crypto::Error;
use ukey_crypto::hash::{HashAlg, Hasher};
use ukey_crypto::sm3;

/// Digests of "abc", of the two-block example, and of a million times "a".
const EXAMPLES: [(HashAlg, &str, &str, &str); 10] = [
    (
        HashAlg::Sm3,
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
        "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732",
        "c8aaf89429554029e231941a2acc0ad61ff2a5acd8fadd25847a3a732b3b02c3",
    ),
    (
        HashAlg::Sha1,
        "a9993e364706816aba3e25717850c26c9cd0d89d",
        "84983e441c3bd26ebaae4aa1f95129e5e54670f1",
        "34aa973cd4c4daa4f61eeb2bdbad27316534016f",
    ),
    (
        HashAlg::Sha224,
        "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7",
        "75388b16512776cc5dba5da1fd890150b0c6455cb4f58b1952522525",
        "20794655980c91d8bbb4c1ea97618a4bf03f42581948b2ee4ee7ad67",
    ),
    (
        HashAlg::Sha256,
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
    ),
    (
        HashAlg::Sha384,
        "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed\
         8086072ba1e7cc2358baeca134c825a7",
        "09330c33f71147e83d192fc782cd1b4753111b173b3b05d22fa08086e3b0f712\
         fcc7c71a557e2db966c3e9fa91746039",
        "9d0e1809716474cb086e834e310a4a1ced149e9c00f248527972cec5704c2a5b\
         07b8b3dc38ecc4ebae97ddd87f3d8985",
    ),
    (
        HashAlg::Sha512,
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
         2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018\
         501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909",
        "e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973eb\
         de0ff244877ea60a4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b",
    ),
    (
        HashAlg::Sha3_224,
        "e642824c3f8cf24ad09234ee7d3c766fc9a3a5168d0c94ad73b46fdf",
        "8a24108b154ada21c9fd5574494479ba5c7e7ab76ef264ead0fcce33",
        "d69335b93325192e516a912e6d19a15cb51c6ed5c15243e7a7fd653c",
    ),
    (
        HashAlg::Sha3_256,
        "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532",
        "41c0dba2a9d6240849100376a8235e2c82e1b9998a999e21db32dd97496d3376",
        "5c8875ae474a3634ba4fd55ec85bffd661f32aca75c6d699d0cdcb6c115891c1",
    ),
    (
        HashAlg::Sha3_384,
        "ec01498288516fc926459f58e2c6ad8df9b473cb0fc08c25\
         96da7cf0e49be4b298d88cea927ac7f539f1edf228376d25",
        "991c665755eb3a4b6bbdfb75c78a492e8c56a22c5c4d7e42\
         9bfdbc32b9d4ad5aa04a1f076e62fea19eef51acd0657c22",
        "eee9e24d78c1855337983451df97c8ad9eedf256c6334f8e\
         948d252d5e0e76847aa0774ddb90a842190d2c558b4b8340",
    ),
    (
        HashAlg::Sha3_512,
        "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e\
         10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0",
        "04a371e84ecfb5b8b77cb48610fca8182dd457ce6f326a0fd3d7ec2f1e91636d\
         ee691fbe0c985302ba1b0d8dc78c086346b533b49c030d99a27daf1139d6e75e",
        "3c3a876da14034ab60627c077bb98f7e120a2a5370212dffb3385a18d4f38859\
         ed311d0a9d5141ce9cc5c66ee689b266a8aa18ace8282a0e0db596c90b0a7b87",
    ),
];

/// The longer example message of the standard that defines `alg`.
fn long_example(alg: HashAlg) -> Vec<u8> {
    match alg {
        HashAlg::Sm3 => b"abcd".repeat(16),
        HashAlg::Sha384 | HashAlg::Sha512 => {
            b"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn\
              hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu"
                .to_vec()
        }
        _ => b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".to_vec(),
    }
}

#[test]
fn examples_of_the_standards() {
    for (alg, abc, long, million) in EXAMPLES {
        assert_eq!(alg.digest(b"abc"), hex(abc), "{alg:?}");
        assert_eq!(alg.digest(&long_example(alg)), hex(long), "{alg:?}");
        let mut hasher = Hasher::new(alg);
        assert_eq!(hasher.alg(), alg);
        for chunk in vec![b'a'; 1_000_000].chunks(997) {
            hasher.update(chunk);
        }
        let fork = hasher.clone();
        assert_eq!(hasher.finish(), hex(million), "{alg:?}");
        assert_eq!(fork.finish().len(), alg.output_len());
    }
}

#[test]
fn sm3_by_its_own_type() {
    assert_eq!(sm3::digest(b"abc").to_vec(), hex(EXAMPLES[0].1));
    let empty = "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b";
    assert_eq!(sm3::digest(b"").to_vec(), hex(empty));
    let mut running = sm3::Sm3::new();
    running.update(b"a");
    let mut fork = running.clone();
    running.update(b"bc");
    fork.update(b"");
    assert_eq!(running.finish().to_vec(), hex(EXAMPLES[0].1));
    assert_eq!(fork.finish(), sm3::digest(b"a"));
}

#[test]
fn digest_info() {
    // `openssl asn1parse -genconf` with OID 1.2.156.10197.1.401, NULL and the digest of "abc".
    let sm3 = "3030300c06082a811ccf550183110500042066c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2\
               297da02b8f4ba8e0";
    assert_eq!(
        HashAlg::Sm3.digest_info(&hex(EXAMPLES[0].1)).unwrap(),
        hex(sm3)
    );
    // RFC 8017 section 9.2 note 1.
    for (alg, prefix) in [
        (HashAlg::Sha1, "3021300906052b0e03021a05000414"),
        (HashAlg::Sha224, "302d300d06096086480165030402040500041c"),
        (HashAlg::Sha256, "3031300d060960864801650304020105000420"),
        (HashAlg::Sha384, "3041300d060960864801650304020205000430"),
        (HashAlg::Sha512, "3051300d060960864801650304020305000440"),
    ] {
        let digest = vec![0x5a; alg.output_len()];
        let info = alg.digest_info(&digest).unwrap();
        assert_eq!(info, [hex(prefix), digest.clone()].concat());
        assert_eq!(alg.digest_info(&digest[1..]), Err(Error::InvalidLength));
    }
}

#[test]
fn many_sm3_digests_at_once_are_those_of_one_after_the_other() {
    let data: Vec<u8> = (0..600_u32).map(|i| (i * 7) as u8).collect();
    let messages: Vec<&[u8]> = (0..50).map(|i| &data[..i * 12]).collect();
    let expected: Vec<_> = messages
        .iter()
        .map(|message| sm3::digest(message))
        .collect();
    assert_eq!(sm3::digest_all(&messages), expected);
    assert_eq!(
        hex::encode(sm3::digest_all(&[b"abc"])[0]),
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    );
}
