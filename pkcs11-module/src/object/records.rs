//! The attribute records of a token: what callers said of things that containers hold, by what they describe.

use super::Side;
use super::attribute::Attributes;
use super::key::{PublicKey, default_id};
use super::stored::{Kind, Record};
use super::view::certificate_fingerprint;
use crate::abi::types::*;
use std::collections::HashMap;

/// Where the attributes of a container's object are kept.
type Place = (String, Side, Kind);

/// See the [module](self).
#[derive(Clone, Default)]
pub(crate) struct Records {
    by_place: HashMap<Place, (u32, Attributes)>,
    places: HashMap<u32, Place>,
}

impl Records {
    /// Takes in the record in stored object `id`, which is about something in the container `owner`.
    pub(crate) fn note(&mut self, id: u32, owner: &str, record: Record) {
        self.forget(id);
        let place = (owner.to_owned(), record.side, record.kind);
        self.places.insert(id, place.clone());
        self.by_place.insert(place, (id, record.attributes));
    }

    /// Drops the record in stored object `id`; whether there was one.
    pub(crate) fn forget(&mut self, id: u32) -> bool {
        let Some(place) = self.places.remove(&id) else {
            return false;
        };
        if self.by_place.get(&place).is_some_and(|(of, _)| *of == id) {
            self.by_place.remove(&place);
        }
        true
    }

    /// The stored object and the attributes for a place.
    pub(crate) fn get(
        &self,
        container: &str,
        side: Side,
        kind: Kind,
    ) -> Option<(u32, &Attributes)> {
        self.by_place
            .get(&(container.to_owned(), side, kind))
            .map(|(id, attributes)| (*id, attributes))
    }

    /// CKA_ID of a pair: what the caller gave the private key, else the public key, else made from the key.
    pub(crate) fn pair_id(&self, container: &str, side: Side, key: &PublicKey) -> Vec<u8> {
        let named = |kind| {
            self.attributes(container, side, kind)
                .and_then(|record| record.bytes(CKA_ID))
        };
        named(Kind::OfPrivateKey)
            .or_else(|| named(Kind::OfPublicKey))
            .map_or_else(|| default_id(key), <[u8]>::to_vec)
    }

    /// Whether the caller destroyed this certificate.
    pub(crate) fn hides_certificate(&self, container: &str, side: Side, der: &[u8]) -> bool {
        self.hides(
            container,
            side,
            Kind::HiddenCertificate,
            &certificate_fingerprint(der),
        )
    }

    /// The attributes for a place.
    pub(super) fn attributes(
        &self,
        container: &str,
        side: Side,
        kind: Kind,
    ) -> Option<&Attributes> {
        self.get(container, side, kind)
            .map(|(_, attributes)| attributes)
    }

    /// Whether the caller destroyed the thing with this fingerprint.
    pub(super) fn hides(
        &self,
        container: &str,
        side: Side,
        kind: Kind,
        fingerprint: &[u8],
    ) -> bool {
        self.attributes(container, side, kind)
            .is_some_and(|mark| mark.bytes(CKA_VALUE) == Some(fingerprint))
    }
}
