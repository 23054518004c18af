//! Known answers from the standards and from other software.
#![allow(clippy::unwrap_used)]

mod gmssl;
mod hash;
mod mac;
mod rsa;
mod rsa_vectors;
mod seal;
mod sm2;
mod sm4;
mod tongsuo;

fn hex(text: &str) -> Vec<u8> {
    ::hex::decode(text).unwrap()
}
