use crate::cursor::Range;
use alloc::vec::Vec;

/// What was found, as numbers: offsets into the text in UTF-16 units, counts, codes. −1 is nothing.
#[derive(Default)]
pub(crate) struct Table(pub(crate) Vec<i32>);

impl Table {
    pub(crate) fn push(&mut self, number: i32) {
        self.0.push(number);
    }

    pub(crate) fn range(&mut self, (start, end): Range) {
        self.push(start as i32);
        self.push(end as i32);
    }

    pub(crate) fn range_or_none(&mut self, range: Option<Range>) {
        match range {
            Some(range) => self.range(range),
            None => {
                self.push(-1);
                self.push(-1);
            }
        }
    }

    /// A number that is counted up as items follow; gives its place.
    pub(crate) fn begin_count(&mut self) -> usize {
        self.push(0);
        self.0.len() - 1
    }

    pub(crate) fn count(&mut self, place: usize) {
        self.set(place, self.0.get(place).map_or(0, |count| count + 1));
    }

    pub(crate) fn set(&mut self, place: usize, number: i32) {
        if let Some(value) = self.0.get_mut(place) {
            *value = number;
        }
    }

    /// 0 beyond its end and for what is nothing.
    pub(crate) fn get(&self, place: usize) -> usize {
        self.0.get(place).and_then(|number| usize::try_from(*number).ok()).unwrap_or(0)
    }

    /// A name and perhaps a value, counted at `place`.
    pub(crate) fn pair(&mut self, place: usize, name: Range, value: Option<Range>) {
        self.count(place);
        self.range(name);
        self.range_or_none(value);
    }

    pub(crate) fn place(&self) -> usize {
        self.0.len()
    }

    /// Forgets all since `place`.
    pub(crate) fn back_to(&mut self, place: usize) {
        self.0.truncate(place);
    }
}
