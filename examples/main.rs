//! Serves an example: `cargo run -p rest-auth-examples profile`.

use rest_auth_examples::{EXAMPLES, Ended};

fn main() -> Ended {
    let name = std::env::args().nth(1).unwrap_or_default();
    match EXAMPLES.iter().find(|(folder, _)| *folder == name) {
        Some((_, serve)) => serve(),
        None => {
            let names: Vec<&str> = EXAMPLES.iter().map(|(folder, _)| *folder).collect();
            Err(format!("name one of {}", names.join(", ")).into())
        }
    }
}
