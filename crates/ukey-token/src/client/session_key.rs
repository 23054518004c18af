//! Session keys in the token's working memory: made, wrapped, unwrapped and used there (GM/T 0017, 9.6.8, 9.6.16,
//! 9.6.25 and 9.6.27 to 9.6.43). Their bytes never come to the host.

use super::{
    Connection,
    import::{wire_cipher, wire_public},
    keygen::{wire_rsa_public, wrong_kind},
};
use crate::{container::Container, device::Run, error::Error};
use ukey_apdu::{
    Ins, Request, Secret,
    blob::Sm2Cipher,
    id::{AlgId, AppId, ContainerId, SessionKeyId},
    request::{
        cipher::{
            Decrypt, DecryptInit, DecryptUpdate, Encrypt, EncryptFinal, EncryptInit, EncryptUpdate,
        },
        mac::{MacFinal, MacInit, MacUpdate},
        session_key::{
            DestroySessionKey, EccExportSessionKey, ImportSessionKey, RsaExportSessionKey,
            WrappedKey,
        },
    },
};
use ukey_crypto::{rsa, sm2, sm4};
use zeroize::Zeroizing;

/// Data of one command: whole blocks, and small enough for one extended APDU with its header.
const CHUNK: usize = 60 * 1024;

/// A symmetric key inside the token. It is destroyed there when this value is dropped, and dies with the token's
/// power and with the secure state of its application. It runs at most one encryption, one decryption and one MAC.
pub struct SessionKey {
    container: Container,
    id: SessionKeyId,
    /// Number of resets of the card at the time of its making; a number from before a reset may mean another key.
    epoch: u64,
}

impl std::fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SessionKey")
            .field("container", &self.container.name())
            .finish_non_exhaustive()
    }
}

/// A wrapped session key, by the kind of the key that unwraps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WrappedSessionKey<'a> {
    /// PKCS#1 v1.5 to an RSA encryption key.
    Rsa(&'a [u8]),
    /// SM2 to an SM2 encryption key.
    Sm2(&'a sm2::Ciphertext),
}

/// How an encryption or decryption starts.
#[derive(Debug, Clone, Copy)]
pub struct CipherStart<'a> {
    /// Which way.
    pub direction: sm4::Direction,
    /// One block, or empty in ECB mode.
    pub iv: &'a [u8],
    /// What the token does about the last block.
    pub padding: sm4::Padding,
}

fn host_cipher(cipher: Sm2Cipher) -> sm2::Ciphertext {
    sm2::Ciphertext {
        x: cipher.x,
        y: cipher.y,
        hash: cipher.hash,
        data: cipher.data,
    }
}

impl Container {
    /// Unwraps a session key with the encryption pair; needs the user's login. `alg` fixes cipher and mode.
    ///
    /// # Errors
    /// [`Error::NotLoggedIn`], [`Error::KeyNotFound`], [`Error::KeyType`], [`Error::InvalidData`], [`Error::NoSpace`];
    /// link errors.
    pub fn import_session_key(
        &self,
        alg: AlgId,
        wrapped: &WrappedSessionKey<'_>,
    ) -> Result<SessionKey, Error> {
        let id = self.run_logged_in(Run::Once, |connection, app, container| {
            let wrapped = match wrapped {
                WrappedSessionKey::Rsa(bytes) => WrappedKey::Rsa(bytes.to_vec()),
                WrappedSessionKey::Sm2(cipher) => WrappedKey::Ecc(wire_cipher(cipher)),
            };
            let request = ImportSessionKey {
                app,
                container,
                sym_alg: alg,
                wrapped,
            };
            Ok(connection.call(&request).map_err(wrong_kind)?.key)
        })?;
        Ok(SessionKey::new(self, id))
    }

    /// Makes a session key and wraps it for an SM2 key.
    ///
    /// # Errors
    /// [`Error::NoSpace`], [`Error::NotSupported`] for another cipher than SM4; link errors.
    pub fn export_session_key_sm2(
        &self,
        alg: AlgId,
        to: &sm2::PublicKey,
    ) -> Result<(SessionKey, sm2::Ciphertext), Error> {
        let made = self.run_logged_in(Run::Once, |connection, app, container| {
            connection.call(&EccExportSessionKey {
                app,
                container,
                sym_alg: alg,
                public: wire_public(to),
            })
        })?;
        let key = SessionKey::new(self, made.key);
        Ok((key, host_cipher(made.wrapped)))
    }

    /// Makes a session key and wraps it for an RSA key with PKCS#1 v1.5.
    ///
    /// # Errors
    /// As [`Container::export_session_key_sm2`].
    pub fn export_session_key_rsa(
        &self,
        alg: AlgId,
        to: &rsa::PublicKey,
    ) -> Result<(SessionKey, Vec<u8>), Error> {
        let public = wire_rsa_public(to)?;
        let made = self.run_logged_in(Run::Once, |connection, app, container| {
            connection.call(&RsaExportSessionKey {
                app,
                container,
                sym_alg: alg,
                public: public.clone(),
            })
        })?;
        Ok((SessionKey::new(self, made.key), made.wrapped))
    }
}

impl SessionKey {
    pub(super) fn new(container: &Container, id: SessionKeyId) -> Self {
        Self {
            container: container.clone(),
            id,
            epoch: container.application().device().epoch(),
        }
    }

    /// Runs `body` on the token, once: a repeat after a reset could meet another key of the same number.
    fn run<T>(
        &self,
        mut body: impl FnMut(&mut Connection, AppId, ContainerId) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let device = self.container.application().device();
        self.container.run(Run::Once, |connection, app, container| {
            if device.epoch() != self.epoch {
                return Err(Error::KeyNotFound);
            }
            body(connection, app, container)
        })
    }

    /// Starts an encryption or decryption in place of the one that runs.
    ///
    /// # Errors
    /// [`Error::KeyNotFound`] when the key has died, [`Error::InvalidData`] for an IV that the mode does not take,
    /// [`Error::NotSupported`] for a MAC key; link errors.
    pub fn begin(&self, start: &CipherStart<'_>) -> Result<(), Error> {
        let padding = match start.padding {
            sm4::Padding::None => 0,
            sm4::Padding::Pkcs7 => 1,
        };
        self.run(|connection, app, container| {
            let init = EncryptInit {
                app,
                container,
                key: self.id,
                iv: start.iv.to_vec(),
                padding,
                feedback_bits: 0,
            };
            match start.direction {
                sm4::Direction::Encrypt => connection.call(&init).map(drop),
                sm4::Direction::Decrypt => connection.call(&decrypt_init(init)).map(drop),
            }
        })
    }

    /// Processes a part; gives what is ready.
    ///
    /// # Errors
    /// [`Error::Conditions`] when nothing was begun, [`Error::KeyNotFound`]; link errors, after which the operation
    /// must be begun anew.
    pub fn update(
        &self,
        direction: sm4::Direction,
        data: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        self.process(direction, data, None)
    }

    /// Processes the last part, which may be empty, and ends the operation whatever comes of it.
    ///
    /// # Errors
    /// As [`SessionKey::update`]; [`Error::InvalidLength`] and [`Error::InvalidData`] for data that is not whole
    /// blocks, or is padded wrongly.
    pub fn finish(
        &self,
        direction: sm4::Direction,
        data: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let (first, last) = data.split_at(last_chunk(data.len()));
        self.process(direction, first, Some(last))
    }

    /// Commands for `data`, and for what ends the operation.
    fn process(
        &self,
        direction: sm4::Direction,
        data: &[u8],
        last: Option<&[u8]>,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let room = data.len() + last.map_or(0, <[u8]>::len) + 2 * sm4::BLOCK;
        self.run(|connection, app, container| {
            let mut out = Zeroizing::new(Vec::with_capacity(room));
            let mut part = |step, data: &[u8]| {
                let place = (app, container, self.id);
                let ready = cipher_part(connection, place, direction, step, data)?;
                out.extend_from_slice(&ready);
                Ok::<_, Error>(())
            };
            for data in data.chunks(CHUNK) {
                part(Step::More, data)?;
            }
            if let Some(last) = last {
                part(Step::Last, last)?;
            }
            Ok(out)
        })
    }

    /// Starts a CBC MAC in place of the one that runs; an empty IV is a block of zeros.
    ///
    /// # Errors
    /// As [`SessionKey::begin`].
    pub fn begin_mac(&self, iv: &[u8]) -> Result<(), Error> {
        self.run(|connection, app, container| {
            let request = MacInit {
                app,
                container,
                key: self.id,
                iv: iv.to_vec(),
                padding: 0,
            };
            connection.call(&request).map(drop)
        })
    }

    /// Takes a part into the MAC.
    ///
    /// # Errors
    /// As [`SessionKey::update`].
    pub fn update_mac(&self, data: &[u8]) -> Result<(), Error> {
        self.run(|connection, app, container| {
            mac_parts(connection, (app, container, self.id), data)
        })
    }

    /// Takes the last part, which may be empty, and gives the MAC: the last block.
    ///
    /// # Errors
    /// As [`SessionKey::finish`].
    pub fn finish_mac(&self, data: &[u8]) -> Result<[u8; sm4::BLOCK], Error> {
        let (first, last) = data.split_at(last_chunk(data.len()));
        let mac = self.run(|connection, app, container| {
            mac_parts(connection, (app, container, self.id), first)?;
            connection.call(&MacFinal {
                app,
                container,
                key: self.id,
                data: last.to_vec(),
            })
        })?;
        mac.0.try_into().map_err(|_| Error::Answer {
            ins: MacFinal::INS as u8,
        })
    }
}

/// Where a key is, and which.
type Place = (AppId, ContainerId, SessionKeyId);

/// Whether an operation goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    More,
    Last,
}

/// The two directions begin with the same members.
fn decrypt_init(init: EncryptInit) -> DecryptInit {
    DecryptInit {
        app: init.app,
        container: init.container,
        key: init.key,
        iv: init.iv,
        padding: init.padding,
        feedback_bits: init.feedback_bits,
    }
}

/// One command of a running operation; what it gives back.
fn cipher_part(
    connection: &mut Connection,
    (app, container, key): Place,
    direction: sm4::Direction,
    step: Step,
    part: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Error> {
    // Plaintext is wiped wherever it goes; ciphertext need not be.
    let secret = || Secret::from(part);
    let cipher = || part.to_vec();
    #[rustfmt::skip]
    let ready = match (direction, step) {
        (sm4::Direction::Decrypt, Step::More) => {
            return Ok(connection.call(&DecryptUpdate { app, container, key, data: cipher() })?.into_zeroizing());
        }
        (sm4::Direction::Decrypt, Step::Last) => {
            return Ok(connection.call(&Decrypt { app, container, key, data: cipher() })?.into_zeroizing());
        }
        (sm4::Direction::Encrypt, Step::More) => {
            connection.call(&EncryptUpdate { app, container, key, data: secret() })?
        }
        (sm4::Direction::Encrypt, Step::Last) if part.is_empty() => {
            connection.call(&EncryptFinal { app, container, key, data: secret() })?
        }
        (sm4::Direction::Encrypt, Step::Last) => {
            connection.call(&Encrypt { app, container, key, data: secret() })?
        }
    };
    Ok(Zeroizing::new(ready.0))
}

fn mac_parts(
    connection: &mut Connection,
    (app, container, key): Place,
    data: &[u8],
) -> Result<(), Error> {
    data.chunks(CHUNK).try_for_each(|part| {
        let data = part.to_vec();
        let request = MacUpdate {
            app,
            container,
            key,
            data,
        };
        connection.call(&request).map(drop)
    })
}

/// Where the last command's share of `length` bytes begins.
fn last_chunk(length: usize) -> usize {
    length.saturating_sub(1) / CHUNK * CHUNK
}

impl Drop for SessionKey {
    /// The token has room for few keys. A failure leaves the key to the next reset, and so does a token that somebody
    /// holds: closing must not wait.
    fn drop(&mut self) {
        let device = self.container.application().device();
        if device.is_removed() || device.epoch() != self.epoch || device.is_held_elsewhere() {
            return;
        }
        let destroyed = self.run(|connection, app, container| {
            connection
                .call(&DestroySessionKey {
                    app,
                    container,
                    key: self.id,
                })
                .map(drop)
        });
        if let Err(error) = destroyed {
            tracing::debug!(%error, ins = Ins::DestroySessionKey as u8, "session key not destroyed");
        }
    }
}
