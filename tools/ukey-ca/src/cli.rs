//! The command line as typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// A small certification and key escrow authority over one state directory.
///
/// For tests, demonstrations and private deployments. Its keys are files: protect the directory.
#[derive(Debug, Parser)]
#[command(
    name = "ukey-ca",
    version,
    max_term_width = 100,
    disable_help_subcommand = true,
    after_long_help = "\
Examples:
  ukey-ca init --officer ann --officer bob
  ukey-ca issue acme.csr --answer acme.answer
  ukey-ca issue --batch requests/ --answers answers/
  ukey-ca renew acme-renew.json --answer acme.answer
  ukey-ca recover acme-recover.json --officer-key ann.key --officer-key bob.key --answer a.answer
  ukey-ca revoke --about 4A31… --why lost
  ukey-ca crl --output ca.crl
  ukey-ca log verify

Exit codes: 0 done, 1 failed or refused, 2 usage, 14 some requests of a batch refused."
)]
pub(crate) struct Cli {
    /// State directory
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "UKEY_CA",
        default_value = "ca"
    )]
    pub(crate) state: PathBuf,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Every command.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a new authority: root, issuing certificate, escrow, database
    Init(InitArgs),
    /// Issue first certificates (申请)
    Issue(IssueArgs),
    /// New certificates for a holder, asked for with the present key (延期, 更新)
    Renew(FileArgs),
    /// Hand an escrowed encryption key to another token of its holder (密钥恢复); two officers
    Recover(RecoverArgs),
    /// New certificates in place of those of a lost or broken token (补办)
    Replace(FileArgs),
    /// New certificates under a new name (变更)
    Change(FileArgs),
    /// End certificates (注销)
    Revoke(StatusArgs),
    /// Suspend certificates (冻结)
    Hold(StatusArgs),
    /// End a suspension (解冻)
    Unhold(StatusArgs),
    /// Make the next revocation list
    Crl(CrlArgs),
    /// Show what is known about a certificate
    Status {
        /// Its serial number
        #[arg(value_name = "SERIAL")]
        serial: String,
    },
    /// Look at the log of all acts
    #[command(subcommand)]
    Log(LogCommand),
}

/// `init`
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// Name of the root (default: one that says TEST)
    #[arg(long, value_name = "NAME")]
    pub(crate) root: Option<String>,
    /// Name of the issuing certificate (default: one that says TEST)
    #[arg(long, value_name = "NAME")]
    pub(crate) issuing: Option<String>,
    /// Name of an escrow officer; at least two, any two of whom can recover keys
    #[arg(long, value_name = "NAME")]
    pub(crate) officer: Vec<String>,
    /// An RSA root and issuing certificate too; RSA keys are certified by these, else by the SM2 ones
    #[arg(long)]
    pub(crate) rsa: bool,
}

/// Which certificates to issue.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum ProfileArg {
    /// Signing certificate, and encryption certificate with an escrowed key
    Double,
    /// Signing certificate alone
    Sign,
    /// Encryption certificate over the key of the request
    Encryption,
    /// Time stamping
    Tsa,
    /// Answering OCSP requests
    Ocsp,
}

/// `issue`
#[derive(Debug, Args)]
pub(crate) struct IssueArgs {
    /// Request: PKCS#10 (PEM or DER) or a request file of ukey-admin
    #[arg(value_name = "REQUEST", required_unless_present = "batch")]
    pub(crate) request: Option<PathBuf>,
    /// Where to write the answer (default: standard output)
    #[arg(long, value_name = "FILE", conflicts_with = "batch")]
    pub(crate) answer: Option<PathBuf>,
    /// Answer all files of this directory
    #[arg(
        long,
        value_name = "DIR",
        requires = "answers",
        conflicts_with = "request"
    )]
    pub(crate) batch: Option<PathBuf>,
    /// Directory for the answers of a batch, one file for each request
    #[arg(long, value_name = "DIR")]
    pub(crate) answers: Option<PathBuf>,
    /// Requests answered in one transaction
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) group: u32,
    /// Profile of bare PKCS#10 requests
    #[arg(long, value_enum, default_value_t = ProfileArg::Double)]
    pub(crate) profile: ProfileArg,
    /// Days of validity of bare PKCS#10 requests
    #[arg(long, value_name = "DAYS")]
    pub(crate) days: Option<u32>,
}

/// A request file of ukey-admin.
#[derive(Debug, Args)]
pub(crate) struct FileArgs {
    /// Request file
    #[arg(value_name = "REQUEST")]
    pub(crate) request: PathBuf,
    /// Where to write the answer (default: standard output)
    #[arg(long, value_name = "FILE")]
    pub(crate) answer: Option<PathBuf>,
}

/// `recover`
#[derive(Debug, Args)]
pub(crate) struct RecoverArgs {
    #[command(flatten)]
    pub(crate) file: FileArgs,
    /// Key file of an officer; twice
    #[arg(long, value_name = "FILE", required = true)]
    pub(crate) officer_key: Vec<PathBuf>,
}

/// `revoke`, `hold`, `unhold`
#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    /// Request file, signed by the holder
    #[arg(value_name = "REQUEST", required_unless_present = "about")]
    pub(crate) request: Option<PathBuf>,
    /// Serial number of either certificate, on the operator's word
    #[arg(long, value_name = "SERIAL", conflicts_with = "request")]
    pub(crate) about: Option<String>,
    /// Why
    #[arg(long, value_enum, default_value_t = WhyArg::Unspecified)]
    pub(crate) why: WhyArg,
    /// Where to write the answer (default: standard output)
    #[arg(long, value_name = "FILE")]
    pub(crate) answer: Option<PathBuf>,
}

/// Why certificates end.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum WhyArg {
    /// No reason given
    Unspecified,
    /// The token is lost or stolen
    Lost,
    /// The token is broken
    Broken,
    /// The holder's data changed
    Changed,
    /// New certificates took their place
    Superseded,
    /// The holder needs them no more
    Closed,
}

/// `crl`
#[derive(Debug, Args)]
pub(crate) struct CrlArgs {
    /// Where to write it, as PEM; the list of RSA certificates goes to the same name with -rsa
    #[arg(short, long, value_name = "FILE", default_value = "ca.crl")]
    pub(crate) output: PathBuf,
    /// Days until the next list
    #[arg(long, value_name = "DAYS", default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..=366))]
    pub(crate) days: u16,
}

/// `log …`
#[derive(Debug, Subcommand)]
pub(crate) enum LogCommand {
    /// Check the chain, and the certificates against it
    Verify {
        /// A head noted earlier, which must be in the chain
        #[arg(long, value_name = "HEX", value_parser = head)]
        head: Option<Head>,
    },
    /// Print the entries
    Show {
        /// From this number on
        #[arg(long, value_name = "N", default_value_t = 1)]
        from: u64,
    },
}

/// A head of the log.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Head(pub(crate) [u8; 32]);

/// 64 hexadecimal digits.
fn head(text: &str) -> Result<Head, String> {
    let wrong = || "a head has 64 hexadecimal digits".to_owned();
    let mut head = [0; 32];
    if text.len() != 2 * head.len() || !text.is_ascii() {
        return Err(wrong());
    }
    for (octet, at) in head.iter_mut().zip((0..).step_by(2)) {
        *octet = u8::from_str_radix(&text[at..at + 2], 16).map_err(|_| wrong())?;
    }
    Ok(Head(head))
}
