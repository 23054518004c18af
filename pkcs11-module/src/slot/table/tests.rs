#![allow(clippy::unwrap_used)]

use super::*;
use crate::object::Side;
use std::time::{Duration, Instant};

fn attributes(class: CK_OBJECT_CLASS, label: &[u8], id: &[u8]) -> Attributes {
    let mut attributes = Attributes::default();
    attributes.set_number(CKA_CLASS, class);
    attributes.set_bytes(CKA_LABEL, label);
    attributes.set_bytes(CKA_ID, id);
    attributes
}

fn stored(id: u32, private: bool, attributes: Attributes) -> StoredObject {
    let record = Record {
        kind: Kind::Object,
        side: Side::Encryption,
        attributes,
    };
    StoredObject {
        id,
        private,
        owner: String::new(),
        key: None,
        data: record.encode(),
    }
}

fn view(objects: impl IntoIterator<Item = StoredObject>) -> Arc<ObjectView> {
    Arc::new(ObjectView {
        objects: objects.into_iter().collect(),
        ..ObjectView::default()
    })
}

fn numbered(id: u32) -> StoredObject {
    let label = format!("object {id}");
    stored(
        id,
        id.is_multiple_of(2),
        attributes(CKO_DATA, label.as_bytes(), &id.to_be_bytes()),
    )
}

fn wanted(pairs: &[(CK_ATTRIBUTE_TYPE, &[u8])]) -> Attributes {
    let mut template = Attributes::default();
    for (attribute, value) in pairs {
        template.set_bytes(*attribute, *value);
    }
    template
}

#[test]
fn handles_stay_with_their_things_while_others_come_and_go() {
    let mut table = ObjectTable::default();
    table.note(view((1..=10).map(numbered)));
    let all = table.find(&Attributes::default(), true);
    assert_eq!(all.len(), 10);
    let five = table.find(&wanted(&[(CKA_LABEL, b"object 5")]), true);
    let mut changed = numbered(5);
    changed.data = stored(5, false, attributes(CKO_DATA, b"new name", b"x")).data;
    let next = (1..=12).filter(|id| *id != 7 && *id != 5).map(numbered);
    table.note(view(next.chain([changed])));
    assert_eq!(table.find(&wanted(&[(CKA_LABEL, b"new name")]), true), five);
    assert!(
        table
            .find(&wanted(&[(CKA_LABEL, b"object 5")]), true)
            .is_empty()
    );
    assert!(
        table
            .find(&wanted(&[(CKA_LABEL, b"object 7")]), true)
            .is_empty()
    );
    let now = table.find(&Attributes::default(), true);
    assert_eq!(now.len(), 11);
    assert_eq!(now.iter().filter(|handle| all.contains(handle)).count(), 9);
    // Back again, it is another thing.
    table.note(view((1..=12).map(numbered)));
    let seven = table.find(&wanted(&[(CKA_LABEL, b"object 7")]), true);
    assert!(!all.contains(&seven[0]));
}

#[test]
fn every_indexed_value_must_match() {
    let mut table = ObjectTable::default();
    table.note(view([
        stored(1, false, attributes(CKO_DATA, b"same", b"1")),
        stored(2, false, attributes(CKO_CERTIFICATE, b"same", b"2")),
    ]));
    let find = |pairs: &[(CK_ATTRIBUTE_TYPE, &[u8])]| table.find(&wanted(pairs), true).len();
    assert_eq!(find(&[(CKA_LABEL, b"same")]), 2);
    assert_eq!(find(&[(CKA_LABEL, b"same"), (CKA_ID, b"2")]), 1);
    assert_eq!(find(&[(CKA_LABEL, b"other"), (CKA_ID, b"2")]), 0);
    assert_eq!(find(&[(CKA_LABEL, b"same"), (CKA_URL, b"none")]), 0);
    let mut class = Attributes::default();
    class.set_number(CKA_CLASS, CKO_CERTIFICATE);
    assert_eq!(table.find(&class, true).len(), 1);
}

#[test]
fn after_a_logout_private_things_are_others() {
    let mut table = ObjectTable::default();
    let known = view((1..=4).map(numbered));
    table.note(Arc::clone(&known));
    let before = table.find(&Attributes::default(), true);
    assert_eq!(table.find(&Attributes::default(), false).len(), 2);
    table.forget_private();
    assert!(!table.shows(&known));
    assert_eq!(table.find(&Attributes::default(), true).len(), 2);
    // Logged in again before anybody looked: the view is the same as before.
    table.note(Arc::clone(&known));
    assert!(table.shows(&known));
    let after = table.find(&Attributes::default(), true);
    assert_eq!(after.len(), 4);
    assert_eq!(after.iter().filter(|h| before.contains(h)).count(), 2);
}

#[test]
fn session_objects_are_found_until_they_end() {
    let mut table = ObjectTable::default();
    let owner = Handle::fresh();
    let object = |label: &[u8]| {
        crate::object::view::own_object(
            attributes(CKO_DATA, label, b""),
            Source::Session,
            false,
            None,
        )
    };
    let handle = table.add_session_object(owner, object(b"one"));
    assert_eq!(table.find(&wanted(&[(CKA_LABEL, b"one")]), false), [handle]);
    table.replace_session_object(handle, object(b"two"));
    assert!(
        table
            .find(&wanted(&[(CKA_LABEL, b"one")]), false)
            .is_empty()
    );
    assert_eq!(table.find(&wanted(&[(CKA_LABEL, b"two")]), false), [handle]);
    table.end_session_objects(|_, of, _| of == owner);
    assert!(
        table
            .find(&wanted(&[(CKA_LABEL, b"two")]), false)
            .is_empty()
    );
    assert!(table.get(handle).is_none());
}

#[test]
fn one_among_ten_thousand_is_found_without_a_look_at_the_others() {
    let mut table = ObjectTable::default();
    let objects = (1..=10_000).map(numbered);
    let whole = view(objects);
    table.note(Arc::clone(&whole));
    let mut template = wanted(&[(CKA_LABEL, b"object 7777")]);
    template.set_number(CKA_CLASS, CKO_DATA);
    let fastest = |work: &mut dyn FnMut()| {
        let time = |work: &mut dyn FnMut()| {
            let start = Instant::now();
            work();
            start.elapsed()
        };
        (0..20).map(|_| time(work)).min().unwrap_or(Duration::MAX)
    };
    let indexed = fastest(&mut || assert_eq!(table.find(&template, true).len(), 1));
    let every = fastest(&mut || assert_eq!(table.find(&Attributes::default(), true).len(), 10_000));
    assert!(indexed * 20 < every, "{indexed:?} against {every:?}");
    // One object more costs the table that one object.
    let mut more = (*whole).clone();
    more.objects.insert(numbered(10_001));
    let more = Arc::new(more);
    let mut views = [more, whole].into_iter().cycle();
    let one_more = fastest(&mut || table.note(views.next().unwrap()));
    assert!(one_more * 5 < every, "{one_more:?} against {every:?}");
}
