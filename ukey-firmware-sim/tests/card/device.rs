//! Device commands, APDU cases, chaining and long answers.

use crate::host::{Data, Host, blank_image, extended, words};
use ukey_firmware_sim::{ATR, Config};

#[test]
fn device_information_stands_at_its_offsets() {
    let mut host = Host::blank();
    // As observed on the wire: Le in three bytes, no data.
    let (info, sw) = host.raw(&[0x80, 0x04, 0x00, 0x00, 0x00, 0x00, 0x00]);
    assert_eq!((info.len(), sw), (288, 0x9000));
    assert_eq!(&info[4..9], b"ukey\0");
    assert_eq!(&info[132..137], b"test\0");
    assert_eq!(&info[164..171], b"SN0001\0");
    assert_eq!(words(&info[200..204]), 0x41F, "SM4 in five modes");
    assert_eq!(words(&info[204..208]), 0x0003_0F00);
    assert_eq!(words(&info[208..212]), 7, "SM3, SHA-1, SHA-256");
    assert_eq!(
        words(&info[212..216]),
        0x401,
        "device authentication with SM4 ECB"
    );
    let (total, free) = (words(&info[216..220]), words(&info[220..224]));
    assert!(free < total && total < 256 * 1024 / 2);
    assert_eq!(words(&info[224..226]), 65_526);
    assert_eq!(words(&info[226..228]), 1, "PINs by SM3");
    assert_eq!((info[230], words(&info[232..234])), (64, 256));
    assert_eq!(info[234..], [0; 54]);
}

#[test]
fn label_is_kept_and_bounded() {
    let memory = blank_image(64 * 1024);
    let mut host = Host::on(memory.clone());
    let before = host.change_counter();
    host.ok([0x80, 0x02, 0, 0], &Data::new().bytes(&[b'x'; 32]));
    assert_eq!(host.change_counter(), before + 1);
    assert_eq!(
        host.refused([0x80, 0x02, 0, 0], &Data::new().bytes(&[b'x'; 33])),
        0x6700
    );
    let mut host = Host::on(memory);
    assert_eq!(
        host.ok([0x80, 0x04, 0, 0], &Data::new())[132..164],
        [b'x'; 32]
    );
    host.ok([0x80, 0x02, 0, 0], &Data::new());
    assert_eq!(host.ok([0x80, 0x04, 0, 0], &Data::new())[132..164], [0; 32]);
}

#[test]
fn random_comes_in_the_length_asked_for() {
    let mut host = Host::blank();
    assert_eq!(host.raw(&[0x80, 0x50, 0, 0, 8]).0.len(), 8);
    assert_eq!(host.raw(&[0x80, 0x50, 0, 0, 0]).0.len(), 256);
    assert_eq!(host.random(4000).len(), 4000);
    assert_ne!(host.random(16), host.random(16));
    // Without Le there is nothing to say how many.
    assert_eq!(host.raw(&[0x80, 0x50, 0, 0]), (vec![], 0x6700));
}

#[test]
fn all_seven_cases_are_read_and_others_refused() {
    let mut host = Host::with_application();
    let app = host.app.to_be_bytes();
    let info = |tail: &[u8]| [&[0x80, 0x14, 1, 0][..], tail].concat();
    // 3S, 4S, 3E, 4E: an answer comes also where Le is missing.
    let tails = [
        [&[2][..], &app].concat(),
        [&[2][..], &app, &[0]].concat(),
        [&[0, 0, 2][..], &app].concat(),
        [&[0, 0, 2][..], &app, &[0, 3]].concat(),
    ];
    for tail in &tails {
        assert_eq!(
            host.raw(&info(tail)),
            (vec![6, 6, 1], 0x9000),
            "{tail:02X?}"
        );
    }
    // 1, 2S, 2E.
    for tail in [&[][..], &[0], &[0, 0, 0]] {
        assert_eq!(
            host.raw(&[&[0x80, 0x22, 0, 0][..], tail].concat()).1,
            0x9000
        );
    }
    let wrong = [
        &[][..],
        &[0x80],
        &[0x80, 0x22, 0],
        &[0x80, 0x22, 0, 0, 0, 0],
        &[0x80, 0x22, 0, 0, 3, 1, 2],
        &[0x80, 0x22, 0, 0, 1, 1, 0, 0],
        &[0x80, 0x22, 0, 0, 0, 0, 0, 1],
        &[0x80, 0x22, 0, 0, 0, 0, 2, 1],
        &[0x80, 0x22, 0, 0, 0, 0, 1, 1, 0],
    ];
    for apdu in wrong {
        assert_eq!(host.raw(apdu), (vec![], 0x6700), "{apdu:02X?}");
    }
}

#[test]
fn unknown_classes_and_instructions_are_refused() {
    let mut host = Host::blank();
    assert_eq!(host.raw(&[0x00, 0xA4, 0x04, 0x00]).1, 0x6E00);
    assert_eq!(host.raw(&[0x80, 0x03, 0, 0]).1, 0x6D00);
    assert_eq!(host.raw(&[0x81, 0x04, 0, 0, 0]).1, 0x6E00);
    assert_eq!(
        host.raw(&[0x84, 0x04, 0, 0, 0]).1,
        0x6E00,
        "not a secured command"
    );
    assert_eq!(host.raw(&[0x80, 0xDF, 0, 0]).1, 0x6D00);
    assert_eq!(
        host.raw(&[0x00, 0xC0, 0, 0, 0]).1,
        0x6E00,
        "nothing is waiting"
    );
}

#[test]
fn a_command_may_come_in_links() {
    let mut host = Host::blank();
    assert_eq!(
        host.raw(&extended([0x80, 0xB4, 0, 0], &[0, 0, 0, 1], None))
            .1,
        0x9000
    );
    let data = vec![0x42; 5000];
    for part in data.chunks(900).take(5) {
        assert_eq!(
            host.raw(&extended([0x90, 0xB6, 0, 0], part, None)),
            (vec![], 0x9000)
        );
    }
    let (digest, sw) = host.raw(&extended([0x80, 0xB6, 0, 0], &data[4500..], Some(0)));
    assert_eq!(
        (digest, sw),
        (ukey_crypto::sm3::digest(&data).to_vec(), 0x9000)
    );
}

#[test]
fn another_command_drops_the_links_before_it() {
    let mut host = Host::blank();
    host.raw(&extended([0x90, 0x02, 0, 0], b"first ", None));
    host.ok([0x80, 0x22, 0, 0], &Data::new());
    host.ok([0x80, 0x02, 0, 0], &Data::new().bytes(b"second"));
    assert_eq!(
        &host.ok([0x80, 0x04, 0, 0], &Data::new())[132..139],
        b"second\0"
    );
    // A reset drops them, too.
    host.raw(&extended([0x90, 0x02, 0, 0], b"third ", None));
    host.device.reset();
    host.ok([0x80, 0x02, 0, 0], &Data::new().bytes(b"fourth"));
    assert_eq!(
        &host.ok([0x80, 0x04, 0, 0], &Data::new())[132..139],
        b"fourth\0"
    );
}

#[test]
fn an_endless_chain_is_refused_to_its_end() {
    let mut host = Host::blank();
    let link = extended([0x90, 0x02, 0, 0], &vec![b'x'; 60_000], None);
    assert_eq!(host.raw(&link).1, 0x9000);
    assert_eq!(host.raw(&link).1, 0x9000);
    assert_eq!(host.raw(&link).1, 0x6700);
    assert_eq!(
        host.raw(&extended([0x80, 0x02, 0, 0], b"tail", None)).1,
        0x6700
    );
    assert_eq!(
        &host.ok([0x80, 0x04, 0, 0], &Data::new())[132..137],
        b"test\0"
    );
}

/// As observed with a real token: the first piece ends with 6A9E, the identical command brings the
/// next one, without a length of its own.
#[test]
fn a_long_answer_continues_when_the_command_is_repeated() {
    let config = Config {
        max_response_data: 496,
        ..Config::default()
    };
    let mut host = Host::with_config(blank_image(256 * 1024), config);
    host.create_application(b"APP", 0x10);
    host.log_in(1, crate::host::USER_PIN);
    let container = host.create_container(b"C");
    let certificate: Vec<u8> = (0..529u32).map(|at| at as u8).collect();
    let data = host.in_container(container);
    host.ok([0x80, 0x4C, 1, 0], &data.clone().l32(&certificate));
    let (first, sw) = host.send([0x80, 0x4E, 1, 0], &data);
    assert_eq!(
        (&first[..4], first.len(), sw),
        (&[0, 0, 2, 0x11][..], 496, 0x6A9E)
    );
    let (second, sw) = host.send([0x80, 0x4E, 1, 0], &data);
    assert_eq!((second.len(), sw), (37, 0x9000));
    assert_eq!([&first[4..], &second].concat(), certificate);
    // Another command in between makes it begin anew.
    host.send([0x80, 0x4E, 1, 0], &data);
    host.ok([0x80, 0xD0, 1, 0], &Data::new());
    assert_eq!(host.send([0x80, 0x4E, 1, 0], &data), (first, 0x6A9E));
    // So does a reset, after which the ID is unknown.
    host.device.reset();
    assert_eq!(host.send([0x80, 0x4E, 1, 0], &data), (vec![], 0x6A88));
}

#[test]
fn a_short_answer_field_is_continued_by_get_response() {
    let (mut host, container) = Host::with_container();
    let certificate: Vec<u8> = (0..600u32).map(|at| at as u8).collect();
    let data = host.in_container(container);
    host.ok([0x80, 0x4C, 0, 0], &data.clone().l32(&certificate));
    let short = [&[0x80, 0x4E, 0, 0, 4][..], &data.0, &[0]].concat();
    let (mut answer, sw) = host.raw(&short);
    assert_eq!((answer.len(), sw), (256, 0x6100), "256 or more wait");
    let (more, sw) = host.raw(&[0x00, 0xC0, 0, 0, 0]);
    assert_eq!((more.len(), sw), (256, 0x6100 | (604 - 512)));
    answer.extend(more);
    let (more, sw) = host.raw(&[0x80, 0xC0, 0, 0, 92]);
    assert_eq!((more.len(), sw), (92, 0x9000));
    answer.extend(more);
    assert_eq!(answer[4..], certificate);
    // With the extended form it comes in one.
    assert_eq!(host.ok([0x80, 0x4E, 0, 0], &data).len(), 604);
}

#[test]
fn answer_to_reset_is_t1_only_with_a_right_check_byte() {
    assert_eq!(ATR[1..].iter().fold(0, |sum, byte| sum ^ byte), 0);
    assert_eq!(usize::from(ATR[1] & 0x0F), 12, "historical bytes");
    assert_eq!((ATR[2] & 0x0F, ATR[3] & 0x0F), (1, 1), "T=1");
    assert_eq!(&ATR[12..18], b"USBKEY");
    assert_eq!(Host::blank().device.atr(), ATR);
}
