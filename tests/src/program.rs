//! Other people's programs, run with a time limit and with everything they said kept.

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use crate::HarnessError;

/// How long a program may run unless [`Program::limit`] says otherwise.
const DEFAULT_LIMIT: Duration = Duration::from_secs(60);

/// After a program ended, how long to wait for a child of its own that still holds its output.
const OUTPUT_GRACE: Duration = Duration::from_secs(2);

/// A program to run to its end.
#[derive(Debug)]
pub struct Program {
    command: Command,
    limit: Duration,
    input: Vec<u8>,
}

/// A program that ended by itself within its time.
#[derive(Debug)]
pub struct Finished {
    /// Program and arguments, for messages.
    pub program: String,
    /// How it ended.
    pub status: ExitStatus,
    /// Its standard output.
    pub stdout: Vec<u8>,
    /// Its standard error.
    pub stderr: Vec<u8>,
    /// How long it took.
    pub elapsed: Duration,
}

impl Program {
    /// The program `name`, found in the PATH unless it is a path.
    pub fn new(name: impl AsRef<OsStr>) -> Self {
        Self {
            command: Command::new(name),
            limit: DEFAULT_LIMIT,
            input: Vec::new(),
        }
    }

    /// Adds one argument.
    #[must_use]
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<A: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.command.args(arguments);
        self
    }

    /// Sets one variable of its environment.
    #[must_use]
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Sets variables of its environment.
    #[must_use]
    pub fn envs<N: AsRef<OsStr>, V: AsRef<OsStr>>(
        mut self,
        variables: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        self.command.envs(variables);
        self
    }

    /// Runs it in `folder`.
    #[must_use]
    pub fn current_dir(mut self, folder: impl AsRef<Path>) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Bytes for its standard input; without them it reads nothing.
    #[must_use]
    pub fn input(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.input = bytes.into();
        self
    }

    /// The time it may take; then it is killed with all its children.
    #[must_use]
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Runs it to its end, whatever its exit status.
    ///
    /// # Errors
    /// [`HarnessError::Start`], [`HarnessError::TimedOut`].
    pub fn run(mut self) -> Result<Finished, HarnessError> {
        let program = self.describe();
        let started = Instant::now();
        self.command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        // A group of its own, so that a time-out reaches what it started, too.
        self.command.process_group(0);
        let mut child = self.command.spawn().map_err(|source| HarnessError::Start {
            program: program.clone(),
            source,
        })?;
        feed(&mut child, std::mem::take(&mut self.input));
        let stdout = collect(child.stdout.take());
        let stderr = collect(child.stderr.take());

        match wait(&mut child, started + self.limit) {
            Some(status) => Ok(Finished {
                program,
                status,
                stdout: gather(&stdout),
                stderr: gather(&stderr),
                elapsed: started.elapsed(),
            }),
            None => {
                kill_group(&mut child);
                let mut output = gather(&stdout);
                output.extend(gather(&stderr));
                let output = String::from_utf8_lossy(&output).into_owned();
                Err(HarnessError::TimedOut {
                    program,
                    limit: self.limit,
                    output,
                })
            }
        }
    }

    /// Runs it and demands exit status 0.
    ///
    /// # Errors
    /// As [`Program::run`], and [`HarnessError::Failed`] with everything it said.
    pub fn succeed(self) -> Result<Finished, HarnessError> {
        let finished = self.run()?;
        if finished.status.success() {
            Ok(finished)
        } else {
            Err(finished.into_failure())
        }
    }

    /// Runs it and demands the exit code `code`.
    ///
    /// # Errors
    /// As [`Program::run`], and [`HarnessError::Failed`] with everything it said.
    pub fn exits_with(self, code: i32) -> Result<Finished, HarnessError> {
        let finished = self.run()?;
        if finished.status.code() == Some(code) {
            Ok(finished)
        } else {
            Err(finished.into_failure())
        }
    }

    fn describe(&self) -> String {
        std::iter::once(self.command.get_program())
            .chain(self.command.get_args())
            .map(OsStr::to_string_lossy)
            .collect::<Vec<_>>()
            .join(" ")
    }
}

impl Finished {
    /// Standard output as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Standard output and standard error as text.
    pub fn all_text(&self) -> String {
        format!("{}{}", self.text(), String::from_utf8_lossy(&self.stderr))
    }

    fn into_failure(self) -> HarnessError {
        let output = self.all_text();
        HarnessError::Failed {
            program: self.program,
            status: self.status.to_string(),
            output,
        }
    }
}

fn feed(child: &mut Child, input: Vec<u8>) {
    if let Some(mut stdin) = child.stdin.take() {
        // A program that does not read its input closes it: no concern of ours.
        std::thread::spawn(move || stdin.write_all(&input).ok());
    }
}

/// Reads a stream in a thread, so that a full pipe never blocks the program.
fn collect(stream: Option<impl Read + Send + 'static>) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    if let Some(mut stream) = stream {
        std::thread::spawn(move || {
            let mut chunk = vec![0; 64 * 1024];
            while let Ok(count @ 1..) = stream.read(&mut chunk) {
                if sender.send(chunk[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
    }
    receiver
}

/// All that a stream brought, until it ended or a straggler has kept it open for too long.
fn gather(stream: &Receiver<Vec<u8>>) -> Vec<u8> {
    let deadline = Instant::now() + OUTPUT_GRACE;
    let mut all = Vec::new();
    loop {
        match stream.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(chunk) => all.extend(chunk),
            Err(RecvTimeoutError::Disconnected | RecvTimeoutError::Timeout) => return all,
        }
    }
}

/// Waits for the end of `child`; `None` when `deadline` came first.
pub(crate) fn wait(child: &mut Child, deadline: Instant) -> Option<ExitStatus> {
    let mut pause = Duration::from_micros(200);
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            _ if Instant::now() >= deadline => return None,
            _ => std::thread::sleep(pause),
        }
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

fn kill_group(child: &mut Child) {
    signal("KILL", &format!("-{}", child.id()));
    child.kill().ok();
    child.wait().ok();
}

/// Sends a signal by the shell, since the standard library can only kill.
/// `target` is a process id, or a group id with a minus sign.
pub(crate) fn signal(name: &str, target: &str) {
    let script = format!("kill -s {name} -- {target}");
    Command::new("sh")
        .arg("-c")
        .arg(script)
        .stderr(Stdio::null())
        .status()
        .ok();
}
