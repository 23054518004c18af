//! The change feed: what has changed since a value of the counter, in this process or another.

use crate::host::{Data, Host, USER, USER_PIN, blank_image, words};
use crate::keyed::*;
use ukey_firmware_sim::Config;

fn two_hosts() -> (Host, Host) {
    let memory = blank_image(512 * 1024);
    let (mut first, mut second) = (Host::on(memory.clone()), Host::on(memory));
    first.create_application(b"APP", 0x10);
    first.log_in(USER, USER_PIN);
    second.open_application(b"APP");
    (first, second)
}

fn write(host: &mut Host, id: u32, flags: u8, content: &[u8]) -> u32 {
    let data = host.app().u32(id).u8(flags).n8(b"").bytes(content);
    words(&host.ok([0x80, 0xD4, 0, 0], &data))
}

fn delete(host: &mut Host, id: u32) {
    let data = host.app().u32(id);
    host.ok([0x80, 0xD8, 0, 0], &data);
}

fn ids(changes: &Changes) -> Vec<u32> {
    changes.records.iter().map(|record| record.id).collect()
}

fn nothing(upto: u64) -> Changes {
    Changes {
        upto,
        known: true,
        containers: (false, vec![]),
        files: (false, vec![]),
        gone: vec![],
        records: vec![],
    }
}

#[test]
fn only_what_changed_is_told_to_another_process() {
    let (mut first, mut second) = two_hosts();
    let start = second.change_counter();
    assert_eq!(second.changes(start), nothing(start));
    let (one, two) = (
        write(&mut first, 0, 0, b"one"),
        write(&mut first, 0, 1, b"two"),
    );
    let (key, _) = first.generate(P256, ALL);
    let found = second.changes(start);
    assert_eq!((found.upto, found.known), (start + 3, true));
    // The private ones cannot be seen without login, which is said.
    assert_eq!((ids(&found), &found.gone), (vec![one], &vec![two, key]));
    assert_eq!(found.records[0].content, b"one");
    second.log_in(USER, USER_PIN);
    let found = second.changes(start);
    assert_eq!((ids(&found), found.gone.len()), (vec![one, two, key], 0));
    assert!(found.records[2].key.as_ref().unwrap().held);
    assert_eq!(found.records, second.list(false));
    assert_eq!(ids(&second.changes(start + 1)), [two, key]);
    // Written again and deleted: once each, as it is now.
    write(&mut first, one, 0, b"one again");
    write(&mut first, one, 0, b"and again");
    delete(&mut first, two);
    let found = second.changes(start + 3);
    assert_eq!((found.upto, &found.gone), (start + 6, &vec![two]));
    assert_eq!(
        (ids(&found), found.records[0].content.as_slice()),
        (vec![one], &b"and again"[..])
    );
    assert_eq!(found, first.changes(start + 3));
    // Tries are no changes.
    second.verify_pin(USER, b"wrong");
    assert_eq!(second.changes(start + 6), nothing(start + 6));
}

#[test]
fn containers_and_files_are_named() {
    let (mut first, mut second) = two_hosts();
    let start = second.change_counter();
    let container = first.create_container(b"C");
    first.create_container(b"D");
    let found = second.changes(start);
    assert_eq!(found.containers, (true, vec!["C".into(), "D".into()]));
    first.generate_sm2(container);
    let found = second.changes(start + 2);
    assert_eq!(
        (found.containers, found.files.0),
        ((false, vec!["C".into()]), false)
    );
    let data = first.in_container(container).l32(b"certificate");
    first.ok([0x80, 0x4C, 1, 0], &data);
    assert_eq!(
        second.changes(start + 3).containers,
        (false, vec!["C".into()])
    );
    let data = first.app().bytes(b"D");
    first.ok([0x80, 0x48, 0, 0], &data);
    assert_eq!(second.changes(start + 4).containers, (true, vec![]));
    let data = first.app().n8(b"F").u32(16).u32(0x10).u32(0x10);
    first.ok([0x80, 0x30, 0, 0], &data);
    assert_eq!(second.changes(start + 5).files, (true, vec!["F".into()]));
    let data = first.app().u32(0).n8(b"F").bytes(b"content");
    first.ok([0x80, 0x3A, 0, 0], &data);
    let found = second.changes(start + 6);
    assert_eq!(
        (found.files, found.containers.0),
        ((false, vec!["F".into()]), false)
    );
    assert!(found.known);
}

#[test]
fn another_applications_changes_are_not_told() {
    let (mut first, mut second) = two_hosts();
    first.create_application(b"OTHER", 0x10);
    first.log_in(USER, USER_PIN);
    let start = second.change_counter();
    write(&mut first, 0, 0, b"elsewhere");
    assert_eq!(second.changes(start), nothing(start + 1));
}

#[test]
fn what_does_not_fit_comes_with_the_next_question() {
    let (mut first, mut second) = two_hosts();
    let start = second.change_counter();
    for size in [40_000, 30_000, 20_000, 60_000] {
        write(&mut first, 0, 0, &vec![1; size]);
    }
    let steps = [
        (start, start + 1, 1),
        (start + 1, start + 3, 2),
        (start + 3, start + 4, 1),
    ];
    for (since, upto, count) in steps {
        let found = second.changes(since);
        assert_eq!((found.upto, found.records.len()), (upto, count));
    }
}

#[test]
fn what_is_too_old_is_not_known() {
    let memory = blank_image(64 * 1024);
    let mut host = Host::on(memory.clone());
    host.create_application(b"APP", 0x10);
    host.log_in(USER, USER_PIN);
    let start = host.change_counter();
    let id = write(&mut host, 0, 0, b"first");
    let mut other = Host::on(memory.clone());
    other.open_application(b"APP");
    // So much that the log is compacted many times.
    for round in 0..200u8 {
        write(&mut host, id, 0, &[round; 700]);
    }
    // Whoever did it knows; whoever finds it compacted does not, but goes on from there.
    assert_eq!(ids(&host.changes(start)), [id]);
    let now = other.change_counter();
    let found = other.changes(start);
    assert_eq!(
        (found.known, found.upto, found.records.len()),
        (false, now, 0)
    );
    write(&mut host, id, 0, b"last");
    assert_eq!(other.changes(now).records[0].content, b"last");
    // A value that the counter has not reached yet, from a token that was put back.
    assert_eq!(host.changes(now + 50).upto, now + 1);
    let mut fresh = Host::on(memory);
    fresh.open_application(b"APP");
    assert!(!fresh.changes(start).known);
    assert_eq!(fresh.changes(now + 1), nothing(now + 1));
}

#[test]
fn a_list_comes_in_few_answers_and_costs_what_it_holds() {
    let mut host = Host::with_config(
        blank_image(2 * 1024 * 1024),
        Config {
            max_response_data: 65_533,
            ..Config::default()
        },
    );
    host.create_application(b"APP", 0xFF);
    for number in 0..1_000u32 {
        write(&mut host, 0, 2, &number.to_be_bytes().repeat(50));
    }
    let data = host.app().u32(1).u8(0);
    let page = records(&host.ok(LIST, &data));
    assert_eq!(page.len(), 65_533 / (4 + 1 + 1 + 1 + 4 + 200));
    let all = host.list(false);
    assert!(all.iter().map(|record| record.id).eq(1..=1_000));
    assert_eq!(host.refused(LIST, &Data::new().u16(1).u32(1).u8(0)), 0x6A88);
    let data = host.app().u32(1).u8(2);
    assert_eq!(host.refused(LIST, &data), 0x6A80);
}
