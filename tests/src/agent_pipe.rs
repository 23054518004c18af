//! The agent at a browser's end of its pipe: native messaging frames out, JSON in. Also a module of the
//! agent's own tests (`tools/ukey-agent/tests/agent`), so that it stands on nothing but `std` and `serde_json`.

use serde_json::Value;
use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

/// How long an answer or the agent's end may take on a slow machine.
const LIMIT: Duration = Duration::from_secs(60);

/// An agent that a browser started. It ends with this value.
/// Everything here panics with the reason, since a test can do nothing else.
#[derive(Debug)]
pub struct AgentPipe {
    /// Its process.
    pub agent: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Value>,
}

impl AgentPipe {
    /// Starts the agent by this command.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn start(command: &mut Command) -> Self {
        let mut agent = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let input = agent.stdin.take();
        let mut output = agent.stdout.take().expect("it was asked for");
        let (sender, messages) = channel();
        thread::spawn(move || {
            let mut length = [0; 4];
            while output.read_exact(&mut length).is_ok() {
                let mut body = vec![0; u32::from_ne_bytes(length) as usize];
                output.read_exact(&mut body).expect("a whole frame");
                let message = serde_json::from_slice(&body).expect("the agent speaks JSON");
                sender.send(message).ok();
            }
        });
        Self {
            agent,
            input,
            messages,
        }
    }

    /// Sends one frame.
    ///
    /// # Panics
    /// When the agent has ended.
    pub fn send(&mut self, message: &[u8]) {
        let length = u32::try_from(message.len()).expect("a frame is short");
        let frame = [&length.to_ne_bytes()[..], message].concat();
        let input = self.input.as_mut().expect("the pipe is open");
        input.write_all(&frame).expect("the agent reads");
    }

    /// The next message, an event or an answer.
    ///
    /// # Panics
    /// When none comes.
    pub fn message(&self) -> Value {
        let message = self.messages.recv_timeout(LIMIT);
        message.unwrap_or_else(|error| panic!("no message of the agent: {error}"))
    }

    /// The next answer.
    ///
    /// # Panics
    /// When none comes.
    pub fn answer(&self) -> Value {
        loop {
            let message = self.message();
            if message.get("event").is_none() {
                return message;
            }
        }
    }

    /// Sends these bytes, which need not be a frame, closes the pipe, and waits for the agent's end.
    ///
    /// # Panics
    /// When it does not end.
    pub fn end_with(&mut self, bytes: &[u8]) -> ExitStatus {
        if let Some(mut input) = self.input.take() {
            input.write_all(bytes).expect("the agent reads");
        }
        let deadline = Instant::now() + LIMIT;
        loop {
            match self.agent.try_wait().expect("it is our child") {
                Some(status) => return status,
                None => assert!(Instant::now() < deadline, "the agent does not end"),
            }
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for AgentPipe {
    fn drop(&mut self) {
        self.input = None;
        self.agent.kill().ok();
        self.agent.wait().ok();
    }
}
