//! What every command does with what it must refuse: the wrong class, P1, P2, length, state.

use crate::host::{Data, Host, USER, USER_PIN, extended};
use ukey_firmware_sim::store::Storage;
use ukey_firmware_sim::store::memory::MemoryStorage;

/// What a command needs before it looks at anything else.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Needs {
    Nothing,
    Device,
    User,
    Admin,
}

/// One command of fixed shape: INS, the P1 values that exist, class 84?, the least data that has
/// the right form, the right it needs.
struct Row {
    ins: u8,
    p1: &'static [u8],
    secured: bool,
    data: Data,
    /// Whether longer data is malformed (the last field is not a byte string).
    exact: bool,
    needs: Needs,
}

fn row(ins: u8, p1: &'static [u8], data: Data, exact: bool, needs: Needs) -> Row {
    Row {
        ins,
        p1,
        secured: false,
        data,
        exact,
        needs,
    }
}

/// Every command, with application and container that exist, and a request of the right form.
fn rows(app: &Data, container: &Data) -> Vec<Row> {
    use Needs::{Admin, Device, Nothing, User};
    let (app, con) = (|| app.clone(), || container.clone());
    let none = Data::new;
    let parameters = || Host::application_parameters(b"NEW", 0x10, USER_PIN);
    let point = || Data::new().u32(256).bytes(&[1; 64]);
    let cipher = |data: Data| data.bytes(&[1; 96]).l32(&[1; 24]);
    let rsa = |data: Data| data.u32(2048).bytes(&[0xC1; 256]).u32(65_537);
    let key = |data: Data| data.u8(4).u16(256).u16(0xFF);
    let part = |data: Data| data.u8(1).n8(b"").l32(b"content");
    let secured = |ins, p1, data: Data, needs| Row {
        ins,
        p1,
        secured: true,
        data: data.bytes(&[1; 20]),
        exact: true,
        needs,
    };
    vec![
        row(0x02, &[0], none(), false, Nothing),
        row(0x04, &[0], none(), true, Nothing),
        row(0x10, &[0], none().bytes(&[0; 16]), true, Nothing),
        secured(0x12, &[0], none(), Device),
        row(0x14, &[0, 1], app(), true, Nothing),
        secured(0x16, &[0, 1], app(), Nothing),
        row(0x18, &[0, 1], app().bytes(&[0; 16]), true, Nothing),
        secured(0x1A, &[0], app(), Nothing),
        row(0x1C, &[0], app(), true, Nothing),
        row(0x20, &[0], parameters(), true, Device),
        row(0x20, &[1], cipher(none()), true, Device),
        secured(0x20, &[0], none(), Device),
        row(0x22, &[0], none(), true, Nothing),
        row(0x24, &[0], none().bytes(b"APP"), false, Device),
        row(0x26, &[0], none().bytes(b"APP"), false, Nothing),
        row(0x28, &[0], app(), true, Nothing),
        row(
            0x30,
            &[0],
            app().n8(b"F").u32(1).u32(0xFF).u32(0xFF),
            true,
            User,
        ),
        row(0x32, &[0], app().bytes(b"file"), false, User),
        row(0x34, &[0], app(), true, Nothing),
        row(0x36, &[0], app().bytes(b"file"), false, Nothing),
        row(0x38, &[0], app().u32(0).u32(1).bytes(b"file"), false, User),
        row(
            0x3A,
            &[0],
            app().u32(0).n8(b"file").bytes(b"x"),
            false,
            User,
        ),
        row(0x40, &[0], app().bytes(b"NEW"), false, User),
        row(0x42, &[0], app().bytes(b"C"), false, Nothing),
        row(0x44, &[0], con(), true, Nothing),
        row(0x46, &[0], app(), true, Nothing),
        row(0x48, &[0], app().bytes(b"C"), false, User),
        row(0x4A, &[0], app().bytes(b"C"), false, Nothing),
        row(0x4C, &[0, 1], con().l32(b"cert"), true, User),
        row(0x4E, &[0, 1], con(), true, Nothing),
        row(0x50, &[0], none(), true, Nothing),
        row(0x52, &[0], none().u32(2048), true, Nothing),
        row(0x54, &[0], con().u32(2048), true, User),
        row(
            0x56,
            &[0],
            con().u32(0x401).l32(&[1; 256]).l32(&[1; 16]),
            true,
            User,
        ),
        row(0x58, &[0], con().bytes(&[1; 51]), false, User),
        row(0x5A, &[0], rsa(con().u32(0x401)), true, Nothing),
        row(0x5C, &[0], rsa(con().u16(1)), true, Nothing),
        row(
            0x5E,
            &[0],
            rsa(none()).l32(&[1; 51]).bytes(&[1; 256]),
            false,
            Nothing,
        ),
        row(0x60, &[0], rsa(none()).bytes(&[1; 256]), false, Nothing),
        row(0x62, &[0], rsa(none()).bytes(&[1; 512]), false, Nothing),
        row(0x70, &[0], con().u32(0x0002_0200), true, User),
        row(
            0x72,
            &[0],
            cipher(con().u32(1).u32(0x401).u32(256).bytes(&[1; 96])),
            true,
            User,
        ),
        row(0x74, &[2], con().bytes(&[1; 32]), true, User),
        row(0x74, &[1], con().l32(b"id").bytes(b"message"), false, User),
        row(
            0x76,
            &[2],
            point().l32(&[1; 32]).bytes(&[1; 64]),
            true,
            Nothing,
        ),
        row(
            0x76,
            &[1],
            point().l32(b"id").l32(b"message").bytes(&[1; 64]),
            true,
            Nothing,
        ),
        row(
            0x78,
            &[0],
            con().u32(0x401).u32(256).bytes(&[1; 64]),
            true,
            Nothing,
        ),
        row(
            0x80,
            &[0],
            con().u16(1).u32(256).bytes(&[1; 64]),
            true,
            Nothing,
        ),
        row(0x7A, &[0], point().bytes(b"x"), false, Nothing),
        row(
            0x7C,
            &[0],
            cipher(none().u32(256).bytes(&[1; 32])),
            true,
            Nothing,
        ),
        row(0x7E, &[0], none().u32(256).bytes(&[1; 64]), true, Nothing),
        row(0x82, &[0], con().u32(0x401).l32(b"id"), true, User),
        row(
            0x84,
            &[0],
            con().u32(0x401).bytes(&[1; 128]).l32(b"a").l32(b"b"),
            true,
            User,
        ),
        row(
            0x86,
            &[0],
            none().u16(1).bytes(&[1; 128]).l32(b"a"),
            true,
            Nothing,
        ),
        row(0x88, &[0, 1], con(), true, Nothing),
        row(0xA0, &[0], con().u32(0x401).bytes(&[1; 256]), false, User),
        row(0xA0, &[1], cipher(con().u32(0x401)), true, User),
        row(0xA2, &[0], con().u32(0x401).n8(&[1; 16]), true, Nothing),
        row(
            0xA4,
            &[0],
            con().u16(1).n8(b"").u32(0).u32(0),
            true,
            Nothing,
        ),
        row(0xA6, &[0], con().u16(1), false, Nothing),
        row(0xA8, &[0], con().u16(1), false, Nothing),
        row(0xAA, &[0], con().u16(1), false, Nothing),
        row(
            0xAC,
            &[0],
            con().u16(1).n8(b"").u32(0).u32(0),
            true,
            Nothing,
        ),
        row(0xAE, &[0], con().u16(1), false, Nothing),
        row(0xB0, &[0], con().u16(1), false, Nothing),
        row(0xB2, &[0], con().u16(1), false, Nothing),
        row(0xB4, &[0], none().u32(1), true, Nothing),
        row(0xB6, &[0], none(), false, Nothing),
        row(0xB8, &[0], none(), false, Nothing),
        row(0xBA, &[0], none(), false, Nothing),
        row(0xBC, &[0], con().u16(1).n8(b"").u32(0), true, Nothing),
        row(0xBE, &[0], con().u16(1), false, Nothing),
        row(0xC0, &[0], con().u16(1), false, Nothing),
        row(0xC2, &[0], con().u16(1), false, Nothing),
        row(0xC4, &[0], con().u16(1), true, Nothing),
        row(0xD0, &[0, 1, 2], none(), true, Nothing),
        row(0xD2, &[0, 1], cipher(con()), true, User),
        row(0xD4, &[0], app().u32(0).u8(0).n8(b""), false, User),
        row(0xD6, &[0], app().u32(0), true, Nothing),
        row(0xD6, &[1], app().u32(0).u8(0), true, Nothing),
        row(0xD6, &[2], app().bytes(&[0; 8]), true, Nothing),
        row(0xD8, &[0], app().u32(1), true, User),
        row(0xDA, &[0], app(), true, Admin),
        row(0xDC, &[0], cipher(app()), true, Admin),
        row(0xDE, &[0], part(key(app())).u8(0), true, User),
        row(0xDE, &[1], part(cipher(key(app()))).u8(0), true, User),
        row(0xDE, &[3], app().u32(1).bytes(&[1; 64]), true, User),
        row(0xDE, &[4], part(app().u32(1).u16(0)), true, User),
        row(0xDE, &[5], app().u32(1), true, User),
        row(0xDE, &[6], part(app().u32(1).u16(0)), true, User),
        row(0xDE, &[7], con(), true, User),
        row(0xDE, &[8], app(), true, Nothing),
    ]
}

/// An application with file, container, keys and object; nobody logged in.
fn furnished() -> (MemoryStorage, Host, u16) {
    let memory = crate::host::blank_image(256 * 1024);
    let mut host = Host::on(memory.clone());
    host.create_application(b"APP", 0x10);
    host.log_in(USER, USER_PIN);
    let container = host.create_container(b"C");
    host.generate_sm2(container);
    let data = host.app().n8(b"file").u32(16).u32(0x10).u32(0x10);
    host.ok([0x80, 0x30, 0, 0], &data);
    let data = host.app().u32(0).u8(0).n8(b"").bytes(b"object");
    host.ok([0x80, 0xD4, 0, 0], &data);
    host.device.reset();
    host.open_application(b"APP");
    let container = host.open_container(b"C");
    (memory, host, container)
}

fn class(row: &Row) -> u8 {
    if row.secured { 0x84 } else { 0x80 }
}

fn all_rows(host: &Host, container: u16) -> Vec<Row> {
    rows(&host.app(), &host.in_container(container))
}

fn image(memory: &MemoryStorage) -> Vec<u8> {
    let mut bytes = vec![0; memory.len().unwrap() as usize];
    memory.read_at(0, &mut bytes).unwrap();
    bytes
}

#[test]
fn the_table_has_every_instruction() {
    let (_, host, container) = furnished();
    let rows = all_rows(&host, container);
    for ins in ukey_apdu::Ins::ALL {
        assert!(
            rows.iter().any(|row| row.ins == *ins as u8),
            "{}",
            ins.name()
        );
    }
}

#[test]
fn wrong_class_p1_and_p2_are_refused_everywhere() {
    let (memory, mut host, container) = furnished();
    let before = image(&memory);
    let rows = all_rows(&host, container);
    for row in &rows {
        let same_ins = || rows.iter().filter(|other| other.ins == row.ins);
        let mut expect = |header: [u8; 4], sw: u16| {
            assert_eq!(host.send(header, &row.data), (vec![], sw), "{header:02X?}");
        };
        for p1 in row.p1 {
            if !same_ins().any(|other| class(other) != class(row)) {
                expect([class(row) ^ 0x04, row.ins, *p1, 0], 0x6E00);
            }
            for other_class in [0x00, 0x81, 0x88, 0xA0, 0xEF] {
                expect([other_class, row.ins, *p1, 0], 0x6E00);
            }
            if row.ins != 0xD2 {
                expect([class(row), row.ins, *p1, 1], 0x6A86);
            }
        }
        let unknown = |p1: &u8| !same_ins().any(|other| other.p1.contains(p1));
        for p1 in [3, 4, 9, 0x7F, 0xFF].into_iter().filter(unknown) {
            expect([class(row), row.ins, p1, 0], 0x6A86);
        }
    }
    assert_eq!(image(&memory), before);
}

#[test]
fn wrong_lengths_are_refused_everywhere() {
    let (memory, mut host, container) = furnished();
    let before = image(&memory);
    for row in all_rows(&host, container) {
        let header = [class(&row), row.ins, row.p1[0], 0];
        if row.exact {
            // GetDevInfo and others without data must not have any; 6700 or, for GenRandom, too.
            let longer = row.data.clone().u8(1);
            assert_eq!(host.send(header, &longer).1, 0x6700, "{header:02X?} + 1");
            let cut = row.data.0.len().saturating_sub(1);
            if cut > 0 || row.data.0.len() == 1 {
                let shorter = Data(row.data.0[..cut].to_vec());
                assert_eq!(host.send(header, &shorter).1, 0x6700, "{header:02X?} - 1");
            }
        }
        // Cut anywhere: never accepted as something else that needs a right.
        for cut in 0..row.data.0.len() {
            let (answer, sw) = host.send(header, &Data(row.data.0[..cut].to_vec()));
            let refused = sw != 0x9000 || row.needs == Needs::Nothing;
            assert!(
                refused,
                "{header:02X?} cut to {cut}: {sw:04X} {answer:02X?}"
            );
        }
    }
    assert_eq!(image(&memory), before);
}

#[test]
fn rights_are_asked_for_everywhere() {
    let (memory, mut host, container) = furnished();
    let before = image(&memory);
    for row in all_rows(&host, container)
        .iter()
        .filter(|row| row.needs != Needs::Nothing)
    {
        for p1 in row.p1 {
            // So that no command stops at a missing challenge.
            host.challenge();
            let header = [class(row), row.ins, *p1, 0];
            assert_eq!(
                host.send(header, &row.data),
                (vec![], 0x6982),
                "{header:02X?}"
            );
        }
    }
    // A wrong PIN does not help, nor does the right one in the other role.
    assert_eq!(host.verify_pin(USER, b"wrong"), 0x63C5);
    assert_eq!(image(&memory).len(), before.len());
    host.log_in(crate::host::ADMIN, crate::host::ADMIN_PIN);
    // The administrator may delete files and objects and write public objects; nothing else of this.
    let by_admin = |row: &Row| matches!((row.ins, row.p1[0]), (0x32 | 0xD4 | 0xD8, _) | (0xDE, 5));
    let user_alone = |row: &&Row| row.needs == Needs::User && !by_admin(row);
    for row in all_rows(&host, container).iter().filter(user_alone) {
        host.challenge();
        let header = [class(row), row.ins, row.p1[0], 0];
        assert_eq!(host.send(header, &row.data).1, 0x6982, "{header:02X?}");
    }
    host.log_in(USER, USER_PIN);
    for row in all_rows(&host, container)
        .iter()
        .filter(|row| row.needs == Needs::Device)
    {
        host.challenge();
        let header = [class(row), row.ins, row.p1[0], 0];
        assert_eq!(host.send(header, &row.data).1, 0x6982, "{header:02X?}");
    }
}

#[test]
fn unknown_applications_and_containers_are_refused_everywhere() {
    let (memory, mut host, container) = furnished();
    host.log_in(USER, USER_PIN);
    let before = image(&memory);
    let app = host.app().0;
    let con = host.in_container(container).0;
    for row in all_rows(&host, container)
        .iter()
        .filter(|row| row.data.0.starts_with(&app))
    {
        host.challenge();
        let header = [class(row), row.ins, row.p1[0], 0];
        let mut data = row.data.0.clone();
        data[0] ^= 0x55;
        assert_eq!(
            host.send(header, &Data(data)),
            (vec![], 0x6A88),
            "{header:02X?}"
        );
        if row.data.0.starts_with(&con) {
            let mut data = row.data.0.clone();
            data[2] ^= 0x55;
            assert_eq!(
                host.send(header, &Data(data)),
                (vec![], 0x6A94),
                "{header:02X?}"
            );
        }
    }
    assert_eq!(image(&memory), before);
}

#[test]
fn every_command_is_refused_on_a_token_without_application() {
    let memory = crate::host::blank_image(64 * 1024);
    let mut host = Host::on(memory.clone());
    let before = image(&memory);
    let (app, con) = (Data::new().u16(1), Data::new().u16(1).u16(1));
    for row in rows(&app, &con)
        .iter()
        .filter(|row| row.data.0.starts_with(&app.0))
    {
        host.challenge();
        let header = [class(row), row.ins, row.p1[0], 0];
        let sw = host.send(header, &row.data).1;
        // An agreement's ID looks the same.
        let expected = if row.ins == 0x86 { 0x6985 } else { 0x6A88 };
        assert_eq!(sw, expected, "{header:02X?}");
    }
    assert_eq!(image(&memory), before);
}

#[test]
fn a_full_token_says_so_and_still_counts_and_deletes() {
    let memory = crate::host::blank_image(64 * 1024);
    let mut host = Host::on(memory.clone());
    host.create_application(b"APP", 0x10);
    host.log_in(USER, USER_PIN);
    let container = host.create_container(b"C");
    host.generate_sm2(container);
    let mut size = 4_000;
    while size > 0 {
        let data = host.app().u32(0).u8(1).n8(b"").bytes(&vec![7; size]);
        match host.send([0x80, 0xD4, 0, 0], &data).1 {
            0x9000 => {}
            0x6A84 => size /= 2,
            other => panic!("{other:04X}"),
        }
    }
    let before = image(&memory);
    let big = host.in_container(container).l32(&[1; 500]);
    assert_eq!(host.refused([0x80, 0x4C, 1, 0], &big), 0x6A84);
    let file = host.app().n8(b"F").u32(100).u32(0x10).u32(0x10);
    assert_eq!(host.refused([0x80, 0x30, 0, 0], &file), 0x6A84);
    let name = host.app().bytes(&[b'x'; 64]);
    assert_eq!(host.refused([0x80, 0x40, 0, 0], &name), 0x6A84);
    let second = host.app().bytes(b"C");
    assert_eq!(host.refused([0x80, 0x40, 0, 0], &second), 0x6A93);
    assert_eq!(image(&memory), before, "a refused command writes nothing");
    // Signing, PINs and deletion go on, through many compactions.
    for round in 0..200 {
        assert_eq!(host.verify_pin(USER, b"wrong"), 0x63C5, "round {round}");
        host.log_in(USER, USER_PIN);
        assert_eq!(host.sign_digest(container, &[1; 32]).1, 0x9000);
    }
    assert_eq!(
        host.change_pin(USER, USER_PIN, b"changed on a full token"),
        0x9000
    );
    let object = host.app().u32(1);
    host.ok([0x80, 0xD8, 0, 0], &object);
    host.ok([0x80, 0x4C, 1, 0], &big);
    let mut host = Host::on(memory);
    host.open_application(b"APP");
    host.log_in(USER, b"changed on a full token");
}

#[test]
fn extended_length_without_data_is_no_zero_length_data() {
    let mut host = Host::blank();
    let apdu = [&extended([0x80, 0x02, 0, 0], b"", None)[..], &[0, 0, 0, 0]].concat();
    assert_eq!(host.raw(&apdu).1, 0x6700);
}
