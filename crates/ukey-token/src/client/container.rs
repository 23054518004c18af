//! Containers and certificates (GM/T 0017, 9.5).

use super::{Connection, checked_name, texts};
use crate::{
    application::Application,
    container::Container,
    device::Run,
    error::Error,
    view::{ContainerKind, ContainerView, PublicKey, Side},
};
use ukey_apdu::{
    id::{AppId, ContainerId, ContainerType, KeyUsage},
    request::{
        container::{
            ContainerInfo, CreateContainer, DeleteContainer, EnumContainer, EnumRetired,
            ExportCertificate, GetContainerInfo, ImportCertificate, OpenContainer, RetireContainer,
        },
        extension::Features,
    },
};

/// Longest container name in bytes (GM/T 0016-2012, 7.5.2).
pub const MAX_CONTAINER_NAME: usize = 64;

impl Connection {
    /// The id of the container, from the cache or by opening it.
    pub(crate) fn open_container(&mut self, app: AppId, name: &str) -> Result<ContainerId, Error> {
        // A tuple of borrowed parts cannot be looked up without a copy; the name is short.
        let key = (app, name.to_owned());
        if let Some(&container) = self.containers.get(&key) {
            return Ok(container);
        }
        let container = self
            .call(&OpenContainer {
                app,
                name: checked_name(name)?,
            })?
            .container;
        self.containers.insert(key, container);
        Ok(container)
    }

    /// Names of retired containers; none where the card knows no such thing.
    pub(crate) fn enumerate_retired(
        &mut self,
        app: AppId,
        features: Features,
    ) -> Result<Vec<String>, Error> {
        if !features.contains(Features::RETIRED_CONTAINERS) {
            return Ok(Vec::new());
        }
        Ok(texts(self.call(&EnumRetired { app })?))
    }

    pub(crate) fn enumerate_containers(&mut self, app: AppId) -> Result<Vec<String>, Error> {
        Ok(texts(self.call(&EnumContainer { app })?))
    }

    /// Everything public in one container.
    pub(crate) fn read_container(
        &mut self,
        app: AppId,
        name: &str,
    ) -> Result<ContainerView, Error> {
        let info = self.call(&GetContainerInfo {
            app,
            name: checked_name(name)?,
        })?;
        let container = self.open_container(app, name)?;
        let mut side = |usage, bits: u32, has_certificate: bool| -> Result<Side, Error> {
            let public_key = match bits {
                0 => None,
                _ => Some(self.export_public_key(app, container, usage)?),
            };
            let certificate = match has_certificate {
                false => None,
                true => Some(
                    self.call(&ExportCertificate {
                        usage,
                        app,
                        container,
                    })?
                    .der,
                ),
            };
            Ok(Side {
                public_key,
                certificate,
            })
        };
        Ok(ContainerView {
            name: name.to_owned(),
            kind: kind(info.container_type),
            signature: side(KeyUsage::Signature, info.sign_bits, info.sign_cert)?,
            encryption: side(KeyUsage::Encryption, info.enc_bits, info.enc_cert)?,
            retired: false,
        })
    }
}

fn kind(container_type: ContainerType) -> ContainerKind {
    match container_type {
        ContainerType::Empty => ContainerKind::Empty,
        ContainerType::Rsa => ContainerKind::Rsa,
        ContainerType::Ecc => ContainerKind::Sm2,
    }
}

impl Application {
    /// Names of the containers.
    ///
    /// # Errors
    /// Link errors.
    pub fn containers(&self) -> Result<Vec<String>, Error> {
        self.run(Run::Single, |connection, app| {
            connection.enumerate_containers(app)
        })
    }

    /// Creates an empty container; needs the user's login, or the application's right to create.
    ///
    /// # Errors
    /// [`Error::ContainerExists`], [`Error::ContainerLimit`], [`Error::NotLoggedIn`],
    /// [`Error::Name`]; link errors.
    pub fn create_container(&self, name: &str) -> Result<Container, Error> {
        if name.len() > MAX_CONTAINER_NAME {
            return Err(Error::Name);
        }
        let bytes = checked_name(name)?;
        self.run(Run::Once, |connection, app| {
            let opened = connection.call(&CreateContainer {
                app,
                name: bytes.clone(),
            })?;
            connection
                .containers
                .insert((app, name.to_owned()), opened.container);
            Ok(())
        })?;
        Ok(self.container(name))
    }

    /// Deletes a container with its keys and certificates; needs the user's login.
    ///
    /// # Errors
    /// [`Error::ContainerNotFound`], [`Error::NotLoggedIn`]; link errors.
    pub fn delete_container(&self, name: &str) -> Result<(), Error> {
        let bytes = checked_name(name)?;
        self.run(Run::Once, |connection, app| {
            connection.containers.remove(&(app, name.to_owned()));
            connection
                .call(&DeleteContainer {
                    app,
                    name: bytes.clone(),
                })
                .map(drop)
        })
    }
}

impl Container {
    /// Takes the signature pair and its certificate away, for good, and leaves the encryption pair to
    /// decrypt with: what becomes of a container when another one takes its place. Nothing new comes
    /// into it afterwards ([`Error::Conditions`]); done twice, it is done once.
    ///
    /// # Errors
    /// [`Error::KeyType`] without an encryption pair, [`Error::NotLoggedIn`],
    /// [`Error::NotSupported`] on tokens without
    /// [`Features::RETIRED_CONTAINERS`](crate::Features::RETIRED_CONTAINERS); link errors.
    pub fn retire(&self) -> Result<(), Error> {
        self.run_logged_in(Run::Sequence, |connection, app, container| {
            let request = RetireContainer { app, container };
            connection.call(&request).map(drop)
        })
    }

    /// Opens the container on the card: tells whether it exists.
    ///
    /// # Errors
    /// [`Error::ContainerNotFound`]; link errors.
    pub fn open(&self) -> Result<(), Error> {
        self.run(Run::Single, |_, _, _| Ok(()))
    }

    /// Kind, key sizes in bits (0: no pair) and which certificates there are, fresh.
    ///
    /// # Errors
    /// [`Error::ContainerNotFound`]; link errors.
    pub fn info(&self) -> Result<ContainerInfo, Error> {
        let name = checked_name(self.name())?;
        self.application().run(Run::Single, |connection, app| {
            connection.call(&GetContainerInfo {
                app,
                name: name.clone(),
            })
        })
    }

    /// All public content, fresh.
    ///
    /// # Errors
    /// [`Error::ContainerNotFound`]; link errors.
    pub fn read(&self) -> Result<ContainerView, Error> {
        self.application().run(Run::Sequence, |connection, app| {
            connection.read_container(app, self.name())
        })
    }

    /// Stores a certificate beside a pair, in place of the one that is there. Bytes are kept as
    /// they are; needs the user's login.
    ///
    /// # Errors
    /// [`Error::NotLoggedIn`], [`Error::NoSpace`]; link errors.
    pub fn import_certificate(&self, usage: KeyUsage, der: &[u8]) -> Result<(), Error> {
        self.run_logged_in(Run::Single, |connection, app, container| {
            let certificate = der.to_vec();
            connection
                .call(&ImportCertificate {
                    usage,
                    app,
                    container,
                    certificate,
                })
                .map(drop)
        })
    }

    /// The certificate beside a pair.
    ///
    /// # Errors
    /// [`Error::CertificateNotFound`]; link errors.
    pub fn export_certificate(&self, usage: KeyUsage) -> Result<Vec<u8>, Error> {
        self.run(Run::Single, |connection, app, container| {
            Ok(connection
                .call(&ExportCertificate {
                    usage,
                    app,
                    container,
                })?
                .der)
        })
    }

    /// The public key of a pair.
    ///
    /// # Errors
    /// [`Error::KeyNotFound`]; link errors.
    pub fn public_key(&self, usage: KeyUsage) -> Result<PublicKey, Error> {
        self.run(Run::Single, |connection, app, container| {
            connection.export_public_key(app, container, usage)
        })
    }
}
