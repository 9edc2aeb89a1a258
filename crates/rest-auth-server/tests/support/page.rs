//! The commands of a page of the documentation, run as they stand: every block that is marked `sh`, in order, in one
//! shell, and before them what the page says of `rest-auth.toml`.

use std::path::Path;
use std::process::Command;

/// The commands of the page, with what ends whatever they leave running.
fn script(page: &str) -> String {
    let mut script = String::from("set -euo pipefail\ntrap 'kill $(jobs -p) 2>/dev/null || true; wait' EXIT\n");
    for block in page.split("\n```").skip(1).step_by(2) {
        match block.split_once('\n') {
            Some(("sh", commands)) => script.extend([commands, "\n"]),
            Some(("toml", settings)) if settings.starts_with("# rest-auth.toml\n") => {
                script.extend(["cat > rest-auth.toml <<'END'\n", settings, "\nEND\nrest-auth check\n"]);
            }
            _ => {}
        }
    }
    script
}

/// A shell that runs the page in a folder, with `rest-auth` among its commands, and those of another folder. What the page says of the server's
/// address is `address`.
pub fn shell(page: &str, folder: &Path, address: &str, others: Option<&Path>) -> Command {
    let commands = Path::new(env!("CARGO_BIN_EXE_rest-auth")).parent().expect("a folder");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let own = [Some(commands), others].into_iter().flatten().map(Path::to_owned);
    let paths = own.chain(std::env::split_paths(&path));
    let mut command = Command::new("bash");
    command
        .args(["-c", &script(page).replace("127.0.0.1:8000", address)])
        .current_dir(folder)
        .env("PATH", std::env::join_paths(paths).expect("a path"))
        .env("REST_AUTH__BIND", address);
    command
}

/// Follows a page in a folder of its own; gives what is said on the way.
pub fn follow(page: &str) -> String {
    let folder = super::folder();
    let output = shell(page, folder.path(), &super::free_address(), None).output().expect("a shell");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}
