//! An administrator who ends sessions of a case at random.

use super::stranger_to;
use crate::environment::kill_one;
use crate::random::Lcg;
use activerecord::{Database, Error, ErrorKind, Result};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};

/// Somebody who ends a random session of a case each time that he is called, while the case goes on.
#[derive(Debug)]
pub struct Killer {
    calls: Sender<()>,
    thread: JoinHandle<Result<u32>>,
}

impl Killer {
    /// Comes to a database, with a seed for his choices.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub fn of(handle: &Database, seed: u64) -> Result<Self> {
        let stranger = stranger_to(handle)?;
        let (calls, called) = channel();
        let thread = thread::spawn(move || work(&stranger, seed, &called));
        Ok(Self { calls, thread })
    }

    /// Calls him. Nobody waits for what he does.
    pub fn call(&self) {
        // Whoever asks for the end is told that he is gone.
        let _ = self.calls.send(());
    }

    /// Waits until he has done all he was called for: how often that was.
    ///
    /// # Errors
    ///
    /// What the database told him.
    pub fn end(self) -> Result<u32> {
        drop(self.calls);
        let ended = self.thread.join();
        ended.unwrap_or_else(|_| Err(Error::new(ErrorKind::Other, "the killer has panicked")))
    }
}

fn work(stranger: &Database, seed: u64, called: &Receiver<()>) -> Result<u32> {
    let mut random = Lcg::new(seed);
    let mut calls = 0;
    while called.recv().is_ok() {
        kill_one(stranger, |many| random.below(many))?;
        calls += 1;
    }
    Ok(calls)
}
