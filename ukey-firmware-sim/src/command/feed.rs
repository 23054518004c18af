//! The change feed of the extension family (docs/apdu.md): many objects, and what has changed.

use crate::card::Card;
use crate::fs::feed::{self, Names, Step};
use crate::fs::record::Subject;
use crate::fs::{container::Place, file, object};
use std::collections::BTreeSet;
use ukey_apdu::StatusWord;
use ukey_apdu::id::{ObjectId, PinType};
use ukey_apdu::request::feed::{Changes, KeyedRecord, KeyedRecords, ListObjects, ReadChanges};

/// ListObjects, `80 D6 01 00`. At least one object if there is one, else what fits in one answer.
pub(crate) fn list_objects(
    card: &mut Card,
    request: ListObjects,
) -> Result<KeyedRecords, StatusWord> {
    let application = card.application(request.app)?;
    let user = card.is_logged_in(application, PinType::User);
    let mut room = card.config.max_response_data;
    let mut records = Vec::new();
    for object in object::from(&card.flash, application, request.from) {
        let object = object?;
        let private = object.flags.is_private();
        if (private && !user) || (request.only_private && !private) {
            continue;
        }
        let record = object.open_keyed(card, application)?;
        let length = record.wire_length();
        if length > room && !records.is_empty() {
            break;
        }
        room = room.saturating_sub(length);
        records.push(record);
    }
    Ok(KeyedRecords(records))
}

/// ReadChanges, `80 D6 02 00`.
pub(crate) fn read_changes(card: &mut Card, request: ReadChanges) -> Result<Changes, StatusWord> {
    let application = card.application(request.app)?;
    let present = card.change_counter();
    let Some(steps) = feed::since(&card.flash, present, request.since, application) else {
        return Ok(Changes {
            upto: present,
            known: false,
            containers: Names::default().touched(|_| None),
            files: Names::default().touched(|_| None),
            gone: Vec::new(),
            records: Vec::new(),
        });
    };
    let mut collected = Collected::new(card, application, request.since);
    for step in steps {
        if !collected.take(step)? {
            break;
        }
    }
    Ok(collected.answer())
}

/// The answer as it grows.
struct Collected<'a> {
    card: &'a Card,
    application: u32,
    user: bool,
    room: usize,
    upto: u64,
    containers: Names,
    files: Names,
    objects: BTreeSet<u32>,
    gone: Vec<ObjectId>,
    records: Vec<KeyedRecord>,
}

impl<'a> Collected<'a> {
    fn new(card: &'a Card, application: u32, since: u64) -> Self {
        Self {
            card,
            application,
            user: card.is_logged_in(application, PinType::User),
            room: card.config.max_response_data,
            upto: since,
            containers: Names::default(),
            files: Names::default(),
            objects: BTreeSet::new(),
            gone: Vec::new(),
            records: Vec::new(),
        }
    }

    /// Takes one transaction in, whole; not if there is no room left for it and something was taken
    /// before.
    fn take(&mut self, step: Step) -> Result<bool, StatusWord> {
        let first = self.objects.is_empty();
        let (mut gone, mut records, mut length) = (Vec::new(), Vec::new(), 0);
        for subject in &step.subjects {
            let Subject::Object(number) = subject else {
                continue;
            };
            if self.objects.contains(number) || gone.contains(&ObjectId(*number)) {
                continue;
            }
            match self.visible(ObjectId(*number))? {
                Some(record) if records.iter().all(|r: &KeyedRecord| r.id != record.id) => {
                    length += record.wire_length();
                    records.push(record);
                }
                Some(_) => {}
                None => {
                    length += 4;
                    gone.push(ObjectId(*number));
                }
            }
        }
        if length > self.room && !first {
            return Ok(false);
        }
        self.room = self.room.saturating_sub(length);
        let numbers = records
            .iter()
            .map(|record| record.id)
            .chain(gone.iter().copied());
        self.objects.extend(numbers.map(|id| id.0));
        self.gone.append(&mut gone);
        self.records.append(&mut records);
        for subject in step.subjects {
            match subject {
                Subject::Container { number, named } => self.containers.touch(number, named),
                Subject::File { number, named } => self.files.touch(number, named),
                Subject::Object(_) => {}
            }
        }
        self.upto = step.counter;
        Ok(true)
    }

    /// The object as it is now, if it is there and this host may see it.
    fn visible(&self, id: ObjectId) -> Result<Option<KeyedRecord>, StatusWord> {
        match object::find(&self.card.flash, self.application, id) {
            Ok(object) if object.flags.is_private() && !self.user => Ok(None),
            Ok(object) => object.open_keyed(self.card, self.application).map(Some),
            Err(StatusWord::RECORD_NOT_FOUND) => Ok(None),
            Err(status) => Err(status),
        }
    }

    fn answer(self) -> Changes {
        let (flash, application) = (&self.card.flash, self.application);
        let container_name = |container| {
            let place = Place {
                application,
                container,
            };
            place.name(flash).ok().map(<[u8]>::to_vec)
        };
        Changes {
            upto: self.upto,
            known: true,
            containers: self.containers.touched(container_name),
            files: self
                .files
                .touched(|number| file::name(flash, application, number)),
            gone: self.gone,
            records: self.records,
        }
    }
}
