//! See `changegate_fuzz::rrule`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| changegate_fuzz::rrule::run(data));
