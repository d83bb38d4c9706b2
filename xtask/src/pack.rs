//! `cargo xtask pack`: the hooks package as npm installs it.

use crate::shell::{command, root, run_quietly, step};
use crate::web;
use anyhow::Result;

/// Writes `target/npm/headset-hooks-VERSION.tgz`.
pub(crate) fn run() -> Result<()> {
    web::build()?;
    let folder = root().join("target/npm");
    // Nothing of an earlier version stays beside it.
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    step("packing headset-hooks", || {
        run_quietly(
            command("npm", ["pack", "--workspace", "packages/hooks", "--pack-destination"]).arg(&folder),
        )
    })?;
    for entry in std::fs::read_dir(&folder)? {
        println!("{}", entry?.path().strip_prefix(root())?.display());
    }
    Ok(())
}
