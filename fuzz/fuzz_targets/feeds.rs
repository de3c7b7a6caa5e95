//! See `changegate_fuzz::feeds`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| changegate_fuzz::feeds::run(data));
