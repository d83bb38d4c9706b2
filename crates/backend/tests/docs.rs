//! What the docs list is what the code says.
#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The codes of all problem documents, as the sources of the API give them.
fn codes() -> BTreeSet<String> {
    let api = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/api");
    let mut codes = BTreeSet::new();
    for file in fs::read_dir(api).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        for call in ["Problem::new(", "Self::new(", "Problem::too_many("] {
            for (_, arguments) in text.match_indices(call).map(|(at, _)| text.split_at(at + call.len())) {
                let is_code = |word: &&str| word.bytes().all(|c| c.is_ascii_lowercase() || c == b'_');
                codes.extend(arguments.split('"').nth(1).filter(is_code).map(str::to_owned));
            }
        }
    }
    codes
}

#[test]
fn every_code_of_a_problem_document_is_in_the_docs() {
    let docs = include_str!("../../../docs/errors.md");
    let codes = codes();
    assert!(codes.len() > 20 && codes.contains("wrong_credentials"), "{codes:?}");
    let missing: Vec<_> = codes.iter().filter(|code| !docs.contains(&format!("`{code}`"))).collect();
    assert!(missing.is_empty(), "not in docs/errors.md: {missing:?}");
}
