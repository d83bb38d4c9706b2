//! `cargo xtask fuzz`: arbitrary input, for as long as one likes.

use crate::install;
use crate::shell::{cargo, root, run, step};
use anyhow::{Result, bail};

/// The targets of `fuzz/`.
const TARGETS: [&str; 6] = ["message", "uri", "digest_header", "sdp_direction", "user_agent", "drop_in"];

/// Tries one target, or each in turn, for so many seconds. What is found lies in `fuzz/artifacts`, and new inputs that
/// reach new code in `target/fuzz/corpus`.
pub(crate) fn run_all(target: Option<&str>, seconds: u32) -> Result<()> {
    let targets = match target {
        None => TARGETS.to_vec(),
        Some(target) if TARGETS.contains(&target) => vec![target],
        Some(target) => bail!("there is no target {target}; there are: {}", TARGETS.join(", ")),
    };
    install::cxx_compiler()?;
    install::cargo_fuzz()?;
    for target in targets {
        step(&format!("fuzzing {target} for {seconds} s"), || fuzz(target, seconds))?;
    }
    Ok(())
}

fn fuzz(target: &str, seconds: u32) -> Result<()> {
    let corpus = root().join("target/fuzz/corpus").join(target);
    std::fs::create_dir_all(&corpus)?;
    let mut fuzz = cargo(["fuzz", "run", "--fuzz-dir", "fuzz", "--features", "libfuzzer"]);
    // Coverage and the address sanitizer are features of the compiler that a stable one hides.
    fuzz.env("RUSTC_BOOTSTRAP", "1");
    fuzz.arg(target).arg(corpus).arg(root().join("fuzz/seeds").join(target));
    fuzz.args(["--", "-timeout=20", "-rss_limit_mb=4096", "-max_len=4096"]);
    run(fuzz.arg(format!("-max_total_time={seconds}")))
}
