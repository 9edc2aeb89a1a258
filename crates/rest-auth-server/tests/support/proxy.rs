//! nginx with a block of a page of the documentation, in front of a server.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use super::Running;

/// Returns the page's block of this kind, with other addresses than the page's.
pub fn block(page: &str, kind: &str, addresses: &[(&str, &str)]) -> String {
    let block = page.split(&format!("```{kind}\n")).nth(1).and_then(|rest| rest.split("```").next()).expect("a block");
    addresses.iter().fold(block.to_owned(), |block, (said, real)| block.replace(said, real))
}

/// Returns whether a program is installed; if not, prints that a test is skipped.
///
/// The line is visible even if the test runner captures the output.
pub fn is_installed(program: &str, argument: &str, test: &str) -> bool {
    let found = Command::new(program).arg(argument).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    if !found {
        let _ = writeln!(std::io::stderr(), "left out, because {program} is not installed: {test}");
    }
    found
}

/// Starts nginx with these blocks of its `http`, and waits until it listens.
pub fn nginx(folder: &Path, blocks: &str, address: &str) -> Running {
    let file = folder.join("nginx.conf");
    let place = folder.display();
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|name| format!("{name}_temp_path {place}/{name};\n"))
        .concat();
    let whole = format!(
        "daemon off; master_process off; pid {place}/pid; error_log {place}/errors;\n\
         events {{}}\nhttp {{ access_log off;\n{temporary}{blocks}}}\n"
    );
    std::fs::write(&file, whole).expect("a file");
    Running::start(Command::new("nginx").arg("-p").arg(folder).arg("-c").arg(&file), address)
}
