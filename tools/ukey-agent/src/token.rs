//! Certificates on all tokens, and their private keys, which ask for the PIN when they are used.

use crate::error::{Code, Error, Result};
use crate::serial;
use crate::text::{self, Text};
use crate::window::{Asker, Facts};
use std::sync::Arc;
use time::OffsetDateTime;
use ukey_crypto::{hash::HashAlg, sm2};
use ukey_pki::{Certificate, Decryptor, PublicKey, Signer};
use ukey_token::view::ContainerView;
use ukey_token::{Application, Container, KeyUsage, Registry};
use zeroize::Zeroizing;

/// Characters of a serial number that a window shows.
const SERIAL_TAIL: usize = 8;

/// A certificate on a token.
#[derive(Clone)]
pub struct Held {
    /// First 16 bytes of the SHA-256 of its DER, in hexadecimal; the same after every re-plugging.
    pub id: String,
    /// The same for both certificates of a container.
    pub pair_id: String,
    /// Which of the two pairs it certifies.
    pub usage: KeyUsage,
    /// The certificate.
    pub certificate: Certificate,
    /// Its key.
    pub public_key: PublicKey,
    application: Application,
    container: String,
}

impl Held {
    /// The application that its key is in.
    #[must_use]
    pub fn application(&self) -> &Application {
        &self.application
    }

    /// Whether now is within its validity.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.certificate
            .validity()
            .contains(OffsetDateTime::now_utc())
    }

    /// Refuses a certificate that has expired or is not valid yet.
    ///
    /// # Errors
    /// [`Code::CertExpired`].
    pub fn must_be_valid(&self) -> Result<()> {
        if self.is_valid() {
            Ok(())
        } else {
            Err(Error::new(
                Code::CertExpired,
                "the certificate is not valid now",
            ))
        }
    }

    /// What a window says about it.
    #[must_use]
    pub fn facts(&self) -> Facts {
        let name = |name: &ukey_pki::Name| match name.common_name() {
            Some(common) => text::clean(common),
            None => text::clean(&name.to_string()),
        };
        let serial = self.certificate.serial_hex();
        let skip = serial.len().saturating_sub(SERIAL_TAIL);
        vec![
            (text::CERTIFICATE, name(self.certificate.subject())),
            (text::ISSUER, name(self.certificate.issuer())),
            (text::SERIAL, serial[skip..].to_owned()),
        ]
    }

    fn holder(&self) -> Container {
        self.application.container(&self.container)
    }
}

/// All tokens of the machine.
#[derive(Clone)]
pub struct Tokens(pub Arc<Registry>);

impl Tokens {
    /// How many tokens there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.present().len()
    }

    fn present(&self) -> Vec<ukey_token::Device> {
        // What can be seen is used, also when some provider fails.
        if let Err(error) = self.0.refresh() {
            tracing::debug!(%error, "no fresh look at the readers");
        }
        let readers = self.0.readers();
        readers
            .iter()
            .filter_map(|reader| reader.device().ok())
            .collect()
    }

    /// All certificates with a key of their own, in the tokens' order.
    ///
    /// # Errors
    /// [`Code::NoToken`].
    pub fn certificates(&self) -> Result<Vec<Held>> {
        let devices = self.present();
        if devices.is_empty() {
            return Err(Error::new(Code::NoToken, "no token"));
        }
        let mut found = Vec::new();
        for device in devices {
            let serial = device.cached_info().serial_number.to_text();
            for name in device.applications()? {
                let application = device.application(&name);
                let view = application.view()?;
                for container in view.containers.iter() {
                    found.extend(held(&application, &serial, container));
                }
            }
        }
        Ok(found)
    }

    /// The certificate with this id.
    ///
    /// # Errors
    /// [`Code::NoCert`], [`Code::NoToken`].
    pub fn certificate(&self, id: &str) -> Result<Held> {
        self.certificates()?
            .into_iter()
            .find(|held| held.id == id)
            .ok_or_else(|| Error::new(Code::NoCert, "no such certificate"))
    }
}

fn held(application: &Application, serial: &str, container: &ContainerView) -> Vec<Held> {
    let sides = [
        (KeyUsage::Signature, &container.signature),
        (KeyUsage::Encryption, &container.encryption),
    ];
    let pair = [serial, application.name(), &container.name].join("\0");
    let pair_id = short_id(&HashAlg::Sha256.digest(pair.as_bytes()));
    sides
        .into_iter()
        .filter_map(|(usage, side)| {
            let certificate = Certificate::from_der(side.certificate.as_deref()?).ok()?;
            let public_key = certificate.public_key().ok()?;
            let held_key = match side.public_key.as_ref()? {
                ukey_token::view::PublicKey::Sm2(key) => PublicKey::Sm2(*key),
                ukey_token::view::PublicKey::Rsa(key) => PublicKey::Rsa(key.clone()),
            };
            (held_key == public_key).then(|| Held {
                id: short_id(&certificate.fingerprint(HashAlg::Sha256)),
                pair_id: pair_id.clone(),
                usage,
                certificate,
                public_key,
                application: application.clone(),
                container: container.name.clone(),
            })
        })
        .collect()
}

fn short_id(digest: &[u8]) -> String {
    digest[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// A private key on a token. Each use opens a PIN window, and the token is logged out behind it, unless the
/// user keeps it unlocked for the site; then each use opens a window that asks for a yes.
pub struct PromptingKey<'a> {
    /// The certificate of the key.
    pub held: &'a Held,
    /// The windows.
    pub asker: &'a Asker,
    /// What the window says is being done.
    pub operation: Text,
    /// What else it says.
    pub facts: &'a Facts,
}

impl PromptingKey<'_> {
    fn unlocked<T>(
        &self,
        operation: impl FnOnce(&Container) -> core::result::Result<T, ukey_token::Error>,
    ) -> Result<T> {
        let _turn = serial::take_turn(&self.asker.cancellation)?;
        let application = self.held.application();
        let facts = [self.held.facts(), self.facts.clone()].concat();
        self.asker.unlock(application, self.operation, &facts)?;
        let result = if self.asker.cancellation.is_cancelled() {
            Err(ukey_token::Error::Cancelled)
        } else {
            operation(&self.held.holder())
        };
        self.asker.lock(application, result.is_ok());
        Ok(result?)
    }
}

/// Ends a login. A card in a reader would keep it beyond this process.
pub fn log_out(application: &Application) {
    if let Err(error) = application.clear_secure_state() {
        // A token that was pulled has forgotten the login by itself.
        tracing::debug!(%error, "logout failed");
    }
}

impl Signer for PromptingKey<'_> {
    fn public_key(&self) -> &PublicKey {
        &self.held.public_key
    }

    fn sign_sm2_digest(&self, digest: &[u8; 32]) -> ukey_pki::Result<sm2::Signature> {
        self.unlocked(|key| key.sign_sm2(digest))
            .map_err(ukey_pki::Error::key_holder)
    }

    fn sign_rsa_pkcs1(&self, digest_info: &[u8]) -> ukey_pki::Result<Vec<u8>> {
        self.unlocked(|key| key.sign_rsa(digest_info))
            .map_err(ukey_pki::Error::key_holder)
    }
}

impl Decryptor for PromptingKey<'_> {
    fn decrypt_sm2(&self, ciphertext: &sm2::Ciphertext) -> ukey_pki::Result<Zeroizing<Vec<u8>>> {
        self.unlocked(|key| key.decrypt_sm2(self.held.usage, ciphertext))
            .map_err(ukey_pki::Error::key_holder)
    }

    fn decrypt_rsa_pkcs1(&self, ciphertext: &[u8]) -> ukey_pki::Result<Zeroizing<Vec<u8>>> {
        self.unlocked(|key| key.decrypt_rsa(self.held.usage, ciphertext))
            .map_err(ukey_pki::Error::key_holder)
    }
}
