//! Authorities, holders, lists and tokens, made for the occasion.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use time::{Duration, OffsetDateTime};
use ukey_crypto::hash::HashAlg;
use ukey_crypto::sm2;
use ukey_pki::ca::Authority;
use ukey_pki::certificate::Validity;
use ukey_pki::certificate::build::{Profile, Template};
use ukey_pki::crl::{self, Entry, Reason, RevocationList};
use ukey_pki::key::KeyAlgorithm;
use ukey_pki::login::auth_message;
use ukey_pki::{Certificate, Name, PublicKey, Signer, SoftwareKey};
use ukey_verifier::login::AuthToken;
use ukey_verifier::trust::{Revocation, Trust};

pub(crate) const ORIGIN: &str = "https://bid.example.cn";
pub(crate) const NONCE: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

pub(crate) struct Holder {
    pub(crate) certificate: Certificate,
    pub(crate) key: SoftwareKey,
}

pub(crate) fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}

pub(crate) fn validity(days: i64) -> Validity {
    Validity {
        not_before: now() - Duration::days(1),
        not_after: now() + Duration::days(days),
    }
}

pub(crate) fn name(text: &str) -> Name {
    text.parse().unwrap()
}

pub(crate) fn root() -> Authority {
    Authority::create_root(&name("CN=root"), KeyAlgorithm::Sm2, validity(30)).unwrap()
}

pub(crate) fn holder(
    authority: &Authority,
    algorithm: KeyAlgorithm,
    profile: Profile,
    validity: Validity,
) -> Holder {
    let key = SoftwareKey::generate(algorithm).unwrap();
    let template = Template {
        subject: &name("CN=bidder"),
        public_key: key.public_key(),
        profile,
        validity,
        extensions: &[],
    };
    Holder {
        certificate: authority.issue(&template).unwrap(),
        key,
    }
}

pub(crate) fn signer(authority: &Authority) -> Holder {
    holder(
        authority,
        KeyAlgorithm::Sm2,
        Profile::Signature,
        validity(20),
    )
}

/// A list of the authority's, current unless `age` days have passed since.
pub(crate) fn list(authority: &Authority, revoked: &[&Certificate], age: i64) -> RevocationList {
    let entries: Vec<Entry> = revoked
        .iter()
        .map(|certificate| Entry {
            serial: certificate.serial().to_vec(),
            since: now() - Duration::hours(1),
            reason: Reason::KeyCompromise,
        })
        .collect();
    let template = crl::Template {
        number: 1,
        this_update: now() - Duration::days(age) - Duration::minutes(1),
        next_update: now() - Duration::days(age) + Duration::days(7),
        entries: &entries,
    };
    RevocationList::issue(&template, authority.certificate(), authority.key()).unwrap()
}

pub(crate) fn trust(authority: &Authority, lists: Vec<RevocationList>) -> Trust {
    Trust::new(vec![authority.certificate().clone()], Revocation::Required).with_lists(lists)
}

pub(crate) fn token(holder: &Holder, origin: &str, nonce: &str) -> AuthToken {
    let (algorithm, signature) = match holder.key.public_key() {
        PublicKey::Sm2(key) => {
            let message = auth_message(HashAlg::Sm3, origin, nonce);
            let digest = key.message_digest(sm2::DEFAULT_ID, &message).unwrap();
            let signature = holder.key.sign_sm2_digest(&digest).unwrap();
            ("SM2-SM3", signature.to_bytes().to_vec())
        }
        _ => {
            let message = auth_message(HashAlg::Sha256, origin, nonce);
            let info = HashAlg::Sha256.digest_info(&HashAlg::Sha256.digest(&message));
            ("RS256", holder.key.sign_rsa_pkcs1(&info.unwrap()).unwrap())
        }
    };
    AuthToken {
        format: "ukey-auth:1.0".into(),
        unverified_certificate: STANDARD.encode(holder.certificate.as_der()),
        algorithm: algorithm.into(),
        signature: STANDARD.encode(signature),
        app_version: String::new(),
    }
}
