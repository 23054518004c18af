//! The host's side of keys in objects and of the change feed, by hand.

use crate::host::{Data, Host, words};
use ukey_crypto::sm2;

pub(crate) const GENERATE: [u8; 4] = [0x80, 0xDE, 0, 0];
pub(crate) const IMPORT: [u8; 4] = [0x80, 0xDE, 1, 0];
pub(crate) const EXPORT: [u8; 4] = [0x80, 0xDE, 3, 0];
pub(crate) const UPDATE: [u8; 4] = [0x80, 0xDE, 4, 0];
pub(crate) const DELETE: [u8; 4] = [0x80, 0xDE, 5, 0];
pub(crate) const COPY: [u8; 4] = [0x80, 0xDE, 6, 0];
pub(crate) const LIST: [u8; 4] = [0x80, 0xD6, 1, 0];
pub(crate) const CHANGES: [u8; 4] = [0x80, 0xD6, 2, 0];

pub(crate) const P256: (u8, u16) = (1, 256);
pub(crate) const P384: (u8, u16) = (1, 384);
pub(crate) const SM2: (u8, u16) = (2, 256);
pub(crate) const RSA_2048: (u8, u16) = (3, 2048);
pub(crate) const AES_128: (u8, u16) = (4, 128);
pub(crate) const SM4: (u8, u16) = (5, 128);

/// Everything but "always authenticate".
pub(crate) const ALL: u16 = 0xFF;
pub(crate) const EXTRACTABLE: u16 = 1;
pub(crate) const SIGN: u16 = 2;
pub(crate) const ALWAYS_AUTHENTICATE: u16 = 0x100;

pub(crate) const PUBLIC: u8 = 0;
pub(crate) const PRIVATE: u8 = 1;

impl Data {
    pub(crate) fn kind(self, (algorithm, bits): (u8, u16)) -> Self {
        self.u8(algorithm).u16(bits)
    }

    /// flags, no owner, content.
    pub(crate) fn part(self, flags: u8, content: &[u8]) -> Self {
        self.u8(flags).n8(b"").l32(content)
    }
}

impl Host {
    /// GenerateKey without a companion; gives ID and public part.
    pub(crate) fn generate(&mut self, kind: (u8, u16), policy: u16) -> (u32, Vec<u8>) {
        let data = self
            .app()
            .kind(kind)
            .u16(policy)
            .part(PRIVATE, b"of the key")
            .u8(0);
        let answer = self.ok(GENERATE, &data);
        assert_eq!(words(&answer[4..8]), 0);
        (words(&answer[..4]), answer[8..].to_vec())
    }

    /// Data of ImportKey without a companion.
    pub(crate) fn import_data(&mut self, kind: (u8, u16), policy: u16, material: &[u8]) -> Data {
        let cipher = self.for_transport(material);
        let data = self.app().kind(kind).u16(policy).cipher(&cipher);
        data.part(PRIVATE, b"of the key").u8(0)
    }

    pub(crate) fn import(&mut self, kind: (u8, u16), policy: u16, material: &[u8]) -> u32 {
        let data = self.import_data(kind, policy, material);
        words(&self.ok(IMPORT, &data)[..4])
    }

    /// UseKey with parameters and input as they stand behind the object's number.
    pub(crate) fn use_key(&mut self, id: u32, operation: u8, rest: &[u8]) -> (Vec<u8>, u16) {
        let data = self.app().u32(id).bytes(rest);
        self.send([0x80, 0xDE, 2, operation], &data)
    }

    #[track_caller]
    pub(crate) fn used(&mut self, id: u32, operation: u8, rest: &[u8]) -> Vec<u8> {
        let (answer, sw) = self.use_key(id, operation, rest);
        assert_eq!(sw, 0x9000, "operation {operation:02X}: {sw:04X}");
        answer
    }

    pub(crate) fn export(&mut self, id: u32, to: &sm2::PublicKey) -> (Vec<u8>, u16) {
        let data = self.app().u32(id).bytes(&to.x()).bytes(&to.y());
        self.send(EXPORT, &data)
    }

    /// All that ListObjects shows.
    pub(crate) fn list(&mut self, only_private: bool) -> Vec<Record> {
        let (mut found, mut from) = (Vec::new(), 1);
        loop {
            let data = self.app().u32(from).u8(only_private.into());
            let page = records(&self.ok(LIST, &data));
            let Some(last) = page.last() else {
                return found;
            };
            from = last.id + 1;
            found.extend(page);
        }
    }

    pub(crate) fn changes(&mut self, since: u64) -> Changes {
        let data = self.app().bytes(&since.to_be_bytes());
        let answer = self.ok(CHANGES, &data);
        let mut rest = answer.as_slice();
        let upto = u64::from_be_bytes(take(&mut rest, 8).try_into().unwrap());
        let known = take(&mut rest, 1)[0] == 1;
        let mut touched = || {
            let listed = take(&mut rest, 1)[0] == 1;
            let count = words(take(&mut rest, 2));
            let name = |_| {
                let length = usize::from(take(&mut rest, 1)[0]);
                String::from_utf8(take(&mut rest, length).to_vec()).unwrap()
            };
            (listed, (0..count).map(name).collect::<Vec<_>>())
        };
        let (containers, files) = (touched(), touched());
        let count = words(take(&mut rest, 4));
        let gone = (0..count).map(|_| words(take(&mut rest, 4))).collect();
        Changes {
            upto,
            known,
            containers,
            files,
            gone,
            records: records(rest),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Record {
    pub(crate) id: u32,
    pub(crate) flags: u8,
    pub(crate) owner: Vec<u8>,
    pub(crate) key: Option<Key>,
    pub(crate) content: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Key {
    pub(crate) held: bool,
    pub(crate) kind: (u8, u16),
    pub(crate) policy: u16,
    pub(crate) public: Vec<u8>,
}

#[derive(Debug, PartialEq)]
pub(crate) struct Changes {
    pub(crate) upto: u64,
    pub(crate) known: bool,
    pub(crate) containers: (bool, Vec<String>),
    pub(crate) files: (bool, Vec<String>),
    pub(crate) gone: Vec<u32>,
    pub(crate) records: Vec<Record>,
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> &'a [u8] {
    let (head, tail) = rest.split_at(count);
    *rest = tail;
    head
}

/// `id u32, flags u8, n8 owner, 0 | 1 held u8, algorithm u8, bits u16, policy u16, l32 public, l32 content`.
pub(crate) fn records(mut rest: &[u8]) -> Vec<Record> {
    let mut found = Vec::new();
    while !rest.is_empty() {
        let id = words(take(&mut rest, 4));
        let flags = take(&mut rest, 1)[0];
        let length = usize::from(take(&mut rest, 1)[0]);
        let owner = take(&mut rest, length).to_vec();
        let key = (take(&mut rest, 1)[0] == 1).then(|| {
            let fixed = take(&mut rest, 6);
            let length = words(take(&mut rest, 4)) as usize;
            Key {
                held: fixed[0] == 1,
                kind: (fixed[1], words(&fixed[2..4]) as u16),
                policy: words(&fixed[4..6]) as u16,
                public: take(&mut rest, length).to_vec(),
            }
        });
        let length = words(take(&mut rest, 4)) as usize;
        let content = take(&mut rest, length).to_vec();
        found.push(Record {
            id,
            flags,
            owner,
            key,
            content,
        });
    }
    found
}
