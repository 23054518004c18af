//! What a command says at its end: one JSON object, or text for people. Talk on the way goes to
//! standard error, progress only where somebody watches.

use std::{
    io::{self, IsTerminal, Write},
    path::Path,
    time::Duration,
};

use console::{Style, measure_text_width};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressStyle};
use serde::Serialize;
use serde_json::Value;

use crate::{
    context::Context,
    error::Error,
    exit_code::{ExitCode, classify},
    files, text,
};

/// Name and version of the JSON form; changes only when a reader of it would break.
pub(crate) const SCHEMA: &str = "ukey/1";

/// Bytes below which work is done before a bar can be read.
const WORTH_A_BAR: u64 = 8 << 20;

/// Result of a command that ran to its end.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// For `--json`.
    pub(crate) data: Value,
    /// For people, with a line end; empty when there is nothing to say.
    pub(crate) text: String,
    /// Set when the command ran but its answer is no (`verify`, `doctor`).
    pub(crate) verdict: Option<Error>,
}

impl Outcome {
    pub(crate) fn new(data: Value, text: impl Into<String>) -> Self {
        Self {
            data,
            text: text.into(),
            verdict: None,
        }
    }
}

#[derive(Serialize)]
struct Envelope<'a> {
    schema: &'static str,
    ok: bool,
    data: Option<&'a Value>,
    error: Option<ErrorBody>,
}

#[derive(Serialize)]
struct ErrorBody {
    code: &'static str,
    message: String,
    hint: Option<String>,
    tries_left: Option<u8>,
}

impl From<&Error> for ErrorBody {
    fn from(error: &Error) -> Self {
        Self {
            code: classify(error).1,
            message: error.to_string(),
            hint: text::hint::hint(error),
            tries_left: error.tries_left(),
        }
    }
}

/// Prints the end of a command and tells the exit code.
pub(crate) fn finish(result: Result<Outcome, Error>, json: bool) -> ExitCode {
    let (outcome, error) = match result {
        Ok(mut outcome) => {
            let verdict = outcome.verdict.take();
            (outcome, verdict)
        }
        Err(error) => {
            let data = error.data().unwrap_or_default();
            (Outcome::new(data, ""), Some(error))
        }
    };
    let code = error
        .as_ref()
        .map_or(ExitCode::Ok, |error| classify(error).0);
    let printed = if json {
        print_json(&outcome.data, error.as_ref(), code)
    } else {
        io::stdout().lock().write_all(outcome.text.as_bytes())
    };
    let printed = printed.and_then(|()| io::stdout().flush());
    if let Some(error) = error.filter(|e| !matches!(e, Error::BrokenPipe)) {
        print_error(&error);
    }
    match printed {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => ExitCode::Failed,
        _ => code,
    }
}

/// Text to standard output, at once.
pub(crate) fn print(text: &str) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map_err(|e| Error::write("-", e))
}

/// One result of several, for JSON Lines; `what` says of which.
pub(crate) fn line(data: Option<&Value>, error: Option<&Error>, what: &Value) -> String {
    let mut data = data.cloned().unwrap_or_else(|| what.clone());
    if let (Some(data), Some(what)) = (data.as_object_mut(), what.as_object()) {
        data.extend(what.clone());
    }
    let envelope = Envelope {
        schema: SCHEMA,
        ok: error.is_none(),
        data: Some(&data),
        error: error.map(ErrorBody::from),
    };
    serde_json::to_string(&envelope).unwrap_or_default()
}

fn print_json(data: &Value, error: Option<&Error>, code: ExitCode) -> io::Result<()> {
    let envelope = Envelope {
        schema: SCHEMA,
        ok: code == ExitCode::Ok,
        data: Some(data).filter(|data| !data.is_null()),
        error: error.map(ErrorBody::from),
    };
    let mut line = serde_json::to_vec(&envelope)?;
    line.push(b'\n');
    io::stdout().lock().write_all(&line)
}

/// An error on standard error, marked as one.
pub(crate) fn complain(what: &str) {
    let red = Style::new().for_stderr().red().bold();
    eprintln!("{}{what}", red.apply_to(text::error_prefix()));
}

fn print_error(error: &Error) {
    complain(&error.to_string());
    if let Some(hint) = text::hint::hint(error) {
        let cyan = Style::new().for_stderr().cyan();
        eprintln!("{}{hint}", cyan.apply_to(text::hint_prefix()));
    }
}

/// Refuses `--json` together with an output on standard output: there is one of it.
pub(crate) fn check_stream(context: &Context, output: Option<&Path>) -> Result<(), Error> {
    match output {
        Some(path) if context.global.json && files::is_stream(path) => {
            Err(Error::Usage(text::error::json_and_stream().to_owned()))
        }
        _ => Ok(()),
    }
}

/// Talk and progress, as the global options allow.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Talk {
    /// Neither `--quiet` nor `--json`.
    pub(crate) on: bool,
}

impl Talk {
    /// A sentence on standard error.
    pub(crate) fn say(self, sentence: &str) {
        if self.on {
            eprintln!("{sentence}");
        }
    }

    /// A sentence that needs attention.
    pub(crate) fn warn(self, sentence: &str) {
        if self.on {
            let yellow = Style::new().for_stderr().yellow().bold();
            eprintln!("{}{sentence}", yellow.apply_to(text::warning_prefix()));
        }
    }

    /// A bar over `total` bytes, or a counter where the total is unknown.
    pub(crate) fn bytes(self, total: Option<u64>) -> ProgressBar {
        let bar = self.bytes_unseen(total);
        self.show(&bar);
        bar
    }

    /// As [`Talk::bytes`], not on the screen before [`Talk::show`]: a prompt comes first.
    pub(crate) fn bytes_unseen(self, total: Option<u64>) -> ProgressBar {
        let template = match total {
            Some(_) => "{wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}",
            None => "{spinner} {bytes} {bytes_per_sec}",
        };
        Self::bar(total, template)
    }

    /// Puts a bar on the screen, if somebody watches and it is not over at once.
    pub(crate) fn show(self, bar: &ProgressBar) {
        let long = bar.length().is_none_or(|total| total >= WORTH_A_BAR);
        if self.on && long && io::stderr().is_terminal() {
            bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }

    /// A bar over `total` pieces of work.
    pub(crate) fn count(self, total: usize) -> ProgressBar {
        let bar = Self::bar(Some(total as u64), "{wide_bar} {pos}/{len} {eta}");
        if self.on && io::stderr().is_terminal() {
            bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        bar
    }

    /// A spinner beside `what`, for work of unknown length.
    pub(crate) fn spinner(self, what: &'static str) -> ProgressBar {
        let bar = Self::bar(None, "{spinner} {msg} {elapsed}").with_message(what);
        self.show(&bar);
        if !bar.is_hidden() {
            bar.enable_steady_tick(Duration::from_millis(120));
        }
        bar
    }

    /// A bar that nobody sees yet, and that leaves no trace when it goes.
    fn bar(total: Option<u64>, template: &str) -> ProgressBar {
        let style = ProgressStyle::with_template(template);
        ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden())
            .with_finish(ProgressFinish::AndClear)
            .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
    }
}

/// Columns under a header, which is in capitals where its language has such.
pub(crate) fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let header: Vec<String> = header.iter().map(|cell| cell.to_uppercase()).collect();
    let all: Vec<Vec<String>> = std::iter::once(header)
        .chain(rows.iter().cloned())
        .collect();
    self::rows(&all)
}

/// Lines of columns, as wide as their contents look on a terminal (a Chinese character is two).
pub(crate) fn rows(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells
            .map(|cell| measure_text_width(cell))
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(
                ' ',
                width - measure_text_width(cell) + 2,
            ));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// "Name:   value" lines.
pub(crate) fn fields(rows: &[(&str, String)]) -> String {
    let width = rows
        .iter()
        .map(|(name, _)| measure_text_width(name))
        .max()
        .unwrap_or(0);
    rows.iter()
        .map(|(name, value)| {
            let gap = " ".repeat(width - measure_text_width(name) + 2);
            format!("{name}:{gap}{value}\n")
        })
        .collect()
}

/// Bytes as people say them.
pub(crate) fn size(bytes: u64) -> String {
    indicatif::HumanBytes(bytes).to_string()
}

#[cfg(test)]
mod tests;
