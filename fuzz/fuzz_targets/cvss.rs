//! See `changegate_fuzz::cvss`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| changegate_fuzz::cvss::run(data));
