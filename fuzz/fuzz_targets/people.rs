//! See `changegate_fuzz::people`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| changegate_fuzz::people::run(data));
