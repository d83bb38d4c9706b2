//! What the docs list is what the code says.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The steps that sources in this folder name, with the fields that stand in the same text.
fn steps(folder: &Path, steps: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            self::steps(&path, steps);
            continue;
        }
        let text = fs::read_to_string(path).unwrap();
        for call in text.split("trace(").skip(1) {
            let mut parts = call.split('"');
            let (before, Some(step)) = (parts.next().unwrap(), parts.next()) else { continue };
            let is_named = ["", "now,", "ctx,", "self.now,", "ctx.now,"].contains(&before.trim());
            if is_named && !step.is_empty() {
                let (name, mut fields) = step.split_once(' ').unwrap_or((step, ""));
                // The softphone's fields stand in a text of their own.
                if before.is_empty() && parts.next().is_some_and(|between| between.trim() == ",") {
                    fields = parts.next().unwrap_or_default();
                }
                *steps.entry(name.to_owned()).or_default() += &format!("{fields} ");
            }
        }
    }
}

#[test]
fn every_step_of_the_client_is_in_the_docs_with_its_fields() {
    let docs = include_str!("../../../docs/events.md");
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = BTreeMap::new();
    for room in ["workplace/src", "softphone/src"] {
        steps(&crates.join(room), &mut found);
    }
    assert!(found.len() > 30 && found.contains_key("call_offered"), "{found:?}");
    for (name, fields) in found {
        let row = docs.lines().find(|line| line.starts_with('|') && line.contains(&format!("`{name}`")));
        let row = row.unwrap_or_else(|| panic!("{name} is not in docs/events.md"));
        for field in fields.split(' ').filter(|field| !field.is_empty()) {
            assert!(row.contains(&format!("`{field}`")), "{name} has `{field}`: {row}");
        }
    }
}
