//! The wasm under `headset-hooks/jssip`: JsSIP's grammar without its objects, and the transactions of `headset-sip` for
//! a user agent whose dialogs and calls are the page's (`packages/hooks/src/jssip/agent`).
//!
//! A text for the grammar goes into [`Engine::input`]'s memory, one byte for each UTF-16 unit (those beyond ASCII as
//! 0x7f), and a table of offsets comes out at [`Engine::table`]: the module slices its own text where the table says,
//! when it is asked to.
#![cfg_attr(target_arch = "wasm32", no_std)]
extern crate alloc;

mod cursor;
mod message;
mod rules;
#[cfg(target_arch = "wasm32")]
mod runtime;
mod table;
pub mod traffic;
mod uri;
mod value;

use alloc::boxed::Box;
use alloc::vec::Vec;
use cursor::Cursor;
use headset_sip::digest;
use table::Table;
use traffic::Traffic;
use wasm_bindgen::prelude::wasm_bindgen;

/// Longer texts are not read, in bytes.
const MOST: usize = 1 << 20;

/// The table of what the rule of this number finds in a text; `None` where that does not fit.
pub fn read(rule: u8, text: &[u8]) -> Option<Vec<i32>> {
    let mut table = Table::default();
    rules::read(rule, &mut Cursor::new(text), &mut table).map(|()| table.0)
}

/// A text, what was found in it, and the transactions of one user agent.
///
/// It lives as long as the page's instance of the module: nothing is spent on taking it apart.
#[wasm_bindgen]
pub struct Engine(&'static mut State);

#[derive(Default)]
struct State {
    input: Vec<u8>,
    table: Table,
    traffic: Traffic,
    output: Vec<u8>,
}

#[wasm_bindgen]
impl Engine {
    /// Without a text.
    #[wasm_bindgen(constructor)]
    #[allow(clippy::new_without_default, reason = "each is leaked")]
    pub fn new() -> Engine {
        Engine(Box::leak(Box::default()))
    }

    /// Where a text of this many bytes goes; valid until the next call of this or growth of the memory.
    pub fn input(&mut self, length: usize) -> *const u8 {
        let input = &mut self.0.input;
        input.resize(length.clamp(input.len(), MOST), 0);
        input.as_ptr()
    }

    /// Reads the first `length` bytes by a rule; gives the table's length, 0 where they do not fit.
    pub fn read(&mut self, rule: u8, length: usize) -> usize {
        let State { input, table, .. } = &mut *self.0;
        table.back_to(0);
        let Some(bytes) = input.get(..length) else { return 0 };
        match rules::read(rule, &mut Cursor::new(bytes), table) {
            Some(()) => table.place(),
            None => 0,
        }
    }

    /// Where the table is; valid until anything else is called.
    pub fn table(&self) -> *const i32 {
        self.0.table.0.as_ptr()
    }

    /// Puts a text's hash at [`Engine::output`] and gives its length: MD5's, SHA-256's (1) or SHA-512/256's (2).
    pub fn hash(&mut self, which: u8, text: &str) -> usize {
        self.0.output = match which {
            2 => digest::sha512_256(text),
            1 => digest::sha256(text),
            _ => digest::md5(text),
        };
        self.0.output.len()
    }

    /// Something happened at `now`, in milliseconds: `kind` is one of [`traffic::kind`]. Gives the transaction that began,
    /// whether an answer went out, or how many transactions there are.
    pub fn tell(&mut self, now: f64, kind: u32, number: u32, text: &str) -> u32 {
        self.0.traffic.take(now as u64, kind, number, text)
    }

    /// The length of what is to be done next, at [`Engine::output`]; 0 where there is nothing more. It is a letter of
    /// [`traffic::Traffic::poll`], the transaction's number, another's or 0, and a text, a space between them.
    pub fn poll(&mut self) -> usize {
        self.0.output = self.0.traffic.poll().into_bytes();
        self.0.output.len()
    }

    /// Where that is; valid until anything else is called.
    pub fn output(&self) -> *const u8 {
        self.0.output.as_ptr()
    }

    /// When to tell that time has passed; infinite where nothing is due.
    pub fn timeout(&self) -> f64 {
        self.0.traffic.timeout().map_or(f64::INFINITY, |time| time as f64)
    }
}
