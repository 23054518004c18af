#![allow(clippy::unwrap_used)]

use super::super::parameter;
use super::*;

#[test]
fn a_salt_that_does_not_fit_is_refused() {
    let pss = |salt_len| parameter::Pss {
        hash: HashAlg::Sha256,
        mask_hash: HashAlg::Sha256,
        salt_len,
    };
    assert_eq!(pss::check(pss(256 - 32 - 2), 2048), Ok(()));
    assert_eq!(
        pss::check(pss(256 - 32 - 1), 2048),
        Err(Error::MechanismParamInvalid)
    );
    assert_eq!(
        pss::check(pss(usize::MAX), 2048),
        Err(Error::MechanismParamInvalid)
    );
}

#[test]
fn pss_encodings_verify_and_altered_ones_do_not() {
    for bits in [2048, 2049, 2055] {
        let pss = parameter::Pss {
            hash: HashAlg::Sha256,
            mask_hash: HashAlg::Sha1,
            salt_len: 20,
        };
        let digest = HashAlg::Sha256.digest(b"message");
        let encoded = pss::encode(pss, &digest, bits).unwrap();
        assert_eq!(pss::verify(pss, &digest, &encoded, bits), Ok(()));
        for position in [0, 100, encoded.len() - 1] {
            let mut altered = encoded.clone();
            altered[position] ^= 1;
            assert_eq!(
                pss::verify(pss, &digest, &altered, bits),
                Err(Error::SignatureInvalid)
            );
        }
        assert_eq!(
            pss::verify(pss, &digest, &[], bits),
            Err(Error::SignatureInvalid)
        );
    }
}

#[test]
fn oaep_blocks_come_back_and_altered_ones_do_not() {
    let parameters = parameter::Oaep {
        hash: HashAlg::Sha256,
        mask_hash: HashAlg::Sha1,
        label: b"label".to_vec(),
    };
    for message in [&b""[..], b"m", &[0; 20], &[1; 190]] {
        let block = oaep::encode(&parameters, message, 256).unwrap();
        assert_eq!(block[0], 0);
        assert_eq!(oaep::decode(&parameters, &block).unwrap()[..], *message);
        for position in [0, 1, 33, 64, 65, 255] {
            let mut altered = block.to_vec();
            altered[position] ^= 0x80;
            let refused = oaep::decode(&parameters, &altered).err();
            assert_eq!(refused, Some(Error::EncryptedDataInvalid), "{position}");
        }
        let other = parameter::Oaep {
            label: Vec::new(),
            ..parameters.clone()
        };
        assert_eq!(
            oaep::decode(&other, &block).err(),
            Some(Error::EncryptedDataInvalid)
        );
    }
    let long = oaep::encode(&parameters, &[1; 191], 256).err();
    assert_eq!(long, Some(Error::DataLenRange));
    assert_eq!(
        oaep::longest(&parameters, 65),
        Err(Error::MechanismParamInvalid)
    );
}
