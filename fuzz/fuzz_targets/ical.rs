//! See `changegate_fuzz::ical`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| changegate_fuzz::ical::run(data));
