//! libFuzzer's door to [`headset_fuzz::digest_header`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| headset_fuzz::digest_header(data));
