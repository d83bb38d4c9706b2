//! What a page's engine has in place of the standard library: little code, and a trap where Rust would panic.

use rlsf::SmallGlobalTlsf;

/// Made for little code; what is freed joins its free neighbours, so a page that is open for months does not grow.
#[global_allocator]
static ALLOCATOR: SmallGlobalTlsf = SmallGlobalTlsf::new();

/// The page sees a `WebAssembly.RuntimeError` and starts the engine anew. Without a message: its text would be a
/// fifth of the file.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
