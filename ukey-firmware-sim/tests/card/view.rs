//! What can be seen of a token from outside.

use crate::host::{ADMIN, Data, Host, USER, words};
use crate::keyed::Record;
use ukey_firmware_sim::store::memory::MemoryStorage;

/// All that anyone, or the user, can see of the token. Keys are random, so only their presence shows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct View {
    label: Vec<u8>,
    free_space: u32,
    counter: u64,
    applications: Vec<u8>,
    containers: Vec<u8>,
    container_info: Vec<u8>,
    files: Vec<u8>,
    certificates: [Vec<u8>; 2],
    /// Number, flags, key and content of the objects that anyone sees; keys without their public part.
    objects: Vec<Record>,
    /// State of both PINs, without their tries.
    pins: [(u8, u8); 2],
}

/// Tries left of administrator and user.
pub(crate) type Tries = [u8; 2];

pub(crate) fn view(image: Vec<u8>) -> (View, Tries) {
    let mut host = Host::on(MemoryStorage::from_bytes(image));
    let info = host.ok([0x80, 0x04, 0, 0], &Data::new());
    let counter = host.change_counter();
    let applications = host.ok([0x80, 0x22, 0, 0], &Data::new());
    let mut view = View {
        label: info[132..164].to_vec(),
        free_space: words(&info[220..224]),
        counter,
        applications,
        containers: vec![],
        container_info: vec![],
        files: vec![],
        certificates: [vec![], vec![]],
        objects: vec![],
        pins: [(0, 0); 2],
    };
    let mut tries = [0; 2];
    if host.send([0x80, 0x26, 0, 0], &Data::new().bytes(b"APP")).1 == 0x9000 {
        host.open_application(b"APP");
        let app = host.app();
        view.containers = host.ok([0x80, 0x46, 0, 0], &app);
        view.files = host.ok([0x80, 0x34, 0, 0], &app);
        view.container_info = host.send([0x80, 0x4A, 0, 0], &app.clone().bytes(b"C")).0;
        if !view.container_info.is_empty() {
            let container = host.open_container(b"C");
            let data = host.in_container(container);
            let export = |usage| host.send([0x80, 0x4E, usage, 0], &data).0;
            view.certificates = [0, 1].map(export);
        }
        view.objects = host.list(false);
        let keys = view.objects.iter_mut().flat_map(|object| &mut object.key);
        keys.for_each(|key| key.public.clear());
        for role in [ADMIN, USER] {
            let [max, left, state] = host.pin_info(role);
            view.pins[usize::from(role)] = (max, state);
            tries[usize::from(role)] = left;
        }
    }
    (view, tries)
}
