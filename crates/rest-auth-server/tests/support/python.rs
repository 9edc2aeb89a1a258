//! Python with packages of its own, for what the tests stand beside.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A Python that can import these modules, in a virtual environment of this name below the build's folder; it is made, with
/// these arguments to `pip install`, where it is missing. `None` where it cannot be.
pub fn python(name: &str, modules: &str, packages: &[&str]) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let python = folder.join("bin/python");
    let run = |command: &mut Command| {
        let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
        quiet.status().is_ok_and(|status| status.success())
    };
    let ready = run(Command::new(&python).args(["-c", &format!("import {modules}")]))
        || run(Command::new("python3").args(["-m", "venv"]).arg(&folder))
            && run(Command::new(&python).args(["-m", "pip", "install", "-q"]).args(packages));
    ready.then_some(python)
}
