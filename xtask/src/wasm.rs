//! The engine for browsers: compiled, bound to JavaScript and made small, with whichever toolchain can.

use crate::inline;
use crate::install;
use crate::shell::{capture, cargo, command, root, run, run_quietly, step};
use crate::stamp::Stamp;
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

const TARGET: &str = "wasm32-unknown-unknown";
/// Apart from the main one: another compiler may build here.
const TARGET_DIR: &str = "target/wasm";

/// One crate for browsers, and where it goes.
struct Artifact {
    crate_name: &'static str,
    /// `<name>.js` and `<name>_bg.wasm`.
    name: &'static str,
    target: &'static str,
    inputs: &'static [&'static str],
    /// Also as a module, for what cannot wait for a file.
    inlined: bool,
}

const ARTIFACTS: [Artifact; 2] = [
    Artifact {
        crate_name: "headset-wasm",
        name: "headset",
        target: "packages/hooks/src/engine/generated",
        inputs: &["crates/sip", "crates/softphone", "crates/workplace", "crates/wasm"],
        inlined: false,
    },
    Artifact {
        crate_name: "headset-jssip",
        name: "jssip",
        target: "packages/hooks/src/jssip/generated",
        inputs: &["crates/jssip"],
        inlined: true,
    },
];

/// Builds what the hooks package carries unless it is up to date.
pub(crate) fn build() -> Result<()> {
    ARTIFACTS.iter().try_for_each(build_one)
}

fn build_one(artifact: &Artifact) -> Result<()> {
    let Artifact { crate_name, name, .. } = *artifact;
    let inputs = [&["Cargo.lock", "Cargo.toml"], artifact.inputs].concat();
    let stamp = Stamp::of(crate_name, &inputs)?;
    let generated = root().join(artifact.target);
    let wasm = generated.join(format!("{name}_bg.wasm"));
    if stamp.is_fresh(&[&wasm, &generated.join(format!("{name}.js"))]) {
        return Ok(());
    }
    install::npm_packages()?;
    let compiled = step("building the engine for browsers", || compile(crate_name))?;
    step("binding the engine to JavaScript", || bind(&compiled, &generated, name))?;
    step("making the engine small", || shrink(&wasm))?;
    if artifact.inlined {
        std::fs::write(generated.join(format!("{name}_text.js")), inline::module(&std::fs::read(&wasm)?))?;
    }
    stamp.write()
}

fn compile(crate_name: &str) -> Result<PathBuf> {
    let arguments = ["build", "--package", crate_name, "--lib", "--target", TARGET, "--profile", "wasm"];
    if has_target() || add_target() {
        run(cargo(arguments).env("CARGO_TARGET_DIR", root().join(TARGET_DIR)))?;
    } else {
        build_std(&arguments)?;
    }
    let file = format!("{}.wasm", crate_name.replace('-', "_"));
    Ok(root().join(TARGET_DIR).join(TARGET).join("wasm").join(file))
}

fn has_target() -> bool {
    capture(&mut command("rustc", ["--print", "target-libdir", "--target", TARGET]))
        .is_some_and(|folder| Path::new(&folder).is_dir())
}

fn add_target() -> bool {
    // Once Debian's toolchain is here, rustup was asked before and could not.
    !debian_toolchain()
        && capture(&mut command("rustup", ["target", "add", TARGET])).is_some()
        && has_target()
}

fn debian_toolchain() -> bool {
    ["/usr/bin/rustc", "/usr/bin/cargo", "/usr/lib/rustlib/src/rust"]
        .iter()
        .all(|path| Path::new(path).exists())
}

/// Debian's toolchain can build the standard library from its sources.
fn build_std(arguments: &[&str]) -> Result<()> {
    install::debian(&["rustc-web", "cargo-web", "rust-web-src"], "building for browsers")
        .context("the Rust target wasm32-unknown-unknown could not be added by rustup either")?;
    let mut build = Command::new("/usr/bin/cargo");
    build
        .args(arguments)
        .args(["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"])
        .current_dir(root())
        .env("RUSTC", "/usr/bin/rustc")
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_TARGET_DIR", root().join(TARGET_DIR))
        .env("PATH", path_with_linker()?);
    for variable in ["CARGO", "RUSTUP_TOOLCHAIN", "RUSTFLAGS", "RUSTC_WRAPPER"] {
        build.env_remove(variable);
    }
    run(&mut build)
}

/// PATH with the folder of `rust-lld`, which Debian's toolchain does not bring.
fn path_with_linker() -> Result<String> {
    let path = std::env::var("PATH").unwrap_or_default();
    let sysroot = capture(&mut command("rustc", ["--print", "sysroot"])).unwrap_or_default();
    let host = capture(&mut command("rustc", ["-vV"])).unwrap_or_default();
    let host = host.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
    let linker = Path::new(&sysroot).join("lib/rustlib").join(host).join("bin");
    if !linker.join("rust-lld").exists() && !crate::shell::have("rust-lld") {
        bail!("no rust-lld in {}: install Rust by rustup, which brings it", linker.display());
    }
    Ok(format!("{}:{path}", linker.display()))
}

fn bind(compiled: &Path, generated: &Path, name: &str) -> Result<()> {
    let mut bindgen = wasm_bindgen_cli_support::Bindgen::new();
    bindgen
        .input_path(compiled)
        .out_name(name)
        .web(true)?
        .typescript(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .omit_default_module_path(true)
        .generate(generated)
}

fn shrink(wasm: &Path) -> Result<()> {
    let file = wasm.to_string_lossy().into_owned();
    let features = ["--enable-bulk-memory", "--enable-nontrapping-float-to-int", "--enable-sign-ext"];
    let more = ["--enable-mutable-globals", "--enable-reference-types", "--enable-multivalue"];
    run_quietly(
        command("npx", ["--no-install", "wasm-opt", "-Oz", "--strip-debug", "--strip-producers"])
            .args(features)
            .args(more)
            .args(["-o", &file, &file]),
    )
}
