#![allow(clippy::unwrap_used)]

use super::*;

fn object(id: u32, data: &[u8]) -> StoredObject {
    StoredObject {
        id,
        private: id % 2 == 1,
        owner: String::new(),
        key: None,
        data: data.to_vec(),
    }
}

fn ids(map: &ObjectMap) -> Vec<u32> {
    map.iter().map(|object| object.id).collect()
}

#[test]
fn objects_are_kept_by_ascending_number() {
    let mut map: ObjectMap = [300, 1, 127, 128, 2]
        .map(|id| object(id, b"x"))
        .into_iter()
        .collect();
    assert_eq!((ids(&map), map.len()), (vec![1, 2, 127, 128, 300], 5));
    map.insert(object(127, b"y"));
    assert_eq!(
        (map.get(127).unwrap().data.as_slice(), map.len()),
        (&b"y"[..], 5)
    );
    map.remove(128);
    map.remove(129);
    map.remove(5000);
    assert_eq!((ids(&map), map.len()), (vec![1, 2, 127, 300], 4));
    assert!(map.get(128).is_none() && map.get(3).is_none());
    map.retain(|object| !object.private);
    assert_eq!(ids(&map), [2, 300]);
    map.retain(|_| false);
    assert!(map.is_empty());
    assert_eq!(map, ObjectMap::default());
}

#[test]
fn changes_are_what_is_different() {
    let old = ObjectView {
        objects: (1..=1000).map(|id| object(id, b"old")).collect(),
        ..ObjectView::default()
    };
    let mut new = old.clone();
    assert!(new.changes_since(&old).is_empty());
    new.objects.insert(object(5, b"new"));
    new.objects.insert(object(6, b"old"));
    new.objects.insert(object(2000, b"new"));
    new.objects.insert(object(1001, b"new"));
    for id in (512..640).chain([7]) {
        new.objects.remove(id);
    }
    let changes = new.changes_since(&old);
    let numbers = |objects: &[Arc<StoredObject>]| objects.iter().map(|o| o.id).collect::<Vec<_>>();
    assert_eq!(numbers(&changes.added), [1001, 2000]);
    assert_eq!(numbers(&changes.changed), [5]);
    assert_eq!(changes.removed.len(), 129);
    assert_eq!((changes.removed[0], changes.removed[128]), (7, 639));
    assert!(!changes.containers && !changes.files);
    let back = old.changes_since(&new);
    assert_eq!((back.added.len(), back.removed), (129, vec![1001, 2000]));
}

#[test]
fn equal_lists_are_no_change_and_shared_ones_are_not_looked_at() {
    let files = |size| {
        vec![FileView {
            name: "f".into(),
            size,
            read_rights: ukey_apdu::id::Rights::ANYONE,
            write_rights: ukey_apdu::id::Rights::ANYONE,
        }]
    };
    let view = |size| ObjectView {
        files: files(size).into(),
        ..ObjectView::default()
    };
    assert!(view(1).changes_since(&view(1)).is_empty());
    assert!(view(1).changes_since(&view(2)).files);
    let one = view(1);
    assert!(one.clone().files.is_shared_with(&one.files));
}
