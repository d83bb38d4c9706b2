//! The engine for browsers: compiled, bound to JavaScript and made small, with whichever toolchain can.

use crate::inline;
use crate::install;
use crate::neighbours;
use crate::shell::{capture, cargo, command, root, run, run_quietly, step};
use crate::stamp::Stamp;
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

const TARGET: &str = "wasm32-unknown-unknown";
/// Apart from the main one: another compiler may build here.
const TARGET_DIR: &str = "target/wasm";
/// What a panic costs is a trap. Texts of panics and of `Debug`, which nobody would see, cost a tenth of the file. A stack
/// of a quarter of the usual size is far more than is needed (no recursion but of multiparts, four deep), and addresses
/// behind it are shorter. Nothing is computed on one path for the sake of another (PRE): that is more code.
const SMALL: &str = "-Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none -Zfmt-debug=none \
    -Cllvm-args=-enable-pre=false -Clink-arg=-zstack-size=262144";
/// Likewise, but not for the drop-in, whose speed is measured. Values that are empty are written where they are needed, not
/// copied from memory (GVN). What a loop reads is found by its counter (LSR). Functions stay apart, which repeats more: what
/// they cost where they are called is counted twenty times, and so is what is allowed, but for the bonus of being called
/// from one place alone.
const SMALLER: &str = "-Zmir-enable-passes=-GVN -Cllvm-args=-disable-lsr -Cllvm-args=-inline-instr-cost=100 \
    -Cllvm-args=-inline-call-penalty=500 -Cllvm-args=-inline-threshold=100";

/// One wasm file, and what goes into it.
struct Artifact {
    /// Also what the exports of a machine begin with.
    name: &'static str,
    package: &'static str,
    /// Of the package; empty where it has none.
    feature: &'static str,
    target: &'static str,
    inputs: &'static [&'static str],
    /// As text in a module: for what cannot wait for a file.
    inlined: bool,
}

const ENGINE: &[&str] = &["crates/sip", "crates/softphone", "crates/workplace", "crates/wasm"];

const BUILDING: [&str; 5] =
    ["Cargo.lock", "Cargo.toml", "xtask/src/wasm.rs", "xtask/src/neighbours.rs", "xtask/src/inline.rs"];

/// A file each: a page loads the one that it needs.
const ARTIFACTS: [Artifact; 3] = [
    machine("workplace"),
    machine("phone"),
    Artifact {
        name: "jssip",
        package: "headset-jssip",
        feature: "",
        target: "packages/hooks/src/jssip/generated",
        inputs: &["crates/sip", "crates/jssip"],
        inlined: true,
    },
];

const fn machine(name: &'static str) -> Artifact {
    Artifact {
        name,
        package: "headset-wasm",
        feature: name,
        target: "packages/hooks/src/engine/generated",
        inputs: ENGINE,
        inlined: false,
    }
}

/// Builds what the hooks package carries unless it is up to date.
pub(crate) fn build() -> Result<()> {
    let mut toolchain = None;
    for artifact in &ARTIFACTS {
        let inputs = [&BUILDING, artifact.inputs].concat();
        let stamp = Stamp::of(&format!("wasm-{}", artifact.name), &inputs)?;
        if stamp.is_fresh(&[&artifact.file()]) {
            continue;
        }
        let toolchain = match &toolchain {
            Some(known) => known,
            None => {
                install::npm_packages()?;
                &*toolchain.insert(find_toolchain()?)
            }
        };
        artifact.build(toolchain)?;
        stamp.write()?;
    }
    Ok(())
}

impl Artifact {
    /// What is built last.
    fn file(&self) -> PathBuf {
        let name =
            if self.inlined { format!("{}_text.js", self.name) } else { format!("{}.wasm", self.name) };
        root().join(self.target).join(name)
    }

    fn build(&self, toolchain: &Toolchain) -> Result<()> {
        let generated = root().join(self.target);
        std::fs::create_dir_all(&generated)?;
        let wasm = generated.join(format!("{}.wasm", self.name));
        let compiled =
            step(&format!("building the engine for browsers: {}", self.name), || compile(toolchain, self))?;
        step("making it small", || {
            let bound = bind(&compiled, self.name)?;
            if self.inlined {
                shrink(&bound, &wasm, &[])
            } else {
                shrink(&only_used(&bound, self.name)?, &wasm, &PLAIN)
            }
        })?;
        if self.inlined {
            std::fs::write(self.file(), inline::module(&std::fs::read(&wasm)?))?;
        }
        Ok(())
    }
}

/// Who can compile for browsers.
enum Toolchain {
    /// The user's, with the standard library's sources: the smallest file.
    Sources,
    /// Debian's, likewise.
    Debian,
    /// The user's, with a standard library that rustup compiled: some kilobytes more.
    Compiled,
}

fn find_toolchain() -> Result<Toolchain> {
    if has_sources() {
        return Ok(Toolchain::Sources);
    }
    if debian_toolchain() {
        return Ok(Toolchain::Debian);
    }
    if capture(&mut command("rustup", ["component", "add", "rust-src"])).is_some() && has_sources() {
        return Ok(Toolchain::Sources);
    }
    if has_target() || (capture(&mut command("rustup", ["target", "add", TARGET])).is_some() && has_target())
    {
        return Ok(Toolchain::Compiled);
    }
    install::debian(&["rustc-web", "cargo-web", "rust-web-src"], "building for browsers")
        .context("rustup could add neither the component rust-src nor the target wasm32-unknown-unknown")?;
    Ok(Toolchain::Debian)
}

fn has_sources() -> bool {
    let sysroot = capture(&mut command("rustc", ["--print", "sysroot"])).unwrap_or_default();
    Path::new(&sysroot).join("lib/rustlib/src/rust/library/Cargo.lock").exists()
}

fn has_target() -> bool {
    capture(&mut command("rustc", ["--print", "target-libdir", "--target", TARGET]))
        .is_some_and(|folder| Path::new(&folder).is_dir())
}

fn debian_toolchain() -> bool {
    ["/usr/bin/rustc", "/usr/bin/cargo", "/usr/lib/rustlib/src/rust"]
        .iter()
        .all(|path| Path::new(path).exists())
}

fn compile(toolchain: &Toolchain, artifact: &Artifact) -> Result<PathBuf> {
    let Artifact { package, feature, .. } = *artifact;
    let arguments = ["build", "--package", package, "--lib", "--target", TARGET, "--profile", "wasm"];
    let mut build = match toolchain {
        Toolchain::Sources | Toolchain::Compiled => cargo(arguments),
        Toolchain::Debian => debian_cargo(&arguments)?,
    };
    if !matches!(toolchain, Toolchain::Compiled) {
        let flags = if artifact.inlined { SMALL.into() } else { format!("{SMALL} {SMALLER}") };
        build
            .args(["-Zbuild-std=core,alloc,panic_abort", "-Zbuild-std-features=optimize_for_size"])
            .env("RUSTC_BOOTSTRAP", "1")
            .env("RUSTFLAGS", flags);
    }
    build.args(["--no-default-features", "--features", feature]);
    run(build.env("CARGO_TARGET_DIR", root().join(TARGET_DIR)))?;
    let file = format!("{}.wasm", package.replace('-', "_"));
    Ok(root().join(TARGET_DIR).join(TARGET).join("wasm").join(file))
}

fn debian_cargo(arguments: &[&str]) -> Result<Command> {
    let mut build = Command::new("/usr/bin/cargo");
    build.args(arguments).current_dir(root()).env("PATH", path_with_linker()?);
    for variable in ["CARGO", "RUSTUP_TOOLCHAIN", "RUSTC_WRAPPER"] {
        build.env_remove(variable);
    }
    build.env("RUSTC", "/usr/bin/rustc");
    Ok(build)
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

fn bound() -> PathBuf {
    root().join(TARGET_DIR).join("bound")
}

/// Completes the exports. The JavaScript that comes with them is not used: `engine/machine.ts` and `jssip/native.ts` do as
/// much as their few functions need.
fn bind(compiled: &Path, name: &str) -> Result<PathBuf> {
    wasm_bindgen_cli_support::Bindgen::new()
        .input_path(compiled)
        .out_name(name)
        .web(true)?
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .omit_default_module_path(true)
        .generate(bound())?;
    Ok(bound().join(format!("{name}_bg.wasm")))
}

const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// A machine without what wasm-bindgen exports besides and `engine/machine.ts` does not use.
fn only_used(bound: &Path, name: &str) -> Result<PathBuf> {
    let methods = [format!("{name}_new"), format!("{name}_tell")];
    let used = ["memory", "__wbindgen_malloc", "__wbindgen_free", &methods[0], &methods[1]];
    let nodes: Vec<String> =
        used.iter().map(|export| format!(r#"{{"name":"{export}","export":"{export}"}}"#)).collect();
    let graph = bound.with_extension("json");
    std::fs::write(
        &graph,
        format!(r#"[{{"name":"page","root":true,"reaches":{used:?}}},{}]"#, nodes.join(",")),
    )?;
    let file = bound.with_extension("used.wasm");
    run_quietly(
        command("npx", ["--no-install", "wasm-metadce"])
            .args(FEATURES)
            .arg("--graph-file")
            .arg(&graph)
            .arg("-o")
            .args([&file, bound]),
    )?;
    Ok(file)
}

/// Brotli finds more that repeats where code is left as it was written: in functions that are not within others, computed
/// again rather than kept in a variable. Not for the drop-in, whose speed is measured.
const PLAIN: [&str; 2] = ["--one-caller-inline-max-function-size=0", "--skip-pass=local-cse"];

fn shrink(bound: &Path, file: &Path, passes: &[&str]) -> Result<()> {
    // Below 1 KiB lies the far end of the stack, and nothing that the program points to.
    let small = ["-Oz", "--converge", "--low-memory-unused", "--strip-debug", "--strip-producers"];
    run_quietly(
        command("npx", ["--no-install", "wasm-opt"])
            .args(small)
            .args(passes)
            .args(FEATURES)
            .arg("-o")
            .args([file, bound]),
    )?;
    std::fs::write(file, neighbours::together(&std::fs::read(file)?)?)?;
    Ok(())
}
