//! Arguments of `file …`: `sign`, `verify`, `encrypt`, `decrypt` and `digest`.

use clap::{Args, Subcommand, ValueEnum};
use std::path::{Path, PathBuf};

use super::{OutputArgs, PinArgs};
use crate::cmd::several::Several;

/// `file …`, and the same without the noun
#[derive(Debug, Subcommand)]
pub(crate) enum FileCommand {
    /// Sign files
    Sign(SignArgs),
    /// Check signatures
    Verify(VerifyArgs),
    /// Encrypt files to one or several certificates
    Encrypt(EncryptArgs),
    /// Decrypt files
    Decrypt(DecryptArgs),
    /// Compute digests of files (SM3 and others), or check a list of them
    Digest(DigestArgs),
}

/// What `sign` makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SignFormat {
    /// SignedData of GB/T 35275 (GM/T 0010) for SM2 keys
    Gm,
    /// SignedData of RFC 5652 (CMS, PKCS#7), for SM2 and RSA keys
    Cms,
    /// The bare signature: r‖s (64 bytes) of SM2, or PKCS#1 v1.5 with SHA-256
    Raw,
    /// The bare signature as DER SEQUENCE { r, s } (SM2 only)
    RawDer,
}

/// `sign`
#[derive(Debug, Clone, Args)]
#[command(after_long_help = "\
Examples:
  ukey-admin sign tender.pdf                           detached, GB/T 35275: tender.pdf.p7s
  ukey-admin sign tender.pdf --attached                with the file inside: tender.pdf.p7m
  ukey-admin sign tender/*.pdf                         one PIN entry; exit code 14 when some fail
  ukey-admin sign tender.pdf --format raw-der -o tender.sig
  openssl pkeyutl -verify -rawin -digest sm3 -pkeyopt distid:1234567812345678 \\
      -certin -inkey cert.pem -in tender.pdf -sigfile tender.sig")]
pub(crate) struct SignArgs {
    /// Files to sign, with one PIN entry; - is standard input
    #[arg(value_name = "FILE", required = true)]
    pub(crate) inputs: Vec<PathBuf>,
    /// What to make (default: gm for SM2 keys, cms for RSA keys)
    #[arg(long, value_enum)]
    pub(crate) format: Option<SignFormat>,
    /// Put the file into the signature
    #[arg(long)]
    pub(crate) attached: bool,
    /// Container with the signing key (default: the only one)
    #[arg(long, value_name = "NAME")]
    pub(crate) container: Option<String>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    #[command(flatten)]
    pub(crate) pin: PinArgs,
}

/// `verify`
#[derive(Debug, Clone, Args)]
#[command(after_long_help = "\
Examples:
  ukey-admin verify tender.pdf                          signature in tender.pdf.p7s
  ukey-admin verify tender.pdf --ca ./test-ca           and is the signer known?
  ukey-admin verify tender.pdf.p7m --output tender.pdf  check, then take the file out
  ukey-admin verify tender.pdf --signature t.sig --certificate cert.pem
  ukey-admin verify tender/*.pdf --ca ./ca              many files; a false one stops no other

No USBKEY is needed. Exit code: 0 true, 13 false (of several: one at least), 14 some of several
could not be checked.")]
pub(crate) struct VerifyArgs {
    /// Signed files, or signatures with the file inside; - is standard input
    #[arg(value_name = "FILE", required = true)]
    pub(crate) inputs: Vec<PathBuf>,
    /// Signature of the file (default: FILE.p7s or FILE.sig if there is one)
    #[arg(long, value_name = "SIGNATURE")]
    pub(crate) signature: Option<PathBuf>,
    /// Certificates that you trust (PEM or DER, several per file and several times), or the
    /// directory of a test CA; without it, who signed is shown and not judged
    #[arg(long, value_name = "FILE|DIR")]
    pub(crate) ca: Vec<PathBuf>,
    /// Certificate of the signer, for bare signatures
    #[arg(long, value_name = "CERT")]
    pub(crate) certificate: Option<PathBuf>,
    /// Take the file out of the signature that holds it and write it here, if all is well
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Overwrite the output if it exists
    #[arg(long)]
    pub(crate) force: bool,
}

/// `encrypt`
#[derive(Debug, Clone, Args)]
#[command(after_long_help = "\
Examples:
  ukey-admin encrypt tender.pdf                        to the USBKEY itself: tender.pdf.enc
  ukey-admin encrypt tender.pdf --recipient main.pem --recipient spare.pem
  tar c tender/ | ukey-admin encrypt - --recipient main.pem -o tender.tar.enc

Every recipient can decrypt alone. No PIN is needed. A file of any size takes the same memory.")]
pub(crate) struct EncryptArgs {
    /// Files to encrypt; - is standard input
    #[arg(value_name = "FILE", required = true)]
    pub(crate) inputs: Vec<PathBuf>,
    /// Encryption certificate of a recipient, PEM or DER (default: the USBKEY's own)
    #[arg(long, short, value_name = "CERT")]
    pub(crate) recipient: Vec<PathBuf>,
    /// Encrypt to the USBKEY too
    #[arg(long)]
    pub(crate) to_self: bool,
    /// Container with the own encryption certificate (default: the only one)
    #[arg(long, value_name = "NAME")]
    pub(crate) container: Option<String>,
    /// Which standard's envelope to make
    #[arg(long, value_enum, default_value_t = EnvelopeFormat::Gm)]
    pub(crate) format: EnvelopeFormat,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// What `encrypt` makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum EnvelopeFormat {
    /// EnvelopedData of GB/T 35275 (GM/T 0010)
    Gm,
    /// EnvelopedData of RFC 5652 (CMS, PKCS#7)
    Cms,
}

/// `decrypt`
#[derive(Debug, Clone, Args)]
#[command(after_long_help = "\
Examples:
  ukey-admin decrypt tender.pdf.enc                    makes tender.pdf
  ukey-admin decrypt tender.pdf.enc --output copy.pdf
  ukey-admin decrypt tender.tar.enc -o - | tar x

The right key pair is found by itself among all containers. The output appears only after the
whole file was checked; until then nothing of it can be seen, and an altered file leaves none.
Only you can read it (mode 0600).")]
pub(crate) struct DecryptArgs {
    /// Files to decrypt, with one PIN entry; - is standard input
    #[arg(value_name = "FILE", required = true)]
    pub(crate) inputs: Vec<PathBuf>,
    /// Refuse files without an integrity check, as other software makes them
    #[arg(long)]
    pub(crate) require_integrity: bool,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    #[command(flatten)]
    pub(crate) pin: PinArgs,
}

/// `digest`
#[derive(Debug, Clone, Args)]
#[command(after_long_help = "\
Examples:
  ukey-admin digest tender.pdf                         SM3, as sm3sum writes it
  ukey-admin digest tender/*.pdf > SM3SUMS
  ukey-admin digest --check SM3SUMS
  ukey-admin digest --algorithm sha256 --tag tender.pdf
  sha256sum *.pdf | ukey-admin digest --algorithm sha256 --check -

No USBKEY is needed. Lists are those of sm3sum, sha256sum and others, with or without --tag; names in
them are looked for from the current directory. Exit code of --check: 0 all are as listed, 13 one is
not, 14 some could not be read.")]
pub(crate) struct DigestArgs {
    /// Files, with --check lists of digests; - is standard input
    #[arg(value_name = "FILE", required = true)]
    pub(crate) inputs: Vec<PathBuf>,
    /// Digest function; lists made with --tag name theirs themselves
    #[arg(long, short, value_enum, default_value_t = DigestAlgorithm::Sm3)]
    pub(crate) algorithm: DigestAlgorithm,
    /// Read lists of digests and check the files named there
    #[arg(long, short)]
    pub(crate) check: bool,
    /// Write the name of the digest function too: SM3 (tender.pdf) = 66c7…
    #[arg(long, conflicts_with = "check")]
    pub(crate) tag: bool,
}

/// Digest functions for files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DigestAlgorithm {
    /// SM3, GB/T 32905
    Sm3,
    /// SHA-256
    Sha256,
    /// SHA-384
    Sha384,
    /// SHA-512
    Sha512,
    /// SHA3-256
    #[value(name = "sha3-256")]
    Sha3_256,
    /// SHA3-384
    #[value(name = "sha3-384")]
    Sha3_384,
    /// SHA3-512
    #[value(name = "sha3-512")]
    Sha3_512,
}

/// All take several files in the same way; what they write has one place, or one beside each file.
macro_rules! several {
    ($($args:ty: $output:expr),+) => {$(
        impl Several for $args {
            fn inputs(&self) -> &[PathBuf] {
                &self.inputs
            }

            fn output(&self) -> Option<&Path> {
                let output: fn(&Self) -> Option<&Path> = $output;
                output(self)
            }

            fn of_one(&self, input: &Path) -> Self {
                let inputs = vec![input.to_owned()];
                Self { inputs, ..self.clone() }
            }
        }
    )+};
}

several!(
    SignArgs: |args| args.output.output.as_deref(),
    VerifyArgs: |args| args.output.as_deref(),
    EncryptArgs: |args| args.output.output.as_deref(),
    DecryptArgs: |args| args.output.output.as_deref(),
    DigestArgs: |_| None
);
