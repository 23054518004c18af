//! Arguments of the commands that go through a certification authority.

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

use super::{ContainerDeleteArgs, PinArgs, WrittenArgs};

/// Where the authority is: beside us, or behind files.
#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct AuthorityArgs {
    /// State directory of ukey-ca: request and answer in one run. For enroll, a TEST authority is
    /// made there on first use
    #[arg(long, value_name = "DIR")]
    pub(crate) ca: Option<PathBuf>,
    /// Write the request to this file and stop; send it to the authority
    #[arg(long, value_name = "FILE")]
    pub(crate) request: Option<PathBuf>,
    /// Go on with the authority's answer to that request
    #[arg(long, value_name = "FILE")]
    pub(crate) answer: Option<PathBuf>,
}

/// Where new certificates come from, and which root they must lead to.
#[derive(Debug, Clone, Args)]
pub(crate) struct IssuerArgs {
    #[command(flatten)]
    pub(crate) authority: AuthorityArgs,
    /// Certificates of the authority, known from elsewhere, that the answer must lead to
    /// (default with --answer: those in the answer)
    #[arg(long, value_name = "FILE")]
    pub(crate) trust: Option<PathBuf>,
}

/// `retired …`
#[derive(Debug, Subcommand)]
pub(crate) enum RetiredCommand {
    /// List them, with what they open
    #[command(
        alias = "ls",
        after_long_help = "\
Examples:
  ukey-admin retired list"
    )]
    List,
    /// Write the certificate that older files were encrypted to
    #[command(after_long_help = "\
Examples:
  ukey-admin retired export main
  ukey-admin retired export 5B07A2… --output old.pem")]
    Export(RetiredExportArgs),
    /// Drop one for ever; what was encrypted to it cannot be opened any more
    #[command(after_long_help = "\
Examples:
  ukey-admin retired drop main --dry-run
  ukey-admin retired drop main

Only when every tender encrypted to it is opened. A container in use is refused.")]
    Drop(ContainerDeleteArgs),
}

/// `retired export`
#[derive(Debug, Args)]
pub(crate) struct RetiredExportArgs {
    /// Its container, or the beginning of the certificate's serial number (see retired list)
    #[arg(value_name = "CONTAINER|SERIAL")]
    pub(crate) which: String,
    #[command(flatten)]
    pub(crate) written: WrittenArgs,
}

/// What `renew --help` says before its arguments.
pub(super) const ABOUT_RENEW: &str = "\
Get new certificates before the old ones end.

By default with new keys: they are made in a new container, checked and tried; only then does it
become the one that is used. The old container stays, so that what was encrypted to it can still be
decrypted. With --same-key only the certificates are new.

Do not renew between handing in a tender and its opening, unless you know that this USBKEY will be
used to open it. Interrupted at any step, run it again: it continues where it stopped, and the old
key works until then.";

/// `renew`
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  ukey-admin renew --ca ./ca
  ukey-admin renew --same-key --request renew.json     then send it, and
  ukey-admin renew --same-key --answer renew.answer")]
pub(crate) struct RenewArgs {
    #[command(flatten)]
    pub(crate) issuer: IssuerArgs,
    /// Keep both keys
    #[arg(long)]
    pub(crate) same_key: bool,
    /// Renew although the certificate has more than 90 days left
    #[arg(long)]
    pub(crate) early: bool,
    /// Container to renew (default: the one in use)
    #[arg(long, value_name = "NAME")]
    pub(crate) container: Option<String>,
    /// Days that the certificates are to be valid
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=3650))]
    pub(crate) days: Option<u32>,
    #[command(flatten)]
    pub(crate) pin: PinArgs,
}

/// `change`
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  ukey-admin change --ca ./ca --subject 'C=CN,O=ACME Holding,CN=ACME Holding tenders'

As renew, under a new name; the authority checks that it is right.")]
pub(crate) struct ChangeArgs {
    #[command(flatten)]
    pub(crate) issuer: IssuerArgs,
    /// The new name
    #[arg(long, value_name = "NAME")]
    pub(crate) subject: String,
    /// Keep both keys
    #[arg(long)]
    pub(crate) same_key: bool,
    /// Container to change (default: the one in use)
    #[arg(long, value_name = "NAME")]
    pub(crate) container: Option<String>,
    #[command(flatten)]
    pub(crate) pin: PinArgs,
}

/// `replace`
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  ukey-admin replace --ca ./ca --about 4A31C0… --why lost --subject 'C=CN,O=ACME,CN=ACME tenders'

This USBKEY gets certificates in place of those of a lost or broken one, which end at once. What was
encrypted to the old one: see recover.")]
pub(crate) struct ReplaceArgs {
    #[command(flatten)]
    pub(crate) issuer: IssuerArgs,
    /// Serial number of the signing certificate that was on the lost USBKEY
    #[arg(long, value_name = "SERIAL")]
    pub(crate) about: String,
    /// The name in that certificate
    #[arg(long, value_name = "NAME")]
    pub(crate) subject: String,
    /// What happened
    #[arg(long, value_enum, default_value_t = WhyArg::Lost)]
    pub(crate) why: WhyArg,
    /// Container to use; created if it does not exist
    #[arg(long, value_name = "NAME", default_value = crate::target::DEFAULT_CONTAINER)]
    pub(crate) container: String,
    #[command(flatten)]
    pub(crate) pin: PinArgs,
}

/// `recover`
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  ukey-admin recover --ca ./ca --about 5B07… --officer-key ann.key --officer-key bob.key
  ukey-admin recover --about 5B07… --request recover.json

An encryption key that the authority keeps comes to this USBKEY, for decrypting. Needs a USBKEY with
certificates of the same holder (see replace), and at the authority two officers.")]
pub(crate) struct RecoverArgs {
    #[command(flatten)]
    pub(crate) issuer: IssuerArgs,
    /// Serial number of the encryption certificate whose key is wanted
    #[arg(long, value_name = "SERIAL")]
    pub(crate) about: String,
    /// With --ca: key file of an officer; twice
    #[arg(long, value_name = "FILE", requires = "ca")]
    pub(crate) officer_key: Vec<PathBuf>,
    /// Container in use (default: the only one)
    #[arg(long, value_name = "NAME")]
    pub(crate) container: Option<String>,
    #[command(flatten)]
    pub(crate) pin: PinArgs,
}

/// `revoke`, `hold`, `unhold`
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  ukey-admin revoke --ca ./ca --why closed              the certificates of this USBKEY
  ukey-admin hold --ca ./ca --about 4A31C0…             of a USBKEY that is not at hand
  ukey-admin revoke --why closed --request revoke.json

Both certificates of a USBKEY go together. With --about, the authority's operator answers for it.")]
pub(crate) struct EndArgs {
    #[command(flatten)]
    pub(crate) authority: AuthorityArgs,
    /// Serial number of the signing certificate, where the USBKEY is not at hand
    #[arg(long, value_name = "SERIAL", requires = "ca")]
    pub(crate) about: Option<String>,
    /// Why
    #[arg(long, value_enum, default_value_t = WhyArg::Unspecified)]
    pub(crate) why: WhyArg,
    /// Container (default: the one in use)
    #[arg(long, value_name = "NAME")]
    pub(crate) container: Option<String>,
    #[command(flatten)]
    pub(crate) pin: PinArgs,
}

/// `status`
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  ukey-admin status --ca ./ca

What the authority knows about the certificates on the USBKEY. No PIN is needed.")]
pub(crate) struct StatusArgs {
    /// State directory of ukey-ca
    #[arg(long, value_name = "DIR")]
    pub(crate) ca: PathBuf,
}

/// Why certificates end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum WhyArg {
    /// No reason given
    Unspecified,
    /// The USBKEY is lost or stolen
    Lost,
    /// The USBKEY is broken
    Broken,
    /// The holder's data changed
    Changed,
    /// New certificates took their place
    Superseded,
    /// The holder needs them no more
    Closed,
}
