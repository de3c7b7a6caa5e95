//! See `changegate_fuzz::evaluation`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| changegate_fuzz::evaluation::run(data));
