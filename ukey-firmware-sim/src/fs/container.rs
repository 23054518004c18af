//! Containers: a name, up to two key pairs of one kind, up to two certificates.

use super::{Flash, UNREADABLE, object, record};
use crate::store::Transaction;
use ukey_apdu::blob::PublicKey;
use ukey_apdu::id::{ContainerType, KeyUsage};
use ukey_apdu::request::container::ContainerInfo;
use ukey_apdu::{Reply, StatusWord};

/// Where a container is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) application: u32,
    pub(crate) container: u32,
}

impl Place {
    pub(crate) fn exists(self, flash: &Flash) -> bool {
        flash
            .get(&record::container(self.application, self.container))
            .is_some()
    }

    pub(crate) fn public_key(
        self,
        flash: &Flash,
        usage: KeyUsage,
    ) -> Result<PublicKey, StatusWord> {
        let key = record::public_key(self.application, self.container, usage);
        let bytes = flash.get(&key).ok_or(StatusWord::KEY_PAIR_NOT_FOUND)?;
        PublicKey::from_bytes(bytes).map_err(|_| UNREADABLE)
    }

    /// Size of a pair's key in bits, and its kind.
    fn key_info(self, flash: &Flash, usage: KeyUsage) -> Option<(u32, ContainerType)> {
        match self.public_key(flash, usage).ok()? {
            PublicKey::Ecc(key) => Some((key.bits, ContainerType::Ecc)),
            PublicKey::Rsa(key) => Some((key.bits, ContainerType::Rsa)),
        }
    }

    pub(crate) fn info(self, flash: &Flash) -> ContainerInfo {
        let sign = self.key_info(flash, KeyUsage::Signature);
        let enc = self.key_info(flash, KeyUsage::Encryption);
        let kind = sign.or(enc).map_or(ContainerType::Empty, |(_, kind)| kind);
        let bits = |info: Option<(u32, ContainerType)>| info.map_or(0, |(bits, _)| bits);
        let certificate = |usage| {
            flash
                .get(&record::certificate(
                    self.application,
                    self.container,
                    usage,
                ))
                .is_some()
        };
        ContainerInfo {
            container_type: kind,
            sign_bits: bits(sign),
            enc_bits: bits(enc),
            sign_cert: certificate(KeyUsage::Signature),
            enc_cert: certificate(KeyUsage::Encryption),
        }
    }

    /// Whether it only decrypts any more.
    pub(crate) fn is_retired(self, flash: &Flash) -> bool {
        let mark = record::retired(self.application, self.container);
        flash.get(&mark).is_some()
    }

    /// 6985 if it only decrypts any more.
    pub(crate) fn require_active(self, flash: &Flash) -> Result<(), StatusWord> {
        (!self.is_retired(flash))
            .then_some(())
            .ok_or(StatusWord::CONDITIONS)
    }

    /// Takes signature pair and certificate away and leaves the encryption pair to decrypt with.
    pub(crate) fn retire(self, change: &mut Transaction) {
        let (application, container) = (self.application, self.container);
        change.delete(record::private_key(
            application,
            container,
            KeyUsage::Signature,
        ));
        change.delete(record::public_key(
            application,
            container,
            KeyUsage::Signature,
        ));
        change.delete(record::certificate(
            application,
            container,
            KeyUsage::Signature,
        ));
        change.put(record::retired(application, container), []);
    }

    /// The name of the container.
    pub(crate) fn name(self, flash: &Flash) -> Result<&[u8], StatusWord> {
        let name = flash.get(&record::container(self.application, self.container));
        name.ok_or(StatusWord::CONTAINER_NOT_FOUND)
    }

    /// Deletes the container, its keys and certificates, and the objects that it owns.
    pub(crate) fn delete(self, flash: &Flash, change: &mut Transaction) -> Result<(), StatusWord> {
        object::delete_owned(flash, change, self.application, self.name(flash)?)?;
        for kind in record::OF_CONTAINER {
            let prefix = record::below(kind, self.application, self.container);
            super::delete_all(flash, change, &prefix);
        }
        Ok(())
    }
}

/// Names of all containers of an application, in the order of their creation.
pub(crate) fn names(flash: &Flash, application: u32) -> Vec<Vec<u8>> {
    flash
        .scan(&record::containers(application))
        .map(|(_, name)| name.to_vec())
        .collect()
}

/// Names of the retired containers of an application, in the order of their creation.
pub(crate) fn retired_names(flash: &Flash, application: u32) -> Vec<Vec<u8>> {
    let prefix = record::containers(application);
    let all = flash.scan(&prefix).filter(|(key, _)| {
        let place = record::number_of(key).map(|container| Place {
            application,
            container,
        });
        place.is_some_and(|place| place.is_retired(flash))
    });
    all.map(|(_, name)| name.to_vec()).collect()
}

/// The container called `name`.
pub(crate) fn find(flash: &Flash, application: u32, name: &[u8]) -> Result<Place, StatusWord> {
    let prefix = record::containers(application);
    let (key, _) = flash
        .scan(&prefix)
        .find(|(_, found)| *found == name)
        .ok_or(StatusWord::CONTAINER_NOT_FOUND)?;
    let container = record::number_of(key).ok_or(UNREADABLE)?;
    Ok(Place {
        application,
        container,
    })
}
