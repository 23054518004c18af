//! Everything in one application that a client can see, as of one value of the change counter.

mod list;
mod objects;
#[cfg(test)]
mod tests;

pub use list::List;
pub use objects::ObjectMap;
pub use ukey_apdu::key::KeyInfo;

use std::sync::Arc;
use ukey_crypto::{rsa, sm2};

/// A public key of either family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublicKey {
    /// SM2, 256 bits.
    Sm2(sm2::PublicKey),
    /// RSA.
    Rsa(rsa::PublicKey),
}

/// Kind of keys in a container (GM/T 0016: 0 empty, 1 RSA, 2 ECC).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContainerKind {
    /// No key pair yet.
    Empty,
    /// RSA pairs.
    Rsa,
    /// SM2 pairs.
    Sm2,
}

/// One half of a container: the signature side or the encryption side.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Side {
    /// Public key of the pair, if there is a pair.
    pub public_key: Option<PublicKey>,
    /// Certificate as stored (DER in practice), if there is one.
    pub certificate: Option<Vec<u8>>,
}

/// A container with both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerView {
    /// Name of the container.
    pub name: String,
    /// Kind of its keys.
    pub kind: ContainerKind,
    /// Signature pair and certificate.
    pub signature: Side,
    /// Encryption pair and certificate.
    pub encryption: Side,
    /// It only decrypts any more: its signature pair is gone and nothing new comes in.
    pub retired: bool,
}

/// A file and its rights, without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileView {
    /// Name of the file.
    pub name: String,
    /// Size in bytes, fixed at creation.
    pub size: u32,
    /// Who may read.
    pub read_rights: ukey_apdu::id::Rights,
    /// Who may write.
    pub write_rights: ukey_apdu::id::Rights,
}

/// An object of the extension family: bytes that the token keeps and does not interpret, and
/// perhaps a key that it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredObject {
    /// Number given by the token, never 0 and never given twice.
    pub id: u32,
    /// Needs the user's login to be read.
    pub private: bool,
    /// Container that it belongs to and dies with; empty for none.
    pub owner: String,
    /// What may be known of the key in it; `None` for an object without one.
    pub key: Option<KeyInfo>,
    /// The bytes.
    pub data: Vec<u8>,
}

/// See the [module](self). Immutable: a change makes a new view, which shares with the old one
/// what is the same in both.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ObjectView {
    /// Change counter that this view belongs to; `None` where the token has no counter.
    pub counter: Option<u64>,
    /// Whether private objects could be read.
    pub with_private: bool,
    /// Containers in the token's order.
    pub containers: List<ContainerView>,
    /// Files in the token's order.
    pub files: List<FileView>,
    /// Stored objects by ascending number; empty where the token has none.
    pub objects: ObjectMap,
}

/// What is different in a view from an older one; numbers ascend.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ViewChanges {
    /// Objects that were not there.
    pub added: Vec<Arc<StoredObject>>,
    /// Objects that were there and are different now.
    pub changed: Vec<Arc<StoredObject>>,
    /// Numbers of objects that are not there any more.
    pub removed: Vec<u32>,
    /// Whether anything about containers is different.
    pub containers: bool,
    /// Whether anything about the list of files is different. What is written into a file does not show.
    pub files: bool,
}

impl ViewChanges {
    /// Whether there is no difference.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl ObjectView {
    /// What is different from `old`, a view of the same application, however old. Costs what the
    /// differences cost, not what the views hold.
    pub fn changes_since(&self, old: &Self) -> ViewChanges {
        let objects = self.objects.difference(&old.objects);
        let differ = |shared: bool, equal: &dyn Fn() -> bool| !shared && !equal();
        ViewChanges {
            added: objects.added,
            changed: objects.changed,
            removed: objects.removed,
            containers: differ(self.containers.is_shared_with(&old.containers), &|| {
                self.containers == old.containers
            }),
            files: differ(self.files.is_shared_with(&old.files), &|| {
                self.files == old.files
            }),
        }
    }
}
