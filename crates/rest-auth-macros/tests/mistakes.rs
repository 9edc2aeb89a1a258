//! What the derive says to each mistake: `tests/mistakes/NAME.rs` is refused with the words of `NAME.stderr`.
//! `TRYBUILD=overwrite cargo test -p rest-auth-macros` writes them anew.

#[test]
fn a_mistake_is_told_with_what_to_write() {
    trybuild::TestCases::new().compile_fail("tests/mistakes/*.rs");
}
