//! What cargo-fuzz kept in `fuzz/corpus/`, gone through once.

use std::path::Path;

#[test]
fn whatever_was_found_is_still_read() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus");
    for (name, target) in super::TARGETS {
        let kept = std::fs::read_dir(corpus.join(name)).expect("a corpus");
        let texts: Vec<_> = kept.map(|file| std::fs::read(file.expect("a file").path()).expect("bytes")).collect();
        assert!(!texts.is_empty(), "nothing is kept for {name}");
        texts.iter().for_each(|text| target(text));
    }
}
