//! Telling whether something built is still newer than what it was built from.

use crate::shell::root;
use anyhow::{Context, Result};
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

/// A digest of some inputs' contents, remembered under `target/stamps` once the work on them is done.
pub(crate) struct Stamp {
    file: PathBuf,
    digest: String,
}

impl Stamp {
    /// Reads all files below these paths (build output and dependencies left out).
    pub(crate) fn of(name: &str, inputs: &[&str]) -> Result<Self> {
        let mut hasher = DefaultHasher::new();
        for input in inputs {
            digest(&root().join(input), &mut hasher)?;
        }
        let file = root().join("target/stamps").join(name);
        Ok(Self { file, digest: format!("{:016x}", hasher.finish()) })
    }

    /// Whether the same inputs were done before and the outputs are there.
    pub(crate) fn is_fresh(&self, outputs: &[&Path]) -> bool {
        outputs.iter().all(|output| output.exists())
            && std::fs::read_to_string(&self.file).is_ok_and(|digest| digest == self.digest)
    }

    /// Remembers that the work is done.
    pub(crate) fn write(&self) -> Result<()> {
        if let Some(folder) = self.file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(&self.file, &self.digest)
            .with_context(|| format!("cannot write {}", self.file.display()))
    }
}

fn digest(path: &Path, hasher: &mut DefaultHasher) -> Result<()> {
    if path.is_dir() {
        let mut entries: Vec<PathBuf> = std::fs::read_dir(path)?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<_, _>>()?;
        entries.sort();
        for entry in entries {
            let name = entry.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if !matches!(name.as_str(), "node_modules" | "dist" | "generated" | "target" | "test-results") {
                digest(&entry, hasher)?;
            }
        }
    } else if path.is_file() {
        path.strip_prefix(root()).unwrap_or(path).hash(hasher);
        std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?.hash(hasher);
    }
    Ok(())
}
