//! The wasm under `headset-hooks/jssip`: an [`Agent`], which is a user agent over the floors of `headset-sip`, and a
//! [`Reader`], which is JsSIP's grammar without its objects.
//!
//! A text goes into [`Reader::input`]'s memory, one byte for each UTF-16 unit (those beyond ASCII as 0x7f), and a table
//! of offsets comes out at [`Reader::table`]: the module slices its own text where the table says, when it is asked to.
#![cfg_attr(target_arch = "wasm32", no_std)]
extern crate alloc;

mod agent;
mod cursor;
mod message;
mod rules;
#[cfg(target_arch = "wasm32")]
mod runtime;
mod table;
mod uri;
mod value;

pub use agent::Agent;
use alloc::vec::Vec;
use cursor::Cursor;
use table::Table;
use wasm_bindgen::prelude::wasm_bindgen;

/// Longer texts are not read, in bytes.
const MOST: usize = 1 << 20;

/// The table of what the rule of this number finds in a text; `None` where that does not fit.
pub fn read(rule: u8, text: &[u8]) -> Option<Vec<i32>> {
    let mut table = Table::default();
    rules::read(rule, &mut Cursor::new(text), &mut table).map(|()| table.0)
}

/// A text and what was found in it.
#[wasm_bindgen]
#[derive(Default)]
pub struct Reader {
    input: Vec<u8>,
    table: Table,
}

#[wasm_bindgen]
impl Reader {
    /// Without a text.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Reader {
        Reader::default()
    }

    /// Where a text of this many bytes goes; valid until the next call of this or growth of the memory.
    pub fn input(&mut self, length: usize) -> *const u8 {
        self.input.resize(length.clamp(self.input.len(), MOST), 0);
        self.input.as_ptr()
    }

    /// Reads the first `length` bytes by a rule; gives the table's length, 0 where they do not fit.
    pub fn read(&mut self, rule: u8, length: usize) -> usize {
        self.table.back_to(0);
        let Some(bytes) = self.input.get(..length) else { return 0 };
        let mut cursor = Cursor::new(bytes);
        match rules::read(rule, &mut cursor, &mut self.table) {
            Some(()) => self.table.place(),
            None => 0,
        }
    }

    /// Where the table is; valid until anything else is called.
    pub fn table(&self) -> *const i32 {
        self.table.0.as_ptr()
    }

    /// Puts the MD5 of the first `length` bytes in the input's place.
    pub fn md5(&mut self, length: usize) {
        let text = core::str::from_utf8(self.input.get(..length).unwrap_or(&[])).unwrap_or_default();
        let digest = headset_sip::digest::md5(text);
        if let Some(start) = self.input.get_mut(..digest.len()) {
            start.copy_from_slice(&digest);
        }
    }
}
