//! The table of methods: which function, which arguments in which order.

use super::*;

impl<U: Ulong> ForeignSkf for Calls<U> {
    fn devices(&self) -> Result<Vec<u8>> {
        Self::fetched("SKF_EnumDev", |out, len| {
            call!(self.SKF_EnumDev(flag(true), out, len))
        })
    }

    fn connect(&self, name: &[u8]) -> Result<ForeignHandle> {
        let mut name = text("SKF_ConnectDev", name)?;
        Self::opened("SKF_ConnectDev", |handle| {
            call!(self.SKF_ConnectDev(name.pointer(), handle))
        })
    }

    fn disconnect(&self, device: ForeignHandle) -> Result<()> {
        call!(self.SKF_DisConnectDev(pointer(device)))
    }

    fn device_info(&self, device: ForeignHandle, size: usize) -> Result<Vec<u8>> {
        Self::filled("SKF_GetDevInfo", size, |out| {
            call!(self.SKF_GetDevInfo(pointer(device), out))
        })
    }

    fn set_label(&self, device: ForeignHandle, label: &[u8]) -> Result<()> {
        let mut label = text("SKF_SetLabel", label)?;
        call!(self.SKF_SetLabel(pointer(device), label.pointer()))
    }

    fn random(&self, device: ForeignHandle, length: usize) -> Result<Vec<u8>> {
        let len = Self::len("SKF_GenRandom", length)?;
        Self::filled("SKF_GenRandom", length, |out| {
            call!(self.SKF_GenRandom(pointer(device), out, len))
        })
    }

    fn authenticate(&self, device: ForeignHandle, cryptogram: &[u8]) -> Result<()> {
        let len = Self::len("SKF_DevAuth", cryptogram.len())?;
        let mut cryptogram = Area::from_bytes(cryptogram);
        call!(self.SKF_DevAuth(pointer(device), cryptogram.pointer(), len))
    }

    fn change_auth_key(&self, device: ForeignHandle, key: &[u8]) -> Result<()> {
        let len = Self::len("SKF_ChangeDevAuthKey", key.len())?;
        let mut key = Area::from_bytes(key);
        call!(self.SKF_ChangeDevAuthKey(pointer(device), key.pointer(), len))
    }

    fn encrypt_ecb(
        &self,
        device: ForeignHandle,
        key: &[u8; 16],
        algorithm: u32,
        data: &[u8],
    ) -> Result<Vec<u8>> {
        let mut key = Area::from_bytes(key);
        let handle = Self::opened("SKF_SetSymmKey", |handle| {
            let algorithm = U::from_u32(algorithm);
            call!(self.SKF_SetSymmKey(pointer(device), key.pointer(), algorithm, handle))
        })?;
        let zero = U::from_u32(0);
        let parameters = BlockCipherParam {
            iv: [0; 32],
            iv_len: zero,
            padding_type: zero,
            feed_bit_len: zero,
        };
        let len = Self::len("SKF_Encrypt", data.len())?;
        let mut data = Area::from_bytes(data);
        let begun = call!(self.SKF_EncryptInit(pointer(handle), parameters));
        let encrypted = begun.and_then(|()| {
            Self::fetched("SKF_Encrypt", |out, out_len| {
                call!(self.SKF_Encrypt(pointer(handle), data.pointer(), len, out, out_len))
            })
        });
        // A key that cannot be closed is the library's to keep.
        let _ = call!(self.SKF_CloseHandle(pointer(handle)));
        encrypted
    }

    fn create_application(
        &self,
        device: ForeignHandle,
        name: &[u8],
        admin: (&[u8], u32),
        user: (&[u8], u32),
        rights: u32,
    ) -> Result<ForeignHandle> {
        const NAME: &str = "SKF_CreateApplication";
        let mut name = text(NAME, name)?;
        let (mut admin_pin, mut user_pin) = (text(NAME, admin.0)?, text(NAME, user.0)?);
        Self::opened(NAME, |handle| {
            call!(self.SKF_CreateApplication(
                pointer(device),
                name.pointer(),
                admin_pin.pointer(),
                U::from_u32(admin.1),
                user_pin.pointer(),
                U::from_u32(user.1),
                U::from_u32(rights),
                handle,
            ))
        })
    }

    fn applications(&self, device: ForeignHandle) -> Result<Vec<u8>> {
        Self::fetched("SKF_EnumApplication", |out, len| {
            call!(self.SKF_EnumApplication(pointer(device), out, len))
        })
    }

    fn delete_application(&self, device: ForeignHandle, name: &[u8]) -> Result<()> {
        let mut name = text("SKF_DeleteApplication", name)?;
        call!(self.SKF_DeleteApplication(pointer(device), name.pointer()))
    }

    fn open_application(&self, device: ForeignHandle, name: &[u8]) -> Result<ForeignHandle> {
        let mut name = text("SKF_OpenApplication", name)?;
        Self::opened("SKF_OpenApplication", |handle| {
            call!(self.SKF_OpenApplication(pointer(device), name.pointer(), handle))
        })
    }

    fn close_application(&self, application: ForeignHandle) -> Result<()> {
        call!(self.SKF_CloseApplication(pointer(application)))
    }

    fn pin_info(&self, application: ForeignHandle, pin: Pin) -> Result<PinCounter> {
        let (mut most, mut left) = (U::from_u32(0), U::from_u32(0));
        let kind = U::from_u32(pin as u32);
        let default_flag = Self::filled("SKF_GetPINInfo", 8, |default| {
            call!(self.SKF_GetPINInfo(pointer(application), kind, &mut most, &mut left, default))
        })?;
        Ok(PinCounter {
            max_tries: most.to_u64() as u32,
            tries_left: left.to_u64() as u32,
            default_flag: default_flag.try_into().unwrap_or_default(),
        })
    }

    fn verify_pin(&self, application: ForeignHandle, pin: Pin, value: &[u8]) -> Result<()> {
        let mut value = text("SKF_VerifyPIN", value)?;
        let kind = U::from_u32(pin as u32);
        Self::counted(|left| {
            call!(self.SKF_VerifyPIN(pointer(application), kind, value.pointer(), left))
        })
    }

    fn change_pin(
        &self,
        application: ForeignHandle,
        pin: Pin,
        old: &[u8],
        new: &[u8],
    ) -> Result<()> {
        let (mut old, mut new) = (text("SKF_ChangePIN", old)?, text("SKF_ChangePIN", new)?);
        let kind = U::from_u32(pin as u32);
        Self::counted(|left| {
            let (old, new) = (old.pointer(), new.pointer());
            call!(self.SKF_ChangePIN(pointer(application), kind, old, new, left))
        })
    }

    fn unblock_pin(&self, application: ForeignHandle, admin: &[u8], new_user: &[u8]) -> Result<()> {
        let mut admin = text("SKF_UnblockPIN", admin)?;
        let mut new_user = text("SKF_UnblockPIN", new_user)?;
        Self::counted(|left| {
            let (admin, new_user) = (admin.pointer(), new_user.pointer());
            call!(self.SKF_UnblockPIN(pointer(application), admin, new_user, left))
        })
    }

    fn clear_secure_state(&self, application: ForeignHandle) -> Result<()> {
        call!(self.SKF_ClearSecureState(pointer(application)))
    }

    fn create_file(
        &self,
        application: ForeignHandle,
        name: &[u8],
        size: u32,
        rights: (u32, u32),
    ) -> Result<()> {
        let mut name = text("SKF_CreateFile", name)?;
        let [size, read, write] = [size, rights.0, rights.1].map(U::from_u32);
        call!(self.SKF_CreateFile(pointer(application), name.pointer(), size, read, write))
    }

    fn delete_file(&self, application: ForeignHandle, name: &[u8]) -> Result<()> {
        let mut name = text("SKF_DeleteFile", name)?;
        call!(self.SKF_DeleteFile(pointer(application), name.pointer()))
    }

    fn files(&self, application: ForeignHandle) -> Result<Vec<u8>> {
        Self::fetched("SKF_EnumFiles", |out, len| {
            call!(self.SKF_EnumFiles(pointer(application), out, len))
        })
    }

    fn file_info(&self, application: ForeignHandle, name: &[u8], size: usize) -> Result<Vec<u8>> {
        let mut name = text("SKF_GetFileInfo", name)?;
        Self::filled("SKF_GetFileInfo", size, |out| {
            call!(self.SKF_GetFileInfo(pointer(application), name.pointer(), out))
        })
    }

    fn read_file(
        &self,
        application: ForeignHandle,
        name: &[u8],
        offset: u32,
        length: u32,
    ) -> Result<Vec<u8>> {
        let mut name = text("SKF_ReadFile", name)?;
        let mut area = Area::new(length as usize);
        let mut read = U::from_u32(length);
        let (offset, length) = (U::from_u32(offset), U::from_u32(length));
        let (name, out) = (name.pointer(), area.pointer());
        call!(self.SKF_ReadFile(pointer(application), name, offset, length, out, &mut read))?;
        if !area.is_whole() {
            return Err(Fault::Overrun("SKF_ReadFile"));
        }
        Ok(area.take(read.to_u64() as usize))
    }

    fn write_file(
        &self,
        application: ForeignHandle,
        name: &[u8],
        offset: u32,
        data: &[u8],
    ) -> Result<()> {
        let mut name = text("SKF_WriteFile", name)?;
        let len = Self::len("SKF_WriteFile", data.len())?;
        let mut data = Area::from_bytes(data);
        let (offset, name, data) = (U::from_u32(offset), name.pointer(), data.pointer());
        call!(self.SKF_WriteFile(pointer(application), name, offset, data, len))
    }

    fn create_container(&self, application: ForeignHandle, name: &[u8]) -> Result<ForeignHandle> {
        let mut name = text("SKF_CreateContainer", name)?;
        Self::opened("SKF_CreateContainer", |handle| {
            call!(self.SKF_CreateContainer(pointer(application), name.pointer(), handle))
        })
    }

    fn delete_container(&self, application: ForeignHandle, name: &[u8]) -> Result<()> {
        let mut name = text("SKF_DeleteContainer", name)?;
        call!(self.SKF_DeleteContainer(pointer(application), name.pointer()))
    }

    fn containers(&self, application: ForeignHandle) -> Result<Vec<u8>> {
        Self::fetched("SKF_EnumContainer", |out, len| {
            call!(self.SKF_EnumContainer(pointer(application), out, len))
        })
    }

    fn open_container(&self, application: ForeignHandle, name: &[u8]) -> Result<ForeignHandle> {
        let mut name = text("SKF_OpenContainer", name)?;
        Self::opened("SKF_OpenContainer", |handle| {
            call!(self.SKF_OpenContainer(pointer(application), name.pointer(), handle))
        })
    }

    fn close_container(&self, container: ForeignHandle) -> Result<()> {
        call!(self.SKF_CloseContainer(pointer(container)))
    }

    fn container_type(&self, container: ForeignHandle) -> Result<u32> {
        let mut kind = U::from_u32(0);
        call!(self.SKF_GetContainerType(pointer(container), &mut kind))?;
        Ok(kind.to_u64() as u32)
    }

    fn import_certificate(
        &self,
        container: ForeignHandle,
        signing: bool,
        certificate: &[u8],
    ) -> Result<()> {
        let len = Self::len("SKF_ImportCertificate", certificate.len())?;
        let mut bytes = Area::from_bytes(certificate);
        let bytes = bytes.pointer();
        call!(self.SKF_ImportCertificate(pointer(container), flag(signing), bytes, len))
    }

    fn export_certificate(&self, container: ForeignHandle, signing: bool) -> Result<Vec<u8>> {
        Self::fetched("SKF_ExportCertificate", |out, len| {
            call!(self.SKF_ExportCertificate(pointer(container), flag(signing), out, len))
        })
    }

    fn export_public_key(&self, container: ForeignHandle, signing: bool) -> Result<Vec<u8>> {
        Self::fetched("SKF_ExportPublicKey", |out, len| {
            call!(self.SKF_ExportPublicKey(pointer(container), flag(signing), out, len))
        })
    }

    fn generate_rsa(&self, container: ForeignHandle, bits: u32, size: usize) -> Result<Vec<u8>> {
        Self::filled("SKF_GenRSAKeyPair", size, |out| {
            call!(self.SKF_GenRSAKeyPair(pointer(container), U::from_u32(bits), out))
        })
    }

    fn import_rsa(
        &self,
        container: ForeignHandle,
        algorithm: u32,
        wrapped: &[u8],
        encrypted: &[u8],
    ) -> Result<()> {
        let wrapped_len = Self::len("SKF_ImportRSAKeyPair", wrapped.len())?;
        let encrypted_len = Self::len("SKF_ImportRSAKeyPair", encrypted.len())?;
        let (mut wrapped, mut encrypted) = (Area::from_bytes(wrapped), Area::from_bytes(encrypted));
        call!(self.SKF_ImportRSAKeyPair(
            pointer(container),
            U::from_u32(algorithm),
            wrapped.pointer(),
            wrapped_len,
            encrypted.pointer(),
            encrypted_len,
        ))
    }

    fn sign_rsa(&self, container: ForeignHandle, data: &[u8]) -> Result<Vec<u8>> {
        let data_len = Self::len("SKF_RSASignData", data.len())?;
        let mut data = Area::from_bytes(data);
        Self::fetched("SKF_RSASignData", |out, len| {
            call!(self.SKF_RSASignData(pointer(container), data.pointer(), data_len, out, len))
        })
    }

    fn generate_sm2(
        &self,
        container: ForeignHandle,
        algorithm: u32,
        size: usize,
    ) -> Result<Vec<u8>> {
        Self::filled("SKF_GenECCKeyPair", size, |out| {
            call!(self.SKF_GenECCKeyPair(pointer(container), U::from_u32(algorithm), out))
        })
    }

    fn import_sm2(&self, container: ForeignHandle, enveloped: &[u8]) -> Result<()> {
        let mut enveloped = Area::from_bytes(enveloped);
        call!(self.SKF_ImportECCKeyPair(pointer(container), enveloped.pointer()))
    }

    fn sign_sm2(&self, container: ForeignHandle, digest: &[u8; 32]) -> Result<Vec<u8>> {
        let mut data = Area::from_bytes(digest);
        let len = U::from_u32(32);
        Self::filled("SKF_ECCSignData", 128, |out| {
            call!(self.SKF_ECCSignData(pointer(container), data.pointer(), len, out))
        })
    }

    fn decrypt_sm2(
        &self,
        container: ForeignHandle,
        signing: bool,
        cipher: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>> {
        let form = self
            .sm2_decryption()
            .ok_or(Fault::Missing("SKF_ECCDecrypt"))?;
        let mut cipher = Area::from_bytes(cipher);
        let (container, cipher) = (pointer(container), cipher.pointer());
        let plain = Self::fetched("SKF_ECCDecrypt", |out, len| match form {
            DecryptForm::SignFlag => {
                call!(self.SKF_ECCDecrypt(container, flag(signing), cipher, out, len))
            }
            DecryptForm::KeySpec => {
                let spec = U::from_u32(if signing { 2 } else { 1 });
                call!(self.SKF_PrvKeyDecrypt(container, spec, cipher, out, len))
            }
            DecryptForm::EncryptionKey if signing => Err(Fault::Missing("SKF_ECCDecrypt")),
            DecryptForm::EncryptionKey => {
                call!(self.SKF_ECCPrvKeyDecrypt(container, cipher, out, len))
            }
        });
        plain.map(Zeroizing::new)
    }

    fn decrypt_rsa(
        &self,
        container: ForeignHandle,
        signing: bool,
        cipher: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>> {
        let form = self
            .rsa_decryption()
            .ok_or(Fault::Missing("SKF_RSADecrypt"))?;
        let cipher_len = Self::len("SKF_RSADecrypt", cipher.len())?;
        let mut cipher = Area::from_bytes(cipher);
        let (container, cipher) = (pointer(container), cipher.pointer());
        let plain = Self::fetched("SKF_RSADecrypt", |out, len| match form {
            DecryptForm::SignFlag | DecryptForm::KeySpec => {
                call!(self.SKF_RSADecrypt(container, flag(signing), cipher, cipher_len, out, len))
            }
            DecryptForm::EncryptionKey if signing => Err(Fault::Missing("SKF_RSADecrypt")),
            DecryptForm::EncryptionKey => {
                call!(self.SKF_RSAPrvKeyDecrypt(container, cipher, cipher_len, out, len))
            }
        });
        plain.map(Zeroizing::new)
    }

    fn sm2_decryption(&self) -> Option<DecryptForm> {
        let functions = &self.functions;
        if functions.SKF_ECCDecrypt.is_some() {
            Some(DecryptForm::SignFlag)
        } else if functions.SKF_PrvKeyDecrypt.is_some() {
            Some(DecryptForm::KeySpec)
        } else if functions.SKF_ECCPrvKeyDecrypt.is_some() {
            Some(DecryptForm::EncryptionKey)
        } else {
            None
        }
    }

    fn rsa_decryption(&self) -> Option<DecryptForm> {
        let functions = &self.functions;
        if functions.SKF_RSADecrypt.is_some() {
            Some(DecryptForm::SignFlag)
        } else if functions.SKF_RSAPrvKeyDecrypt.is_some() {
            Some(DecryptForm::EncryptionKey)
        } else {
            None
        }
    }
}
