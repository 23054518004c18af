//! Tests that need the inside of the crate. Hand-written bytes are in the crate's `tests/` folder.
#![allow(clippy::unwrap_used)]

mod instruction;
mod random_bytes;
mod round_trip;
pub(crate) mod sample;
mod status;

/// Collects `$run::<T>(arguments)` for the type of every request.
macro_rules! for_every_request {
    ($run:ident $arguments:tt) => {{
        use crate::request::*;
        crate::tests::for_every_request!(@ $run $arguments,
            agreement::GenerateAgreementDataWithEcc,
            agreement::GenerateAgreementDataAndKeyWithEcc,
            agreement::GenerateKeyWithEcc,
            application::CreateApplication,
            application::CreateApplicationSecured,
            application::EnumApplication,
            application::DeleteApplication,
            application::OpenApplication,
            application::CloseApplication,
            auth::DevAuth,
            auth::ChangeDevAuthKey,
            auth::GetPinInfo,
            auth::ChangePin,
            auth::VerifyPin,
            auth::UnblockPin,
            auth::ClearSecureState,
            cipher::EncryptInit,
            cipher::Encrypt,
            cipher::EncryptUpdate,
            cipher::EncryptFinal,
            cipher::DecryptInit,
            cipher::Decrypt,
            cipher::DecryptUpdate,
            cipher::DecryptFinal,
            cipher::ExtRsaPubKeyOperation,
            cipher::ExtRsaPriKeyOperation,
            cipher::ExtEccEncrypt,
            cipher::ExtEccDecrypt,
            container::CreateContainer,
            container::OpenContainer,
            container::CloseContainer,
            container::EnumContainer,
            container::DeleteContainer,
            container::GetContainerInfo,
            container::ImportCertificate,
            container::ExportCertificate,
            device::SetLabel,
            device::GetDevInfo,
            device::GenRandom,
            digest::DigestInit,
            digest::Digest,
            digest::DigestUpdate,
            digest::DigestFinal,
            extension::GetCapabilities,
            extension::GetChangeCounter,
            extension::GetTransportKey,
            extension::PrivateKeyOperation,
            extension::WriteObject,
            extension::ReadObjects,
            extension::DeleteObject,
            extension::ResetApplication,
            extension::SetUserPin,
            extension::CreateApplicationProtected,
            file::CreateFile,
            file::DeleteFile,
            file::EnumFiles,
            file::GetFileInfo,
            file::ReadFile,
            file::WriteFile,
            import::ImportRsaKeyPair,
            import::ImportEccKeyPair,
            keygen::GenExtRsaKey,
            keygen::GenRsaKeyPair,
            keygen::GenEccKeyPair,
            keygen::ExportPubKey,
            mac::MacInit,
            mac::Mac,
            mac::MacUpdate,
            mac::MacFinal,
            session_key::RsaExportSessionKey,
            session_key::RsaExportSessionKeyEx,
            session_key::EccExportSessionKey,
            session_key::EccExportSessionKeyEx,
            session_key::ImportSessionKey,
            session_key::ImportSymmKey,
            session_key::DestroySessionKey,
            sign::EccSignData,
            sign::EccVerify,
            sign::RsaSignData,
            sign::RsaVerify,
            sign::ExtEccSign,
        )
    }};
    (@ $run:ident $arguments:tt, $($request:ty,)+) => {
        [$($run::<$request> $arguments),+]
    };
}
pub(crate) use for_every_request;
