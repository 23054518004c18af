//! Key agreement: the worked example of GB/T 32918.5 and what must go wrong.

use super::super::agreement::{Ephemeral, Peer, Role, agree};
use super::*;

const PBX: &str = "6AE848C57C53C7B1B5FA99EB2286AF078BA64C64591B8B566F7357D576F16DFB";
const PBY: &str = "EE489D771621A27B36C5C7992062E9CD09A9264386F3FBEA54DFF69305621C4D";

fn fixed_ephemeral(secret: &str) -> Ephemeral {
    Ephemeral::from_scalar(scalar(secret)).unwrap()
}

#[test]
fn key_agreement_with_the_fixed_nonces() {
    let a = secret("81EB26E941BB5AF16DF116495F90695272AE2CD63D6C4AE1678418BE48230029");
    let b = secret("785129917D45A9EA5437A59356B82338EAADDA6CEB199088F14AE10DEFA229B5");
    assert_eq!(a.public_key(), public(PAX, PAY));
    assert_eq!(b.public_key(), public(PBX, PBY));
    let z = |key: &SecretKey| key.public_key().z(DEFAULT_ID).unwrap();
    assert_eq!(
        z(&a),
        hex32("3B85A57179E11E7E513AA622991F2CA74D1807A0BD4D4B38F90987A17AC245B1")
    );
    assert_eq!(
        z(&b),
        hex32("79C988D63229D97EF19FE02CA1056E01E6A7411ED24694AA8F834F4A4AB022F7")
    );
    let ra = fixed_ephemeral("D4DE15474DB74D06491C440D305E012400990F3E390C7E87153C12DB2EA60BB3");
    let rb = fixed_ephemeral("7E07124814B309489125EAED101113164EBF0F3458C5BD88335C1F9D596243D6");
    let (ra_public, rb_public) = (ra.public_key(), rb.public_key());
    let expected_ra = public(
        "64CED1BDBC99D590049B434D0FD73428CF608A5DB8FE5CE07F15026940BAE40E",
        "376629C7AB21E7DB260922499DDB118F07CE8EAAE3E7720AFEF6A5CC062070C0",
    );
    let expected_rb = public(
        "ACC27688A6F7B706098BC91FF3AD1BFF7DC2802CDB14CCCCDB0A90471F9BD707",
        "2FEDAC0494B2FFC4D6853876C79B8F301C6573AD0AA50F39FC87181E1A1B46FE",
    );
    assert_eq!((ra_public, rb_public), (expected_ra, expected_rb));

    let peer = |key: &SecretKey, ephemeral| Peer {
        public_key: key.public_key(),
        ephemeral,
        id: DEFAULT_ID,
    };
    let at_a = agree(
        Role::Initiator,
        &a,
        DEFAULT_ID,
        ra,
        &peer(&b, rb_public),
        16,
    )
    .unwrap();
    let at_b = agree(
        Role::Responder,
        &b,
        DEFAULT_ID,
        rb,
        &peer(&a, ra_public),
        16,
    )
    .unwrap();
    for shared in [at_a, at_b] {
        assert_eq!(
            hex::encode_upper(&*shared.key),
            "6C89347354DE2484C60B4AB1FDE4C6E5"
        );
        assert_eq!(
            shared.responder_confirmation,
            hex32("D3A0FE15DEE185CEAE907A6B595CC32A266ED7B3367E9983A896DC32FA20F8EB")
        );
        assert_eq!(
            shared.initiator_confirmation,
            hex32("18C7894B3816DF16CF07B05C5EC0BEF5D655D58F779CC1B400A4F3884644DB88")
        );
    }
}

#[test]
fn key_agreement_binds_ids_and_length() {
    let (a, b) = (
        SecretKey::generate().unwrap(),
        SecretKey::generate().unwrap(),
    );
    let run = |id_seen_by_b: &[u8], len| {
        let (ra, rb) = (
            Ephemeral::generate().unwrap(),
            Ephemeral::generate().unwrap(),
        );
        let for_a = Peer {
            public_key: b.public_key(),
            ephemeral: rb.public_key(),
            id: b"bob",
        };
        let for_b = Peer {
            public_key: a.public_key(),
            ephemeral: ra.public_key(),
            id: id_seen_by_b,
        };
        let at_a = agree(Role::Initiator, &a, b"alice", ra, &for_a, len).unwrap();
        let at_b = agree(Role::Responder, &b, b"bob", rb, &for_b, len).unwrap();
        (at_a, at_b)
    };
    let (at_a, at_b) = run(b"alice", 100);
    assert_eq!(at_a.key, at_b.key);
    assert_eq!(at_a.key.len(), 100);
    let (at_a, at_b) = run(b"mallory", 16);
    assert_ne!(at_a.key, at_b.key);
    assert_ne!(at_a.responder_confirmation, at_b.responder_confirmation);
    let nobody = Peer {
        public_key: b.public_key(),
        ephemeral: b.public_key(),
        id: b"",
    };
    let result = agree(
        Role::Initiator,
        &a,
        b"",
        Ephemeral::generate().unwrap(),
        &nobody,
        0,
    );
    assert_eq!(result.unwrap_err(), Error::InvalidLength);
}

#[test]
fn key_agreement_refuses_infinity() {
    // R = -[x̄^-1]P cannot be found without inverting x̄(R); d + x̄ r = 0 can: t = 0 gives infinity.
    // Choose the own key so: d = -x̄(R) r.
    let r = scalar(K);
    let ephemeral = Ephemeral::from_scalar(r.clone()).unwrap();
    let mut x_bar = ephemeral.public_key().x();
    x_bar[..16].fill(0);
    x_bar[16] |= 0x80;
    let d = -&(&Scalar::reduce(&x_bar) * &r);
    let own = SecretKey::from_bytes(&d.to_bytes()).unwrap();
    let other = public(PX, PY);
    let peer = Peer {
        public_key: other,
        ephemeral: other,
        id: DEFAULT_ID,
    };
    let result = agree(Role::Initiator, &own, DEFAULT_ID, ephemeral, &peer, 16);
    assert_eq!(result.unwrap_err(), Error::InvalidPoint);
}

#[test]
fn secrets_do_not_print() {
    let ephemeral = Ephemeral::generate().unwrap();
    assert_eq!(format!("{ephemeral:?}"), "Ephemeral(..)");
}
