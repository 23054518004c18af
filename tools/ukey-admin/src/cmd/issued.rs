//! What an authority handed out, on its way into a container. Every step looks first whether its
//! work is done, and nothing on the key is replaced, so that a run after an interruption goes on
//! where the last one stopped.

use serde_json::{Value, json};
use ukey_ca::answer::Answer;
use ukey_pki::{
    Certificate, PublicKey,
    certificate::chain::{Purpose, validate},
    enveloped_key::EnvelopedKey,
};
use ukey_token::{
    AlgId, Container, EnvelopedSm2Key, KeyUsage,
    view::{ContainerView, Side},
};

use super::cert;
use crate::{
    certificate,
    cli::Usage,
    earlier,
    error::{Error, Item, Result},
    interrupt, output, self_test, text,
};

/// Certificates and, unless it stays the same, the encryption pair.
pub(crate) struct Issued {
    pub(crate) signature: Certificate,
    pub(crate) encryption: Certificate,
    enveloped_key: Option<EnvelopedKey>,
}

impl Issued {
    /// Reads an answer to a request for the double certificate. Nothing of it goes to the key
    /// before all of it was checked: against the signing key, the pair, and the authority.
    pub(crate) fn read(
        answer: &Answer,
        signing_key: &PublicKey,
        anchors: &[Certificate],
    ) -> Result<Self> {
        let unfit = || Error::Unfit(text::error::wrong_answer().to_owned());
        let response = answer.csr_response()?.ok_or_else(unfit)?;
        let first =
            |certificates: Vec<Certificate>| certificates.into_iter().next().ok_or_else(unfit);
        let issued = Self {
            signature: first(response.sign_certificates)?,
            encryption: first(response.encrypt_certificates)?,
            enveloped_key: response.enveloped_key,
        };
        if issued.signature.public_key()? != *signing_key {
            return Err(unfit());
        }
        if let Some(key) = &issued.enveloped_key
            && issued.encryption.public_key()? != key.public_key()
        {
            return Err(unfit());
        }
        let chain = answer.chain()?;
        let now = time::OffsetDateTime::now_utc();
        validate(&issued.signature, &chain, anchors, now, Purpose::Sign)?;
        validate(&issued.encryption, &chain, anchors, now, Purpose::Encrypt)?;
        Ok(issued)
    }

    /// What a container holds already.
    pub(crate) fn stored(view: &ContainerView) -> Result<Self> {
        let certificate = |side: &Side| match &side.certificate {
            Some(der) => Ok(Certificate::from_der(der)?),
            None => Err(Error::NotFound {
                what: Item::Certificate,
                name: view.name.clone(),
            }),
        };
        Ok(Self {
            signature: certificate(&view.signature)?,
            encryption: certificate(&view.encryption)?,
            enveloped_key: None,
        })
    }

    /// Puts the pair and both certificates into a container of its own.
    pub(crate) fn store(&self, container: &Container) -> Result<()> {
        let view = container.read()?;
        match &self.enveloped_key {
            Some(key) => store_pair(container, &view, key)?,
            None => return Err(Error::Unfit(text::error::wrong_answer().to_owned())),
        }
        store_certificate(container, &view, Usage::Encrypt, &self.encryption)?;
        store_certificate(container, &view, Usage::Sign, &self.signature)
    }

    /// Puts the certificates over those of the same keys. The signing certificate goes last: until
    /// then a run after an interruption asks the same of the authority.
    pub(crate) fn replace_certificates(&self, container: &Container) -> Result<()> {
        let view = container.read()?;
        let certified = |side: &Side, certificate: &Certificate| {
            let key = side.public_key.as_ref();
            key.is_some_and(|key| certificate::certifies(certificate, key))
        };
        if !certified(&view.signature, &self.signature)
            || !certified(&view.encryption, &self.encryption)
        {
            return Err(Error::Unfit(text::error::wrong_answer().to_owned()));
        }
        match &view.encryption.certificate {
            Some(old) if old != self.encryption.as_der() => {
                earlier::keep(container.application(), old)?;
            }
            _ => {}
        }
        for (usage, certificate) in [
            (Usage::Encrypt, &self.encryption),
            (Usage::Sign, &self.signature),
        ] {
            cert::check_usage(certificate, usage)?;
            container.import_certificate(KeyUsage::from(usage), certificate.as_der())?;
            interrupt::note_done(text::done_certificate(usage));
        }
        Ok(())
    }

    /// Reads everything back, and tries a signature and a decryption.
    pub(crate) fn try_out(&self, container: &Container) -> Result<()> {
        let view = container.read()?;
        let holds = |side: &Side, certificate: &Certificate| {
            side.certificate.as_deref() == Some(certificate.as_der())
                && side
                    .public_key
                    .as_ref()
                    .is_some_and(|key| certificate::certifies(certificate, key))
        };
        match holds(&view.signature, &self.signature) && holds(&view.encryption, &self.encryption) {
            true => self_test::pair(container, &view, &self.signature, &self.encryption),
            false => Err(Error::SelfTest(text::read_back())),
        }
    }

    /// For `--json`.
    pub(crate) fn data(&self, container: &str) -> Value {
        json!({
            "container": container,
            "signature_certificate": certificate::data(self.signature.as_der()),
            "encryption_certificate": certificate::data(self.encryption.as_der()),
            "self_test": "ok",
        })
    }

    /// For people.
    pub(crate) fn text(&self, headline: &str, container: &str) -> String {
        let end = self.signature.validity().not_after;
        output::fields(&[
            (headline, self.signature.subject().to_string()),
            (text::label::container(), container.to_owned()),
            (
                text::label::signature_certificate(),
                self.signature.serial_hex(),
            ),
            (
                text::label::encryption_certificate(),
                self.encryption.serial_hex(),
            ),
            (text::label::issuer(), self.signature.issuer().to_string()),
            (
                text::label::valid_until(),
                text::until(&certificate::day(end), certificate::days_left(end)),
            ),
            (text::label::self_test(), text::self_test_ok().to_owned()),
        ])
    }
}

/// Refuses a container with keys or certificates from elsewhere.
pub(crate) fn check_empty(view: &ContainerView) -> Result<()> {
    if view.encryption.public_key.is_some() {
        return Err(taken(Item::EncryptionKey, view));
    }
    if view.signature.certificate.is_some() || view.encryption.certificate.is_some() {
        return Err(taken(Item::Certificate, view));
    }
    Ok(())
}

fn taken(what: Item, view: &ContainerView) -> Error {
    Error::Exists {
        what,
        name: text::in_container(&view.name),
        replaceable: false,
    }
}

/// Imports the encryption pair unless it is there; another one is left alone.
pub(crate) fn store_pair(
    container: &Container,
    view: &ContainerView,
    key: &EnvelopedKey,
) -> Result<()> {
    match &view.encryption.public_key {
        Some(there) if certificate::to_pki(there) == key.public_key() => Ok(()),
        Some(_) => Err(taken(Item::EncryptionKey, view)),
        None => import_pair(container, key),
    }
}

fn import_pair(container: &Container, key: &EnvelopedKey) -> Result<()> {
    match key {
        EnvelopedKey::Sm2(key) => {
            let blob = key.to_skf();
            container.import_sm2(&EnvelopedSm2Key {
                sym_alg: AlgId(blob.sym_alg_id),
                encrypted_private: &blob.encrypted_private_key,
                public_key: &blob.public_key,
                session_key: &blob.wrapped_key,
            })?;
        }
        EnvelopedKey::Rsa(key) => container.import_rsa(
            AlgId(key.cipher.skf_id()),
            &key.wrapped_key,
            &key.encrypted_private_key,
        )?,
        _ => return Err(ukey_token::Error::NotSupported.into()),
    }
    interrupt::note_done(text::done_encryption_key());
    Ok(())
}

/// Stores a certificate unless it is there; another one is left alone.
pub(crate) fn store_certificate(
    container: &Container,
    view: &ContainerView,
    usage: Usage,
    certificate: &Certificate,
) -> Result<()> {
    cert::check_usage(certificate, usage)?;
    match &cert::side(view, usage).certificate {
        Some(there) if there == certificate.as_der() => Ok(()),
        Some(_) => Err(taken(Item::Certificate, view)),
        None => {
            container.import_certificate(KeyUsage::from(usage), certificate.as_der())?;
            interrupt::note_done(text::done_certificate(usage));
            Ok(())
        }
    }
}
