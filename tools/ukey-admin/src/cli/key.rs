//! Arguments of `key`.

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

use super::{ContainerDeleteArgs, OutputArgs, PinArgs};

/// `key …`
#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// List the containers with their keys and certificates; the same as container list
    #[command(
        alias = "ls",
        after_long_help = "\
Examples:
  ukey-admin key list"
    )]
    List,
    /// Make a signing key pair inside the USBKEY; the private half never leaves it
    ///
    /// The encryption key pair of a Chinese double certificate comes from the CA: see enroll.
    #[command(after_long_help = "\
Examples:
  ukey-admin key generate
  ukey-admin key generate --container login --algorithm rsa2048")]
    Generate(KeyGenerateArgs),
    /// Write the public half of a pair
    #[command(after_long_help = "\
Examples:
  ukey-admin key export
  ukey-admin key export --usage encrypt --format der --output encrypt.spki")]
    Export(KeyExportArgs),
    /// Import an encryption pair that a CA has wrapped to the signing key
    ///
    /// Takes an SM2EnvelopedKey (GM/T 0009) or a CSRResponse (GM/T 0092), PEM or DER. Certificates:
    /// see cert import.
    #[command(after_long_help = "\
Examples:
  ukey-admin key import acme.enveloped --container main")]
    Import(KeyImportArgs),
    /// Delete a container with both pairs and certificates, for ever; the same as container delete
    ///
    /// A USBKEY has no command that deletes one pair alone (GM/T 0016). A renewal takes the signing key
    /// from the old container by itself.
    #[command(after_long_help = "\
Examples:
  ukey-admin key delete old --dry-run
  ukey-admin key delete old")]
    Delete(ContainerDeleteArgs),
    /// Not possible: keys stay in the container where they were made (exit code 12)
    ///
    /// GM/T 0016 and 0017 have no command that moves a key or renames a container, and private keys do
    /// not leave a USBKEY. A key for another container is made there: key generate, or renew.
    #[command(after_long_help = "\
Examples:
  ukey-admin key move old new; echo $?                    12")]
    Move(KeyMoveArgs),
    /// Not possible: a USBKEY has no attestation key (exit code 12)
    ///
    /// GM/T 0016 and 0017 know no statement by the USBKEY that a key was made inside it. What comes
    /// nearest is the CA's word: it sees the request made during production (batch, enroll).
    #[command(after_long_help = "\
Examples:
  ukey-admin key attest main; echo $?                     12")]
    Attest(KeyAttestArgs),
}

/// `key move`
#[derive(Debug, Args)]
pub(crate) struct KeyMoveArgs {
    /// Container with the key
    #[arg(value_name = "FROM")]
    pub(crate) from: String,
    /// Container to move it to
    #[arg(value_name = "TO")]
    pub(crate) to: String,
}

/// `key attest`
#[derive(Debug, Args)]
pub(crate) struct KeyAttestArgs {
    /// Container with the key
    #[arg(value_name = "CONTAINER")]
    pub(crate) container: String,
}

/// `key export`
#[derive(Debug, Args)]
pub(crate) struct KeyExportArgs {
    /// Which of the two pairs
    #[arg(long, value_enum, default_value_t = Usage::Sign)]
    pub(crate) usage: Usage,
    /// Container (default: the only one that has such a pair)
    #[arg(long, value_name = "NAME")]
    pub(crate) container: Option<String>,
    #[command(flatten)]
    pub(crate) written: WrittenArgs,
}

/// `key import`
#[derive(Debug, Args)]
pub(crate) struct KeyImportArgs {
    /// File with the wrapped pair; - is standard input
    #[arg(value_name = "FILE")]
    pub(crate) input: PathBuf,
    /// Container whose signing key it is wrapped to (default: the only one)
    #[arg(long, value_name = "NAME")]
    pub(crate) container: Option<String>,
    #[command(flatten)]
    pub(crate) pin: PinArgs,
}

/// `key generate`
#[derive(Debug, Args)]
pub(crate) struct KeyGenerateArgs {
    /// Container to make it in; created if it does not exist
    #[arg(long, value_name = "NAME", default_value = crate::target::DEFAULT_CONTAINER)]
    pub(crate) container: String,
    /// Kind of key
    #[arg(long, value_enum, default_value_t = KeyAlgorithmArg::Sm2)]
    pub(crate) algorithm: KeyAlgorithmArg,
    #[command(flatten)]
    pub(crate) pin: PinArgs,
}

/// Kinds of keys that can be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum KeyAlgorithmArg {
    /// SM2, 256 bits
    Sm2,
    /// RSA, 2048 bits
    Rsa2048,
    /// RSA, 3072 bits
    Rsa3072,
    /// RSA, 4096 bits
    Rsa4096,
}

/// The two pairs of a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Usage {
    /// The signature pair
    Sign,
    /// The encryption pair
    Encrypt,
}

/// How a certificate or request is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Encoding {
    /// Text, with BEGIN and END lines
    Pem,
    /// Binary
    Der,
}

/// A certificate, request or key written to a file of the user's choice.
#[derive(Debug, Clone, Args)]
pub(crate) struct WrittenArgs {
    /// How to write it
    #[arg(long, value_enum, default_value_t = Encoding::Pem)]
    pub(crate) format: Encoding,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
