//! Random commands: none panics, none gains a right, none that is refused changes anything durable.

use crate::host::{Data, Host, USER, USER_PIN, blank_image};
use ukey_apdu::Ins;
use ukey_firmware_sim::store::memory::MemoryStorage;

/// SplitMix64; the same commands in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.next() as u8).collect()
    }
}

/// A command that often looks right at first sight: known INS, small parameters, real IDs in front,
/// plausible numbers behind.
fn command(random: &mut Random, prefixes: &[Vec<u8>]) -> Vec<u8> {
    let class = random.pick(&[0x80, 0x80, 0x80, 0x80, 0x80, 0x84, 0x84, 0x90, 0x94, 0x00]);
    let ins = match random.below(20) {
        0 => random.next() as u8,
        _ => random.pick(Ins::ALL) as u8,
    };
    let p1 = random.pick(&[0, 0, 0, 1, 1, 2, 0xFF]);
    let p2 = random.pick(&[0, 0, 0, 0, 0, 1, 2]);
    let (p1, p2) = match ins {
        // Most of what has to do with keys in objects.
        0xDE => (
            random.below(10) as u8,
            random.pick(&[0, 0, 1, 2, 6, 0x30, 0x43]),
        ),
        _ => (p1, p2),
    };
    let mut data = random
        .pick(&[0, 1, 2])
        .min(prefixes.len())
        .checked_sub(1)
        .map_or(vec![], |at| prefixes[at].clone());
    for _ in 0..random.below(6) {
        match random.below(6) {
            0 => data.extend(0x401u32.to_be_bytes()),
            1 => data.extend(256u32.to_be_bytes()),
            2 => data.extend((random.below(40) as u32).to_be_bytes()),
            3 => data.push(random.below(20) as u8),
            4 => data.extend(b"APP"),
            _ => {
                let length = random.pick(&[1, 4, 8, 16, 20, 32, 64, 96, 256]);
                data.extend(random.bytes(length));
            }
        }
    }
    let le = random.pick(&[None, Some(0), Some(2), Some(100)]);
    let mut apdu = if random.below(4) == 0 && data.len() < 256 {
        let mut apdu = vec![class, ins, p1, p2];
        if !data.is_empty() {
            apdu.push(data.len() as u8);
            apdu.extend(&data);
        }
        apdu.extend(le.map(|le| le as u8));
        apdu
    } else {
        crate::host::extended([class, ins, p1, p2], &data, le)
    };
    match random.below(30) {
        0 => apdu.truncate(random.below(apdu.len())),
        1 => apdu.push(random.next() as u8),
        _ => {}
    }
    apdu
}

fn pin_tries(image: MemoryStorage) -> [u8; 2] {
    let mut host = Host::on(image);
    host.open_application(b"APP");
    [host.pin_info(0)[1], host.pin_info(1)[1]]
}

/// Whether an answer means that nothing durable may have changed.
fn is_refusal(sw: u16) -> bool {
    !matches!(sw, 0x9000 | 0x6A9E) && sw >> 8 != 0x61
}

fn is_try(sw: u16) -> bool {
    sw & 0xFFF0 == 0x63C0
}

struct Attack {
    memory: MemoryStorage,
    host: Host,
    random: Random,
    prefixes: Vec<Vec<u8>>,
    container: u16,
}

impl Attack {
    fn new(seed: u64) -> Self {
        let memory = blank_image(128 * 1024);
        let mut host = Host::on(memory.clone());
        host.create_application(b"APP", 0x10);
        host.log_in(USER, USER_PIN);
        let container = host.create_container(b"C");
        host.generate_sm2(container);
        host.device.reset();
        let mut attack = Self {
            memory,
            host,
            random: Random(seed),
            prefixes: vec![],
            container,
        };
        attack.open();
        attack
    }

    fn open(&mut self) {
        self.host.open_application(b"APP");
        self.container = self.host.open_container(b"C");
        let con = self.host.in_container(self.container).0;
        self.prefixes = vec![self.host.app().0, con];
    }

    /// One command; refused ones must leave the image alone, but for a try.
    fn step(&mut self) -> u16 {
        let apdu = command(&mut self.random, &self.prefixes);
        let before = self.memory.snapshot();
        let (answer, sw) = self.host.raw(&apdu);
        let after = self.memory.snapshot();
        if is_refusal(sw) {
            assert!(answer.is_empty(), "data with {sw:04X}: {apdu:02X?}");
            assert!(
                before == after || is_try(sw),
                "{sw:04X} changed the image: {apdu:02X?}"
            );
        }
        sw
    }
}

#[test]
fn nobody_gets_in_by_chance() {
    let mut attack = Attack::new(1);
    let mut executed = 0;
    for round in 0..20_000 {
        let sw = attack.step();
        executed += u32::from(!is_refusal(sw));
        if round % 50 == 0 {
            // An ID may have been closed.
            attack.open();
            let (signature, sw) = attack.host.sign_digest(attack.container, &[1; 32]);
            assert_eq!((signature, sw), (vec![], 0x6982), "round {round}");
            let reset = attack.host.app();
            assert_eq!(attack.host.refused([0x80, 0xDA, 0, 0], &reset), 0x6982);
            let parameters = Host::application_parameters(b"X", 0x10, USER_PIN);
            assert_eq!(attack.host.refused([0x80, 0x20, 0, 0], &parameters), 0x6982);
        }
    }
    assert!(
        executed > 1_000,
        "only {executed} commands were well-formed: the attack is too blunt"
    );
    // What is left is the application as it was.
    let tries = pin_tries(attack.memory.clone());
    let mut host = Host::on(attack.memory);
    assert_eq!(host.ok([0x80, 0x22, 0, 0], &Data::new()), b"APP\0\0");
    host.open_application(b"APP");
    let app = host.app();
    assert_eq!(host.ok([0x80, 0x46, 0, 0], &app), b"C\0\0");
    assert_eq!(host.ok([0x80, 0x34, 0, 0], &app), [0, 0]);
    assert!(tries[0] <= 5 && tries[1] <= 6);
}

#[test]
fn a_logged_in_session_survives_nonsense() {
    let mut attack = Attack::new(2);
    for round in 0..6_000 {
        if round % 20 == 0 {
            attack.open();
            // Wrong cryptograms among the commands spend tries; the PIN gives them back or is locked.
            if attack.host.pin_info(1)[1] == 0 {
                attack = Attack::new(100 + round);
            }
            attack.host.log_in(USER, USER_PIN);
        }
        attack.step();
        let names = attack.host.app();
        if attack.host.send([0x80, 0x46, 0, 0], &names).0 == [0, 0] {
            attack = Attack::new(1_000 + round); // it has deleted the container, as it may
        }
    }
}

#[test]
fn pure_noise_is_always_answered() {
    let mut host = Host::with_application();
    let mut random = Random(3);
    for _ in 0..20_000 {
        let length = random.below(40);
        let noise = random.bytes(length);
        let (_, sw) = host.raw(&noise);
        assert!(sw >= 0x6100, "{noise:02X?}");
    }
}
