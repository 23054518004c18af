//! Templates and mechanisms that own what their C forms point to.

use std::ptr::null_mut;
use ukey_pkcs11::types::*;

/// A template that owns its values.
#[derive(Clone, Default)]
pub struct Template(Vec<(CK_ATTRIBUTE_TYPE, Vec<u8>)>);

impl Template {
    pub fn of(class: CK_OBJECT_CLASS) -> Self {
        Self::default().number(CKA_CLASS, class)
    }

    pub fn bytes(mut self, attribute: CK_ATTRIBUTE_TYPE, value: &[u8]) -> Self {
        self.0.push((attribute, value.to_vec()));
        self
    }

    pub fn number(self, attribute: CK_ATTRIBUTE_TYPE, value: CK_ULONG) -> Self {
        self.bytes(attribute, &value.to_ne_bytes())
    }

    pub fn flag(self, attribute: CK_ATTRIBUTE_TYPE, value: bool) -> Self {
        self.bytes(attribute, &[value.into()])
    }

    pub fn on_token(self) -> Self {
        self.flag(CKA_TOKEN, true)
    }

    pub fn c(&mut self) -> Vec<CK_ATTRIBUTE> {
        let attribute = |(type_, value): &mut (CK_ATTRIBUTE_TYPE, Vec<u8>)| CK_ATTRIBUTE {
            type_: *type_,
            pValue: value.as_mut_ptr().cast(),
            ulValueLen: value.len() as CK_ULONG,
        };
        self.0.iter_mut().map(attribute).collect()
    }
}

/// A mechanism with its parameter.
pub struct Mechanism(pub CK_MECHANISM_TYPE, pub Vec<u8>);

impl Mechanism {
    pub fn plain(number: CK_MECHANISM_TYPE) -> Self {
        Self(number, Vec::new())
    }

    pub fn numbers(number: CK_MECHANISM_TYPE, parameter: &[CK_ULONG]) -> Self {
        Self(
            number,
            parameter.iter().flat_map(|n| n.to_ne_bytes()).collect(),
        )
    }

    pub fn c(&mut self) -> CK_MECHANISM {
        CK_MECHANISM {
            mechanism: self.0,
            pParameter: if self.1.is_empty() {
                null_mut()
            } else {
                self.1.as_mut_ptr().cast()
            },
            ulParameterLen: self.1.len() as CK_ULONG,
        }
    }
}

/// A parameter structure as the bytes that a mechanism points to. It must have no padding.
pub fn bytes_of<T: Copy>(structure: &T) -> Vec<u8> {
    let at = (&raw const *structure).cast::<u8>();
    unsafe { std::slice::from_raw_parts(at, size_of::<T>()) }.to_vec()
}
