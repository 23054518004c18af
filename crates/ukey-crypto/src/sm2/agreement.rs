//! SM2 key agreement (GB/T 32918.3): two parties with certified keys and fresh ephemeral keys.

use super::{FIELD_LEN, PublicKey, SecretKey, kdf, random_scalar};
use crate::{Error, sm3};
use gm_kernels::sm2::Scalar;
use zeroize::{Zeroize, Zeroizing};

/// Who sent its ephemeral key first. Both sides hash the initiator's values first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Party A of the standard.
    Initiator,
    /// Party B of the standard.
    Responder,
}

/// An ephemeral key pair, good for one agreement. Zeroised on drop.
pub struct Ephemeral {
    secret: Scalar,
    public: PublicKey,
}

impl Ephemeral {
    /// A fresh random pair.
    ///
    /// # Errors
    /// [`Error::Rng`].
    pub fn generate() -> Result<Self, Error> {
        Self::from_scalar(random_scalar()?).ok_or(Error::Rng)
    }

    /// The public half (R of the standard), to send to the peer.
    #[must_use]
    pub const fn public_key(&self) -> PublicKey {
        self.public
    }

    /// The pair of `secret`, which must not serve for anything else.
    #[must_use]
    pub fn from_secret(secret: &SecretKey) -> Self {
        Self {
            secret: secret.scalar().clone(),
            public: secret.public_key(),
        }
    }

    /// `None` for 0.
    pub(super) fn from_scalar(secret: Scalar) -> Option<Self> {
        let public = PublicKey::of(&secret)?;
        Some(Self { secret, public })
    }
}

impl core::fmt::Debug for Ephemeral {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Ephemeral(..)")
    }
}

/// What is known of the other party.
#[derive(Debug, Clone, Copy)]
pub struct Peer<'a> {
    /// Its long-term key.
    pub public_key: PublicKey,
    /// Its ephemeral key.
    pub ephemeral: PublicKey,
    /// Its ID.
    pub id: &'a [u8],
}

/// What both parties end up with.
pub struct Shared {
    /// The agreed key.
    pub key: Zeroizing<Vec<u8>>,
    /// S1 = SB: the responder sends it, the initiator compares it with [`crate::ct::eq`].
    pub responder_confirmation: [u8; 32],
    /// S2 = SA: the initiator sends it, the responder compares it with [`crate::ct::eq`].
    pub initiator_confirmation: [u8; 32],
}

impl core::fmt::Debug for Shared {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("agreement::Shared(..)")
    }
}

/// Computes the key of `key_len` bytes and both confirmation values (GB/T 32918.3 clause 6.1).
///
/// `ephemeral` is consumed: it must not be used twice.
///
/// # Errors
/// [`Error::InvalidLength`] if an ID is too long or `key_len` is 0; [`Error::InvalidPoint`] if the
/// shared point is infinity.
pub fn agree(
    role: Role,
    own: &SecretKey,
    own_id: &[u8],
    ephemeral: Ephemeral,
    peer: &Peer<'_>,
    key_len: usize,
) -> Result<Shared, Error> {
    if key_len == 0 {
        return Err(Error::InvalidLength);
    }
    let own_z = own.public_key().z(own_id)?;
    let peer_z = peer.public_key.z(peer.id)?;
    let shared = shared_point(own, &ephemeral, peer)?;
    let (own_r, peer_r) = (ephemeral.public.coordinates(), peer.ephemeral.coordinates());
    let transcript = match role {
        Role::Initiator => [&own_z[..], &peer_z, &own_r, &peer_r].concat(),
        Role::Responder => [&peer_z[..], &own_z, &peer_r, &own_r].concat(),
    };
    let mut key = Zeroizing::new(vec![0; key_len]);
    kdf::derive(&[&shared[..], &transcript[..2 * sm3::OUTPUT_LEN]], &mut key);
    let inner = hash(&[&shared[..FIELD_LEN], &transcript]);
    let confirmation = |tag: u8| hash(&[&[tag], &shared[FIELD_LEN..], &inner]);
    Ok(Shared {
        key,
        responder_confirmation: confirmation(2),
        initiator_confirmation: confirmation(3),
    })
}

/// U = V = [t](P + [x̄]R), as x || y.
fn shared_point(
    own: &SecretKey,
    ephemeral: &Ephemeral,
    peer: &Peer<'_>,
) -> Result<Zeroizing<kdf::Shared>, Error> {
    let t = own.scalar() + &(&x_bar(&ephemeral.public) * &ephemeral.secret);
    // What the peer sent is public, so this part may take the faster way.
    let peer_ephemeral = peer.ephemeral.point();
    let sum = peer.public_key.point();
    let sum = sum.add_multiple_vartime(&x_bar(&peer.ephemeral), peer_ephemeral);
    let sum = sum.ok_or(Error::InvalidPoint)?;
    let mut product = sum.times(&t).ok_or(Error::InvalidPoint)?;
    let shared = kdf::coordinates(&product);
    product.zeroize();
    Ok(shared)
}

/// x̄ = 2^w + (x mod 2^w) with w = 127 for this curve.
fn x_bar(point: &PublicKey) -> Scalar {
    let mut bytes = point.x();
    bytes[..FIELD_LEN / 2].fill(0);
    bytes[FIELD_LEN / 2] |= 0x80;
    Scalar::reduce(&bytes)
}

fn hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = sm3::Sm3::new();
    for part in parts {
        hash.update(part);
    }
    hash.finish()
}
