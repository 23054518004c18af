//! Questions on the terminal. They go to /dev/tty, never to standard input or output, so that
//! pipes stay clean.

use std::{
    fs::OpenOptions,
    io::{self, BufRead, BufReader, Write},
};

use zeroize::Zeroizing;

use crate::{
    error::{Error, Result},
    interrupt,
};

const TERMINAL: &str = "/dev/tty";

/// Whether questions may be asked, and then asks them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Prompter {
    allowed: bool,
}

impl Prompter {
    /// `allowed`: no `--json` and no `--non-interactive`.
    pub(crate) fn new(allowed: bool) -> Self {
        Self { allowed }
    }

    /// Reads a secret without echo. `what` names it when it may not be asked for.
    pub(crate) fn secret(self, prompt: &str, what: &'static str) -> Result<Zeroizing<Vec<u8>>> {
        self.check(what)?;
        let _terminal = interrupt::hold_terminal();
        match rpassword::prompt_password(prompt) {
            Ok(text) => Ok(Zeroizing::new(text.into_bytes())),
            Err(e) => Err(terminal_error(e, what)),
        }
    }

    /// Reads a line with echo.
    pub(crate) fn line(self, prompt: &str, what: &'static str) -> Result<String> {
        self.check(what)?;
        let mut output = OpenOptions::new()
            .write(true)
            .open(TERMINAL)
            .map_err(|e| terminal_error(e, what))?;
        write!(output, "{prompt}")
            .and_then(|()| output.flush())
            .map_err(|e| terminal_error(e, what))?;
        let input = OpenOptions::new()
            .read(true)
            .open(TERMINAL)
            .map_err(|e| terminal_error(e, what))?;
        let mut line = String::new();
        BufReader::new(input)
            .read_line(&mut line)
            .map_err(|e| terminal_error(e, what))?;
        Ok(line.trim().to_owned())
    }

    fn check(self, what: &'static str) -> Result<()> {
        if self.allowed {
            Ok(())
        } else {
            Err(Error::MustNotAsk(what))
        }
    }
}

/// Ctrl-C is an interruption; anything else means that there is no terminal to ask on.
fn terminal_error(e: io::Error, what: &'static str) -> Error {
    match e.kind() {
        io::ErrorKind::Interrupted => Error::Interrupted,
        _ => Error::MustNotAsk(what),
    }
}
