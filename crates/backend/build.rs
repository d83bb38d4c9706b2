//! The pages are embedded when they are there; when they appear later, this crate is built again.

use std::path::Path;

fn main() {
    let desk = Path::new("../../packages/desk");
    let pages = desk.join("dist");
    let watched = if pages.exists() { pages } else { desk.to_owned() };
    println!("cargo:rerun-if-changed={}", watched.display());
    println!("cargo:rerun-if-changed=build.rs");
}
