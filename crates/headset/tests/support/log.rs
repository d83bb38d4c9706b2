//! What a server logs, as it comes.

use std::cell::RefCell;
use std::io::{BufRead, BufReader};
use std::process::ChildStderr;
use std::sync::mpsc;
use std::thread;

use super::SOON;

pub struct Log {
    coming: mpsc::Receiver<String>,
    seen: RefCell<Vec<String>>,
}

impl Log {
    pub fn of(stderr: ChildStderr) -> Self {
        let (lines, coming) = mpsc::channel();
        thread::spawn(move || {
            BufReader::new(stderr).lines().map_while(Result::ok).try_for_each(|line| lines.send(line))
        });
        Self { coming, seen: RefCell::default() }
    }

    /// The value of `field` in the first line that says `what`, which is waited for.
    pub fn field(&self, what: &str, field: &str) -> String {
        let (what, field) = (format!(" {what} "), format!("{field}="));
        let find = |line: &String| {
            let (_, fields) = line.split_once(&what)?;
            fields.split(' ').find_map(|word| word.strip_prefix(&field)).map(str::to_owned)
        };
        let mut seen = self.seen.borrow_mut();
        loop {
            if let Some(found) = seen.iter().find_map(find) {
                return found;
            }
            match self.coming.recv_timeout(SOON) {
                Ok(line) => seen.push(line),
                Err(_) => panic!("nothing of{what}with {field} in:\n{}", seen.join("\n")),
            }
        }
    }

    /// All of it; the server is over.
    pub fn whole(&self) -> String {
        let mut seen = self.seen.borrow_mut();
        seen.extend(self.coming.iter());
        seen.join("\n")
    }
}
