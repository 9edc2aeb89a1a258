//! rest-auth and the real Django on one database of each kind, going on where the other left off. Left out, with a
//! line, where Django cannot be installed.

mod site;
#[path = "../support/mod.rs"]
mod support;

use std::process::Command;

use serde_json::json;
use site::Site;

#[test]
fn adopting_changes_nothing_of_djangos() {
    for site in Site::each("adopted") {
        site.django(&["migrate", "-v0"]);
        let before = comparable(&site.schema());
        assert!(before.iter().any(|line| line.contains("auth_user")), "{before:?}");
        makes_only_its_own(&site);
        let mut after = comparable(&site.schema());
        after.retain(|line| !is_our_own(line));
        assert_eq!(after, before);
        // Django finds everything as it left it, and works with what rest-auth writes.
        site.django(&["migrate", "--check"]);
        assert!(site.rest_auth(&["user", "create", "root", "--superuser", "--no-password"]).starts_with("Made root"));
        let look = "from django.contrib.auth.models import User; print(User.objects.get(username='root').is_superuser)";
        assert!(site.django(&["shell", "-v0", "-c", look]).ends_with("True\n"));
    }
}

#[test]
fn django_accepts_every_table_that_rest_auth_made() {
    for (ours, theirs) in Site::each("made").into_iter().zip(Site::each("theirs")) {
        ours.rest_auth(&["migrate"]);
        ours.django(&["migrate", "--fake-initial", "-v0"]);
        ours.django(&["migrate", "--check"]);
        theirs.django(&["migrate", "-v0"]);
        let (ours, theirs) = (comparable(&ours.schema()), comparable(&theirs.schema()));
        let beyond = |a: &[String], b: &[String]| -> Vec<String> {
            a.iter().filter(|line| !b.contains(line)).cloned().collect()
        };
        let mut more = beyond(&ours, &theirs);
        more.retain(|line| !is_our_own(line));
        assert_eq!((more, beyond(&theirs, &ours)), (Vec::new(), Vec::new()));
    }
}

/// Whether a line of a schema is of a table or an index that Django does not have.
fn is_our_own(line: &str) -> bool {
    let words = line.split(|held: char| !held.is_ascii_alphanumeric() && held != '_');
    words.into_iter().any(|word| word.starts_with("rest_auth_"))
}

/// Adopts the database, to which nothing is added but tables and indexes of our own.
fn makes_only_its_own(site: &Site) {
    let said = site.rest_auth(&["migrate"]);
    let (made, summary): (Vec<_>, Vec<_>) = said.lines().partition(|line| line.starts_with("made "));
    let others = made.iter().filter(|line| !line.contains(" rest_auth_")).collect::<Vec<_>>();
    assert_eq!((others.len(), summary.len()), (0, 1), "{said}");
}

/// The lines of a schema without what does not matter: the order of columns and lines, white space.
fn comparable(schema: &str) -> Vec<String> {
    let one_line = schema.replace(",\n", ", ");
    let mut lines: Vec<String> = one_line
        .replace("(\n", "(")
        .replace("\n)", ")")
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ").replace("( ", "("))
        .collect();
    lines.sort();
    lines
}

#[test]
fn what_one_begins_the_other_finishes() {
    Site::each("relay").iter().for_each(relay);
}

fn relay(site: &Site) {
    site.django(&["migrate", "-v0"]);
    hand_over(site);
}

#[test]
fn users_in_a_table_of_the_projects_own_are_adopted() {
    for site in Site::each_with_own_users("own users") {
        site.django(&["migrate", "-v0"]);
        let before = comparable(&site.schema());
        assert!(before.iter().any(|line| line.contains("people")), "{before:?}");
        makes_only_its_own(&site);
        let mut after = comparable(&site.schema());
        after.retain(|line| !is_our_own(line));
        assert_eq!(after, before);
        hand_over(&site);
        links_are_good(&site);
    }
}

/// A link that Django's side makes gives a new password on ours, and groups are those of the same table.
fn links_are_good(site: &Site) {
    let make = "from allauth.account.forms import default_token_generator as tokens; \
                from allauth.account.utils import user_pk_to_url_str; \
                from django.contrib.auth import get_user_model; \
                from django.contrib.auth.models import Group; \
                jane = get_user_model().objects.get(username='jane'); \
                jane.groups.add(Group.objects.create(name='Editors')); \
                print(jane.pk, user_pk_to_url_str(jane), tokens.make_token(jane))";
    let printed = site.django(&["shell", "-v0", "-c", make]);
    let [pk, uid, token] = printed.split_whitespace().collect::<Vec<_>>()[..] else { panic!("{printed}") };
    let rest_auth = site.serve_rest_auth();
    let password = "paperclip paperclip";
    let form = json!({ "uid": uid, "token": token, "new_password1": password, "new_password2": password });
    let mut client = rest_auth.client();
    assert_eq!(client.post("password/reset/confirm/", &form).0, 200);
    assert_eq!(client.post("login/", &json!({ "username": "jane", "password": password })).0, 200);
    let (_, details) = client.get("user/", &[]);
    assert_eq!(details["pk"], pk);
    assert_eq!(client.groups().as_deref(), Some("Editors"));
}

#[test]
fn django_goes_on_from_a_table_of_users_that_rest_auth_made() {
    for site in Site::each_with_own_users("own users made") {
        site.rest_auth(&["migrate"]);
        site.query(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('people', '0001_initial', CURRENT_TIMESTAMP)",
        );
        site.django(&["migrate", "--fake-initial", "-v0"]);
        hand_over(&site);
    }
}

/// What one server begins is finished by the other.
fn hand_over(site: &Site) {
    let (django, rest_auth) = (site.serve_django(), site.serve_rest_auth());
    let form = |name: &str| {
        json!({
            "username": name,
            "email": format!("{name}@example.com"),
            "password1": "correct horse battery",
            "password2": "correct horse battery",
        })
    };
    for (name, here, there) in [("jane", &django, &rest_auth), ("joe", &rest_auth, &django)] {
        let mut client = here.client();
        let (status, body) = client.post("registration/", &form(name));
        assert_eq!(status, 201, "{body}");
        let key = body["key"].as_str().expect("a key").to_owned();

        // The key and the session are good over there,
        let (status, details) = there.client().get("user/", &[("authorization", &format!("Token {key}"))]);
        assert_eq!((status, details["username"].as_str()), (200, Some(name)));
        let mut client = client.at(there);
        let (status, details) = client.get("user/", &[]);
        assert_eq!((status, details["username"].as_str()), (200, Some(name)));

        // the password that is changed there is the one here,
        let change = json!({ "new_password1": "battery staple", "new_password2": "battery staple" });
        let (status, body) = client.post("password/change/", &change);
        assert_eq!(status, 200, "{body}");
        let login = |password: &str| json!({ "username": name, "password": password });
        assert_eq!(here.client().post("login/", &login("correct horse battery")).0, 400);
        let (status, body) = here.client().post("login/", &login("battery staple"));
        assert_eq!((status, body["key"].as_str()), (200, Some(key.as_str())));

        // the session that changed it goes on here, and a logout here is one there.
        let mut client = client.at(here);
        assert_eq!(client.get("user/", &[]).0, 200);
        assert_eq!(client.post("logout/", &json!({})).0, 200);
        assert_eq!(there.client().get("user/", &[("authorization", &format!("Token {key}"))]).0, 401);
    }
    let (status, body) = rest_auth.client().post("registration/", &form("JANE"));
    assert_eq!((status, body), (400, json!({ "username": ["A user with that username already exists."] })));
}

#[test]
fn the_commands_of_the_page_on_moving_work() {
    for site in Site::each("moving") {
        site.django(&["migrate", "-v0"]);
        let make = "from django.contrib.auth.models import User; \
                    User.objects.create_user('jane', password='correct horse battery')";
        site.django(&["shell", "-v0", "-c", make]);
        let before = comparable(&site.schema());
        let said = output(&mut site.follow(include_str!("../../../../docs/moving-from-django.md")));
        for line in ["rest-auth.toml is written", "made rest_auth_refresh_token", r#"{"key":""#] {
            assert!(said.contains(line), "{line} is missing in {said}");
        }
        let mut after = comparable(&site.schema());
        after.retain(|line| !is_our_own(line));
        assert_eq!(after, before);
    }
}

/// The command that a test runs, with what it prints; it must succeed.
fn output(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{command:?}\n{}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}
