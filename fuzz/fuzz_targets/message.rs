//! libFuzzer's door to [`headset_fuzz::message`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| headset_fuzz::message(data));
