//! See `changegate_fuzz::moments`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| changegate_fuzz::moments::run(data));
