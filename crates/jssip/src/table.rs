use crate::cursor::Range;
use alloc::vec::Vec;

/// What was found, as numbers: offsets into the text in UTF-16 units, counts, codes. −1 is nothing.
#[derive(Default)]
pub(crate) struct Table(pub(crate) Vec<i32>);

impl Table {
    pub(crate) fn push(&mut self, number: i32) {
        self.put([number]);
    }

    pub(crate) fn range(&mut self, range: Range) {
        self.put(cells(Some(range)));
    }

    pub(crate) fn range_or_none(&mut self, range: Option<Range>) {
        self.put(cells(range));
    }

    /// Several at once: most of the time of reading is spent here.
    #[inline(never)]
    pub(crate) fn put<const N: usize>(&mut self, numbers: [i32; N]) {
        self.0.extend(numbers);
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
        let ([name_start, name_end], [start, end]) = (cells(Some(name)), cells(value));
        self.put([name_start, name_end, start, end]);
    }

    pub(crate) fn place(&self) -> usize {
        self.0.len()
    }

    /// Forgets all since `place`.
    pub(crate) fn back_to(&mut self, place: usize) {
        self.0.truncate(place);
    }
}

fn cells(range: Option<Range>) -> [i32; 2] {
    range.map_or([-1, -1], |(start, end)| [start as i32, end as i32])
}
