//! What an SKF library wants in the clear: PINs, the device key, and the whole of an enveloped key.

use super::{
    card::{Failure, VendorCard, pin_of},
    layout::{self, Layout},
};
use crate::{client::EnvelopedSm2Key, error::Error, transport::skf_link::SkfLink};
use ukey_apdu::{
    Ins,
    id::{AppId, ContainerId, PinType},
    request::application::ApplicationParameters,
    secure,
};
use ukey_crypto::sm4;
use ukey_ffi::foreign::{Fault, ForeignHandle, ForeignSkf};
use zeroize::Zeroizing;

/// SAR_PIN_INCORRECT.
const PIN_INCORRECT: u32 = 0x0A00_0024;
/// SAR_PIN_LEN_RANGE and SAR_PIN_INVALID: refused without a comparison.
const PIN_REFUSED: [u32; 2] = [0x0A00_0027, 0x0A00_0026];
/// SGD_SM4_ECB.
const SM4_ECB: u32 = 0x401;

/// Most tries that the wire can tell.
const MAX_TRIES: u32 = 15;

impl VendorCard {
    /// A PIN function. Its failure tells the tries left; where it does not, they are asked for.
    fn with_pin(
        &self,
        ins: Ins,
        app: AppId,
        counted: PinType,
        work: impl FnOnce(&dyn ForeignSkf, ForeignHandle) -> Result<(), Fault> + Send + 'static,
    ) -> Result<(), Error> {
        let pin = pin_of(counted);
        let outcome = self.in_application(ins, app, move |skf, handle| match work(skf, handle) {
            Err(Fault::Code {
                code, tries_left, ..
            }) if code == PIN_INCORRECT => {
                let left = match tries_left {
                    Some(left) => left,
                    None => skf.pin_info(handle, pin)?.tries_left,
                };
                Ok(Verdict::Wrong(left.min(MAX_TRIES) as u8))
            }
            Err(Fault::Code { code, .. }) if PIN_REFUSED.contains(&code) => Ok(Verdict::Refused),
            other => other.map(|()| Verdict::Right),
        });
        match outcome {
            Ok(Verdict::Right) => Ok(()),
            Ok(Verdict::Wrong(tries_left)) => Err(Error::PinIncorrect { tries_left }),
            Ok(Verdict::Refused) => Err(Error::PinInvalid),
            Err(failure) => Err(failure.error(ins)),
        }
    }

    /// Algorithm of device authentication, from DEVINFO; SM4 where it says nothing.
    fn auth_algorithm(&self) -> Result<u32, Failure> {
        let device = self.device;
        let bytes = self.call(Ins::GetDevInfo, None, move |skf| {
            skf.device_info(device, Layout::LARGEST)
        })?;
        Ok(
            match layout::device_info(self.layout(), &bytes).dev_auth_alg_id {
                0 => SM4_ECB,
                known => known,
            },
        )
    }
}

enum Verdict {
    Right,
    Wrong(u8),
    Refused,
}

/// 8.2.3 of the standard: eight random bytes and eight zeros, encrypted in one block. By us with SM4; with another cipher
/// by the library.
pub(super) fn auth_cryptogram(
    skf: &dyn ForeignSkf,
    device: ForeignHandle,
    algorithm: u32,
    key: &[u8; 16],
) -> Result<Vec<u8>, Fault> {
    let random = skf.random(device, secure::CHALLENGE_LENGTH)?;
    let mut block = [0; sm4::BLOCK];
    block[..random.len()].copy_from_slice(&random);
    if algorithm == SM4_ECB && sm4::ecb_encrypt(&sm4::Key::from(*key), &mut block).is_ok() {
        return Ok(block.to_vec());
    }
    skf.encrypt_ecb(device, key, algorithm, &block)
}

fn secret(bytes: &[u8]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(bytes.to_vec())
}

impl SkfLink for VendorCard {
    fn verify_pin(&mut self, app: AppId, pin_type: PinType, pin: &[u8]) -> Result<(), Error> {
        let (which, pin) = (pin_of(pin_type), secret(pin));
        self.with_pin(Ins::VerifyPin, app, pin_type, move |skf, app| {
            skf.verify_pin(app, which, &pin)
        })
    }

    fn change_pin(
        &mut self,
        app: AppId,
        pin_type: PinType,
        old: &[u8],
        new: &[u8],
    ) -> Result<(), Error> {
        let (which, old, new) = (pin_of(pin_type), secret(old), secret(new));
        self.with_pin(Ins::ChangePin, app, pin_type, move |skf, app| {
            skf.change_pin(app, which, &old, &new)
        })
    }

    fn unblock_pin(&mut self, app: AppId, admin: &[u8], new_user: &[u8]) -> Result<(), Error> {
        let (admin, new_user) = (secret(admin), secret(new_user));
        self.with_pin(Ins::UnblockPin, app, PinType::Admin, move |skf, app| {
            skf.unblock_pin(app, &admin, &new_user)
        })
    }

    fn authenticate(&mut self, key: &[u8; 16]) -> Result<(), Error> {
        let ins = Ins::DevAuth;
        let algorithm = self.auth_algorithm().map_err(|e| e.error(ins))?;
        let (device, key) = (self.device, Zeroizing::new(*key));
        let outcome = self.call(ins, None, move |skf| {
            let encrypted = auth_cryptogram(skf, device, algorithm, &key)?;
            match skf.authenticate(device, &encrypted) {
                Err(Fault::Code { .. }) => Ok(false),
                other => other.map(|()| true),
            }
        });
        match outcome {
            Ok(true) => Ok(()),
            Ok(false) => Err(Error::DeviceAuthenticationFailed),
            Err(e) => Err(e.error(ins)),
        }
    }

    fn change_auth_key(&mut self, new: &[u8; 16]) -> Result<(), Error> {
        let (ins, device, new) = (Ins::ChangeDevAuthKey, self.device, Zeroizing::new(*new));
        self.call(ins, None, move |skf| skf.change_auth_key(device, &*new))
            .map_err(|e| e.error(ins))
    }

    fn create_application(&mut self, new: &ApplicationParameters) -> Result<AppId, Error> {
        if new.user_pin.expose().is_empty() {
            return Err(Error::NotSupported);
        }
        let (ins, device, name) = (Ins::CreateApplication, self.device, new.name.clone());
        let (admin, user) = (
            secret(new.admin_pin.expose()),
            secret(new.user_pin.expose()),
        );
        let (admin_tries, user_tries) = (new.admin_tries.into(), new.user_tries.into());
        let rights = new.create_file_rights.0;
        let created = self.call(ins, None, move |skf| {
            skf.create_application(
                device,
                &name,
                (&admin, admin_tries),
                (&user, user_tries),
                rights,
            )
        });
        let handle = created.map_err(|e| e.error(ins))?;
        Ok(self.adopt_application(&new.name, handle))
    }

    fn import_sm2(
        &mut self,
        container: ContainerId,
        key: &EnvelopedSm2Key<'_>,
    ) -> Result<(), Error> {
        let blob = self
            .structure()
            .ulong(1)
            .ulong(key.sym_alg.0)
            .ulong(256)
            .array(key.encrypted_private)
            .ulong(256)
            .number(&key.public_key.x())
            .number(&key.public_key.y())
            .cipher(key.session_key)
            .finish();
        let blob = Zeroizing::new(blob);
        let ins = Ins::ImportEccKeyPair;
        self.in_container(ins, container, move |skf, container| {
            skf.import_sm2(container, &blob)
        })
        .map_err(|e| e.error(ins))
    }
}
