//! The card's side of class 84: an encrypted field with a MAC (framing in `ukey_apdu::secure`).

use crate::card::crypto_status;
use ukey_apdu::secure::{self, Challenge, MAC_LENGTH, SecuredField};
use ukey_apdu::{CommandApdu, StatusWord};
use ukey_crypto::{ct, sm4};
use zeroize::Zeroizing;

/// The key of one secured command: Ks = SM4-ECB(K, R8 and its complement).
pub(crate) struct CommandKey {
    key: sm4::Key,
    challenge: Challenge,
}

impl CommandKey {
    /// Derives the command's key from the PIN or device key `k` and the challenge.
    pub(crate) fn derive(k: &sm4::Key, challenge: &Challenge) -> Result<Self, StatusWord> {
        let mut block = Zeroizing::new(secure::session_key_block(challenge));
        sm4::ecb_encrypt(k, block.as_mut_slice()).map_err(crypto_status)?;
        Ok(Self {
            key: sm4::Key::from(*block),
            challenge: *challenge,
        })
    }

    /// Whether the command's MAC was made with this key.
    pub(crate) fn verifies(
        &self,
        command: &CommandApdu,
        mac: &[u8; MAC_LENGTH],
    ) -> Result<bool, StatusWord> {
        let input = secure::mac_input(command)?;
        let iv = secure::mac_iv(&self.challenge);
        let expected = sm4::cbc_mac(&self.key, &iv, &input).map_err(crypto_status)?;
        Ok(ct::eq(&expected[..MAC_LENGTH], mac))
    }

    /// The plaintext of the field; its MAC has been verified.
    ///
    /// # Errors
    /// 6A80 if length and padding do not agree.
    pub(crate) fn decrypt(&self, field: &SecuredField) -> Result<Zeroizing<Vec<u8>>, StatusWord> {
        let (decrypt, cbc) = (sm4::Direction::Decrypt, sm4::Mode::Cbc);
        let iv = [0; sm4::BLOCK];
        let mut cipher = sm4::Cipher::new(decrypt, cbc, &self.key, &iv, sm4::Padding::None);
        let framed = cipher.update(field.cipher.expose()).map(Zeroizing::new);
        secure::unframe(&framed.map_err(crypto_status)?).map_err(|_| StatusWord::BAD_DATA)
    }
}
