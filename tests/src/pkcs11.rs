//! `libukey_pkcs11.so` through the crate `cryptoki`: a client that is not ours, so that what works
//! here works for others. All numbers are those of docs/pkcs11-profile.md, written out once more.

use cryptoki::{
    context::{CInitializeArgs, CInitializeFlags, Pkcs11},
    error::{Error, Result, RvError},
    mechanism::{Mechanism, MechanismType, vendor_defined::VendorDefinedMechanism},
    object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle},
    session::{Session, UserType},
    slot::Slot,
    types::AuthPin,
};
use ukey_crypto::sm2;

use crate::release_file;

/// SO PIN of the tokens that tests initialise.
pub const SO_PIN: &str = "87654321";
/// User PIN of the tokens that tests initialise.
pub const USER_PIN: &str = "12345678";
/// Label of the tokens that tests initialise.
pub const LABEL: &str = "test token";

/// SM2 key pair generation.
const CKM_SM2_KEY_PAIR_GEN: u64 = 0x8000_0B20;
/// SM2 over a 32-byte digest, r ‖ s.
const CKM_SM2: u64 = 0x8000_0B21;
/// SM2 with SM3 and Z over a message, r ‖ s.
const CKM_SM2_SM3: u64 = 0x8000_0B22;
/// As [`CKM_SM2_SM3`], the signature as DER.
const CKM_SM2_SM3_DER: u64 = 0xD54B_0003;
/// SM2 encryption, C1 ‖ C3 ‖ C2 with C1 = 04 ‖ x ‖ y.
const CKM_SM2_ENCRYPT: u64 = 0xD54B_0004;
/// SM2 encryption, the ciphertext as DER.
const CKM_SM2_ENCRYPT_DER: u64 = 0xD54B_0005;
/// SM3.
const CKM_SM3: u64 = 0x8000_0B01;
/// SM2 keys.
const CKK_SM2: u64 = 0x8000_0016;

/// A mechanism of ours without parameter.
fn vendor(number: u64) -> Mechanism<'static> {
    let number = MechanismType::new_vendor_defined(number).expect("has the vendor bit");
    Mechanism::VendorDefined(VendorDefinedMechanism::new::<()>(number, None))
}

/// SM2 over a 32-byte digest, r ‖ s.
pub fn sm2_digest() -> Mechanism<'static> {
    vendor(CKM_SM2)
}

/// SM2 with SM3 over a message, r ‖ s.
pub fn sm2_sm3() -> Mechanism<'static> {
    vendor(CKM_SM2_SM3)
}

/// SM2 with SM3 over a message, DER.
pub fn sm2_sm3_der() -> Mechanism<'static> {
    vendor(CKM_SM2_SM3_DER)
}

/// SM2 encryption, C1 ‖ C3 ‖ C2.
pub fn sm2_encrypt() -> Mechanism<'static> {
    vendor(CKM_SM2_ENCRYPT)
}

/// SM2 encryption, DER.
pub fn sm2_encrypt_der() -> Mechanism<'static> {
    vendor(CKM_SM2_ENCRYPT_DER)
}

/// SM3.
pub fn sm3() -> Mechanism<'static> {
    vendor(CKM_SM3)
}

/// Type of SM2 keys.
pub fn sm2_key_type() -> KeyType {
    KeyType::new_vendor_defined(CKK_SM2).expect("has the vendor bit")
}

/// A PIN as `cryptoki` takes it.
pub fn pin(text: &str) -> AuthPin {
    AuthPin::new(text.into())
}

/// The return value that PKCS#11 gave, for comparing.
///
/// # Panics
/// When the error is not one of the module.
pub fn rv(error: &Error) -> RvError {
    match error {
        Error::Pkcs11(rv, _) => *rv,
        other => panic!("not an answer of the module: {other}"),
    }
}

/// The release build of the module, initialised. There is one per process.
///
/// # Panics
/// When it is not built or does not start.
pub fn load_module() -> Pkcs11 {
    let path = release_file("libukey_pkcs11.so").unwrap_or_else(|error| panic!("{error}"));
    let module = Pkcs11::new(path).expect("the module can be loaded");
    let arguments = CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK);
    module.initialize(arguments).expect("C_Initialize");
    module
}

/// The slot of the only token.
///
/// # Errors
/// The module's.
///
/// # Panics
/// When there is none, or several.
pub fn only_slot(module: &Pkcs11) -> Result<Slot> {
    match module.get_slots_with_token()?.as_slice() {
        [slot] => Ok(*slot),
        slots => panic!("expected one token, found {}", slots.len()),
    }
}

/// Initialises the only token with [`SO_PIN`], [`USER_PIN`] and [`LABEL`].
///
/// # Errors
/// The module's.
pub fn initialize_token(module: &Pkcs11) -> Result<Slot> {
    let slot = only_slot(module)?;
    module.init_token(slot, &pin(SO_PIN), LABEL)?;
    let session = module.open_rw_session(slot)?;
    session.login(UserType::So, Some(&pin(SO_PIN)))?;
    session.init_pin(&pin(USER_PIN))?;
    session.logout()?;
    Ok(slot)
}

/// A read/write session of the logged-in user.
///
/// # Errors
/// The module's.
pub fn log_in(module: &Pkcs11, slot: Slot) -> Result<Session> {
    let session = module.open_rw_session(slot)?;
    session.login(UserType::User, Some(&pin(USER_PIN)))?;
    Ok(session)
}

/// A freshly initialised token with the user logged in.
///
/// # Errors
/// The module's.
pub fn new_token(module: &Pkcs11) -> Result<Session> {
    let slot = initialize_token(module)?;
    log_in(module, slot)
}

/// Both halves of a pair.
#[derive(Debug, Clone, Copy)]
pub struct KeyPair {
    /// The public key.
    pub public: ObjectHandle,
    /// The private key.
    pub private: ObjectHandle,
}

/// Makes an SM2 pair in the token.
///
/// # Errors
/// The module's.
pub fn generate_sm2(session: &Session, label: &str) -> Result<KeyPair> {
    generate(session, &vendor(CKM_SM2_KEY_PAIR_GEN), label, Vec::new())
}

/// Makes an RSA-2048 pair in the token.
///
/// # Errors
/// The module's.
pub fn generate_rsa(session: &Session, label: &str) -> Result<KeyPair> {
    generate_rsa_of(session, label, 2048)
}

/// Makes an RSA pair of so many bits in the token.
///
/// # Errors
/// The module's.
pub fn generate_rsa_of(session: &Session, label: &str, bits: u64) -> Result<KeyPair> {
    let size = vec![
        Attribute::ModulusBits(bits.into()),
        Attribute::PublicExponent(vec![1, 0, 1]),
    ];
    generate(session, &Mechanism::RsaPkcsKeyPairGen, label, size)
}

fn generate(
    session: &Session,
    mechanism: &Mechanism<'_>,
    label: &str,
    mut public: Vec<Attribute>,
) -> Result<KeyPair> {
    let both = [Attribute::Token(true), Attribute::Label(label.into())];
    public.extend(both.clone());
    let (public, private) = session.generate_key_pair(mechanism, &public, &both)?;
    Ok(KeyPair { public, private })
}

/// The only key of `class` with this label, if there is one.
///
/// # Errors
/// The module's.
///
/// # Panics
/// When there are several.
pub fn find_key(
    session: &Session,
    class: ObjectClass,
    label: &str,
) -> Result<Option<ObjectHandle>> {
    let template = [Attribute::Class(class), Attribute::Label(label.into())];
    let found = session.find_objects(&template)?;
    assert!(found.len() <= 1, "{} keys called {label}", found.len());
    Ok(found.first().copied())
}

/// Both halves of the pair with this label.
///
/// # Errors
/// The module's.
///
/// # Panics
/// When one is missing.
pub fn find_pair(session: &Session, label: &str) -> Result<KeyPair> {
    let find = |class, what| {
        let found = find_key(session, class, label)?;
        Ok::<_, Error>(found.unwrap_or_else(|| panic!("no {what} key {label}")))
    };
    Ok(KeyPair {
        public: find(ObjectClass::PUBLIC_KEY, "public")?,
        private: find(ObjectClass::PRIVATE_KEY, "private")?,
    })
}

/// One attribute with a byte string in it.
///
/// # Errors
/// The module's.
///
/// # Panics
/// When the object does not have it.
pub fn bytes_of(
    session: &Session,
    object: ObjectHandle,
    attribute: AttributeType,
) -> Result<Vec<u8>> {
    let values = session.get_attributes(object, &[attribute])?;
    match values.into_iter().next() {
        Some(
            Attribute::PublicKeyInfo(bytes)
            | Attribute::EcPoint(bytes)
            | Attribute::Id(bytes)
            | Attribute::Label(bytes)
            | Attribute::Modulus(bytes)
            | Attribute::Value(bytes)
            | Attribute::Subject(bytes),
        ) => Ok(bytes),
        other => panic!("{attribute}: {other:?}"),
    }
}

/// SubjectPublicKeyInfo of a key, for other software.
///
/// # Errors
/// The module's.
pub fn public_key_info(session: &Session, key: ObjectHandle) -> Result<Vec<u8>> {
    bytes_of(session, key, AttributeType::PublicKeyInfo)
}

/// An SM2 public key, from its CKA_EC_POINT.
///
/// # Errors
/// The module's.
///
/// # Panics
/// When the attribute is not an OCTET STRING of 65 bytes around a point of the curve.
pub fn sm2_public_key(session: &Session, key: ObjectHandle) -> Result<sm2::PublicKey> {
    let point = bytes_of(session, key, AttributeType::EcPoint)?;
    assert_eq!(point[..2], [0x04, 65], "OCTET STRING of 65 bytes");
    Ok(sm2::PublicKey::from_sec1(&point[2..]).expect("a point of the curve"))
}
