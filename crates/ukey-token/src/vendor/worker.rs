//! The one thread that calls a library, and the deadline of its callers.

use super::VendorLibrary;
use crate::transport::TransportError;
use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    time::Duration,
};
use ukey_ffi::foreign::{self, Fault, ForeignSkf, UlongWidth};

type Job = Box<dyn FnOnce(&dyn ForeignSkf) + Send>;

/// See the [module](self).
pub(super) struct Worker {
    path: PathBuf,
    ulong: UlongWidth,
    deadline: Duration,
    /// To the thread, once it runs. Held during a call: the next one waits for its own turn, and its deadline with it.
    jobs: Mutex<Option<mpsc::Sender<Job>>>,
    /// A call has not come back in time; cleared if it does later.
    hangs: Arc<AtomicBool>,
}

/// Why a call gave no result.
#[derive(Debug)]
pub(super) enum WorkError {
    /// The library's own.
    Fault(Fault),
    /// It did not come back in time.
    Hangs,
    /// It cannot be loaded.
    Unusable,
}

impl WorkError {
    /// As a failure of the link.
    pub(super) fn transport(&self) -> TransportError {
        match self {
            Self::Fault(Fault::Code { code, .. }) => TransportError::Link((*code).into()),
            Self::Fault(_) => TransportError::Link(0),
            Self::Hangs => TransportError::Removed,
            Self::Unusable => TransportError::NoService,
        }
    }
}

impl Worker {
    pub(super) fn new(library: &VendorLibrary) -> Self {
        Self {
            path: library.path.clone(),
            ulong: library.layout.ulong,
            deadline: library.deadline,
            jobs: Mutex::default(),
            hangs: Arc::default(),
        }
    }

    /// Calls the library and waits for the result, but not for ever.
    pub(super) fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn ForeignSkf) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, WorkError> {
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        if self.hangs.load(Ordering::Acquire) {
            return Err(WorkError::Hangs);
        }
        let (answer, answered) = mpsc::sync_channel(1);
        let hangs = Arc::clone(&self.hangs);
        let job: Job = Box::new(move |library| {
            let result = work(library);
            // Nobody may be waiting any more.
            let _ = answer.send(result);
            hangs.store(false, Ordering::Release);
        });
        let sender = jobs.get_or_insert_with(|| self.start());
        if sender.send(job).is_err() {
            // The thread ended because the library could not be loaded; the next call tries again.
            *jobs = None;
            return Err(WorkError::Unusable);
        }
        match answered.recv_timeout(self.deadline) {
            Ok(result) => result.map_err(WorkError::Fault),
            Err(mpsc::RecvTimeoutError::Timeout) => {
                self.hangs.store(true, Ordering::Release);
                // It may have come back between the two.
                match answered.try_recv() {
                    Ok(result) => {
                        self.hangs.store(false, Ordering::Release);
                        result.map_err(WorkError::Fault)
                    }
                    Err(_) => {
                        tracing::warn!(library = %self.path.display(), "the SKF library hangs");
                        Err(WorkError::Hangs)
                    }
                }
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                *jobs = None;
                Err(WorkError::Unusable)
            }
        }
    }

    /// Starts the thread. It loads the library, which may hang too, and ends when this worker does.
    fn start(&self) -> mpsc::Sender<Job> {
        let (sender, jobs) = mpsc::channel::<Job>();
        let (path, ulong) = (self.path.clone(), self.ulong);
        let body = move || match foreign::load(&path, ulong) {
            Ok(library) => jobs.iter().for_each(|job| job(&*library)),
            Err(error) => tracing::warn!(library = %path.display(), %error, "SKF library"),
        };
        let started = std::thread::Builder::new()
            .name("vendor-skf".to_owned())
            .spawn(body);
        if let Err(error) = started {
            tracing::warn!(%error, "cannot start a thread");
        }
        sender
    }
}
