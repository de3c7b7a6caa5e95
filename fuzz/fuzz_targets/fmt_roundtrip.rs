//! See `changegate_fuzz::fmt_roundtrip`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| changegate_fuzz::fmt_roundtrip::run(data));
