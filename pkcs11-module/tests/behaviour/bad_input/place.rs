//! The arguments of the exports: handles that are good, and memory that is laid out anew for every call.

use crate::harness::vectors::message_parameter;
use crate::harness::*;
use std::cell::RefCell;

/// Answers that a length which cannot be may have.
const IMPOSSIBLE: &[CK_RV] = &[
    CKR_ARGUMENTS_BAD,
    CKR_ATTRIBUTE_VALUE_INVALID,
    CKR_MECHANISM_PARAM_INVALID,
    CKR_PIN_LEN_RANGE,
    CKR_PIN_INCORRECT,
];
const BAD: &[CK_RV] = &[CKR_ARGUMENTS_BAD];
/// NULL asks for the length.
const QUERY: &[CK_RV] = &[CKR_OK];

/// Room of results: more than any of these calls gives.
const ROOM: usize = 4096;

/// What a word is, and so how it can be wrong.
#[derive(Debug, Clone)]
pub enum Word {
    /// Any number goes.
    Plain(usize),
    Session(usize),
    Slot(usize),
    /// A handle of an object or key; a wrong one has this answer.
    Handle(usize, CK_RV),
    /// A length or count of what the word before points to; wild ones, and the answers to them.
    Length(usize, &'static [usize], &'static [CK_RV]),
    /// Must be NULL; anything else has this answer.
    Null(CK_RV),
    /// A pointer to these bytes; the answers to NULL.
    Memory(Vec<u8>, &'static [CK_RV]),
    /// A pointer to room for a result, which an error must leave alone; the answers to NULL.
    Room(Vec<u8>, &'static [CK_RV]),
    /// A pointer to the length of the room before.
    RoomLength(usize, &'static [CK_RV]),
    /// A pointer to a mechanism: its number and parameter.
    Mechanism(CK_MECHANISM_TYPE, Vec<u8>),
    /// A pointer to attributes.
    Attributes(Vec<(CK_ATTRIBUTE_TYPE, Vec<u8>)>),
}

/// What the arguments refer to.
pub struct Place {
    pub session: CK_SESSION_HANDLE,
    pub slot: CK_SLOT_ID,
    pub object: CK_OBJECT_HANDLE,
    pub aes: CK_OBJECT_HANDLE,
    pub generic: CK_OBJECT_HANDLE,
    pub rsa: (CK_OBJECT_HANDLE, CK_OBJECT_HANDLE),
    /// Handles that were good once.
    pub closed: CK_SESSION_HANDLE,
    pub destroyed: CK_OBJECT_HANDLE,
    pub wrapped: Vec<u8>,
    pub encapsulated: Vec<u8>,
    pub sealed: Vec<u8>,
    /// Where parameters of messages find the nonce and the tag.
    message: RefCell<[u8; 28]>,
}

/// Lengths that no memory has.
const WILD: &[usize] = &[usize::MAX, isize::MAX as usize + 1];
/// Counts that no template has.
const WILD_COUNTS: &[usize] = &[usize::MAX, isize::MAX as usize + 1, 1 << 40, 5000];

type Argument = Vec<Word>;
type Pairs = Vec<(CK_ATTRIBUTE_TYPE, Vec<u8>)>;

fn number(value: CK_ULONG) -> Vec<u8> {
    value.to_ne_bytes().to_vec()
}

impl Place {
    pub fn new(p11: &P11, session: CK_SESSION_HANDLE) -> Self {
        let slot = p11.slot();
        let closed = p11.open(slot, true);
        expect(call!(p11, C_CloseSession(closed)));
        let data = || Template::of(CKO_DATA).bytes(CKA_LABEL, b"bad input");
        let destroyed = p11.create(session, data()).unwrap();
        expect(call!(p11, C_DestroyObject(session, destroyed)));
        let aes = p11.create(session, secret(CKK_AES, &[1; 16])).unwrap();
        let generic = p11.create(session, secret(CKK_GENERIC_SECRET, &[2; 20]));
        let generic = generic.unwrap();
        let (public, private) = p11.rsa_pair(session, "bad input");
        let cbc = Mechanism(CKM_AES_CBC_PAD, vec![0; 16]);
        let length = Template::default().number(CKA_VALUE_LEN, 16);
        let pkcs = Mechanism::plain(CKM_RSA_PKCS);
        Self {
            session,
            slot,
            object: p11.create(session, data()).unwrap(),
            aes,
            generic,
            rsa: (public, private),
            closed,
            destroyed,
            wrapped: wrap(p11, session, cbc, aes, generic).unwrap(),
            encapsulated: encapsulate(p11, session, pkcs, public, length).unwrap().0,
            sealed: vec![1; 36],
            message: RefCell::new([1; 28]),
        }
    }

    pub fn plain(&self, value: CK_ULONG) -> Argument {
        vec![Word::Plain(value as usize)]
    }

    pub fn session(&self) -> Argument {
        vec![Word::Session(self.session as usize)]
    }

    pub fn slot(&self) -> Argument {
        vec![Word::Slot(self.slot as usize)]
    }

    pub fn object(&self) -> Argument {
        vec![Word::Handle(
            self.object as usize,
            CKR_OBJECT_HANDLE_INVALID,
        )]
    }

    pub fn key(&self, key: CK_OBJECT_HANDLE) -> Argument {
        vec![Word::Handle(key as usize, CKR_KEY_HANDLE_INVALID)]
    }

    pub fn wrapping_key(&self, key: CK_OBJECT_HANDLE) -> Argument {
        vec![Word::Handle(key as usize, CKR_WRAPPING_KEY_HANDLE_INVALID)]
    }

    pub fn unwrapping_key(&self, key: CK_OBJECT_HANDLE) -> Argument {
        vec![Word::Handle(
            key as usize,
            CKR_UNWRAPPING_KEY_HANDLE_INVALID,
        )]
    }

    pub fn reserved(&self) -> Argument {
        vec![Word::Null(CKR_ARGUMENTS_BAD)]
    }

    pub fn no_parameter(&self) -> Argument {
        // NULL and no length; either alone is none.
        vec![Word::Plain(0), Word::Plain(0)]
    }

    pub fn out(&self, size: usize) -> Argument {
        vec![Word::Room(vec![0xAA; size], BAD)]
    }

    /// The place for the handle of C_EncapsulateKey.
    pub fn kem_handle(&self) -> Argument {
        self.out(8)
    }

    pub fn initialize_args(&self) -> Argument {
        let arguments = bytes_of(&CK_C_INITIALIZE_ARGS {
            CreateMutex: None,
            DestroyMutex: None,
            LockMutex: None,
            UnlockMutex: None,
            flags: CKF_OS_LOCKING_OK,
            pReserved: std::ptr::null_mut(),
        });
        vec![Word::Memory(arguments, &[CKR_CRYPTOKI_ALREADY_INITIALIZED])]
    }

    pub fn bytes(&self, bytes: &[u8]) -> Argument {
        vec![
            Word::Memory(bytes.to_vec(), BAD),
            Word::Length(bytes.len(), WILD, IMPOSSIBLE),
        ]
    }

    pub fn pin(&self, pin: &[u8]) -> Argument {
        self.bytes(pin)
    }

    pub fn label(&self) -> Argument {
        vec![Word::Memory(vec![b' '; 32], BAD)]
    }

    pub fn optional_bytes(&self) -> Argument {
        vec![Word::Plain(0), Word::Plain(0)]
    }

    /// A buffer and its length under the two-call rule.
    pub fn result(&self) -> Argument {
        vec![
            Word::Room(vec![0xAA; ROOM], QUERY),
            Word::RoomLength(ROOM, BAD),
        ]
    }

    /// As [`Place::result`], where no place for a length means that no result is wanted yet.
    pub fn part_result(&self) -> Argument {
        vec![
            Word::Room(vec![0xAA; ROOM], QUERY),
            Word::RoomLength(ROOM, QUERY),
        ]
    }

    /// A list under the two-call rule.
    pub fn array(&self) -> Argument {
        vec![
            Word::Room(vec![0xAA; 16 * ROOM], QUERY),
            Word::RoomLength(2 * ROOM / 8, BAD),
        ]
    }

    /// Handles to be found, at most so many. Absurd room is room.
    pub fn room(&self) -> Argument {
        vec![
            Word::Room(vec![0xAA; ROOM], BAD),
            Word::Length(4, WILD, &[CKR_OK]),
        ]
    }

    pub fn filled(&self) -> Argument {
        vec![
            Word::Room(vec![0xAA; 64], BAD),
            Word::Length(64, WILD, IMPOSSIBLE),
        ]
    }

    pub fn mechanism(&self, mechanism: CK_MECHANISM_TYPE, parameter_len: usize) -> Argument {
        vec![Word::Mechanism(mechanism, vec![0; parameter_len])]
    }

    /// Whose parameter comes with each message: one here is not looked at.
    pub fn bare_mechanism(&self, mechanism: CK_MECHANISM_TYPE) -> Argument {
        let mechanism = CK_MECHANISM {
            mechanism,
            pParameter: std::ptr::null_mut(),
            ulParameterLen: 0,
        };
        vec![Word::Memory(bytes_of(&mechanism), BAD)]
    }

    fn gcm_message(&self) -> Vec<u8> {
        let mut memory = self.message.borrow_mut();
        let (nonce, tag) = memory.split_at_mut(12);
        message_parameter(CKM_AES_GCM, nonce, CKG_NO_GENERATE, 0, tag)
    }

    pub fn message(&self) -> Argument {
        let parameter = self.gcm_message();
        let len = parameter.len();
        vec![
            Word::Memory(parameter, BAD),
            Word::Length(len, &[usize::MAX, 1 << 40, 1, 47], IMPOSSIBLE),
        ]
    }

    pub fn message_mechanism(&self) -> Argument {
        vec![Word::Mechanism(CKM_AES_GCM, self.gcm_message())]
    }

    pub fn template(&self, pairs: Pairs) -> Argument {
        let count = pairs.len();
        vec![
            Word::Attributes(pairs),
            Word::Length(count, WILD_COUNTS, BAD),
        ]
    }

    pub fn optional_template(&self) -> Argument {
        vec![Word::Plain(0), Word::Plain(0)]
    }

    pub fn search(&self) -> Argument {
        self.template(vec![(CKA_CLASS, number(CKO_DATA))])
    }

    pub fn data_template(&self) -> Pairs {
        vec![
            (CKA_CLASS, number(CKO_DATA)),
            (CKA_VALUE, b"value".to_vec()),
        ]
    }

    pub fn label_template(&self) -> Pairs {
        vec![(CKA_LABEL, b"bad input".to_vec())]
    }

    pub fn wanted(&self) -> Pairs {
        vec![(CKA_LABEL, vec![0; 16])]
    }

    pub fn secret_template(&self) -> Pairs {
        vec![
            (CKA_CLASS, number(CKO_SECRET_KEY)),
            (CKA_KEY_TYPE, number(CKK_GENERIC_SECRET)),
        ]
    }

    pub fn length_template(&self) -> Pairs {
        vec![(CKA_VALUE_LEN, number(16))]
    }
}

/// The words of one call, and the memory that they point to.
pub struct Prepared {
    pub words: Vec<usize>,
    memory: Vec<Option<Vec<u64>>>,
    odd: Option<usize>,
    /// What mechanisms and attributes point to.
    inner: Vec<Vec<u8>>,
}

impl Prepared {
    /// Everything in order, but the memory of the word `odd` at an odd address.
    pub fn new(words: &[Word], odd: Option<usize>) -> Self {
        let mut prepared = Self {
            words: Vec::new(),
            memory: Vec::new(),
            odd,
            inner: Vec::new(),
        };
        for word in words {
            match word {
                Word::Plain(value)
                | Word::Session(value)
                | Word::Slot(value)
                | Word::Handle(value, _)
                | Word::Length(value, ..) => prepared.push_value(*value),
                Word::Null(_) => prepared.push_value(0),
                Word::Memory(bytes, _) | Word::Room(bytes, _) => prepared.push_memory(bytes),
                Word::RoomLength(len, _) => prepared.push_memory(&len.to_ne_bytes()),
                Word::Mechanism(mechanism, parameter) => {
                    let parameter = prepared.keep(parameter);
                    prepared.push_memory(&bytes_of(&CK_MECHANISM {
                        mechanism: *mechanism,
                        pParameter: parameter.0.cast(),
                        ulParameterLen: parameter.1,
                    }));
                }
                Word::Attributes(pairs) => {
                    let mut bytes = Vec::new();
                    for (attribute, value) in pairs {
                        let value = prepared.keep(value);
                        bytes.extend(bytes_of(&CK_ATTRIBUTE {
                            type_: *attribute,
                            pValue: value.0.cast(),
                            ulValueLen: value.1,
                        }));
                    }
                    prepared.push_memory(&bytes);
                }
            }
        }
        prepared
    }

    fn keep(&mut self, bytes: &[u8]) -> (*mut u8, CK_ULONG) {
        if bytes.is_empty() {
            return (std::ptr::null_mut(), 0);
        }
        self.inner.push(bytes.to_vec());
        let kept = self.inner.last_mut().unwrap();
        (kept.as_mut_ptr(), kept.len() as CK_ULONG)
    }

    fn push_value(&mut self, value: usize) {
        self.words.push(value);
        self.memory.push(None);
    }

    fn push_memory(&mut self, bytes: &[u8]) {
        let shift = usize::from(self.odd == Some(self.words.len()));
        let mut memory = vec![0_u64; bytes.len() / 8 + 2];
        let at = memory.as_mut_ptr().cast::<u8>().wrapping_add(shift);
        unsafe { at.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
        self.words.push(at as usize);
        self.memory.push(Some(memory));
    }

    /// Overwrites machine word `field` of the structure that a word points to.
    pub fn poke(&mut self, word: usize, field: usize, value: usize) {
        let at = self.words[word] as *mut usize;
        unsafe { at.wrapping_add(field).write_unaligned(value) };
    }

    /// Whether the rooms for results are as they were.
    pub fn is_untouched(&self, words: &[Word]) -> bool {
        words
            .iter()
            .zip(&self.memory)
            .enumerate()
            .all(|(index, (word, memory))| {
                let (Word::Room(bytes, _), Some(memory)) = (word, memory) else {
                    return true;
                };
                let shift = usize::from(self.odd == Some(index));
                let at = memory.as_ptr().cast::<u8>().wrapping_add(shift);
                unsafe { std::slice::from_raw_parts(at, bytes.len()) == &bytes[..] }
            })
    }
}
