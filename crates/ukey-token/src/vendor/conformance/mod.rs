//! Our checks of a library against GM/T 0016: what bidding clients and this bridge rely on, each as one case.
//!
//! A case calls the library itself, not the bridge, so that nothing is worked around. Cases that change a token do it in
//! an application or a container of their own, and take it away afterwards.

mod administration;
mod container;
mod file;
mod reading;

use super::{
    layout::{self, Layout, Members, Structure},
    pins,
};
use std::path::{Path, PathBuf};
use ukey_ffi::foreign::{self, Fault, ForeignCheck, ForeignHandle, LoadError, Pin};
use zeroize::Zeroizing;

/// Application that the cases make for themselves.
const OWN_APPLICATION: &[u8] = b"UKEYTEST";
/// Container that the cases make for themselves.
const OWN_CONTAINER: &[u8] = b"ukey-test";
const ADMIN_PIN: &[u8] = b"87654321";
const USER_PIN: &[u8] = b"12345678";
const WRONG_PIN: &[u8] = b"00000000";
/// Tries of the PINs of [`OWN_APPLICATION`]: administrator, user.
const TRIES: (u32, u32) = (7, 3);
/// SECURE_USER_ACCOUNT.
const USER_RIGHT: u32 = 0x10;

/// How far the cases may go.
#[derive(Debug, Clone)]
pub enum Access {
    /// Nothing is changed and no PIN is used.
    Reading,
    /// A container and a file of their own in this application, with its user PIN.
    Application {
        /// The application.
        name: String,
        /// Its user PIN.
        pin: Zeroizing<Vec<u8>>,
    },
    /// An application of their own, with the device key.
    Device {
        /// The device key.
        key: Zeroizing<[u8; 16]>,
    },
}

/// What a case needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Needs {
    Nothing,
    Login,
    OwnApplication,
}

/// Outcome of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// As the standard has it.
    Passed,
    /// Not so: what was seen instead.
    Failed(String),
    /// Could not be tried, and why.
    Skipped(String),
}

/// One case.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// Its name, which never changes its meaning.
    pub id: &'static str,
    /// What must hold.
    pub title: &'static str,
    needs: Needs,
    run: fn(&Subject<'_>) -> Outcome,
}

impl Case {
    const fn new(id: &'static str, title: &'static str, run: fn(&Subject<'_>) -> Outcome) -> Self {
        Self {
            id,
            title,
            needs: Needs::Nothing,
            run,
        }
    }

    const fn logged_in(mut self) -> Self {
        self.needs = Needs::Login;
        self
    }

    const fn in_own_application(mut self) -> Self {
        self.needs = Needs::OwnApplication;
        self
    }
}

/// All cases in the order in which they should run: what changes nothing first.
pub fn cases() -> Vec<Case> {
    [
        reading::CASES,
        administration::CASES,
        container::CASES,
        file::CASES,
    ]
    .concat()
}

/// Why a case did not pass.
#[derive(Debug)]
enum Objection {
    Deviates(String),
    Skip(String),
}

impl From<Fault> for Objection {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Missing(name) => Self::Skip(format!("the library has no {name}")),
            other => Self::Deviates(other.to_string()),
        }
    }
}

type Outcome<T = ()> = Result<T, Objection>;

/// Objects with this text unless `holds`.
fn demand(holds: bool, otherwise: impl FnOnce() -> String) -> Outcome {
    match holds {
        true => Ok(()),
        false => Err(Objection::Deviates(otherwise())),
    }
}

/// What a refusal must look like: the code that the profile gives it.
fn refused<T>(answer: Result<T, Fault>, expected: u32) -> Outcome {
    match answer {
        Err(Fault::Code { code, .. }) if code == expected => Ok(()),
        Err(Fault::Code { name, code, .. }) => Err(Objection::Deviates(format!(
            "{name} answers {code:#010x}, not {expected:#010x}"
        ))),
        Err(other) => Err(other.into()),
        Ok(_) => Err(Objection::Deviates(format!(
            "accepted, not {expected:#010x}"
        ))),
    }
}

/// The library under check.
pub struct Subject<'a> {
    path: PathBuf,
    layout: Layout,
    access: Access,
    /// Takes note of what is about to be called, for the case that it does not come back.
    progress: &'a dyn Fn(&str),
    skf: Box<dyn ForeignCheck>,
    /// The device; the first that is present unless another was named.
    wanted: Option<Vec<u8>>,
}

impl<'a> Subject<'a> {
    /// Loads a library.
    ///
    /// # Errors
    /// [`LoadError`].
    pub fn load(
        path: &Path,
        layout: Layout,
        access: Access,
        device: Option<&str>,
        progress: &'a dyn Fn(&str),
    ) -> Result<Self, LoadError> {
        Ok(Self {
            skf: foreign::load_for_check(path, layout.ulong)?,
            path: path.to_path_buf(),
            layout,
            access,
            progress,
            wanted: device.map(|name| name.as_bytes().to_vec()),
        })
    }

    /// Runs one case.
    pub fn run(&self, case: &Case) -> Verdict {
        let allowed = match (&self.access, case.needs) {
            (_, Needs::Nothing) | (Access::Device { .. }, _) => true,
            (Access::Application { .. }, needs) => needs == Needs::Login,
            (Access::Reading, _) => false,
        };
        if !allowed {
            let why = match case.needs {
                Needs::OwnApplication => "would make an application of its own",
                _ => "would log in and change the token",
            };
            return Verdict::Skipped(why.to_owned());
        }
        match (case.run)(self) {
            Ok(()) => Verdict::Passed,
            Err(Objection::Deviates(text)) => Verdict::Failed(text),
            Err(Objection::Skip(text)) => Verdict::Skipped(text),
        }
    }

    fn at(&self, function: &str) {
        (self.progress)(function);
    }

    fn device_name(&self) -> Outcome<Vec<u8>> {
        if let Some(name) = &self.wanted {
            return Ok(name.clone());
        }
        let list = self.skf.devices()?;
        let first = layout::names(&list).first().map(|name| name.to_vec());
        first.ok_or_else(|| Objection::Skip("no device is present".to_owned()))
    }

    /// With a connected device.
    fn with_device(&self, work: impl FnOnce(ForeignHandle) -> Outcome) -> Outcome {
        let device = self.skf.connect(&self.device_name()?)?;
        let outcome = work(device);
        let closed = self.skf.disconnect(device);
        outcome?;
        Ok(closed?)
    }

    fn authenticate(&self, device: ForeignHandle, key: &[u8; 16]) -> Result<(), Fault> {
        let info = self.skf.device_info(device, Layout::LARGEST)?;
        let algorithm = layout::device_info(self.layout, &info).dev_auth_alg_id;
        let cryptogram = pins::auth_cryptogram(&*self.skf, device, algorithm, key)?;
        self.skf.authenticate(device, &cryptogram)
    }

    /// With an application of the cases' own, nobody logged in.
    fn with_own_application(
        &self,
        work: impl FnOnce(ForeignHandle, ForeignHandle) -> Outcome,
    ) -> Outcome {
        let Access::Device { key } = &self.access else {
            return Err(Objection::Skip("needs the device key".to_owned()));
        };
        self.with_device(|device| {
            self.at("SKF_DevAuth");
            self.authenticate(device, key)?;
            // Left behind by a run that did not end.
            let _ = self.skf.delete_application(device, OWN_APPLICATION);
            self.at("SKF_CreateApplication");
            let (admin, user) = ((ADMIN_PIN, TRIES.0), (USER_PIN, TRIES.1));
            let skf = &self.skf;
            let application =
                skf.create_application(device, OWN_APPLICATION, admin, user, USER_RIGHT)?;
            let outcome = work(device, application);
            let _ = skf.close_application(application);
            self.at("SKF_DeleteApplication");
            // A case may have lost the device's trust.
            let _ = self.authenticate(device, key);
            let deleted = skf.delete_application(device, OWN_APPLICATION);
            outcome?;
            Ok(deleted?)
        })
    }

    /// With an application in which the user is logged in, and in which nothing of ours is.
    fn with_login(&self, work: impl FnOnce(ForeignHandle, ForeignHandle) -> Outcome) -> Outcome {
        match &self.access {
            Access::Application { name, pin } => self.with_device(|device| {
                let application = self.skf.open_application(device, name.as_bytes())?;
                self.skf.verify_pin(application, Pin::User, pin)?;
                let _ = self.skf.delete_container(application, OWN_CONTAINER);
                let _ = self.skf.delete_file(application, file::OWN_FILE);
                let outcome = work(device, application);
                let _ = self.skf.delete_container(application, OWN_CONTAINER);
                let _ = self.skf.delete_file(application, file::OWN_FILE);
                let _ = self.skf.clear_secure_state(application);
                let _ = self.skf.close_application(application);
                outcome
            }),
            _ => self.with_own_application(|device, application| {
                self.skf.verify_pin(application, Pin::User, USER_PIN)?;
                work(device, application)
            }),
        }
    }

    /// With a container of the cases' own and the user logged in: device, application, container.
    fn with_container(
        &self,
        work: impl FnOnce(ForeignHandle, ForeignHandle, ForeignHandle) -> Outcome,
    ) -> Outcome {
        self.with_login(|device, application| {
            self.at("SKF_CreateContainer");
            let container = self.skf.create_container(application, OWN_CONTAINER)?;
            work(device, application, container)
        })
    }

    /// Logs the user in after a case has logged him out, so that what it made can be taken away.
    fn log_in_again(&self, application: ForeignHandle) {
        let pin = match &self.access {
            Access::Application { pin, .. } => pin.as_slice(),
            _ => USER_PIN,
        };
        let _ = self.skf.verify_pin(application, Pin::User, pin);
    }

    /// The application that the case works in, under a second handle.
    fn open_again(&self, device: ForeignHandle) -> Outcome<ForeignHandle> {
        let name = match &self.access {
            Access::Application { name, .. } => name.as_bytes(),
            _ => OWN_APPLICATION,
        };
        Ok(self.skf.open_application(device, name)?)
    }

    fn members<'b>(&self, bytes: &'b [u8]) -> Members<'b> {
        Members::new(self.layout, bytes)
    }

    /// A structure with right-aligned numbers, as the standard has them.
    fn structure(&self) -> Structure {
        Structure::new(self.layout, false)
    }
}
