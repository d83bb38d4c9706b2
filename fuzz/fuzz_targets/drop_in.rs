//! libFuzzer's door to [`headset_fuzz::drop_in`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| headset_fuzz::drop_in(data));
