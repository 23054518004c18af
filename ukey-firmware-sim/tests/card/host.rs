//! The host's side, written out by hand from the command descriptions: no codec of ours in between.

use ukey_crypto::hash::HashAlg;
use ukey_crypto::seal::SealKey;
use ukey_crypto::{sm2, sm4};
use ukey_firmware_sim::store::Storage;
use ukey_firmware_sim::store::memory::MemoryStorage;
use ukey_firmware_sim::{Config, Device, Factory, personalise};

pub(crate) const ADMIN_PIN: &[u8] = b"administrator";
pub(crate) const USER_PIN: &[u8] = b"12345678";
pub(crate) const DEVICE_KEY: &[u8; 16] = b"1234567812345678";
pub(crate) const ADMIN: u8 = 0;
pub(crate) const USER: u8 = 1;
pub(crate) const ANYONE: u32 = 0xFF;

/// The key that the images of these tests are sealed under.
pub(crate) fn seal_key() -> SealKey {
    SealKey::from([7; 32])
}

/// A new token's image.
pub(crate) fn blank_image(size: usize) -> MemoryStorage {
    let memory = MemoryStorage::new(size);
    let factory = Factory {
        serial: "SN0001".into(),
        label: "test".into(),
        ..Factory::default()
    };
    personalise(Box::new(memory.clone()), &seal_key(), &factory).unwrap();
    memory
}

/// Data of a command, field by field.
#[derive(Default, Clone)]
pub(crate) struct Data(pub(crate) Vec<u8>);

impl Data {
    pub(crate) fn new() -> Self {
        Self::default()
    }
    pub(crate) fn u8(mut self, value: u8) -> Self {
        self.0.push(value);
        self
    }
    pub(crate) fn u16(mut self, value: u16) -> Self {
        self.0.extend(value.to_be_bytes());
        self
    }
    pub(crate) fn u32(mut self, value: u32) -> Self {
        self.0.extend(value.to_be_bytes());
        self
    }
    pub(crate) fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.extend(bytes);
        self
    }
    pub(crate) fn n8(self, bytes: &[u8]) -> Self {
        self.u8(bytes.len() as u8).bytes(bytes)
    }
    pub(crate) fn l32(self, bytes: &[u8]) -> Self {
        self.u32(bytes.len() as u32).bytes(bytes)
    }
    /// SM2 cipher: X, Y, hash, length, data.
    pub(crate) fn cipher(self, cipher: &sm2::Ciphertext) -> Self {
        self.bytes(&cipher.x)
            .bytes(&cipher.y)
            .bytes(&cipher.hash)
            .l32(&cipher.data)
    }
}

/// An extended APDU: `00 hi lo` before data, Le `00 00` where an answer is expected.
pub(crate) fn extended(header: [u8; 4], data: &[u8], le: Option<u16>) -> Vec<u8> {
    let mut apdu = header.to_vec();
    if !data.is_empty() {
        apdu.push(0);
        apdu.extend((data.len() as u16).to_be_bytes());
        apdu.extend(data);
    }
    if let Some(le) = le {
        if data.is_empty() {
            apdu.push(0);
        }
        apdu.extend(le.to_be_bytes());
    }
    apdu
}

pub(crate) fn words(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .fold(0, |value, byte| value << 8 | u32::from(*byte))
}

pub(crate) struct Host {
    pub(crate) device: Device,
    pub(crate) app: u16,
}

impl Host {
    pub(crate) fn on(storage: impl Storage + 'static) -> Self {
        Self::with_config(storage, Config::default())
    }

    pub(crate) fn with_config(storage: impl Storage + 'static, config: Config) -> Self {
        let device = Device::open(Box::new(storage), seal_key(), config).unwrap();
        Self { device, app: 0 }
    }

    pub(crate) fn blank() -> Self {
        Self::on(blank_image(256 * 1024))
    }

    /// A token with application "APP", both PINs set, nobody logged in.
    pub(crate) fn with_application() -> Self {
        let mut host = Self::blank();
        host.create_application(b"APP", 0x10);
        host
    }

    /// The same, user logged in, container "C" open; gives its ID.
    pub(crate) fn with_container() -> (Self, u16) {
        let mut host = Self::with_application();
        host.log_in(USER, USER_PIN);
        let container = host.create_container(b"C");
        (host, container)
    }

    pub(crate) fn raw(&mut self, apdu: &[u8]) -> (Vec<u8>, u16) {
        let mut answer = self.device.transmit(apdu);
        let sw = answer.split_off(answer.len() - 2);
        (answer, words(&sw) as u16)
    }

    pub(crate) fn send(&mut self, header: [u8; 4], data: &Data) -> (Vec<u8>, u16) {
        self.raw(&extended(header, &data.0, Some(0)))
    }

    #[track_caller]
    pub(crate) fn ok(&mut self, header: [u8; 4], data: &Data) -> Vec<u8> {
        let (answer, sw) = self.send(header, data);
        assert_eq!(sw, 0x9000, "{header:02X?} answered {sw:04X}");
        answer
    }

    #[track_caller]
    pub(crate) fn refused(&mut self, header: [u8; 4], data: &Data) -> u16 {
        let (answer, sw) = self.send(header, data);
        assert_ne!(sw, 0x9000, "{header:02X?} was not refused");
        assert!(answer.is_empty(), "data with {sw:04X}");
        sw
    }

    pub(crate) fn random(&mut self, length: u16) -> Vec<u8> {
        let (random, sw) = self.raw(&extended([0x80, 0x50, 0, 0], &[], Some(length)));
        assert_eq!((random.len(), sw), (usize::from(length), 0x9000));
        random
    }

    pub(crate) fn challenge(&mut self) -> [u8; 8] {
        self.random(8).try_into().unwrap()
    }

    pub(crate) fn dev_auth(&mut self) {
        let mut block = [0; 16];
        block[..8].copy_from_slice(&self.challenge());
        sm4::ecb_encrypt(&sm4::Key::from(*DEVICE_KEY), &mut block).unwrap();
        self.ok([0x80, 0x10, 0, 0], &Data::new().bytes(&block));
    }

    pub(crate) fn application_parameters(name: &[u8], rights: u32, user_pin: &[u8]) -> Data {
        let data = Data::new().n8(name).n8(ADMIN_PIN).u8(5).n8(user_pin).u8(6);
        data.u32(rights).u8(0).u8(0).u16(0)
    }

    pub(crate) fn create_application(&mut self, name: &[u8], rights: u32) {
        self.dev_auth();
        let parameters = Self::application_parameters(name, rights, USER_PIN);
        self.app = words(&self.ok([0x80, 0x20, 0, 0], &parameters)) as u16;
    }

    pub(crate) fn open_application(&mut self, name: &[u8]) {
        let answer = self.ok([0x80, 0x26, 0, 0], &Data::new().bytes(name));
        assert_eq!(answer.len(), 10);
        self.app = words(&answer[8..]) as u16;
    }

    pub(crate) fn app(&self) -> Data {
        Data::new().u16(self.app)
    }

    pub(crate) fn pin_key(pin: &[u8]) -> sm4::Key {
        sm4::Key::try_from(&HashAlg::Sm3.digest(pin)[..16]).unwrap()
    }

    /// VerifyPin; gives the status word.
    pub(crate) fn verify_pin(&mut self, role: u8, pin: &[u8]) -> u16 {
        let mut block = [0; 16];
        block[..8].copy_from_slice(&self.challenge());
        block[8] = 0x80;
        sm4::ecb_encrypt(&Self::pin_key(pin), &mut block).unwrap();
        let data = self.app().bytes(&block);
        self.send([0x80, 0x18, role, 0], &data).1
    }

    #[track_caller]
    pub(crate) fn log_in(&mut self, role: u8, pin: &[u8]) {
        assert_eq!(self.verify_pin(role, pin), 0x9000);
    }

    pub(crate) fn log_out(&mut self) {
        let app = self.app();
        self.ok([0x80, 0x1C, 0, 0], &app);
    }

    /// max, left, state.
    pub(crate) fn pin_info(&mut self, role: u8) -> [u8; 3] {
        let app = self.app();
        self.ok([0x80, 0x14, role, 0], &app).try_into().unwrap()
    }

    pub(crate) fn create_container(&mut self, name: &[u8]) -> u16 {
        let data = self.app().bytes(name);
        words(&self.ok([0x80, 0x40, 0, 0], &data)) as u16
    }

    pub(crate) fn open_container(&mut self, name: &[u8]) -> u16 {
        let data = self.app().bytes(name);
        words(&self.ok([0x80, 0x42, 0, 0], &data)) as u16
    }

    pub(crate) fn in_container(&self, container: u16) -> Data {
        self.app().u16(container)
    }

    /// Makes an SM2 signature pair.
    pub(crate) fn generate_sm2(&mut self, container: u16) -> sm2::PublicKey {
        let data = self.in_container(container).u32(0x0002_0200);
        sm2_public(&self.ok([0x80, 0x70, 0, 0], &data))
    }

    pub(crate) fn sign_digest(&mut self, container: u16, digest: &[u8]) -> (Vec<u8>, u16) {
        let data = self.in_container(container).bytes(digest);
        self.send([0x80, 0x74, 2, 0], &data)
    }

    /// A class 84 command: fields before, then the secret encrypted and the MAC, under `pin_key`.
    pub(crate) fn secured(
        &mut self,
        header: [u8; 4],
        before: &Data,
        secret: &[u8],
        key: &sm4::Key,
    ) -> Vec<u8> {
        let challenge = self.challenge();
        let mut block = [0; 16];
        for (at, byte) in challenge.iter().enumerate() {
            (block[at], block[at + 8]) = (*byte, !byte);
        }
        sm4::ecb_encrypt(key, &mut block).unwrap();
        let key = sm4::Key::from(block);
        let pad = |mut bytes: Vec<u8>| {
            bytes.push(0x80);
            bytes.resize(bytes.len().next_multiple_of(16), 0);
            bytes
        };
        let framed = pad(Data::new().u16(secret.len() as u16).bytes(secret).0);
        let mut cbc = sm4::Cipher::new(
            sm4::Direction::Encrypt,
            sm4::Mode::Cbc,
            &key,
            &[0; 16],
            sm4::Padding::None,
        );
        let encrypted = cbc.update(&framed).unwrap();
        let mut data = before.clone().bytes(&encrypted).0;
        let lc = (data.len() + 4) as u16;
        let input = pad([&header[..], &[0], &lc.to_be_bytes(), &data].concat());
        let mut iv = [0; 16];
        iv[..8].copy_from_slice(&challenge);
        let mac = sm4::cbc_mac(&key, &iv, &input).unwrap();
        data.extend(&mac[..4]);
        extended(header, &data, Some(0))
    }

    pub(crate) fn change_pin(&mut self, role: u8, old: &[u8], new: &[u8]) -> u16 {
        let app = self.app();
        let apdu = self.secured([0x84, 0x16, role, 0], &app, new, &Self::pin_key(old));
        self.raw(&apdu).1
    }

    pub(crate) fn unblock_pin(&mut self, admin: &[u8], new: &[u8]) -> u16 {
        let app = self.app();
        let apdu = self.secured([0x84, 0x1A, 0, 0], &app, new, &Self::pin_key(admin));
        self.raw(&apdu).1
    }

    pub(crate) fn change_counter(&mut self) -> u64 {
        let answer = self.ok([0x80, 0xD0, 1, 0], &Data::new());
        u64::from_be_bytes(answer.try_into().unwrap())
    }

    pub(crate) fn transport_key(&mut self) -> sm2::PublicKey {
        let answer = self.ok([0x80, 0xD0, 2, 0], &Data::new());
        sm2::PublicKey::from_xy(&answer[..32], &answer[32..]).unwrap()
    }

    /// R8 and `secret` under the transport key.
    pub(crate) fn for_transport(&mut self, secret: &[u8]) -> sm2::Ciphertext {
        let key = self.transport_key();
        let challenge = self.challenge();
        key.encrypt(&[&challenge, secret].concat()).unwrap()
    }
}

/// `bits, X, Y` of a public key of 256 bits.
pub(crate) fn sm2_public(answer: &[u8]) -> sm2::PublicKey {
    assert_eq!((answer.len(), words(&answer[..4])), (68, 256));
    sm2::PublicKey::from_xy(&answer[4..36], &answer[36..]).unwrap()
}

/// `bits, r, s`.
pub(crate) fn sm2_signature(answer: &[u8]) -> sm2::Signature {
    assert_eq!((answer.len(), words(&answer[..4])), (68, 256));
    sm2::Signature::from_bytes(&answer[4..]).unwrap()
}
