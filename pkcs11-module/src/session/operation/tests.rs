#![allow(clippy::unwrap_used)]

use super::*;

#[test]
fn one_shot_and_parts_exclude_each_other() {
    let mut slot = Slot::default();
    assert_eq!(slot.one_shot(), Err(Error::OperationNotInitialized));
    slot.begin(7);
    slot.one_shot().unwrap();
    slot.one_shot().unwrap();
    assert_eq!(slot.part(), Err(Error::OperationActive));
    slot.begin(8);
    slot.part().unwrap();
    assert_eq!(slot.one_shot(), Err(Error::OperationActive));
    assert_eq!(slot.take_for_use(), Ok(8));
    assert_eq!(slot.take_for_use(), Err(Error::OperationNotInitialized));
}

#[test]
fn every_kind_has_a_slot_that_ends() {
    let mut operations = Operations::default();
    operations
        .digest
        .begin(Hasher::new(ukey_crypto::hash::HashAlg::Sm3));
    for kind in Kind::ALL {
        assert_eq!(operations.is_active(*kind), *kind == Kind::Digest);
        assert_eq!(operations.end(*kind), *kind == Kind::Digest);
        assert!(!operations.is_active(*kind));
    }
}
