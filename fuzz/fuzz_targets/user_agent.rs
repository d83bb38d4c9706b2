//! libFuzzer's door to [`headset_fuzz::user_agent`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| headset_fuzz::user_agent(data));
