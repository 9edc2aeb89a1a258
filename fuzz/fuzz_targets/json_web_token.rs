#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| rest_auth::fuzzing::json_web_token(bytes));
