//! Objects, keys and operations: the calls that most tests make.

use super::*;

impl P11 {
    pub fn create(
        &self,
        session: CK_SESSION_HANDLE,
        mut template: Template,
    ) -> Result<CK_OBJECT_HANDLE, CK_RV> {
        let (mut attributes, mut handle) = (template.c(), 0);
        let count = attributes.len() as CK_ULONG;
        match call!(
            self,
            C_CreateObject(session, attributes.as_mut_ptr(), count, &raw mut handle)
        ) {
            CKR_OK => Ok(handle),
            rv => Err(rv),
        }
    }

    pub fn copy(
        &self,
        session: CK_SESSION_HANDLE,
        object: CK_OBJECT_HANDLE,
        mut template: Template,
    ) -> Result<CK_OBJECT_HANDLE, CK_RV> {
        let (mut attributes, mut handle) = (template.c(), 0);
        let count = attributes.len() as CK_ULONG;
        let rv = call!(
            self,
            C_CopyObject(
                session,
                object,
                attributes.as_mut_ptr(),
                count,
                &raw mut handle
            )
        );
        if rv == CKR_OK { Ok(handle) } else { Err(rv) }
    }

    pub fn find(
        &self,
        session: CK_SESSION_HANDLE,
        mut template: Template,
    ) -> Vec<CK_OBJECT_HANDLE> {
        let mut attributes = template.c();
        let count = attributes.len() as CK_ULONG;
        expect(call!(
            self,
            C_FindObjectsInit(session, attributes.as_mut_ptr(), count)
        ));
        let (mut found, mut number) = ([0; 64], 0);
        expect(call!(
            self,
            C_FindObjects(session, found.as_mut_ptr(), 64, &raw mut number)
        ));
        expect(call!(self, C_FindObjectsFinal(session)));
        found[..number as usize].to_vec()
    }

    pub fn find_one(&self, session: CK_SESSION_HANDLE, template: Template) -> CK_OBJECT_HANDLE {
        let found = self.find(session, template);
        assert_eq!(found.len(), 1);
        found[0]
    }

    pub fn attribute(
        &self,
        session: CK_SESSION_HANDLE,
        object: CK_OBJECT_HANDLE,
        attribute: CK_ATTRIBUTE_TYPE,
    ) -> Answer {
        let mut wanted = CK_ATTRIBUTE {
            type_: attribute,
            pValue: null_mut(),
            ulValueLen: 0,
        };
        let rv = call!(
            self,
            C_GetAttributeValue(session, object, &raw mut wanted, 1)
        );
        if rv != CKR_OK {
            return Err(rv);
        }
        let mut value = vec![0; wanted.ulValueLen as usize];
        wanted.pValue = value.as_mut_ptr().cast();
        let rv = call!(
            self,
            C_GetAttributeValue(session, object, &raw mut wanted, 1)
        );
        answer(rv, value)
    }

    pub fn set(
        &self,
        session: CK_SESSION_HANDLE,
        object: CK_OBJECT_HANDLE,
        mut template: Template,
    ) -> CK_RV {
        let mut attributes = template.c();
        let count = attributes.len() as CK_ULONG;
        call!(
            self,
            C_SetAttributeValue(session, object, attributes.as_mut_ptr(), count)
        )
    }

    pub fn generate(
        &self,
        session: CK_SESSION_HANDLE,
        mut mechanism: Mechanism,
        mut public: Template,
        mut private: Template,
    ) -> Result<(CK_OBJECT_HANDLE, CK_OBJECT_HANDLE), CK_RV> {
        let (mut public, mut private) = (public.c(), private.c());
        let (mut public_key, mut private_key) = (0, 0);
        let mut c = mechanism.c();
        let rv = call!(
            self,
            C_GenerateKeyPair(
                session,
                &raw mut c,
                public.as_mut_ptr(),
                public.len() as CK_ULONG,
                private.as_mut_ptr(),
                private.len() as CK_ULONG,
                &raw mut public_key,
                &raw mut private_key,
            )
        );
        if rv == CKR_OK {
            Ok((public_key, private_key))
        } else {
            Err(rv)
        }
    }

    /// An SM2 pair on the token: public and private.
    pub fn sm2_pair(
        &self,
        session: CK_SESSION_HANDLE,
        label: &str,
    ) -> (CK_OBJECT_HANDLE, CK_OBJECT_HANDLE) {
        let template = || {
            Template::default()
                .on_token()
                .bytes(CKA_LABEL, label.as_bytes())
        };
        self.generate(
            session,
            Mechanism::plain(CKM_SM2_KEY_PAIR_GEN),
            template(),
            template(),
        )
        .expect("a pair")
    }

    /// An RSA-2048 pair on the token: public and private.
    pub fn rsa_pair(
        &self,
        session: CK_SESSION_HANDLE,
        label: &str,
    ) -> (CK_OBJECT_HANDLE, CK_OBJECT_HANDLE) {
        let template = || {
            Template::default()
                .on_token()
                .bytes(CKA_LABEL, label.as_bytes())
        };
        let public = template().number(CKA_MODULUS_BITS, 2048);
        self.generate(
            session,
            Mechanism::plain(CKM_RSA_PKCS_KEY_PAIR_GEN),
            public,
            template(),
        )
        .expect("a pair")
    }

    pub fn sign_init(
        &self,
        session: CK_SESSION_HANDLE,
        mut mechanism: Mechanism,
        key: CK_OBJECT_HANDLE,
    ) -> CK_RV {
        call!(self, C_SignInit(session, &mut mechanism.c(), key))
    }

    pub fn verify_init(
        &self,
        session: CK_SESSION_HANDLE,
        mut mechanism: Mechanism,
        key: CK_OBJECT_HANDLE,
    ) -> CK_RV {
        call!(self, C_VerifyInit(session, &mut mechanism.c(), key))
    }

    /// C_SignInit and C_Sign.
    pub fn sign(
        &self,
        session: CK_SESSION_HANDLE,
        mechanism: Mechanism,
        key: CK_OBJECT_HANDLE,
        data: &[u8],
    ) -> Answer {
        match self.sign_init(session, mechanism, key) {
            CKR_OK => self.sign_data(session, data, 1024),
            rv => Err(rv),
        }
    }

    /// C_Sign into a buffer of `room`.
    pub fn sign_data(&self, session: CK_SESSION_HANDLE, data: &[u8], room: usize) -> Answer {
        let (mut out, mut len) = (vec![0; room], room as CK_ULONG);
        let rv = call!(
            self,
            C_Sign(
                session,
                data.as_ptr().cast_mut(),
                data.len() as CK_ULONG,
                out.as_mut_ptr(),
                &raw mut len
            )
        );
        out.truncate(len as usize);
        answer(rv, out)
    }

    /// C_VerifyInit and C_Verify.
    pub fn verify(
        &self,
        session: CK_SESSION_HANDLE,
        mechanism: Mechanism,
        key: CK_OBJECT_HANDLE,
        data: &[u8],
        signature: &[u8],
    ) -> CK_RV {
        match self.verify_init(session, mechanism, key) {
            CKR_OK => call!(
                self,
                C_Verify(
                    session,
                    data.as_ptr().cast_mut(),
                    data.len() as CK_ULONG,
                    signature.as_ptr().cast_mut(),
                    signature.len() as CK_ULONG,
                )
            ),
            rv => rv,
        }
    }

    /// C_EncryptInit and C_Encrypt.
    pub fn encrypt(
        &self,
        session: CK_SESSION_HANDLE,
        mut mechanism: Mechanism,
        key: CK_OBJECT_HANDLE,
        data: &[u8],
    ) -> Answer {
        let rv = call!(self, C_EncryptInit(session, &mut mechanism.c(), key));
        if rv != CKR_OK {
            return Err(rv);
        }
        let (mut out, mut len) = (vec![0; data.len() + 1024], (data.len() + 1024) as CK_ULONG);
        let rv = call!(
            self,
            C_Encrypt(
                session,
                data.as_ptr().cast_mut(),
                data.len() as CK_ULONG,
                out.as_mut_ptr(),
                &raw mut len
            )
        );
        out.truncate(len as usize);
        answer(rv, out)
    }

    /// C_DecryptInit and C_Decrypt.
    pub fn decrypt(
        &self,
        session: CK_SESSION_HANDLE,
        mut mechanism: Mechanism,
        key: CK_OBJECT_HANDLE,
        data: &[u8],
    ) -> Answer {
        let rv = call!(self, C_DecryptInit(session, &mut mechanism.c(), key));
        if rv != CKR_OK {
            return Err(rv);
        }
        let (mut out, mut len) = (vec![0; data.len() + 1024], (data.len() + 1024) as CK_ULONG);
        let rv = call!(
            self,
            C_Decrypt(
                session,
                data.as_ptr().cast_mut(),
                data.len() as CK_ULONG,
                out.as_mut_ptr(),
                &raw mut len
            )
        );
        out.truncate(len as usize);
        answer(rv, out)
    }

    /// C_DigestInit.
    pub fn digest_init(&self, session: CK_SESSION_HANDLE, mut mechanism: Mechanism) -> CK_RV {
        call!(self, C_DigestInit(session, &mut mechanism.c()))
    }

    /// The same image through the host library, with links and logins of its own, as another process would have.
    pub fn other_program(&self) -> ukey_token::Application {
        let mut config = ukey_host::Config::default();
        config.pcsc_enabled = false;
        config.embedded_images = vec![self.image()];
        let registry = ukey_host::registry(&config);
        registry.refresh().unwrap();
        registry.readers()[0].device().unwrap().application("UKEY")
    }
}
