//! What a page loads, held to what was reached.

use crate::shell::{command, run, step};
use anyhow::Result;

/// Bytes that pages load at once for telephony (`bench/page/weigh.js`): what was reached, and a hundredth. Lower them when
/// something has become lighter. The aim for `hooks` is 40,000: below a minimal application of jssip; `dropIn`, that same
/// application of `headset-hooks/jssip`, must stay below 47,000.
const AT_MOST: [&str; 3] = ["hooks=73790", "phone=61140", "dropIn=45900"];

/// Fails where an application has become heavier. The hooks package must be built.
pub(crate) fn check() -> Result<()> {
    step("what a page loads", || run(command("node", ["bench/page/weigh.js", "--at-most"]).args(AT_MOST)))
}
