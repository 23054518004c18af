//! What a command that uses a key still has to do when the card has checked everything and found the
//! key: a computation that the card itself has no part in. A link that serves several threads runs
//! it while the card answers others.

use ukey_apdu::{Reply, ResponseApdu, StatusWord};

type Output = Result<Vec<u8>, StatusWord>;

/// The rest of a command that is under way; see [`Device::start`](crate::Device::start).
pub struct Computation(Box<dyn FnOnce() -> Output + Send>);

/// How far a command has come.
pub enum Started {
    /// It is answered: the response APDU.
    Answer(Vec<u8>),
    /// The answer is what [`Computation::answer`] will give.
    Computation(Computation),
}

impl Computation {
    pub(crate) fn new<R: Reply>(
        work: impl FnOnce() -> Result<R, StatusWord> + Send + 'static,
    ) -> Self {
        Self(Box::new(|| work().map(|reply| reply.to_bytes())))
    }

    pub(crate) fn output(self) -> Output {
        (self.0)()
    }

    /// Computes, and gives the response APDU; it may hold secrets, as that of
    /// [`Device::transmit`](crate::Device::transmit).
    pub fn answer(self) -> Vec<u8> {
        self.output()
            .map_or_else(ResponseApdu::status, ResponseApdu::success)
            .encode()
    }
}
