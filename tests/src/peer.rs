//! A second process for a test: the same test program once more, in another role, which answers
//! questions line by line. So two processes can be put into a known order without guessing times.

// The conversation is on standard output.
#![allow(clippy::print_stdout)]

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use crate::HarnessError;
use crate::program::wait;

/// Tells a process that it is the peer.
const ROLE: &str = "UKEY_TEST_PEER";

/// Starts an answer; the test runner writes to the same stream.
const MARK: &str = "peer: ";

/// How long an answer may take.
const ANSWER_LIMIT: Duration = Duration::from_secs(60);

/// How long the peer may take to end after the last question.
const END_LIMIT: Duration = Duration::from_secs(5);

/// The other process, seen from the one that asks. Dropping it ends it.
#[derive(Debug)]
pub struct Peer {
    child: Child,
    questions: Option<ChildStdin>,
    answers: Receiver<String>,
}

impl Peer {
    /// Starts the peer with the environment of this process. `test` is the full name of the
    /// calling test, which must begin with [`serve_as_peer`].
    ///
    /// # Errors
    /// [`HarnessError::Start`].
    pub fn start(test: &str) -> Result<Self, HarnessError> {
        let program = std::env::current_exe().expect("a test knows its own program");
        let mut command = Command::new(&program);
        command
            .args(["--exact", test, "--nocapture"])
            .env(ROLE, "yes")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = command.spawn().map_err(|source| HarnessError::Start {
            program: program.display().to_string(),
            source,
        })?;
        let (sender, answers) = channel();
        let stdout = child.stdout.take().expect("piped above");
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                // What stands before the mark is the runner's.
                let answer = line.split_once(MARK).map(|(_, answer)| answer.to_owned());
                if let Some(answer) = answer
                    && sender.send(answer).is_err()
                {
                    return;
                }
            }
        });
        Ok(Self {
            questions: child.stdin.take(),
            child,
            answers,
        })
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a line and waits for the answer.
    ///
    /// # Panics
    /// When the peer has ended (its own panic is on standard error) or does not answer in time.
    pub fn ask(&mut self, question: &str) -> String {
        self.tell(question);
        self.answer()
    }

    /// Sends a line and does not wait; [`Peer::answer`] does.
    ///
    /// # Panics
    /// When the peer has ended.
    pub fn tell(&mut self, question: &str) {
        let questions = self.questions.as_mut().expect("open until dropped");
        writeln!(questions, "{question}")
            .and_then(|()| questions.flush())
            .unwrap_or_else(|error| panic!("the peer has ended before {question:?}: {error}"));
    }

    /// Waits for the answer to an earlier [`Peer::tell`].
    ///
    /// # Panics
    /// As [`Peer::ask`].
    pub fn answer(&mut self) -> String {
        self.answers
            .recv_timeout(ANSWER_LIMIT)
            .unwrap_or_else(|error| panic!("no answer of the peer: {error}"))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        drop(self.questions.take());
        if wait(&mut self.child, Instant::now() + END_LIMIT).is_none() {
            self.child.kill().ok();
            self.child.wait().ok();
        }
    }
}

/// Whether this process is a peer.
pub fn is_peer() -> bool {
    std::env::var_os(ROLE).is_some()
}

/// In a peer: answers questions until there are no more, then ends the test. `false`, and nothing
/// done, in the process that asks.
pub fn serve_as_peer(start: impl FnOnce() -> Box<dyn FnMut(&str) -> String>) -> bool {
    if !is_peer() {
        return false;
    }
    let mut answer = start();
    for question in std::io::stdin().lines().map_while(Result::ok) {
        // The runner may have left a line unfinished.
        println!("\n{MARK}{}", answer(&question));
    }
    true
}
