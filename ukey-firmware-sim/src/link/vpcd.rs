//! The virtual PC/SC reader of the vsmartcard project (vpcd): a TCP connection per slot.
//!
//! A message of one byte from the reader is a control code: 0 power off, 1 power on, 2 reset, 4 give
//! the answer to reset. Only 4 and APDUs are answered; an answer to the others would put the stream
//! out of step. The card is in the reader while the connection stands.
//!
//! vpcd waits for an answer without limit, and pcscd with it; a watchdog closes the connection of a
//! slot whose command does not end.

use super::frame::Messages;
use crate::device::Device;
use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// The port of vpcd's first slot; each further slot has the next one.
pub const FIRST_PORT: u16 = 35_963;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
const ACCEPT_POLL: Duration = Duration::from_millis(20);

/// Which side opens the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// vpcd listens (its default) and the token connects.
    Connect,
    /// The token listens and vpcd connects.
    Listen,
}

/// How the server behaves.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Which side opens the connection.
    pub direction: Direction,
    /// Time between two attempts to connect.
    pub back_off: Duration,
    /// Time after which a command counts as hung.
    pub watchdog: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            direction: Direction::Connect,
            back_off: Duration::from_millis(250),
            watchdog: Duration::from_secs(120),
        }
    }
}

/// What is known of a slot at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlotStatus {
    /// The connection's other end, or where it is waited for.
    pub address: SocketAddr,
    /// Whether the token is to be in the reader.
    pub inserted: bool,
    /// Whether it is.
    pub connected: bool,
    /// Time that each command waits before it is executed.
    pub delay: Duration,
}

struct State {
    inserted: bool,
    stopped: bool,
    delay: Duration,
    /// To close the connection from another thread.
    connection: Option<TcpStream>,
    busy_since: Option<Instant>,
}

struct Slot {
    address: SocketAddr,
    options: Options,
    state: Mutex<State>,
    changed: Condvar,
}

/// Tokens in virtual readers, each served by a thread of its own.
pub struct Server {
    slots: Vec<Arc<Slot>>,
    threads: Vec<JoinHandle<()>>,
}

impl Server {
    /// Puts each device into the reader at its address.
    pub fn start(devices: Vec<(Device, SocketAddr)>, options: Options) -> Self {
        let (mut slots, mut threads) = (Vec::new(), Vec::new());
        for (device, address) in devices {
            let slot = Arc::new(Slot::new(address, options));
            slots.push(Arc::clone(&slot));
            threads.push(thread::spawn(move || slot.serve(device)));
        }
        let watched = slots.clone();
        threads.push(thread::spawn(move || watch(&watched, options.watchdog)));
        Self { slots, threads }
    }

    fn slot(&self, number: usize) -> Option<&Slot> {
        self.slots.get(number).map(Arc::as_ref)
    }

    /// Pulls the token out of slot `number`: the connection closes, also in the middle of a command.
    /// `None` if there is no such slot.
    pub fn remove(&self, number: usize) -> Option<()> {
        self.slot(number)
            .map(|slot| slot.change(|state| state.inserted = false))
    }

    /// Puts the token back.
    pub fn insert(&self, number: usize) -> Option<()> {
        self.slot(number)
            .map(|slot| slot.change(|state| state.inserted = true))
    }

    /// Makes each command of slot `number` wait before it is executed.
    pub fn delay(&self, number: usize, delay: Duration) -> Option<()> {
        self.slot(number)
            .map(|slot| slot.change(|state| state.delay = delay))
    }

    /// All slots, in order.
    pub fn status(&self) -> Vec<SlotStatus> {
        self.slots.iter().map(|slot| slot.status()).collect()
    }

    /// Whether every token that is inserted is connected.
    pub fn is_connected(&self) -> bool {
        self.status()
            .iter()
            .all(|slot| slot.connected || !slot.inserted)
    }

    /// Whether a slot's thread has ended although nobody stopped it: the token's software failed.
    pub fn has_failed(&self) -> bool {
        self.threads.iter().any(JoinHandle::is_finished)
    }

    /// Closes all connections and waits for the threads, at most `patience`; a command that takes
    /// longer is left behind (the image survives that).
    pub fn stop(&self, patience: Duration) {
        let deadline = Instant::now() + patience;
        self.slots
            .iter()
            .for_each(|slot| slot.change(|state| state.stopped = true));
        while Instant::now() < deadline && !self.threads.iter().all(JoinHandle::is_finished) {
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Closes the connection of a slot whose command takes longer than `limit`.
fn watch(slots: &[Arc<Slot>], limit: Duration) {
    let pace = (limit / 10).clamp(Duration::from_millis(5), Duration::from_millis(500));
    while !slots.iter().all(|slot| slot.lock().stopped) {
        for slot in slots {
            let mut state = slot.lock();
            if state
                .busy_since
                .is_some_and(|since| since.elapsed() > limit)
            {
                tracing::error!(address = %slot.address, "command hangs; closing the connection");
                state.busy_since = None;
                state.close();
                slot.changed.notify_all();
            }
        }
        thread::sleep(pace);
    }
}

impl State {
    fn close(&mut self) {
        if let Some(connection) = self.connection.take() {
            // It may be closed already; either way it is closed now.
            let _ = connection.shutdown(Shutdown::Both);
        }
    }

    fn wanted(&self) -> bool {
        self.inserted && !self.stopped
    }
}

impl Slot {
    fn new(address: SocketAddr, options: Options) -> Self {
        let state = State {
            inserted: true,
            stopped: false,
            delay: Duration::ZERO,
            connection: None,
            busy_since: None,
        };
        Self {
            address,
            options,
            state: Mutex::new(state),
            changed: Condvar::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.lock();
        change(&mut state);
        if !state.wanted() {
            state.close();
        }
        self.changed.notify_all();
    }

    fn status(&self) -> SlotStatus {
        let state = self.lock();
        SlotStatus {
            address: self.address,
            inserted: state.inserted,
            connected: state.connection.is_some(),
            delay: state.delay,
        }
    }

    /// Waits for `time`, or less if `until` becomes true; says whether it did.
    fn wait(&self, time: Duration, until: impl Fn(&State) -> bool) -> bool {
        let deadline = Instant::now() + time;
        let mut state = self.lock();
        while !until(&state) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            let waited = self.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    fn serve(&self, mut device: Device) {
        while !self.lock().stopped {
            if let Some(stream) = self.connection() {
                let ended = self.converse(&mut device, stream);
                self.lock().close();
                device.power_off();
                if let Err(error) = ended {
                    tracing::debug!(address = %self.address, %error, "connection lost");
                }
            }
            // The reader needs a moment to notice that the connection is gone.
            self.wait(self.options.back_off, |state| state.stopped);
            while !self.wait(Duration::from_secs(60), |state| {
                state.inserted || state.stopped
            }) {}
        }
    }

    /// A new connection with the reader; `None` if there is none yet, or it is no longer wanted.
    fn connection(&self) -> Option<TcpStream> {
        let stream = match self.options.direction {
            Direction::Connect => TcpStream::connect_timeout(&self.address, CONNECT_TIMEOUT),
            Direction::Listen => self.accept(),
        };
        let stream = match stream {
            Ok(stream) => stream,
            Err(error) => {
                tracing::debug!(address = %self.address, %error, "no reader yet");
                return None;
            }
        };
        let handle = stream.try_clone().ok()?;
        let mut state = self.lock();
        if !state.wanted() {
            return None;
        }
        state.connection = Some(handle);
        tracing::info!(address = %self.address, "connected");
        Some(stream)
    }

    fn accept(&self) -> io::Result<TcpStream> {
        let listener = TcpListener::bind(self.address)?;
        listener.set_nonblocking(true)?;
        loop {
            match listener.accept() {
                Ok((stream, _)) => return stream.set_nonblocking(false).map(|()| stream),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
            if self.wait(ACCEPT_POLL, |state| !state.wanted()) {
                return Err(io::ErrorKind::Interrupted.into());
            }
        }
    }

    /// Serves one connection to its end.
    fn converse(&self, device: &mut Device, stream: TcpStream) -> io::Result<()> {
        let mut messages = Messages::new(stream)?;
        while let Some(message) = messages.receive()? {
            match message.as_slice() {
                [0] => device.power_off(),
                [1] => device.power_on(),
                [2] => device.reset(),
                [4] => messages.send(device.atr())?,
                [] | [_] => tracing::warn!(message = ?message.as_slice(), "unknown control code"),
                apdu => match self.execute(device, apdu) {
                    Some(answer) => messages.send(&answer)?,
                    None => return Ok(()),
                },
            }
        }
        Ok(())
    }

    /// Executes a command; `None` if the token was pulled out or hung meanwhile.
    fn execute(&self, device: &mut Device, apdu: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let delay = {
            let mut state = self.lock();
            state.busy_since = Some(Instant::now());
            state.delay
        };
        let gone = |state: &State| state.connection.is_none();
        if !delay.is_zero() && self.wait(delay, gone) {
            return None;
        }
        let answer = Zeroizing::new(device.transmit(apdu));
        let mut state = self.lock();
        state.busy_since = None;
        (!gone(&state)).then_some(answer)
    }
}
