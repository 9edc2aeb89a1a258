//! The guide and the examples are the same sections.

use std::path::{Path, PathBuf};

use rest_auth_examples::EXAMPLES;

fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(file: PathBuf) -> String {
    std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

#[test]
fn each_has_a_page_that_shows_its_file_and_the_contents_name_them_in_order() {
    let guide = folder().join("../docs/guide");
    let contents = read(guide.join("README.md"));
    let mut last = 0;
    for (name, _) in EXAMPLES.iter().filter(|(name, _)| *name != "getting-started") {
        let page = read(guide.join(name).with_extension("md"));
        let file = read(folder().join(name).join("rest-auth.toml"));
        assert!(page.contains(&format!("```toml\n{file}```\n")), "docs/guide/{name}.md shows another file");
        let program = format!("../../examples/{name}/main.rs");
        assert!(page.contains(&program), "docs/guide/{name}.md does not name {program}");
        let place =
            contents.find(&format!("({name}.md)")).unwrap_or_else(|| panic!("{name}.md is not in the contents"));
        assert!(place > last, "{name}.md stands in another place");
        last = place;
    }
}

#[test]
fn no_folder_is_left_out() {
    let entries = folder().read_dir().expect("the examples").map(|entry| entry.expect("an entry"));
    let mut folders: Vec<String> = entries
        .filter(|entry| entry.path().join("main.rs").exists())
        .map(|entry| entry.file_name().into_string().expect("text"))
        .collect();
    folders.sort();
    let mut names: Vec<&str> = EXAMPLES.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    assert_eq!(folders, names);
}

#[test]
fn the_page_of_the_shop_shows_all_of_it() {
    let page = read(folder().join("../docs/guide/shop.md"));
    let program = read(folder().join("shop/main.rs"));
    assert!(page.contains(&format!("```rust,no_run\n{program}```\n")), "docs/guide/shop.md shows another program");
}
