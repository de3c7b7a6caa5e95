//! See `changegate_fuzz::inventory`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| changegate_fuzz::inventory::run(data));
