//! Backups of a SQLite database.

mod support;

use support::{folder, rest_auth};

#[test]
fn a_backup_is_made_while_others_write_and_holds_all_that_was_done_before() {
    let folder = folder();
    let run = |arguments: &[&str]| rest_auth(folder.path(), arguments, b"");
    assert_eq!(run(&["migrate"]).0, 0);
    let create = |index: usize| run(&["user", "create", &format!("user{index}"), "--no-password"]).0 == 0;
    assert!((0..5).all(create));
    let stop = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        let writing = scope.spawn(|| {
            // One at least, whoever is faster.
            (5..).take_while(|index| create(*index) && !stop.load(std::sync::atomic::Ordering::Relaxed)).count()
        });
        let (done, said, errors) = run(&["backup", "copy.db"]);
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        assert!(
            done == 0 && said.starts_with("copy.db holds the accounts of sqlite://rest-auth.db ("),
            "{said}{errors}"
        );
        writing.join().expect("no panic");
    });
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = folder.path().join("copy.db").metadata().expect("the copy").permissions().mode();
        assert_eq!(mode & 0o077, 0, "nobody else may read the hashes");
    }
    let files: Vec<_> =
        std::fs::read_dir(folder.path()).expect("a folder").flatten().map(|file| file.file_name()).collect();
    assert!(!files.iter().any(|name| name.to_string_lossy().starts_with(".rest-auth-backup")), "{files:?}");

    // It is a database like the one that it was made of.
    let restored = support::folder();
    std::fs::copy(folder.path().join("copy.db"), restored.path().join("rest-auth.db")).expect("a copy");
    let (_, users, _) = rest_auth(restored.path(), &["user", "list"], b"");
    assert!((0..5).all(|index| users.contains(&format!(" user{index} "))), "{users}");
    assert!(rest_auth(restored.path(), &["user", "create", "after", "--no-password"], b"").0 == 0);
}

#[test]
fn a_backup_replaces_nothing_and_makes_no_database() {
    let folder = folder();
    let run = |arguments: &[&str]| rest_auth(folder.path(), arguments, b"");
    assert_eq!(run(&["backup", "copy.db"]).2, "rest-auth: there is no database rest-auth.db\n");
    assert_eq!(run(&["migrate"]).0, 0);
    std::fs::write(folder.path().join("copy.db"), "mine").expect("a file");
    assert_eq!(run(&["backup", "copy.db"]).2, "rest-auth: copy.db is there already; a backup replaces nothing\n");
    assert_eq!(std::fs::read_to_string(folder.path().join("copy.db")).expect("the file"), "mine");
    let (done, _, errors) = run(&["backup", "nowhere/copy.db"]);
    assert!(done != 0 && errors.starts_with("rest-auth: nowhere cannot be written to: "), "{errors}");
}
