//! Code for x86-64 beyond its first version, behind tokens that prove the processor has what it needs.

mod cpu;
mod ghash;
mod sm2_field;
mod sm2_select;
mod sm3;
mod sm4;

pub(crate) use ghash::Clmul;
pub(crate) use sm2_field::Adx;
pub(crate) use sm2_select::{Avx2, Avx512};
pub(crate) use sm3::Sm3;
pub(crate) use sm4::Sm4;
