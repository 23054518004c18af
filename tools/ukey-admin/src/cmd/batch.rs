//! `batch`: USBKEYs from a table. The journal says which row is which USBKEY's; it is written before
//! the USBKEY is touched, so that whatever happens no row and no USBKEY is produced twice.

mod journal;
mod letter;
mod produce;
mod profile;
mod table;

use std::{
    collections::VecDeque,
    fs::DirBuilder,
    io::Write,
    os::unix::fs::DirBuilderExt,
    path::Path,
    sync::{Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use ukey_ca::directory::Directory;
use ukey_token::Device;

use crate::{
    auth_key, authority,
    cli::{BatchCommand, BatchRunArgs, PinRole},
    context::Context,
    error::{Error, Result},
    login,
    output::{self, Outcome},
    parallel, target,
    text::{batch as words, label, policy},
};

use journal::{Event, Journal};
use produce::Workshop;
use table::Row;

/// How long to wait between two looks for further USBKEYs.
const LOOK_AGAIN: Duration = Duration::from_millis(300);

pub(crate) fn run(context: &Context, command: &BatchCommand) -> Result<Outcome> {
    match command {
        BatchCommand::Run(args) => produce(context, args),
        BatchCommand::Status { out } => status(out),
    }
}

fn produce(context: &Context, args: &BatchRunArgs) -> Result<Outcome> {
    // All that can be wrong before a USBKEY is touched.
    let rows = table::read(&args.table)?;
    let profile = profile::read(args.profile.as_deref())?;
    let pin_policy = context.config.pin_policy;
    if profile.pin.length < pin_policy.min_length {
        return Err(Error::Unfit(policy::profile_too_short(profile.pin.length)));
    }
    let ca = authority::open(context, &args.ca, false)?;
    if args.dry_run {
        return dry_run(context, &rows, &profile.application.name);
    }
    let so_pin = login::new_pin(context, PinRole::So, args.so_pin.so_pin_source.as_ref())?;
    for folder in ["letters", "reports"] {
        make_folder(&args.out.join(folder))?;
    }
    let workshop = Workshop {
        journal: Journal::open(&args.out)?,
        anchors: Directory::trusted(&args.ca)?,
        ca: Mutex::new(ca),
        auth_key: auth_key::current(context)?,
        out: args.out.clone(),
        profile,
        so_pin,
        pin_policy,
    };
    for id in &args.release {
        release(&workshop.journal, id)?;
    }
    for row in rows.iter().filter(|row| is_done(&workshop.journal, row)) {
        workshop.forget_pin(row);
    }
    let deadline = Instant::now() + Duration::from_secs(args.wait.unwrap_or(0));
    let mut tally = Tally::default();
    loop {
        let jobs = jobs(context, &workshop, &rows, &tally.tried)?;
        if !jobs.is_empty() {
            work(context, &workshop, jobs, args.parallel, &mut tally);
        } else if left(&workshop.journal, &rows) == 0 || Instant::now() >= deadline {
            break;
        } else {
            thread::sleep(LOOK_AGAIN);
        }
    }
    Ok(tally.outcome(&workshop.journal, &rows))
}

/// Letters hold PINs: the folders are their owner's alone.
fn make_folder(path: &Path) -> Result<()> {
    let mut builder = DirBuilder::new();
    builder
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|e| Error::create(path, e))
}

fn release(journal: &Journal, id: &str) -> Result<()> {
    match journal.row(id) {
        Some(state) if state.event != Event::Done => {
            journal.note(id, &state.serial, Event::Released, None)
        }
        Some(_) => Err(Error::Unfit(words::is_done(id))),
        None => Ok(()),
    }
}

/// A row and the USBKEY that it goes to.
type Job<'a> = (&'a Row, Device);

/// Which USBKEY gets which row: one that was begun goes on with its own, a blank one gets the row
/// that names it, or the next that names none.
fn jobs<'a>(
    context: &Context,
    workshop: &Workshop,
    rows: &'a [Row],
    tried: &[String],
) -> Result<Vec<Job<'a>>> {
    let journal = &workshop.journal;
    let mut free: VecDeque<&Row> = rows
        .iter()
        .filter(|row| row.serial.is_none() && journal.row(&row.id).is_none())
        .collect();
    let mut devices = target::fitting(context)?.devices;
    let serial_of = |device: &Device| device.cached_info().serial_number.to_text();
    devices.retain(|device| !tried.contains(&serial_of(device)));
    let blank = parallel::map(&devices, |device| is_blank(workshop, device));
    let mut jobs = Vec::new();
    for (device, is_blank) in devices.into_iter().zip(blank) {
        let serial = serial_of(&device);
        let begun = journal.row_of(&serial);
        let row = match begun {
            Some((_, state)) if state.event == Event::Done => None,
            Some((id, _)) => rows.iter().find(|row| row.id == id),
            None if !is_blank => None,
            None => {
                let named = |row: &&Row| {
                    row.serial.as_deref() == Some(serial.to_uppercase().as_str())
                        && journal.row(&row.id).is_none()
                };
                rows.iter().find(named).or_else(|| free.pop_front())
            }
        };
        if let Some(row) = row {
            jobs.push((row, device));
        }
    }
    Ok(jobs)
}

/// A USBKEY that stops answering is none that can be produced.
fn is_blank(workshop: &Workshop, device: &Device) -> bool {
    let name = &workshop.profile.application.name;
    device
        .applications()
        .is_ok_and(|names| !names.contains(name))
}

/// Rows that are not produced.
fn left(journal: &Journal, rows: &[Row]) -> usize {
    rows.iter().filter(|row| !is_done(journal, row)).count()
}

fn is_done(journal: &Journal, row: &Row) -> bool {
    let state = journal.row(&row.id);
    state.is_some_and(|state| state.event == Event::Done)
}

/// What this run did.
#[derive(Default)]
struct Tally {
    /// USBKEYs that had their turn, well or not.
    tried: Vec<String>,
    produced: usize,
    failed: usize,
}

/// Works on several USBKEYs at once; every result is told as it comes.
fn work(
    context: &Context,
    workshop: &Workshop,
    jobs: Vec<Job<'_>>,
    parallel: u8,
    tally: &mut Tally,
) {
    let hands = usize::from(parallel).min(jobs.len());
    let bar = context.talk.count(jobs.len());
    let queue = Mutex::new(VecDeque::from(jobs));
    let tally = Mutex::new(tally);
    let (json, talk) = (context.global.json, context.talk);
    thread::scope(|scope| {
        for _ in 0..hands {
            scope.spawn(|| {
                while let Some((row, device)) = take(&queue) {
                    let made = workshop.produce(row, &device);
                    let serial = device.cached_info().serial_number.to_text();
                    let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
                    match made {
                        Ok(_) => tally.produced += 1,
                        Err(_) => tally.failed += 1,
                    }
                    bar.suspend(|| tell(json, talk, row, &serial, &made));
                    bar.inc(1);
                    tally.tried.push(serial);
                }
            });
        }
    });
    bar.finish_and_clear();
}

fn take<'a>(queue: &Mutex<VecDeque<Job<'a>>>) -> Option<Job<'a>> {
    queue
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .pop_front()
}

fn tell(json: bool, talk: output::Talk, row: &Row, serial: &str, made: &Result<Value>) {
    if json {
        let line = output::line(
            made.as_ref().ok(),
            made.as_ref().err(),
            &json!({ "row": row.id, "serial": serial }),
        );
        // The summary at the end tells whoever lost a line.
        writeln!(std::io::stdout().lock(), "{line}").ok();
        return;
    }
    match made {
        Ok(_) => talk.say(&words::produced(&row.id, serial)),
        Err(error) => talk.warn(&words::failed(&row.id, serial, &error.to_string())),
    }
}

impl Tally {
    fn outcome(&self, journal: &Journal, rows: &[Row]) -> Outcome {
        let left = left(journal, rows);
        let data = json!({
            "rows": rows.len(),
            "produced": self.produced,
            "failed": self.failed,
            "left": left,
        });
        let text = words::summary(rows.len(), self.produced, self.failed, left);
        let mut outcome = Outcome::new(data, format!("{text}\n"));
        outcome.verdict = (left > 0).then_some(Error::PartialBatch { left });
        outcome
    }
}

fn dry_run(context: &Context, rows: &[Row], application: &str) -> Result<Outcome> {
    let devices = target::fitting(context)?.devices;
    let blank = devices
        .iter()
        .filter(|device| {
            let names = device.applications();
            names.is_ok_and(|names| names.iter().all(|name| name != application))
        })
        .count();
    context.talk.say(crate::text::nothing_changed());
    let data = json!({ "rows": rows.len(), "blank": blank, "changed": false });
    let text = words::would_produce(rows.len(), blank);
    Ok(Outcome::new(data, format!("{text}\n")))
}

fn status(out: &Path) -> Result<Outcome> {
    let found = Journal::look(out)?;
    let word = |event: Event| serde_json::to_value(event).unwrap_or_default();
    let (mut rows, mut data): (Vec<Vec<String>>, Vec<Value>) = (Vec::new(), Vec::new());
    for (id, state) in &found {
        let event = word(state.event);
        rows.push(vec![
            id.clone(),
            state.serial.clone(),
            crate::text::status_word(event.as_str().unwrap_or_default()),
            state.message.clone().unwrap_or_default(),
        ]);
        data.push(json!({
            "row": id,
            "serial": state.serial,
            "event": event,
            "message": state.message,
        }));
    }
    let text = output::table(
        &[
            label::row(),
            label::serial(),
            label::state(),
            label::message(),
        ],
        &rows,
    );
    Ok(Outcome::new(json!({ "rows": data }), text))
}
