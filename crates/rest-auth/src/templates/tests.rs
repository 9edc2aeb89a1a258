use std::collections::BTreeMap;

use minijinja::context;

use super::Templates;

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }
    folder
}

fn rendered(files: &[(&str, &str)], name: &str, language: &str) -> String {
    let folder = folder(files);
    let templates = Templates::load(Some(folder.path())).unwrap_or_else(|error| panic!("{error}"));
    let values = context! { site_name => "<Example>", language => language, subject => "Hello", url => "u", user => context!{ username => "jane" } };
    templates.render(name, language, &values).expect("a text")
}

#[test]
fn the_folder_comes_first_and_in_it_the_language() {
    let own = ("mail/test.txt", "ours");
    assert!(rendered(&[], "mail/password_reset.txt", "de").starts_with("Wählen Sie ein neues Passwort\n"));
    assert_eq!(rendered(&[own], "mail/test.txt", "en"), "ours");
    assert_eq!(rendered(&[("mail/password_reset.txt", "ours")], "mail/password_reset.txt", "de"), "ours");
    assert_eq!(rendered(&[own, ("fr/mail/test.txt", "à nous")], "mail/test.txt", "fr"), "à nous");
    assert_eq!(rendered(&[own, ("fr/mail/test.txt", "à nous")], "mail/test.txt", "de"), "ours");
}

#[test]
fn a_base_of_the_folder_goes_round_the_programs_own() {
    let base = ("mail/base.html", "<header>{{ site_name }}</header>{% block content %}{% endblock %}");
    let text = rendered(&[base], "mail/test.html", "en");
    assert!(text.starts_with("<header>&lt;Example&gt;</header>\n<p>Hello,</p>"), "{text}");
}

#[test]
fn where_one_of_the_folders_fails_the_programs_own_is_used() {
    let text = rendered(&[("mail/test.txt", "{{ user.address.city.name }}")], "mail/test.txt", "en");
    assert!(text.starts_with("A test\n"), "{text}");
    let text = rendered(&[("mail/base.html", "{{ nobody.knows.this }}")], "mail/test.html", "en");
    assert!(text.contains("This one did."), "{text}");
}

#[test]
fn a_mail_without_a_subject_is_a_problem() {
    let folder = folder(&[("de/mail/test.txt", "\nHello"), ("mail/test.txt", ""), ("pages/base.html", "")]);
    let templates = Templates::load(Some(folder.path())).unwrap_or_else(|error| panic!("{error}"));
    let problems = templates.problems(&BTreeMap::new());
    let names: Vec<_> = problems.keys().map(String::as_str).collect();
    assert_eq!(names, ["de/mail/test.txt", "mail/test.txt"], "{problems:?}");
}

#[test]
fn what_is_no_template_is_refused_with_its_place() {
    let folder = folder(&[("mail/test.txt", "one\n{% if %}")]);
    let error = Templates::load(Some(folder.path())).expect_err("a misfit").to_string();
    assert!(error.starts_with("mail/test.txt is no template: syntax error"), "{error}");
    let error = Templates::load(Some(&folder.path().join("nothing"))).expect_err("a misfit").to_string();
    assert!(error.contains("nothing cannot be read"), "{error}");
}
