//! See `changegate_fuzz::expression`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| changegate_fuzz::expression::run(data));
