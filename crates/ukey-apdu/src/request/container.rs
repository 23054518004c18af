//! Containers: a signature pair, an encryption pair, and a certificate for each.

use crate::id::{AppId, ContainerId, ContainerType, KeyUsage};
use crate::layout::{reply, request};
use crate::message::{Empty, NameList};

request! {
    /// CreateContainer, GM/T 0017 9.5.2. Mark P.
    pub struct CreateContainer: CreateContainer => ContainerOpened {
        /// The application.
        app: AppId,
        /// Its name.
        name: Vec<u8> as name,
    }
}

request! {
    /// OpenContainer, GM/T 0017 9.5.3. Mark O: app and name, Le `00 02`.
    pub struct OpenContainer: OpenContainer => ContainerOpened {
        /// The application.
        app: AppId,
        /// Its name.
        name: Vec<u8> as name,
    }
}

reply! {
    /// Answer of OpenContainer (O) and CreateContainer (P).
    #[derive(Clone, Copy)]
    pub struct ContainerOpened ne 2 {
        /// The number to use from now on.
        container: ContainerId,
    }
}

request! {
    /// CloseContainer, GM/T 0017 9.5.4. Mark O.
    pub struct CloseContainer: CloseContainer => Empty {
        /// The application.
        app: AppId,
        /// The container.
        container: ContainerId,
    }
}

request! {
    /// EnumContainer, GM/T 0017 9.5.5. Mark P.
    pub struct EnumContainer: EnumContainer => NameList {
        /// The application.
        app: AppId,
    }
}

request! {
    /// DeleteContainer, GM/T 0017 9.5.6. Mark P.
    pub struct DeleteContainer: DeleteContainer => Empty {
        /// The application.
        app: AppId,
        /// Its name.
        name: Vec<u8> as name,
    }
}

request! {
    /// GetContainerInfo, GM/T 0017 9.5.7. Mark P.
    pub struct GetContainerInfo: GetContainerInfo => ContainerInfo {
        /// The application.
        app: AppId,
        /// Its name.
        name: Vec<u8> as name,
    }
}

reply! {
    /// Answer of GetContainerInfo (P).
    #[derive(Clone, Copy)]
    pub struct ContainerInfo ne 11 {
        /// What kind of keys.
        container_type: ContainerType,
        /// Size of the signature key; 0 = none.
        sign_bits: u32,
        /// Size of the encryption key; 0 = none.
        enc_bits: u32,
        /// Whether there is a signature certificate.
        sign_cert: bool,
        /// Whether there is an encryption certificate.
        enc_cert: bool,
    }
}

request! {
    /// RetireContainer, `80 DE 07 00` (extension family): the signature pair and its certificate go, the
    /// encryption pair stays to decrypt with, and nothing new comes in (6985). Needs the user.
    pub struct RetireContainer: KeyObject parameters (0x07, 0x00) => Empty {
        /// The application.
        app: AppId,
        /// The container; it has an encryption pair (6A95).
        container: ContainerId,
    }
}

request! {
    /// EnumRetired, `80 DE 08 00` (extension family): names of the retired containers.
    pub struct EnumRetired: KeyObject parameters (0x08, 0x00) => NameList {
        /// The application.
        app: AppId,
    }
}

request! {
    /// ImportCertificate, GM/T 0017 9.5.8. Mark P. Chained when long.
    pub struct ImportCertificate: ImportCertificate => Empty {
        @p1
        /// Which certificate.
        usage: KeyUsage,
        /// The application.
        app: AppId,
        /// The container.
        container: ContainerId,
        /// The certificate, DER.
        certificate: Vec<u8> as l32,
    }
}

request! {
    /// ExportCertificate, GM/T 0017 9.5.9. Mark C.
    pub struct ExportCertificate: ExportCertificate => Certificate {
        @p1
        /// Which certificate.
        usage: KeyUsage,
        /// The application.
        app: AppId,
        /// The container.
        container: ContainerId,
    }
}

reply! {
    /// Answer of ExportCertificate (C): length, then the certificate.
    #[derive(Clone)]
    pub struct Certificate {
        /// DER.
        der: Vec<u8> as l32,
    }
}
