//! libFuzzer's door to [`headset_fuzz::sdp_direction`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| headset_fuzz::sdp_direction(data));
