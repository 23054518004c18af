//! Containers, key pairs, signatures and decryption of a vendor's library, as commands of a card.

use super::{
    Sm2Ids,
    card::{Failure, VendorCard, name_list},
    layout::{Layout, Members},
};
use ukey_apdu::{
    Bytes, CommandApdu, Empty, Ins, Reply, Request, Secret, StatusWord,
    blob::{EccPublic, EccSignature, PublicKey, RsaPublic},
    id::{ContainerId, ContainerType, KeyUsage},
    request::{
        container::{
            Certificate, CloseContainer, ContainerInfo, ContainerOpened, CreateContainer,
            DeleteContainer, EnumContainer, ExportCertificate, GetContainerInfo, ImportCertificate,
            OpenContainer,
        },
        extension::{PrivateInput, PrivateKeyOperation},
        import::ImportRsaKeyPair,
        keygen::{ExportPubKey, GenEccKeyPair, GenRsaKeyPair},
        sign::{EccSignData, RsaSignData, SignInput},
    },
};
use ukey_crypto::sm2;
use ukey_ffi::foreign::{Fault, ForeignHandle, ForeignSkf};

/// SGD_SM2_1 in the numbers of the drafts; in those of GM/T 0006 it names SM2 as a whole.
const SM2_SIGN_DRAFT: u32 = 0x0002_0100;
/// SGD_SM2_1 of GM/T 0006.
const SM2_SIGN: u32 = 0x0002_0200;
/// Bits of an SM2 key.
const SM2_BITS: u32 = 256;
/// Bytes of an RSA modulus field.
const RSA_FIELD: usize = 256;

fn is_signing(usage: KeyUsage) -> bool {
    usage == KeyUsage::Signature
}

/// A public key structure. What begins with 256 is of SM2: RSA has its algorithm number there.
fn public_key(layout: Layout, bytes: &[u8]) -> Option<PublicKey> {
    let mut members = Members::new(layout, bytes);
    let first = members.ulong();
    if first == SM2_BITS {
        let (x, y) = (members.number()?, members.number()?);
        let is_there = x != [0; 32] || y != [0; 32];
        return is_there.then(|| PublicKey::Ecc(EccPublic::sm2(&x, &y)));
    }
    let bits = members.ulong();
    let length = bits as usize / 8;
    if !bits.is_multiple_of(8) || !(128..=RSA_FIELD).contains(&length) {
        return None;
    }
    let field = members.array(RSA_FIELD);
    // Right-aligned in practice; a first byte that is not zero says otherwise.
    let n = match field.first()? {
        0 => field.get(RSA_FIELD - length..)?,
        _ => field.get(..length)?,
    };
    let e = members.array(4).try_into().ok()?;
    let n = n.to_vec();
    Some(PublicKey::Rsa(RsaPublic { bits, n, e }))
}

fn bits(key: Option<&PublicKey>) -> u32 {
    match key {
        Some(PublicKey::Ecc(key)) => key.bits,
        Some(PublicKey::Rsa(key)) => key.bits,
        None => 0,
    }
}

/// All that SKF tells of a container, asked in one visit.
struct Inventory {
    kind: Option<u32>,
    /// Structures of the public keys: signature, encryption.
    keys: [Vec<u8>; 2],
    certificates: [bool; 2],
}

/// What is not there is answered with different codes, so any code but that of a dead handle means just that.
fn absent<T: Default>(answer: Result<T, Fault>) -> Result<T, Fault> {
    match answer {
        Err(Fault::Code { code, .. }) if !matches!(code, 0x0A00_0005 | 0x0A00_0023) => {
            Ok(T::default())
        }
        Err(Fault::Missing(_)) => Ok(T::default()),
        other => other,
    }
}

fn inventory(skf: &dyn ForeignSkf, container: ForeignHandle) -> Result<Inventory, Fault> {
    let key = |signing| absent(skf.export_public_key(container, signing));
    let certificate = |signing| absent(skf.export_certificate(container, signing));
    Ok(Inventory {
        kind: absent(skf.container_type(container).map(Some))?,
        keys: [key(true)?, key(false)?],
        certificates: [
            !certificate(true)?.is_empty(),
            !certificate(false)?.is_empty(),
        ],
    })
}

impl VendorCard {
    pub(super) fn key_command(
        &mut self,
        ins: Ins,
        command: &CommandApdu,
    ) -> Result<Vec<u8>, Failure> {
        match ins {
            Ins::EnumContainer | Ins::GetContainerInfo => self.container_query(ins, command),
            Ins::CreateContainer
            | Ins::OpenContainer
            | Ins::CloseContainer
            | Ins::DeleteContainer => self.container_command(ins, command),
            Ins::ImportCertificate | Ins::ExportCertificate => {
                self.certificate_command(ins, command)
            }
            Ins::GenEccKeyPair | Ins::GenRsaKeyPair | Ins::ExportPubKey | Ins::ImportRsaKeyPair => {
                self.pair_command(ins, command)
            }
            Ins::EccSignData | Ins::RsaSignData => self.sign_command(ins, command),
            Ins::PrivateKeyOperation => self.decrypt_command(ins, command),
            _ => Err(StatusWord(0x6D00).into()),
        }
    }

    fn container_query(&mut self, ins: Ins, command: &CommandApdu) -> Result<Vec<u8>, Failure> {
        if ins == Ins::EnumContainer {
            let EnumContainer { app } = EnumContainer::from_command(command)?;
            let list = self.in_application(ins, app, |skf, app| skf.containers(app))?;
            return Ok(name_list(&list));
        }
        let GetContainerInfo { app, name } = GetContainerInfo::from_command(command)?;
        // Opened for this once: a handle from before may be of a container that was deleted and made again.
        let found = self.in_application(Ins::OpenContainer, app, move |skf, app| {
            let container = skf.open_container(app, &name)?;
            let found = inventory(skf, container);
            let _ = skf.close_container(container);
            found
        })?;
        let keys = found.keys.map(|bytes| public_key(self.layout(), &bytes));
        let container_type = match (found.kind, keys.iter().flatten().next()) {
            (Some(1), _) | (None | Some(0), Some(PublicKey::Rsa(_))) => ContainerType::Rsa,
            (Some(2), _) | (None | Some(0), Some(PublicKey::Ecc(_))) => ContainerType::Ecc,
            _ => ContainerType::Empty,
        };
        let info = ContainerInfo {
            container_type,
            sign_bits: bits(keys[0].as_ref()),
            enc_bits: bits(keys[1].as_ref()),
            sign_cert: found.certificates[0],
            enc_cert: found.certificates[1],
        };
        Ok(info.to_bytes())
    }

    fn container_command(&mut self, ins: Ins, command: &CommandApdu) -> Result<Vec<u8>, Failure> {
        match ins {
            Ins::CreateContainer => {
                let CreateContainer { app, name } = CreateContainer::from_command(command)?;
                let wanted = name.clone();
                let handle = self
                    .in_application(ins, app, move |skf, app| skf.create_container(app, &wanted))?;
                let container = self.adopt_container(app, name, handle);
                Ok(ContainerOpened { container }.to_bytes())
            }
            Ins::OpenContainer => {
                let OpenContainer { app, name } = OpenContainer::from_command(command)?;
                let wanted = name.clone();
                let handle = self
                    .in_application(ins, app, move |skf, app| skf.open_container(app, &wanted))?;
                let container = self.adopt_container(app, name, handle);
                Ok(ContainerOpened { container }.to_bytes())
            }
            Ins::CloseContainer => {
                let CloseContainer { container, .. } = CloseContainer::from_command(command)?;
                self.in_container(ins, container, |skf, handle| skf.close_container(handle))?;
                Ok(Empty.to_bytes())
            }
            _ => {
                let DeleteContainer { app, name } = DeleteContainer::from_command(command)?;
                self.forget_container(app, &name);
                self.in_application(ins, app, move |skf, app| skf.delete_container(app, &name))?;
                Ok(Empty.to_bytes())
            }
        }
    }

    fn certificate_command(&mut self, ins: Ins, command: &CommandApdu) -> Result<Vec<u8>, Failure> {
        if ins == Ins::ImportCertificate {
            let request = ImportCertificate::from_command(command)?;
            let signing = is_signing(request.usage);
            self.in_container(ins, request.container, move |skf, container| {
                skf.import_certificate(container, signing, &request.certificate)
            })?;
            return Ok(Empty.to_bytes());
        }
        let request = ExportCertificate::from_command(command)?;
        let signing = is_signing(request.usage);
        let der = self.in_container(ins, request.container, move |skf, container| {
            skf.export_certificate(container, signing)
        })?;
        if der.is_empty() {
            return Err(StatusWord(0x6A96).into());
        }
        Ok(Certificate { der }.to_bytes())
    }

    fn pair_command(&mut self, ins: Ins, command: &CommandApdu) -> Result<Vec<u8>, Failure> {
        match ins {
            Ins::GenEccKeyPair => {
                let GenEccKeyPair { container, .. } = GenEccKeyPair::from_command(command)?;
                self.generate_sm2(container)
            }
            Ins::GenRsaKeyPair => {
                let request = GenRsaKeyPair::from_command(command)?;
                let bytes = self.in_container(ins, request.container, move |skf, container| {
                    skf.generate_rsa(container, request.bits, Layout::LARGEST)
                })?;
                match public_key(self.layout(), &bytes) {
                    Some(PublicKey::Rsa(key)) => Ok(RsaPublic::to_bytes(&key)),
                    _ => Err(StatusWord(0x6F00).into()),
                }
            }
            Ins::ExportPubKey => {
                let ExportPubKey {
                    usage, container, ..
                } = ExportPubKey::from_command(command)?;
                let signing = is_signing(usage);
                let bytes = self.in_container(ins, container, move |skf, container| {
                    skf.export_public_key(container, signing)
                })?;
                let key = public_key(self.layout(), &bytes);
                Ok(key.ok_or(StatusWord(0x6A95))?.to_bytes())
            }
            _ => {
                let request = ImportRsaKeyPair::from_command(command)?;
                self.in_container(ins, request.container, move |skf, container| {
                    let (wrapped, encrypted) =
                        (request.wrapped.expose(), request.encrypted.expose());
                    skf.import_rsa(container, request.sym_alg.0, wrapped, encrypted)
                })?;
                Ok(Empty.to_bytes())
            }
        }
    }

    /// In the number that the library knows. The drafts' number is good in both families, so it goes first.
    fn generate_sm2(&mut self, container: ContainerId) -> Result<Vec<u8>, Failure> {
        let numbers: &[u32] = match self.library.sm2_ids {
            Sm2Ids::Either => &[SM2_SIGN_DRAFT, SM2_SIGN],
            Sm2Ids::Standard => &[SM2_SIGN],
            Sm2Ids::Draft => &[SM2_SIGN_DRAFT],
        };
        let mut outcome = Err(StatusWord::NOT_SUPPORTED.into());
        for number in numbers.iter().copied() {
            outcome = self.in_container(Ins::GenEccKeyPair, container, move |skf, container| {
                skf.generate_sm2(container, number, Layout::LARGEST)
            });
            // 6A81, 6A86: it does not like the number; 6F00: it does not say.
            if !matches!(
                outcome,
                Err(Failure::Status(StatusWord(0x6A81 | 0x6A86 | 0x6F00)))
            ) {
                break;
            }
        }
        match public_key(self.layout(), &outcome?) {
            Some(PublicKey::Ecc(key)) => Ok(EccPublic::to_bytes(&key)),
            _ => Err(StatusWord(0x6F00).into()),
        }
    }

    fn sign_command(&mut self, ins: Ins, command: &CommandApdu) -> Result<Vec<u8>, Failure> {
        if ins == Ins::RsaSignData {
            let request = RsaSignData::from_command(command)?;
            let signature = self.in_container(ins, request.container, move |skf, container| {
                skf.sign_rsa(container, &request.digest_info)
            })?;
            return Ok(Bytes(signature).to_bytes());
        }
        let request = EccSignData::from_command(command)?;
        let SignInput::Digest(digest) = request.input else {
            return Err(StatusWord::NOT_SUPPORTED.into());
        };
        let bytes = self.in_container(ins, request.container, move |skf, container| {
            skf.sign_sm2(container, &digest)
        })?;
        let mut members = Members::new(self.layout(), &bytes);
        match (members.number(), members.number()) {
            (Some(r), Some(s)) => Ok(EccSignature::sm2(&r, &s).to_bytes()),
            _ => Err(StatusWord(0x6F00).into()),
        }
    }

    fn decrypt_command(&mut self, ins: Ins, command: &CommandApdu) -> Result<Vec<u8>, Failure> {
        let request = PrivateKeyOperation::from_command(command)?;
        let signing = is_signing(request.usage);
        let plain = match request.input {
            PrivateInput::Sm2Decrypt(cipher) => {
                let cipher = sm2::Ciphertext {
                    x: cipher.x,
                    y: cipher.y,
                    hash: cipher.hash,
                    data: cipher.data,
                };
                let blob = self.structure().cipher(&cipher).finish();
                self.in_container(ins, request.container, move |skf, container| {
                    skf.decrypt_sm2(container, signing, &blob)
                })?
            }
            PrivateInput::RsaDecrypt(cipher) => {
                self.in_container(ins, request.container, move |skf, container| {
                    skf.decrypt_rsa(container, signing, cipher.expose())
                })?
            }
            PrivateInput::RsaRaw(_) => return Err(StatusWord::NOT_SUPPORTED.into()),
        };
        Ok(Secret::from(&plain[..]).to_bytes())
    }
}
