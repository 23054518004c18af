//! Cases that change nothing: exports, lists, handles, NULL, threads, and computing with keys of the caller.

use super::{Case, Objection, Outcome, Subject, demand, refused};
use crate::vendor::{layout, layout::Layout, probe};
use ukey_ffi::foreign::{self, Fault, STANDARD};

const INVALID_HANDLE: u32 = 0x0A00_0005;
const DEVICE_REMOVED: u32 = 0x0A00_0023;
const APPLICATION_NOT_EXISTS: u32 = 0x0A00_002E;
/// SGD_SM3.
const SM3: u32 = 1;
/// SGD_SM4_ECB.
const SM4_ECB: u32 = 0x401;

pub(super) const CASES: &[Case] = &[
    Case::new("exports", "all 78 functions are exported", exports),
    Case::new(
        "list",
        "a list ends with an empty name and has the length that was told",
        list,
    ),
    Case::new("ulong", "ULONG has the width that the layout says", ulong),
    Case::new(
        "unknown-device",
        "an unknown device cannot be connected",
        unknown_device,
    ),
    Case::new(
        "device-info",
        "the device information makes sense",
        device_info,
    ),
    Case::new(
        "two-handles",
        "a device may be connected twice",
        two_handles,
    ),
    Case::new("stale-handle", "a closed handle is refused", stale_handle),
    Case::new(
        "unknown-application",
        "an unknown application is refused",
        unknown_application,
    ),
    Case::new("random", "random numbers differ", random),
    Case::new("null", "NULL is refused by every function", null),
    Case::new("second-thread", "a second thread may call", second_thread),
    Case::new("sm3", "SM3 gives the value of GB/T 32905", sm3),
    Case::new("sm4", "SM4 gives the value of GB/T 32907", sm4),
    Case::new(
        "sm2-verify",
        "the signature of GB/T 32918.5 verifies, another does not",
        sm2_verify,
    ),
];

fn exports(subject: &Subject<'_>) -> Outcome {
    let exported = foreign::exported(&subject.path, STANDARD);
    let exported = exported.map_err(|e| Objection::Deviates(e.to_string()))?;
    let missing: Vec<_> = STANDARD
        .iter()
        .filter(|name| !exported.contains(name))
        .collect();
    demand(missing.is_empty(), || {
        let names: Vec<&str> = missing.iter().map(|name| **name).collect();
        format!("missing: {}", names.join(", "))
    })
}

fn listing(subject: &Subject<'_>) -> Outcome<foreign::Listing> {
    foreign::listing(&subject.path).map_err(|e| Objection::Deviates(e.to_string()))
}

fn list(subject: &Subject<'_>) -> Outcome {
    let seen = listing(subject)?;
    demand(seen.query_code == 0, || {
        format!(
            "the question for the length is answered {:#010x}",
            seen.query_code
        )
    })?;
    let written = seen.written.len() as u64;
    demand(seen.told == Some(written), || {
        format!(
            "the length told is {:?}, {written} bytes are written",
            seen.told
        )
    })?;
    demand(seen.length == Some(written), || {
        format!(
            "the length of the result is {:?}, {written} bytes are written",
            seen.length
        )
    })?;
    let ends = seen.written.ends_with(&[0, 0]) || matches!(seen.written[..], [] | [0]);
    demand(ends, || "the list has no empty name at its end".to_owned())
}

fn ulong(subject: &Subject<'_>) -> Outcome {
    let seen = listing(subject)?.ulong;
    demand(
        seen.is_none_or(|width| width == subject.layout.ulong),
        || format!("lengths are written with {seen:?}"),
    )
}

fn unknown_device(subject: &Subject<'_>) -> Outcome {
    refused(subject.skf.connect(b"no such device"), DEVICE_REMOVED)
}

fn device_info(subject: &Subject<'_>) -> Outcome {
    subject.with_device(|device| {
        let bytes = subject.skf.device_info(device, Layout::LARGEST)?;
        let packing = probe::packing(subject.layout, &bytes);
        demand(packing == Some(subject.layout.packing), || {
            format!("with this layout the numbers make no sense; they would with {packing:?}")
        })?;
        let info = layout::device_info(subject.layout, &bytes);
        demand(!info.serial_number.to_text().is_empty(), || {
            "no serial number".to_owned()
        })
    })
}

fn two_handles(subject: &Subject<'_>) -> Outcome {
    subject.with_device(|first| {
        let second = subject.skf.connect(&subject.device_name()?)?;
        subject.skf.device_info(second, Layout::LARGEST)?;
        subject.skf.disconnect(second)?;
        Ok(subject.skf.device_info(first, Layout::LARGEST).map(drop)?)
    })
}

fn stale_handle(subject: &Subject<'_>) -> Outcome {
    let device = subject.skf.connect(&subject.device_name()?)?;
    subject.skf.disconnect(device)?;
    subject.at("SKF_GetDevInfo with a closed handle");
    refused(
        subject.skf.device_info(device, Layout::LARGEST),
        INVALID_HANDLE,
    )?;
    subject.at("SKF_DisConnectDev with a closed handle");
    refused(subject.skf.disconnect(device), INVALID_HANDLE)
}

fn unknown_application(subject: &Subject<'_>) -> Outcome {
    subject.with_device(|device| {
        let answer = subject.skf.open_application(device, b"no such app");
        refused(answer, APPLICATION_NOT_EXISTS)
    })
}

fn random(subject: &Subject<'_>) -> Outcome {
    subject.with_device(|device| {
        let draw = |length| subject.skf.random(device, length);
        demand(draw(32)? != draw(32)?, || {
            "two draws are the same".to_owned()
        })?;
        demand(draw(1)?.len() == 1 && draw(1000)?.len() == 1000, || {
            "wrong length".to_owned()
        })
    })
}

fn null(subject: &Subject<'_>) -> Outcome {
    let mut accepted = Vec::new();
    for name in STANDARD {
        subject.at(&format!("{name} with NULL"));
        match subject.skf.with_nothing(name) {
            Ok(0) => accepted.push(*name),
            Ok(_) | Err(Fault::Missing(_) | Fault::Argument(_)) => {}
            Err(other) => return Err(other.into()),
        }
    }
    demand(accepted.is_empty(), || {
        format!("accepted by {}", accepted.join(", "))
    })
}

fn second_thread(subject: &Subject<'_>) -> Outcome {
    // Called once here, so that the other thread is the second.
    let here = subject.skf.devices()?;
    let there = std::thread::scope(|scope| {
        let (path, ulong) = (&subject.path, subject.layout.ulong);
        let other = scope.spawn(move || Some(foreign::load(path, ulong).ok()?.devices()));
        other.join().ok().flatten()
    });
    match there {
        Some(list) => demand(list? == here, || "it sees other devices".to_owned()),
        None => Err(Objection::Deviates("it cannot call at all".to_owned())),
    }
}

fn sm3(subject: &Subject<'_>) -> Outcome {
    subject.with_device(|device| {
        let digest = subject.skf.digest(device, SM3, b"abc")?;
        demand(digest == ukey_crypto::sm3::digest(b"abc"), || {
            "another value".to_owned()
        })
    })
}

fn sm4(subject: &Subject<'_>) -> Outcome {
    const KEY: [u8; 16] = 0x0123_4567_89AB_CDEF_FEDC_BA98_7654_3210_u128.to_be_bytes();
    const CIPHER: [u8; 16] = 0x681E_DF34_D206_965E_86B3_E94F_536E_4246_u128.to_be_bytes();
    subject.with_device(|device| {
        let cipher = subject.skf.encrypt_ecb(device, &KEY, SM4_ECB, &KEY)?;
        demand(cipher == CIPHER, || "another value".to_owned())
    })
}

fn sm2_verify(subject: &Subject<'_>) -> Outcome {
    let key = subject
        .structure()
        .ulong(256)
        .number(&EXAMPLE.x)
        .number(&EXAMPLE.y)
        .finish();
    let signature = subject
        .structure()
        .number(&EXAMPLE.r)
        .number(&EXAMPLE.s)
        .finish();
    let mut other = EXAMPLE.e;
    other[31] ^= 1;
    subject.with_device(|device| {
        subject
            .skf
            .verify_sm2(device, &key, &EXAMPLE.e, &signature)?;
        match subject.skf.verify_sm2(device, &key, &other, &signature) {
            Err(Fault::Code { .. }) => Ok(()),
            Err(other) => Err(other.into()),
            Ok(()) => demand(false, || {
                "it says that a wrong signature is right".to_owned()
            }),
        }
    })
}

/// The signature example of GB/T 32918.5 (A.2): digest e, key, signature.
pub(super) struct Example {
    e: [u8; 32],
    pub(super) x: [u8; 32],
    pub(super) y: [u8; 32],
    /// The private key.
    pub(super) d: [u8; 32],
    r: [u8; 32],
    s: [u8; 32],
}

const fn number(high: u128, low: u128) -> [u8; 32] {
    let (high, low) = (high.to_be_bytes(), low.to_be_bytes());
    let mut both = [0; 32];
    let mut at = 0;
    while at < 16 {
        both[at] = high[at];
        both[16 + at] = low[at];
        at += 1;
    }
    both
}

pub(super) const EXAMPLE: Example = Example {
    e: number(
        0xF0B43E94BA45ACCAACE692ED534382EB,
        0x17E6AB5A19CE7B31F4486FDFC0D28640,
    ),
    x: number(
        0x09F9DF311E5421A150DD7D161E4BC5C6,
        0x72179FAD1833FC076BB08FF356F35020,
    ),
    y: number(
        0xCCEA490CE26775A52DC6EA718CC1AA60,
        0x0AED05FBF35E084A6632F6072DA9AD13,
    ),
    d: number(
        0x3945208F7B2144B13F36E38AC6D39F95,
        0x889393692860B51A42FB81EF4DF7C5B8,
    ),
    r: number(
        0xF5A03B0648D2C4630EEAC513E1BB81A1,
        0x5944DA3827D5B74143AC7EACEEE720B3,
    ),
    s: number(
        0xB1B6AA29DF212FD8763182BC0D421CA1,
        0xBB9038FD1F7F42D4840B69C485BBC1AA,
    ),
};
