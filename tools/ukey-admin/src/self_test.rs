//! Tries both pairs of a container against their certificates, with fresh random input.

use ukey_crypto::{hash::HashAlg, rng};
use ukey_pki::{Certificate, Decryptor, PublicKey, Signer};
use ukey_token::{Container, KeyUsage, view::ContainerView};

use crate::{
    error::{Error, Result},
    text,
    token_keys::{TokenDecryptor, TokenSigner},
};

/// Signs with the one pair and decrypts with the other. The user is logged in.
pub(crate) fn pair(
    container: &Container,
    view: &ContainerView,
    signature: &Certificate,
    encryption: &Certificate,
) -> Result<()> {
    let Some(signing_key) = &view.signature.public_key else {
        return Err(Error::SelfTest(text::read_back()));
    };
    let signer = TokenSigner::new(container.clone(), signing_key);
    if !signs(&signer, &signature.public_key()?)? {
        return Err(Error::SelfTest(text::self_test_sign()));
    }
    let decryptor = TokenDecryptor::new(container.clone(), KeyUsage::Encryption);
    match decrypts(&decryptor, &encryption.public_key()?)? {
        true => Ok(()),
        false => Err(Error::SelfTest(text::self_test_decrypt())),
    }
}

fn signs(signer: &TokenSigner, certified: &PublicKey) -> Result<bool> {
    let digest = fresh()?;
    match certified {
        PublicKey::Sm2(key) => {
            let signature = signer.sign_sm2_digest(&digest)?;
            Ok(key.verify_digest(&digest, &signature).is_ok())
        }
        PublicKey::Rsa(key) => {
            let info = HashAlg::Sha256
                .digest_info(&digest)
                .map_err(ukey_pki::Error::from)?;
            let signature = signer.sign_rsa_pkcs1(&info)?;
            Ok(key.verify_pkcs1v15(&info, &signature).is_ok())
        }
        _ => Err(ukey_token::Error::NotSupported.into()),
    }
}

/// Whether `decryptor` opens what is encrypted to `certified`.
pub(crate) fn decrypts(decryptor: &dyn Decryptor, certified: &PublicKey) -> Result<bool> {
    let secret = fresh()?;
    let failed = ukey_pki::Error::from;
    let plain = match certified {
        PublicKey::Sm2(key) => decryptor.decrypt_sm2(&key.encrypt(&secret).map_err(failed)?),
        PublicKey::Rsa(key) => {
            decryptor.decrypt_rsa_pkcs1(&key.encrypt_pkcs1v15(&secret).map_err(failed)?)
        }
        _ => return Err(ukey_token::Error::NotSupported.into()),
    };
    match plain {
        Ok(plain) => Ok(plain.as_slice() == secret),
        Err(ukey_pki::Error::Decryption) => Ok(false),
        Err(e) => Err(e.into()),
    }
}

fn fresh() -> Result<[u8; 32]> {
    let mut bytes = [0; 32];
    rng::fill(&mut bytes).map_err(ukey_pki::Error::from)?;
    Ok(bytes)
}
