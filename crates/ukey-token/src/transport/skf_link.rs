//! What a link takes in another shape than the wire: its other end is an SKF library, which wants PINs as text where a card
//! wants cryptograms.

use crate::{client::EnvelopedSm2Key, error::Error};
use ukey_apdu::{
    id::{AppId, ContainerId, PinType},
    request::application::ApplicationParameters,
};

/// See the [module](self). Numbers of applications and containers are those of the link's APDUs.
pub trait SkfLink {
    /// SKF_VerifyPIN.
    ///
    /// # Errors
    /// As [`crate::Application::verify_pin`].
    fn verify_pin(&mut self, app: AppId, pin_type: PinType, pin: &[u8]) -> Result<(), Error>;

    /// SKF_ChangePIN.
    ///
    /// # Errors
    /// As [`crate::Application::change_pin`].
    fn change_pin(
        &mut self,
        app: AppId,
        pin_type: PinType,
        old: &[u8],
        new: &[u8],
    ) -> Result<(), Error>;

    /// SKF_UnblockPIN.
    ///
    /// # Errors
    /// As [`crate::Application::unblock_pin`].
    fn unblock_pin(&mut self, app: AppId, admin: &[u8], new_user: &[u8]) -> Result<(), Error>;

    /// SKF_DevAuth with the block cipher that the device wants.
    ///
    /// # Errors
    /// As [`crate::Device::authenticate`].
    fn authenticate(&mut self, key: &[u8; 16]) -> Result<(), Error>;

    /// SKF_ChangeDevAuthKey.
    ///
    /// # Errors
    /// As [`crate::Device::change_auth_key`].
    fn change_auth_key(&mut self, new: &[u8; 16]) -> Result<(), Error>;

    /// SKF_CreateApplication.
    ///
    /// # Errors
    /// As [`crate::Device::create_application`]; [`Error::NotSupported`] without a user PIN.
    fn create_application(&mut self, new: &ApplicationParameters) -> Result<AppId, Error>;

    /// SKF_ImportECCKeyPair, with the whole field of the private key.
    ///
    /// # Errors
    /// As [`crate::Container::import_sm2`].
    fn import_sm2(
        &mut self,
        container: ContainerId,
        key: &EnvelopedSm2Key<'_>,
    ) -> Result<(), Error>;
}
