//! See `changegate_fuzz::scanners`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| changegate_fuzz::scanners::run(data));
