//! A device of a vendor's library as a card: commands of GM/T 0017 in, calls of GM/T 0016 out.

use super::{
    VendorLibrary,
    layout::{self, Layout, Members, Structure},
    status::{Meaning, meaning},
    worker::{WorkError, Worker},
};
use crate::{
    error::Error,
    transport::{Limits, Transport, TransportError, skf_link::SkfLink},
};
use std::{collections::HashMap, sync::Arc};
use ukey_apdu::{
    Bytes, Class, CommandApdu, Empty, Ins, NameList, Reply, Request, ResponseApdu, StatusWord,
    id::{AppId, ContainerId, PinState, PinType, Rights},
    request::{
        application::{
            ApplicationOpened, CloseApplication, DeleteApplication, EnumApplication,
            OpenApplication,
        },
        auth::{ClearSecureState, DevAuth, GetPinInfo, PinInfo},
        device::{GenRandom, GetDevInfo, SetLabel},
        extension::{Capabilities, Features, GetCapabilities},
        file::{CreateFile, DeleteFile, EnumFiles, FileInfo, GetFileInfo, ReadFile, WriteFile},
    },
};
use ukey_ffi::foreign::{Fault, ForeignHandle, ForeignSkf, Pin};

/// Why a command has no answer with data.
#[derive(Debug)]
pub(super) enum Failure {
    /// The card says so.
    Status(StatusWord),
    /// There is no card.
    Link(TransportError),
}

impl From<StatusWord> for Failure {
    fn from(sw: StatusWord) -> Self {
        Self::Status(sw)
    }
}

impl Failure {
    /// As the error of a host.
    pub(super) fn error(self, ins: Ins) -> Error {
        match self {
            Self::Status(sw) => Error::from_status(ins as u8, sw),
            Self::Link(e) => e.into(),
        }
    }
}

/// What a handle that the library does not know any more stood for.
const STALE_APPLICATION: StatusWord = StatusWord(0x6A88);
const STALE_CONTAINER: StatusWord = StatusWord(0x6A94);

struct OpenedContainer {
    app: AppId,
    name: Vec<u8>,
    handle: ForeignHandle,
}

/// See the [module](self).
pub(super) struct VendorCard {
    pub(super) library: Arc<VendorLibrary>,
    worker: Arc<Worker>,
    pub(super) device: ForeignHandle,
    applications: HashMap<AppId, (Vec<u8>, ForeignHandle)>,
    containers: HashMap<ContainerId, OpenedContainer>,
    last_id: u16,
    /// Decryption functions that the library has.
    decrypts: bool,
}

impl VendorCard {
    pub(super) fn connect(
        library: Arc<VendorLibrary>,
        worker: Arc<Worker>,
        name: &str,
    ) -> Result<Self, TransportError> {
        let device_name = name.as_bytes().to_vec();
        let connected = worker.run(move |skf| {
            let decrypts = skf.sm2_decryption().is_some() || skf.rsa_decryption().is_some();
            Ok((skf.connect(&device_name)?, decrypts))
        });
        let (device, decrypts) = connected.map_err(|e| match e {
            WorkError::Fault(Fault::Code { .. }) => TransportError::NoCard,
            other => other.transport(),
        })?;
        Ok(Self {
            library,
            worker,
            device,
            applications: HashMap::new(),
            containers: HashMap::new(),
            last_id: 0,
            decrypts,
        })
    }

    pub(super) fn layout(&self) -> Layout {
        self.library.layout
    }

    /// A structure as the library wants it.
    pub(super) fn structure(&self) -> Structure {
        Structure::new(self.layout(), self.library.left_aligned)
    }

    /// Calls the library; `stale` is what a dead handle means here.
    pub(super) fn call<T: Send + 'static>(
        &self,
        ins: Ins,
        stale: Option<StatusWord>,
        work: impl FnOnce(&dyn ForeignSkf) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Failure> {
        self.worker
            .run(work)
            .map_err(|e| self.failure(ins, stale, &e))
    }

    pub(super) fn failure(&self, ins: Ins, stale: Option<StatusWord>, e: &WorkError) -> Failure {
        tracing::debug!(library = self.library.name, ?ins, error = ?e, "SKF library");
        let WorkError::Fault(fault) = e else {
            return Failure::Link(TransportError::Removed);
        };
        match fault {
            Fault::Code { code, .. } => match (meaning(ins, *code), stale) {
                (Meaning::Status(sw), _) | (Meaning::Stale, Some(sw)) => Failure::Status(sw),
                (Meaning::Stale, None) | (Meaning::Lost, _) => {
                    Failure::Link(TransportError::Removed)
                }
            },
            Fault::Missing(_) => Failure::Status(StatusWord::NOT_SUPPORTED),
            Fault::Argument(_) => Failure::Status(StatusWord::BAD_DATA),
            // Whatever it overwrote: nothing that it says can be believed any more.
            _ => Failure::Link(TransportError::Link(0)),
        }
    }

    /// A call about an application.
    pub(super) fn in_application<T: Send + 'static>(
        &self,
        ins: Ins,
        app: AppId,
        work: impl FnOnce(&dyn ForeignSkf, ForeignHandle) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Failure> {
        let (_, handle) = self.applications.get(&app).ok_or(STALE_APPLICATION)?;
        let handle = *handle;
        self.call(ins, Some(STALE_APPLICATION), move |skf| work(skf, handle))
    }

    /// A call about a container.
    pub(super) fn in_container<T: Send + 'static>(
        &self,
        ins: Ins,
        container: ContainerId,
        work: impl FnOnce(&dyn ForeignSkf, ForeignHandle) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Failure> {
        let opened = self.containers.get(&container).ok_or(STALE_CONTAINER)?;
        let handle = opened.handle;
        self.call(ins, Some(STALE_CONTAINER), move |skf| work(skf, handle))
    }

    /// Numbers what the library opened.
    fn number(&mut self) -> u16 {
        self.last_id = self.last_id.wrapping_add(1).max(1);
        self.last_id
    }

    pub(super) fn adopt_application(&mut self, name: &[u8], handle: ForeignHandle) -> AppId {
        let app = AppId(self.number());
        let old: Vec<_> = self
            .applications
            .extract_if(|_, (n, _)| n == name)
            .collect();
        for (_, (_, old)) in old {
            let _ = self.worker.run(move |skf| skf.close_application(old));
        }
        self.applications.insert(app, (name.to_vec(), handle));
        app
    }

    pub(super) fn adopt_container(
        &mut self,
        app: AppId,
        name: Vec<u8>,
        handle: ForeignHandle,
    ) -> ContainerId {
        let id = ContainerId(self.number());
        self.close_containers(|opened| opened.app == app && opened.name == name);
        self.containers
            .insert(id, OpenedContainer { app, name, handle });
        id
    }

    fn close_containers(&mut self, mut which: impl FnMut(&OpenedContainer) -> bool) {
        let closed: Vec<_> = self
            .containers
            .extract_if(|_, opened| which(opened))
            .collect();
        for (_, OpenedContainer { handle, .. }) in closed {
            let _ = self.worker.run(move |skf| skf.close_container(handle));
        }
    }

    /// Forgets a container that is being deleted.
    pub(super) fn forget_container(&mut self, app: AppId, name: &[u8]) {
        self.close_containers(|opened| opened.app == app && opened.name == name);
    }

    fn execute(&mut self, command: &CommandApdu) -> Result<Vec<u8>, Failure> {
        let ins = Ins::try_from(command.ins).map_err(|_| StatusWord(0x6D00))?;
        match ins {
            Ins::GetDevInfo | Ins::SetLabel | Ins::GenRandom | Ins::DevAuth => {
                self.device_command(ins, command)
            }
            Ins::GetPinInfo | Ins::ClearSecureState => self.access_command(ins, command),
            Ins::EnumApplication
            | Ins::DeleteApplication
            | Ins::OpenApplication
            | Ins::CloseApplication => self.application_command(ins, command),
            Ins::CreateFile
            | Ins::DeleteFile
            | Ins::EnumFiles
            | Ins::GetFileInfo
            | Ins::ReadFile
            | Ins::WriteFile => self.file_command(ins, command),
            Ins::QueryExtension => self.capabilities(command),
            _ => self.key_command(ins, command),
        }
    }

    /// The extension only as far as the library decrypts: no counter, no objects.
    fn capabilities(&self, command: &CommandApdu) -> Result<Vec<u8>, Failure> {
        let GetCapabilities {} = GetCapabilities::from_command(command)?;
        if !self.decrypts {
            return Err(StatusWord(0x6D00).into());
        }
        let capabilities = Capabilities {
            version: 1,
            reserved: 0,
            features: Features::PRIVATE_KEY_OPERATION,
            max_command_data: u16::MAX.into(),
            max_response_data: u16::MAX.into(),
        };
        Ok(capabilities.to_bytes())
    }

    fn device_command(&mut self, ins: Ins, command: &CommandApdu) -> Result<Vec<u8>, Failure> {
        let device = self.device;
        match ins {
            Ins::GetDevInfo => {
                let GetDevInfo {} = GetDevInfo::from_command(command)?;
                let bytes = self.call(ins, None, move |skf| {
                    skf.device_info(device, Layout::LARGEST)
                })?;
                Ok(layout::device_info(self.layout(), &bytes).to_bytes())
            }
            Ins::SetLabel => {
                let SetLabel { label } = SetLabel::from_command(command)?;
                self.call(ins, None, move |skf| skf.set_label(device, &label))?;
                Ok(Empty.to_bytes())
            }
            Ins::GenRandom => {
                let length = GenRandom::from_command(command)?.length as usize;
                let bytes = self.call(ins, None, move |skf| skf.random(device, length))?;
                Ok(Bytes(bytes).to_bytes())
            }
            _ => {
                let DevAuth { cryptogram } = DevAuth::from_command(command)?;
                let cryptogram = *cryptogram.expose();
                self.call(ins, None, move |skf| skf.authenticate(device, &cryptogram))?;
                Ok(Empty.to_bytes())
            }
        }
    }

    fn access_command(&mut self, ins: Ins, command: &CommandApdu) -> Result<Vec<u8>, Failure> {
        if ins == Ins::ClearSecureState {
            let ClearSecureState { app } = ClearSecureState::from_command(command)?;
            self.in_application(ins, app, |skf, handle| skf.clear_secure_state(handle))?;
            return Ok(Empty.to_bytes());
        }
        let GetPinInfo { pin_type, app } = GetPinInfo::from_command(command)?;
        let pin = pin_of(pin_type);
        let counter = self.in_application(ins, app, move |skf, h| skf.pin_info(h, pin))?;
        let info = PinInfo {
            max_tries: counter.max_tries.min(15) as u8,
            tries_left: counter.tries_left.min(15) as u8,
            state: match self.layout().is_true(counter.default_flag) {
                true => PinState::Default,
                false => PinState::Changed,
            },
        };
        Ok(info.to_bytes())
    }

    fn application_command(&mut self, ins: Ins, command: &CommandApdu) -> Result<Vec<u8>, Failure> {
        let device = self.device;
        match ins {
            Ins::EnumApplication => {
                let EnumApplication {} = EnumApplication::from_command(command)?;
                let list = self.call(ins, None, move |skf| skf.applications(device))?;
                Ok(name_list(&list))
            }
            Ins::DeleteApplication => {
                let DeleteApplication { name } = DeleteApplication::from_command(command)?;
                self.applications.retain(|_, (n, _)| *n != name);
                self.call(ins, None, move |skf| skf.delete_application(device, &name))?;
                Ok(Empty.to_bytes())
            }
            Ins::OpenApplication => {
                let OpenApplication { name } = OpenApplication::from_command(command)?;
                let wanted = name.clone();
                let handle =
                    self.call(ins, None, move |skf| skf.open_application(device, &wanted))?;
                let opened = ApplicationOpened {
                    // SKF does not tell; the library refuses what is not allowed.
                    create_file_rights: Rights::ANYONE,
                    max_containers: 0,
                    max_certs: 0,
                    max_files: 0,
                    app: self.adopt_application(&name, handle),
                };
                Ok(opened.to_bytes())
            }
            _ => {
                let CloseApplication { app } = CloseApplication::from_command(command)?;
                self.in_application(ins, app, |skf, handle| skf.close_application(handle))?;
                self.applications.remove(&app);
                Ok(Empty.to_bytes())
            }
        }
    }

    fn file_command(&mut self, ins: Ins, command: &CommandApdu) -> Result<Vec<u8>, Failure> {
        match ins {
            Ins::CreateFile => {
                let file = CreateFile::from_command(command)?;
                self.in_application(ins, file.app, move |skf, app| {
                    let rights = (file.read_rights.0, file.write_rights.0);
                    skf.create_file(app, &file.name, file.size, rights)
                })?;
                Ok(Empty.to_bytes())
            }
            Ins::DeleteFile => {
                let file = DeleteFile::from_command(command)?;
                self.in_application(ins, file.app, move |skf, app| {
                    skf.delete_file(app, &file.name)
                })?;
                Ok(Empty.to_bytes())
            }
            Ins::EnumFiles => {
                let EnumFiles { app } = EnumFiles::from_command(command)?;
                let list = self.in_application(ins, app, |skf, app| skf.files(app))?;
                Ok(name_list(&list))
            }
            Ins::GetFileInfo => {
                let file = GetFileInfo::from_command(command)?;
                let bytes = self.in_application(ins, file.app, move |skf, app| {
                    skf.file_info(app, &file.name, Layout::LARGEST)
                })?;
                let mut members = Members::new(self.layout(), &bytes);
                let _name = members.array(32);
                let info = FileInfo {
                    size: members.ulong(),
                    read_rights: Rights(members.ulong()),
                    write_rights: Rights(members.ulong()),
                };
                Ok(info.to_bytes())
            }
            Ins::ReadFile => {
                let file = ReadFile::from_command(command)?;
                let bytes = self.in_application(ins, file.app, move |skf, app| {
                    skf.read_file(app, &file.name, file.offset, file.length)
                })?;
                Ok(Bytes(bytes).to_bytes())
            }
            _ => {
                let file = WriteFile::from_command(command)?;
                self.in_application(ins, file.app, move |skf, app| {
                    skf.write_file(app, &file.name, file.offset, &file.data)
                })?;
                Ok(Empty.to_bytes())
            }
        }
    }
}

pub(super) fn pin_of(pin_type: PinType) -> Pin {
    match pin_type {
        PinType::Admin => Pin::Admin,
        PinType::User => Pin::User,
    }
}

pub(super) fn name_list(list: &[u8]) -> Vec<u8> {
    let names = layout::names(list);
    NameList(names.into_iter().map(<[u8]>::to_vec).collect()).to_bytes()
}

impl Transport for VendorCard {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let answer = match CommandApdu::parse(command) {
            Ok(command) if command.class == Class::PLAIN => self.execute(&command),
            Ok(_) => Err(StatusWord(0x6E00).into()),
            Err(sw) => Err(sw.into()),
        };
        match answer {
            Ok(data) => Ok(ResponseApdu::success(data).encode()),
            Err(Failure::Status(sw)) => Ok(ResponseApdu::status(sw).encode()),
            Err(Failure::Link(e)) => Err(e),
        }
    }

    fn limits(&self) -> Limits {
        Limits::EXTENDED
    }

    fn skf_link(&mut self) -> Option<&mut dyn SkfLink> {
        Some(self)
    }
}

impl Drop for VendorCard {
    /// Whatever was opened goes with the connection.
    fn drop(&mut self) {
        let device = self.device;
        let _ = self.worker.run(move |skf| skf.disconnect(device));
    }
}
