//! Random calls with random handles, lengths and bytes, for as long as UKEY_FUZZ_CALLS says (here: briefly). Nothing may
//! crash, and every answer must be one that docs/skf-profile.md gives the function.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::c_void;
use std::path::Path;
use std::ptr::null_mut;

use ukey_skf::sar::*;
use ukey_skf::*;

use crate::token::{Token, create_container, generate_sm2, parameters, set_key};

/// Codes of the profile by function: the first table's for all, and those of its row.
struct Profile {
    common: BTreeSet<u32>,
    rows: BTreeMap<String, BTreeSet<u32>>,
}

/// SAR codes named in a text, with or without their prefix.
fn codes(text: &str) -> BTreeSet<u32> {
    let words: BTreeSet<_> = text
        .split(|c: char| !c.is_ascii_uppercase() && c != '_')
        .collect();
    NAMES
        .iter()
        .filter(|(_, name)| words.contains(name) || words.contains(name.trim_start_matches("SAR_")))
        .map(|(code, _)| *code)
        .collect()
}

fn profile() -> Profile {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/skf-profile.md");
    let text = std::fs::read_to_string(path).unwrap();
    let (_, rest) = text.split_once("Any function may answer these:").unwrap();
    let (any, _) = rest.split_once("Codes with the same meaning").unwrap();
    let rows = text
        .lines()
        .filter_map(|line| line.strip_prefix("| `"))
        .filter_map(|line| line.split_once('`'))
        .filter(|(name, _)| name.starts_with("SKF_"))
        .map(|(name, row)| (name.to_owned(), codes(row)))
        .collect();
    Profile {
        common: codes(any),
        rows,
    }
}

#[test]
fn the_profile_names_codes_that_exist() {
    let profile = profile();
    assert_eq!(profile.common.len(), 10);
    assert_eq!(profile.rows.len(), 80);
    // Every name in capitals in the column of codes is a code.
    assert!(profile.rows["SKF_VerifyPIN"].contains(&SAR_PIN_INCORRECT));
    assert!(profile.rows["SKF_Mac"].contains(&SAR_MACLENERR));
}

/// xorshift64: the same calls every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn of(&mut self, n: usize) -> usize {
        (self.roll() % n as u64) as usize
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.of(from.len())]
    }
}

/// What the calls are made with: handles of every kind, good and bad, and one large buffer.
struct World {
    dice: Dice,
    handles: Vec<*mut c_void>,
    buffer: Vec<u8>,
    names: Vec<crate::token::Text>,
}

const LENGTHS: [u32; 13] = [
    0,
    1,
    15,
    16,
    31,
    32,
    33,
    48,
    164,
    180,
    256,
    0x8000_0000,
    u32::MAX,
];
const ALGORITHMS: [u32; 10] = [0, 1, 2, 4, 0x101, 0x401, 0x402, 0x404, 0x410, 0x20100];
const BITS: [u32; 6] = [0, 256, 257, 1024, 2048, u32::MAX];

impl World {
    fn handle(&mut self) -> *mut c_void {
        let n = self.dice.of(self.handles.len() + 2);
        match self.handles.get(n) {
            Some(handle) => *handle,
            None => self
                .dice
                .pick(&[null_mut(), 0x1234 as *mut c_void, usize::MAX as *mut c_void]),
        }
    }

    /// A pointer to enough bytes for any length that a function accepts here, or NULL.
    fn bytes(&mut self) -> *mut u8 {
        if self.dice.of(8) == 0 {
            return null_mut();
        }
        let at = self.dice.of(64);
        let value = self.dice.roll() as u8;
        self.buffer[at] = value;
        let bits = self.dice.pick(&BITS);
        self.buffer[..4].copy_from_slice(&bits.to_ne_bytes());
        self.buffer.as_mut_ptr()
    }

    fn text(&mut self) -> *mut u8 {
        let n = self.dice.of(self.names.len() + 1);
        self.names.get(n).map_or(null_mut(), |name| name.ptr())
    }

    fn len(&mut self) -> u32 {
        self.dice.pick(&LENGTHS)
    }

    fn short(&mut self) -> u32 {
        self.dice.pick(&LENGTHS[..11])
    }
}

macro_rules! random_calls {
    ($world:ident; $($name:ident($($argument:expr),*);)*) => {
        &[$((
            stringify!($name),
            (|$world: &mut World| unsafe { $name($($argument),*) }) as fn(&mut World) -> u32,
        )),*]
    };
}

/// A function and a random call of it.
type RandomCall = (&'static str, fn(&mut World) -> u32);

/// Calls that neither end the session of the test nor need more memory than the buffer has.
#[rustfmt::skip]
const CALLS: &[RandomCall] = random_calls! { w;
    SKF_GetDevInfo(w.handle(), w.bytes().cast());
    SKF_SetLabel(w.handle(), w.text());
    SKF_EnumApplication(w.handle(), w.bytes(), &mut w.short());
    SKF_OpenApplication(w.handle(), w.text(), &mut null_mut());
    SKF_GetPINInfo(w.handle(), w.dice.of(3) as u32, &mut 0, &mut 0, &mut 0);
    SKF_EnumFiles(w.handle(), w.bytes(), &mut w.short());
    SKF_GetFileInfo(w.handle(), w.text(), w.bytes().cast());
    SKF_CreateFile(w.handle(), w.text(), w.short(), 0xFF, 0xFF);
    SKF_DeleteFile(w.handle(), w.text());
    SKF_ReadFile(w.handle(), w.text(), w.len(), w.short(), w.bytes(), &mut w.short());
    SKF_WriteFile(w.handle(), w.text(), w.len(), w.bytes(), w.short());
    SKF_CreateContainer(w.handle(), w.text(), &mut null_mut());
    SKF_OpenContainer(w.handle(), w.text(), &mut null_mut());
    SKF_EnumContainer(w.handle(), w.bytes(), &mut w.short());
    SKF_GetContainerType(w.handle(), &mut 0);
    SKF_ImportCertificate(w.handle(), 1, w.bytes(), w.len());
    SKF_ExportCertificate(w.handle(), 1, w.bytes(), &mut w.short());
    SKF_ExportPublicKey(w.handle(), w.dice.of(2) as i32, w.bytes(), &mut w.short());
    SKF_GenRandom(w.handle(), w.bytes(), w.short());
    SKF_DevAuth(w.handle(), w.bytes(), w.len());
    SKF_ImportRSAKeyPair(w.handle(), w.dice.pick(&ALGORITHMS), w.bytes(), w.len(), w.bytes(), w.len());
    SKF_RSASignData(w.handle(), w.bytes(), w.len(), w.bytes(), &mut w.short());
    SKF_RSAVerify(w.handle(), w.bytes().cast(), w.bytes(), w.len(), w.bytes(), w.len());
    SKF_RSAExportSessionKey(w.handle(), w.dice.pick(&ALGORITHMS), w.bytes().cast(), w.bytes(), &mut w.short(), &mut null_mut());
    SKF_ExtRSAPubKeyOperation(w.handle(), w.bytes().cast(), w.bytes(), w.len(), w.bytes(), &mut w.short());
    SKF_ExtRSAPriKeyOperation(w.handle(), w.bytes().cast(), w.bytes(), w.len(), w.bytes(), &mut w.short());
    SKF_ImportECCKeyPair(w.handle(), w.bytes().cast());
    SKF_ECCSignData(w.handle(), w.bytes(), w.len(), w.bytes().cast());
    SKF_ECCVerify(w.handle(), w.bytes().cast(), w.bytes(), w.len(), w.bytes().cast());
    SKF_ECCExportSessionKey(w.handle(), w.dice.pick(&ALGORITHMS), w.bytes().cast(), w.bytes().cast(), &mut null_mut());
    SKF_ExtECCEncrypt(w.handle(), w.bytes().cast(), w.bytes(), w.len(), w.bytes().cast());
    SKF_ExtECCDecrypt(w.handle(), w.bytes().cast(), w.bytes().cast(), w.bytes(), &mut w.short());
    SKF_ExtECCSign(w.handle(), w.bytes().cast(), w.bytes(), w.len(), w.bytes().cast());
    SKF_ExtECCVerify(w.handle(), w.bytes().cast(), w.bytes(), w.len(), w.bytes().cast());
    SKF_GenerateAgreementDataWithECC(w.handle(), w.dice.pick(&ALGORITHMS), w.bytes().cast(), w.bytes(), w.len(), &mut null_mut());
    SKF_GenerateAgreementDataAndKeyWithECC(w.handle(), w.dice.pick(&ALGORITHMS), w.bytes().cast(), w.bytes().cast(), w.bytes().cast(), w.bytes(), w.len(), w.bytes(), w.len(), &mut null_mut());
    SKF_GenerateKeyWithECC(w.handle(), w.bytes().cast(), w.bytes().cast(), w.bytes(), w.len(), &mut null_mut());
    SKF_ImportSessionKey(w.handle(), w.dice.pick(&ALGORITHMS), w.bytes(), w.len(), &mut null_mut());
    SKF_ECCDecrypt(w.handle(), w.dice.of(2) as i32, w.bytes().cast(), w.bytes(), &mut w.short());
    SKF_SetSymmKey(w.handle(), w.bytes(), w.dice.pick(&ALGORITHMS), &mut null_mut());
    SKF_EncryptInit(w.handle(), parameters(&[1; 16], w.dice.of(3) as u32));
    SKF_Encrypt(w.handle(), w.bytes(), w.short(), w.bytes(), &mut w.short());
    SKF_EncryptUpdate(w.handle(), w.bytes(), w.short(), w.bytes(), &mut w.short());
    SKF_EncryptFinal(w.handle(), w.bytes(), &mut w.short());
    SKF_DecryptInit(w.handle(), parameters(&[1; 16], w.dice.of(3) as u32));
    SKF_Decrypt(w.handle(), w.bytes(), w.short(), w.bytes(), &mut w.short());
    SKF_DecryptUpdate(w.handle(), w.bytes(), w.short(), w.bytes(), &mut w.short());
    SKF_DecryptFinal(w.handle(), w.bytes(), &mut w.short());
    SKF_DigestInit(w.handle(), w.dice.pick(&ALGORITHMS), w.bytes().cast(), w.bytes(), w.short(), &mut null_mut());
    SKF_DigestUpdate(w.handle(), w.bytes(), w.short());
    SKF_DigestFinal(w.handle(), w.bytes(), &mut w.short());
    SKF_MacInit(w.handle(), &mut parameters(&[1; 16], w.dice.of(2) as u32), &mut null_mut());
    SKF_Mac(w.handle(), w.bytes(), w.short(), w.bytes(), &mut w.short());
    SKF_MacUpdate(w.handle(), w.bytes(), w.short());
    SKF_MacFinal(w.handle(), w.bytes(), &mut w.short());
};

#[test]
fn random_calls_answer_what_the_profile_says() {
    let profile = profile();
    let token = Token::blank();
    let application = token.logged_in();
    let container = create_container(application, "a");
    generate_sm2(container);
    let mut names: Vec<_> = ["a", "b", "", "no such thing"]
        .into_iter()
        .map(crate::token::text)
        .collect();
    names.push(crate::token::text(&"x".repeat(100)));
    let (mut digest, mut mac) = (null_mut(), null_mut());
    let keys = [0x401, 0x402, 0x410].map(|alg| set_key(token.device, &[1; 16], alg));
    unsafe {
        SKF_DigestInit(token.device, 1, null_mut(), null_mut(), 0, &mut digest);
        SKF_MacInit(keys[2], &mut parameters(&[], 0), &mut mac);
    }
    let mut handles = vec![token.device, application, container, digest, mac];
    handles.extend(keys);
    let mut world = World {
        dice: Dice(0x9E37_79B9_7F4A_7C15),
        handles,
        buffer: vec![0; 4096],
        names,
    };
    let calls = std::env::var("UKEY_FUZZ_CALLS").map_or(20_000, |n| n.parse().unwrap());
    let mut undocumented = BTreeSet::new();
    for _ in 0..calls {
        let (name, call) = world.dice.pick(CALLS);
        let code = call(&mut world);
        let documented =
            code == SAR_OK || profile.common.contains(&code) || profile.rows[name].contains(&code);
        if !documented {
            let code = NAMES.iter().find(|(number, _)| *number == code);
            undocumented.insert(format!("{name}: {code:?}"));
        }
    }
    assert!(undocumented.is_empty(), "{undocumented:#?}");
    // Whatever was done, the token still signs.
    assert!(crate::ecc::sign(container, &[1; 32]).is_ok());
}
