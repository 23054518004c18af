//! Response APDUs: data, then the two status bytes.

use std::fmt;

use zeroize::Zeroize;

use crate::status::StatusWord;
use crate::wire::DecodeError;

/// One answer, or one piece of an answer. The data is wiped on drop and not shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct ResponseApdu {
    /// The data field, often empty.
    pub data: Vec<u8>,
    /// SW1 SW2.
    pub sw: StatusWord,
}

impl ResponseApdu {
    /// An answer with data and 9000.
    pub fn success(data: Vec<u8>) -> Self {
        Self {
            data,
            sw: StatusWord::OK,
        }
    }

    /// An answer of a status word alone.
    pub fn status(sw: StatusWord) -> Self {
        Self {
            data: Vec::new(),
            sw,
        }
    }

    /// Takes a received answer apart.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`] when there are not even two status bytes.
    pub fn parse(apdu: &[u8]) -> Result<Self, DecodeError> {
        let (data, sw) = apdu.split_last_chunk::<2>().ok_or(DecodeError::Truncated)?;
        Ok(Self {
            data: data.to_vec(),
            sw: StatusWord(u16::from_be_bytes(*sw)),
        })
    }

    /// Writes the answer. The result may hold secrets; whoever keeps it wipes it.
    pub fn encode(&self) -> Vec<u8> {
        let mut apdu = Vec::with_capacity(self.data.len() + 2);
        apdu.extend_from_slice(&self.data);
        apdu.extend_from_slice(&self.sw.0.to_be_bytes());
        apdu
    }

    /// Takes the data out.
    pub fn into_data(mut self) -> Vec<u8> {
        std::mem::take(&mut self.data)
    }
}

impl Drop for ResponseApdu {
    fn drop(&mut self) {
        self.data.zeroize();
    }
}

impl fmt::Debug for ResponseApdu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ResponseApdu({} bytes, {})", self.data.len(), self.sw)
    }
}
