//! Applications: the rooms of a token, each with its own PINs, files and containers.

use crate::id::{AppId, Rights};
use crate::layout::{reply, request, structure};
use crate::message::{Empty, NameList};
use crate::secret::Secret;
use crate::secure::SecuredField;

structure! {
    /// What a new application is made from (P). Stands in the clear in [`CreateApplication`], and
    /// encrypted in the two other forms.
    pub struct ApplicationParameters {
        /// Its name.
        name: Vec<u8> as name8,
        /// The administrator PIN.
        admin_pin: Secret as n8,
        /// Tries of the administrator PIN.
        admin_tries: u8,
        /// The user PIN. Empty = not set yet (extension).
        user_pin: Secret as n8,
        /// Tries of the user PIN.
        user_tries: u8,
        /// Who may create files and containers.
        create_file_rights: Rights,
        /// The most containers.
        max_containers: u8,
        /// The most certificates.
        max_certs: u8,
        /// The most files.
        max_files: u16,
    }
}

request! {
    /// CreateApplication, GM/T 0017 9.3.2. Mark P. `80 20 00 00` with both PINs in the clear: for
    /// tokens that know nothing better.
    pub struct CreateApplication: CreateApplication => ApplicationCreated {
        /// The parameters.
        parameters: ApplicationParameters,
    }
}

request! {
    /// CreateApplication, GM/T 0017 9.3.2. Mark P. `84 20 00 00`: the parameters encrypted and with
    /// a MAC under the device authentication key.
    pub struct CreateApplicationSecured: CreateApplication class SECURED => ApplicationCreated {
        /// [`ApplicationParameters`], framed and encrypted.
        secured: SecuredField,
    }
}

reply! {
    /// Answer of CreateApplication (P).
    #[derive(Clone, Copy)]
    pub struct ApplicationCreated ne 2 {
        /// The new application, opened.
        app: AppId,
    }
}

request! {
    /// EnumApplication, GM/T 0017 9.3.3. Mark P.
    pub struct EnumApplication: EnumApplication => NameList {}
}

request! {
    /// DeleteApplication, GM/T 0017 9.3.4. Mark P.
    pub struct DeleteApplication: DeleteApplication => Empty {
        /// Its name.
        name: Vec<u8> as name,
    }
}

request! {
    /// OpenApplication, GM/T 0017 9.3.5. Mark O: the name, Le `00 0A`.
    pub struct OpenApplication: OpenApplication => ApplicationOpened {
        /// Its name.
        name: Vec<u8> as name,
    }
}

reply! {
    /// Answer of OpenApplication (O): ten bytes.
    #[derive(Clone, Copy)]
    pub struct ApplicationOpened ne 10 {
        /// Who may create files and containers.
        create_file_rights: Rights,
        /// The most containers.
        max_containers: u8,
        /// The most certificates.
        max_certs: u8,
        /// The most files.
        max_files: u16,
        /// The number to use from now on.
        app: AppId,
    }
}

request! {
    /// CloseApplication, GM/T 0017 9.3.6. Mark O.
    pub struct CloseApplication: CloseApplication => Empty {
        /// The application.
        app: AppId,
    }
}
