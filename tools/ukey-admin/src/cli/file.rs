//! Arguments of `sign`, `verify`, `encrypt` and `decrypt`.

use clap::{Args, ValueEnum};
use std::path::PathBuf;

use super::{OutputArgs, PinArgs};

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
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  ukey-admin sign tender.pdf                           detached, GB/T 35275: tender.pdf.p7s
  ukey-admin sign tender.pdf --attached                with the file inside: tender.pdf.p7m
  ukey-admin sign tender.pdf --format raw-der -o tender.sig
  openssl pkeyutl -verify -rawin -digest sm3 -pkeyopt distid:1234567812345678 \\
      -certin -inkey cert.pem -in tender.pdf -sigfile tender.sig")]
pub(crate) struct SignArgs {
    /// File to sign; - is standard input
    #[arg(value_name = "FILE")]
    pub(crate) input: PathBuf,
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
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  ukey-admin verify tender.pdf                         signature in tender.pdf.p7s
  ukey-admin verify tender.pdf --ca ./test-ca/ca.pem   and is the signer known?
  ukey-admin verify tender.pdf.p7m --output tender.pdf attached: check, then take the file out
  ukey-admin verify tender.pdf --signature t.sig --certificate cert.pem   bare signature

No key is needed. Exit code: 0 true, 13 false.")]
pub(crate) struct VerifyArgs {
    /// Signed file, or a signature with the file inside; - is standard input
    #[arg(value_name = "FILE")]
    pub(crate) input: PathBuf,
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
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
