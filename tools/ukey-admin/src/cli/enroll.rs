//! Arguments of `enroll`.

use clap::Args;

use super::{IssuerArgs, PinArgs};

/// What `enroll --help` says before its arguments.
pub(super) const ABOUT: &str = "\
Get a signature and an encryption certificate from a certification authority.

Makes the signing key inside the USBKEY (unless it is there), sends the request to the authority,
imports the encryption key that the authority made and both certificates, reads everything back and
tries a signature and a decryption. Interrupted at any step, run it again: it continues where it
stopped.

With --ca, the authority is the one of ukey-ca in that directory; where there is none, a TEST
authority is made, whose certificates are good for nothing else.";

/// `enroll`
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  ukey-admin enroll --ca ./test-ca --subject 'C=CN,O=ACME,CN=ACME tenders'
  ukey-admin verify tender.pdf --ca ./test-ca/ca.pem
  ukey-admin enroll --subject 'C=CN,O=ACME,CN=ACME tenders' --request acme.json
  ukey-admin enroll --subject 'C=CN,O=ACME,CN=ACME tenders' --answer acme.answer --trust ca.pem")]
pub(crate) struct EnrollArgs {
    #[command(flatten)]
    pub(crate) issuer: IssuerArgs,
    /// Subject name, for example 'C=CN,O=ACME,CN=ACME tenders'
    #[arg(long, value_name = "NAME")]
    pub(crate) subject: String,
    /// Container to use; created if it does not exist
    #[arg(long, value_name = "NAME", default_value = crate::target::DEFAULT_CONTAINER)]
    pub(crate) container: String,
    /// Days that the certificates are valid
    #[arg(long, value_name = "DAYS", default_value_t = 365, value_parser = clap::value_parser!(u32).range(1..=3650))]
    pub(crate) days: u32,
    #[command(flatten)]
    pub(crate) pin: PinArgs,
}
