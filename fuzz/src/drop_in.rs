//! What is under `headset-hooks/jssip`: JsSIP's grammar and transactions, told anything in any order.

use arbitrary::{Result, Unstructured};
use headset_jssip::read;
use headset_jssip::traffic::{Traffic, kind};

/// The grammar's rules, and some that it does not have.
const RULES: u8 = 24;
/// More than this for one input, and it does not end.
const OUTPUTS_MAX: usize = 1000;
/// Deadlines before the last.
const TIMEOUTS_MAX: usize = 10_000;

/// Whatever is read by whatever rule lies inside its text. Whatever transactions are told: each input has a bounded answer,
/// they name only transactions that there are, every deadline passes, and when the connection is lost and the last one
/// is past, nothing is left.
pub fn drop_in(data: &[u8]) {
    for rule in 0..RULES {
        let table = read(rule, data).unwrap_or_default();
        if rule == 0 {
            let header = |at: usize| table.get(at..at + 4).unwrap_or_default();
            let count = table.get(1).map_or(0, |count| *count as usize);
            let places = (0..count).flat_map(|index| header(10 + index * 5));
            assert!(places.into_iter().all(|place| (0..=data.len() as i32).contains(place)));
        }
    }
    let mut world = World { traffic: Traffic::default(), now: 1000, started: 0, outputs: 0 };
    let mut u = Unstructured::new(data);
    while !u.is_empty() && world.act(&mut u).is_ok() {}
    world.finish();
}

struct World {
    traffic: Traffic,
    now: u64,
    /// The last transaction that began.
    started: u32,
    outputs: usize,
}

impl World {
    fn act(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        let kind = u.int_in_range(0..=kind::CANCEL + 1)?;
        // Mostly one that there is.
        let number = match u.int_in_range(0..=3u8)? {
            0 => u.arbitrary()?,
            back => self.started.saturating_sub(u32::from(back) - 1),
        };
        let text = match kind {
            kind::START => {
                let (one, other) = (u.int_in_range(0..=9u8)?, u.int_in_range(0..=9u8)?);
                format!("c{one}\no{other}\n{}", if u.arbitrary()? { "INVITE" } else { "" })
            }
            kind::FIND => format!("{}{}", *u.choose(&["c", "o", ""])?, u.int_in_range(0..=9u8)?),
            kind::RESPOND => format!("SIP/2.0 {} OK", u.int_in_range(90..=700u16)?),
            kind::ANSWERED => {
                format!("{}\n{}\nACK", u.int_in_range(90..=700u16)?, *u.choose(&["a", "b", ""])?)
            }
            _ => u.arbitrary::<&str>().unwrap_or_default().into(),
        };
        let given = self.traffic.take(self.now, kind, number, &text);
        if kind == kind::START {
            assert!(given > self.started, "numbers ascend");
            self.started = given;
        }
        if kind == kind::FIND {
            assert!(given <= self.started, "what was found began");
        }
        self.listen();
        if u.ratio(1, 4)? {
            self.pass(u.int_in_range(0..=40_000)?);
        }
        Ok(())
    }

    fn listen(&mut self) {
        self.outputs = 0;
        loop {
            let record = self.traffic.poll();
            if record.is_empty() {
                return;
            }
            self.outputs += 1;
            assert!(self.outputs < OUTPUTS_MAX, "outputs without end");
            let number = record
                .get(1..)
                .and_then(|rest| rest.split(' ').next())
                .and_then(|digits| digits.parse().ok());
            assert!(
                "SAKCTXE".contains(&record[..1])
                    && number.is_some_and(|number: u64| number <= u64::from(u32::MAX))
            );
        }
    }

    fn pass(&mut self, milliseconds: u64) {
        let end = self.now + milliseconds;
        for passed in 0.. {
            assert!(passed < TIMEOUTS_MAX, "deadlines without end");
            let Some(due) = self.traffic.timeout().filter(|due| *due <= end) else { break };
            self.now = self.now.max(due);
            self.traffic.take(self.now, kind::TICK, 0, "");
            self.listen();
        }
        self.now = end;
    }

    fn finish(&mut self) {
        self.traffic.take(self.now, kind::LOST, 0, "");
        self.listen();
        self.pass(200_000);
        assert_eq!(self.traffic.take(self.now, kind::TICK, 0, ""), 0, "transactions are left");
        assert_eq!(self.traffic.timeout(), None, "a deadline is left");
    }
}
