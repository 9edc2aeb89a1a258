//! Profiles beside the user.

use serde_json::{Value, json};

use crate::settings::Settings;
use crate::store::Dialect;
use crate::testing::{Client, TestApp, each_database};

/// One field of each kind.
const EVERY_KIND: &str = r#"
    [profiles.profile]
    table = "app_userprofile"
    fields.name = { type = "char", max_length = 10, blank = true }
    fields.bio = { type = "text", blank = true }
    fields.contact = { type = "email", blank = true }
    fields.website = { type = "url", null = true }
    fields.age = { type = "integer", null = true, min_value = 0 }
    fields.price = { type = "decimal", max_digits = 8, decimal_places = 2, default = "1.5" }
    fields.newsletter = { type = "boolean", default = false }
    fields.birthday = { type = "date", null = true }
    fields.seen = { type = "datetime", null = true }
    fields.size = { type = "choice", choices = ["small", "large"], default = "small" }
    fields.extra = { type = "json", default = {} }
    fields.level = { type = "integer", default = 1, read_only = true }
"#;

const TWO: &str = r#"
    [profiles.profile]
    table = "app_userprofile"
    fields.company_name = { type = "char", max_length = 100, blank = true }

    [profiles.vendor]
    table = "app_vendorprofile"
    auto_create = false
    fields.business_name = { type = "char", max_length = 100 }

    [user_details]
    fields = ["username", "profile", "vendor"]
"#;

async fn logged_in(app: &TestApp) -> Client {
    app.user("jane", "correct horse").await;
    let mut client = app.client();
    client.post("/login/", json!({ "username": "jane", "password": "correct horse" })).await;
    client.with_csrf()
}

#[each_database]
async fn a_profile_is_made_with_the_user_and_every_kind_of_field_is_kept() {
    let app = TestApp::with(EVERY_KIND).await;
    let mut jane = logged_in(&app).await;
    let initial = r#""profile":{"name":"","bio":"","contact":"","website":null,"age":null,"price":"1.50","newsletter":false,"birthday":null,"seen":null,"size":"small","extra":{},"level":1}"#;
    assert_eq!(
        jane.get("/user/").await.line(),
        format!(
            r#"200 {{"pk":1,"username":"jane","email":"jane@example.com","first_name":"","last_name":"",{initial}}}"#
        )
    );
    assert_eq!(app.sql("SELECT COUNT(*) FROM app_userprofile").await, [[json!(1)]]);

    let written = json!({ "profile": {
        "name": " Jané ", "bio": "日本語\n'quoted' \\ \"too\"", "contact": "jane@work.example.com",
        "website": "https://example.com/~jane?a=b", "age": "37", "price": 12, "newsletter": "yes",
        "birthday": "1990-2-3", "seen": "2026-01-02T03:04:05.25+02:00", "size": "large",
        "extra": { "b": [1, 2.5, null], "a": "ü" }, "level": 9,
    }});
    let shown = json!({
        "name": "Jané", "bio": "日本語\n'quoted' \\ \"too\"", "contact": "jane@work.example.com",
        "website": "https://example.com/~jane?a=b", "age": 37, "price": "12.00", "newsletter": true,
        "birthday": "1990-02-03", "seen": "2026-01-02T01:04:05.250000Z", "size": "large",
        "extra": { "b": [1, 2.5, null], "a": "ü" }, "level": 1,
    });
    assert_eq!(jane.patch("/user/", written).await.json()["profile"], shown);
    assert_eq!(jane.get("/user/").await.json()["profile"], shown);

    let emptied = json!({ "profile": {
        "website": null, "age": null, "birthday": null, "seen": null, "bio": "", "newsletter": 0, "extra": [],
    }});
    let patched = jane.patch("/user/", emptied).await.json()["profile"].clone();
    assert_eq!(patched["name"], "Jané", "what is not named stays");
    for name in ["website", "age", "birthday", "seen"] {
        assert_eq!(patched[name], Value::Null, "{name}");
    }
    assert_eq!((&patched["bio"], &patched["newsletter"], &patched["extra"]), (&json!(""), &json!(false), &json!([])));
}

#[each_database]
async fn everything_wrong_with_a_profile_is_said_and_nothing_is_written() {
    let app = TestApp::with(EVERY_KIND).await;
    let mut jane = logged_in(&app).await;
    let wrong = json!({ "first_name": "Jane", "profile": {
        "name": "01234567890", "bio": null, "contact": "nobody", "website": "javascript:alert(1)", "age": -1,
        "price": "1.234", "newsletter": "maybe", "birthday": "yesterday", "seen": 3, "size": "huge", "extra": null,
    }});
    assert_eq!(
        jane.patch("/user/", wrong).await.line(),
        concat!(
            r#"400 {"profile":{"name":["Ensure this field has no more than 10 characters."],"#,
            r#""bio":["This field may not be null."],"contact":["Enter a valid email address."],"#,
            r#""website":["Enter a valid URL."],"age":["Ensure this value is greater than or equal to 0."],"#,
            r#""price":["Ensure that there are no more than 2 decimal places."],"#,
            r#""newsletter":["Must be a valid boolean."],"#,
            r#""birthday":["Date has wrong format. Use one of these formats instead: YYYY-MM-DD."],"#,
            r#""seen":["Datetime has wrong format. Use one of these formats instead: "#,
            r#"YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z]."],"size":["\"huge\" is not a valid choice."],"#,
            r#""extra":["This field may not be null."]}}"#,
        )
    );
    let both = json!({ "username": "no way", "profile": { "age": "x" } });
    assert_eq!(
        jane.patch("/user/", both).await.json(),
        json!({
            "username": ["Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters."],
            "profile": { "age": ["A valid integer is required."] },
        })
    );
    for hostile in [r#"{"profile":{"extra":"\u0000"}}"#, r#"{"profile":{"bio":"\ud800","extra":{"\u0000":1}}}"#] {
        let body = hostile.to_owned().into();
        let answer = jane.send(axum::http::Method::PATCH, "/user/", Some("application/json"), body).await;
        assert_eq!(answer.status(), 400, "{}", answer.text());
    }
    assert_eq!(jane.get("/user/").await.json()["first_name"], "");
}

#[each_database]
async fn a_form_and_a_put_are_understood() {
    let app = TestApp::with(EVERY_KIND).await;
    let mut jane = logged_in(&app).await;
    let mut form = async |method: &str, text: &str| {
        let media_type = Some("application/x-www-form-urlencoded");
        let method = method.parse().expect("a method");
        jane.send(method, "/user/", media_type, text.to_owned().into()).await
    };
    let patched = form("PATCH", "profile.bio=From+a+form&profile.newsletter=on&profile.age=&first_name=Jane").await;
    assert_eq!(
        (&patched.json()["profile"]["bio"], &patched.json()["profile"]["newsletter"]),
        (&json!("From a form"), &json!(true)),
    );
    // A box that is not ticked is how a whole form says no.
    let put = form("PUT", "username=jane&profile.name=Jane").await;
    assert_eq!(put.json()["profile"]["newsletter"], false);
    assert_eq!(put.json()["profile"]["bio"], "From a form", "what a serializer does not ask for stays");
    let put = jane.put("/user/", json!({ "username": "jane" })).await;
    assert_eq!((put.status(), &put.json()["profile"]["name"]), (200, &json!("Jane")));
}

#[each_database]
async fn a_profile_of_one_kind_of_user_is_nobody_elses() {
    let app = TestApp::with(TWO).await;
    let mut jane = logged_in(&app).await;
    assert_eq!(jane.get("/user/").await.line(), r#"200 {"username":"jane","profile":{"company_name":""}}"#);
    let greedy = json!({ "vendor": { "business_name": "Mine" }, "profile": { "company_name": "Acme", "user_id": 7 } });
    assert_eq!(
        jane.patch("/user/", greedy).await.line(),
        r#"200 {"username":"jane","profile":{"company_name":"Acme"}}"#
    );
    assert_eq!(app.sql("SELECT COUNT(*) FROM app_vendorprofile").await, [[json!(0)]]);

    app.sql("INSERT INTO app_vendorprofile (user_id, business_name) VALUES (1, 'Jane & Sons')").await;
    let put = jane.put("/user/", json!({ "username": "jane", "vendor": {} })).await;
    assert_eq!(put.line(), r#"400 {"vendor":{"business_name":["This field is required."]}}"#);
    let patch = jane.patch("/user/", json!({ "profile": { "company_name": "" }, "vendor": { "business_name": "J" } }));
    assert_eq!(
        patch.await.line(),
        r#"200 {"username":"jane","profile":{"company_name":""},"vendor":{"business_name":"J"}}"#
    );
}

#[each_database]
async fn a_user_who_is_older_than_the_profile_gets_theirs_with_the_first_change() {
    let app = TestApp::with(TWO).await;
    let mut jane = logged_in(&app).await;
    app.sql("DELETE FROM app_userprofile").await;
    assert_eq!(jane.get("/user/").await.line(), r#"200 {"username":"jane","profile":{"company_name":""}}"#);
    jane.patch("/user/", json!({ "profile": {} })).await;
    assert_eq!(app.sql("SELECT COUNT(*) FROM app_userprofile").await, [[json!(0)]]);
    jane.patch("/user/", json!({ "profile": { "company_name": "Acme" } })).await;
    assert_eq!(app.sql("SELECT user_id, company_name FROM app_userprofile").await, [[json!(1), json!("Acme")]]);
}

#[each_database]
async fn what_is_read_only_is_passed_over() {
    let app = TestApp::with(&format!("{TWO}read_only_fields = [\"username\", \"profile.company_name\"]\n",)).await;
    let mut jane = logged_in(&app).await;
    let put = jane.put("/user/", json!({ "username": "eve", "profile": { "company_name": "Acme" } })).await;
    assert_eq!(put.line(), r#"200 {"username":"jane","profile":{"company_name":""}}"#);
}

#[each_database]
async fn the_answer_to_a_login_shows_the_profile() {
    let app = TestApp::with(&format!("{TWO}[rest_auth]\nuse_jwt = true\njwt_auth_httponly = false\n")).await;
    app.user("jane", "correct horse").await;
    let login = app.client().post("/login/", json!({ "username": "jane", "password": "correct horse" })).await;
    assert_eq!(login.json()["user"], json!({ "username": "jane", "profile": { "company_name": "" } }));
}

#[each_database]
async fn a_failing_profile_leaves_no_user_behind() {
    let app = TestApp::with(TWO).await;
    app.sql("DROP TABLE app_userprofile").await;
    let jane = json!({
        "username": "jane", "email": "jane@example.com",
        "password1": "correct horse battery", "password2": "correct horse battery",
    });
    assert_eq!(app.client().post("/registration/", jane).await.status(), 500);
    assert_eq!(app.sql("SELECT COUNT(*) FROM auth_user").await, [[json!(0)]]);
}

fn settings(toml: &str) -> Settings {
    Settings::from_toml(toml).unwrap_or_else(|error| panic!("{error}")).settings
}

#[each_database]
async fn migrate_adds_columns_and_drops_nothing() {
    let app = TestApp::with(TWO).await;
    let mut jane = logged_in(&app).await;
    jane.patch("/user/", json!({ "profile": { "company_name": "Acme" } })).await;
    let wider = EVERY_KIND.replace("fields.name", "fields.company_name");
    let store = app.auth().store().clone().holding(&settings(&wider));
    let plan = store.migration_plan().await.expect("a plan");
    assert_eq!(plan.len(), 11, "{plan:?}");
    assert!(plan[0].starts_with("ALTER TABLE"), "{}", plan[0]);
    assert_eq!(store.missing_tables().await.expect("an answer")[0], "app_userprofile.bio");
    let told = std::sync::Mutex::new(Vec::new());
    let made = store.migrate_with(|name, done, all| told.lock().expect("alone").push((name.to_owned(), done, all)));
    assert_eq!(made.await.expect("columns").len(), 11);
    assert_eq!(told.into_inner().expect("alone")[10], ("app_userprofile.level".to_owned(), 10, 11));
    assert!(store.migrate().await.expect("nothing to do").is_empty());
    let profile = &settings(&wider).profiles[0];
    let mut db = store.connection().await.expect("a connection");
    let kept = db.profile_of(profile, "1".parse().expect("an id")).await.expect("a row").expect("a row");
    let mut wanted = profile.initial();
    wanted["company_name"] = json!("Acme");
    wanted["price"] = json!("1.50");
    assert_eq!(kept, wanted);
}

#[each_database]
async fn a_table_that_is_no_profiles_is_refused() {
    let app = TestApp::with(TWO).await;
    for (table, toml, said) in [
        (
            "CREATE TABLE app_other (id integer NOT NULL PRIMARY KEY)",
            "[profiles.p]\ntable = \"app_other\"",
            "the table app_other does not fit: it has no column user_id, so that it is no profile's",
        ),
        (
            "CREATE TABLE app_older (user_id integer NOT NULL PRIMARY KEY, rank integer NOT NULL)",
            "[profiles.p]\ntable = \"app_older\"",
            "the table app_older does not fit: its column rank must have a value: add fields.rank to profiles.p, or \
             give the column a default in the database",
        ),
        (
            "CREATE TABLE app_narrow (user_id integer NOT NULL PRIMARY KEY)",
            "[profiles.p]\ntable = \"app_narrow\"\nauto_create = false\nfields.age = { type = \"integer\" }",
            "the table app_narrow does not fit: its column age is missing, and the rows that are there would have no \
             value for it: add default or null = true to profiles.p.fields.age",
        ),
    ] {
        app.sql(table).await;
        let store = app.auth().store().clone().holding(&settings(toml));
        assert_eq!(store.migrate().await.expect_err("refused").to_string(), said);
    }
}

#[test]
fn a_table_is_what_django_would_make() {
    use crate::store::Store;
    let made = |dialect| {
        let mut statements = Store::statements(dialect, &settings(EVERY_KIND)).into_iter();
        let is_the_profiles = |sql: &String| sql.starts_with("CREATE TABLE") && sql.contains("app_userprofile");
        statements.find(is_the_profiles).expect("the profile's")
    };
    assert_eq!(
        made(Dialect::Sqlite),
        r#"CREATE TABLE "app_userprofile" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "name" varchar(10) NOT NULL,
    "bio" text NOT NULL,
    "contact" varchar(254) NOT NULL,
    "website" varchar(200) NULL,
    "age" integer NULL,
    "price" decimal NOT NULL,
    "newsletter" bool NOT NULL,
    "birthday" date NULL,
    "seen" datetime NULL,
    "size" varchar(255) NOT NULL,
    "extra" text NOT NULL CHECK ((JSON_VALID("extra") OR "extra" IS NULL)),
    "level" integer NOT NULL,
    "user_id" integer NOT NULL UNIQUE REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED
);"#
    );
    let postgres = made(Dialect::Postgres);
    for line in [
        r#""id" bigint NOT NULL PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY"#,
        r#""price" numeric(8, 2) NOT NULL"#,
        r#""seen" timestamp with time zone NULL"#,
        r#""extra" jsonb NOT NULL"#,
        r#"CONSTRAINT "app_userprofile_user_id_370bd89d_fk_auth_user_id" FOREIGN KEY ("user_id") REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED"#,
    ] {
        assert!(postgres.contains(line), "{line} is not in\n{postgres}");
    }
    let mysql = made(Dialect::MySql);
    for line in
        ["`bio` longtext NOT NULL", "`seen` datetime(6) NULL", "`extra` json NOT NULL", "`newsletter` bool NOT NULL"]
    {
        assert!(mysql.contains(line), "{line} is not in\n{mysql}");
    }
}

#[test]
fn what_cannot_be_a_profile_is_refused_with_all_that_is_wrong() {
    let error = Settings::from_toml(
        r#"
        [profiles.groups]
        table = "auth_user"
        fields.user_id = { type = "integer", null = true }
        fields.name = { type = "char" }
        fields.age = { type = "integer", max_length = 3 }
        fields.price = { type = "decimal", null = true }
        fields.size = { type = "choice", choices = ["small"], default = "huge" }
        fields.avatar = { type = "image", upload_to = "../up/", default = "me.png" }
        fields.colour = { type = "char", max_lenght = 3 }

        [user_details]
        fields = ["pk", "password"]
        read_only_fields = ["groups.shape"]
        "#,
    )
    .expect_err("refused")
    .to_string();
    for said in [
        "profiles.groups.fields.avatar: upload_to is no folder below the media's",
        "profiles.groups.fields.avatar: a file has no default",
        "profiles.groups.fields.colour.max_lenght: no such setting",
        "Did you mean `max_length`?",
        "profiles.groups: it cannot be called that",
        "profiles.groups.table: \"auth_user\" cannot be the table of a profile",
        "profiles.groups.fields.user_id: the table has a column of this name already",
        "profiles.groups.fields.name: a char has a max_length",
        "profiles.groups.fields.age: max_length is for texts",
        "profiles.groups.fields.age: a profile that is made with every user has no value to put there",
        "profiles.groups.fields.price: a decimal has max_digits, 38 at most, and decimal_places among them",
        "profiles.groups.fields.size: its default does not fit: \"huge\" is not a valid choice.",
        "user_details.fields: \"password\" is neither a field of the user nor a profile",
        "user_details.read_only_fields: there is no field \"groups.shape\"",
    ] {
        assert!(error.contains(said), "{said} is not in\n{error}");
    }
}

#[test]
fn fields_stay_in_the_order_in_which_they_are_written() {
    let settings = settings(EVERY_KIND);
    let names: Vec<&str> = settings.profiles[0].fields.iter().map(crate::fields::Field::name).collect();
    assert_eq!(names[..4], ["name", "bio", "contact", "website"]);
    let again = Settings::from_toml(&settings.to_toml()).unwrap_or_else(|error| panic!("{error}")).settings;
    assert_eq!(again.profiles, settings.profiles, "what `config` prints says the same");
}

const OF_THE_USER: &str = r#"
    [user]
    table = "people"
    fields.role = { type = "choice", choices = ["reader", "editor"], default = "reader" }
    fields.credit = { type = "integer", default = 0, read_only = true }
    fields.plan = { type = "char", max_length = 10, default = "free" }
    fields.public = { type = "boolean", default = true }
    fields.notes = { type = "json", default = {} }
    fields.nickname = { type = "char", max_length = 10, blank = true }
    fields.birthday = { type = "date", null = true }

    [profiles.profile]
    table = "app_userprofile"
    fields.size = { type = "choice", choices = ["small", "large"], default = "small" }
    fields.level = { type = "integer", default = 1, read_only = true }
    fields.bio = { type = "text", blank = true }

    [user_details]
    fields = ["username", "first_name", "role", "credit", "public", "nickname", "birthday", "profile"]
    read_only_fields = ["nickname"]
"#;

#[each_database]
async fn a_change_writes_nothing_that_was_not_sent() {
    let app = TestApp::with(OF_THE_USER).await;
    let mut jane = logged_in(&app).await;
    app.sql(
        "UPDATE people SET role = 'editor', credit = 70, plan = 'paid', public = false, notes = '[1]', nickname = 'jay', \
         birthday = '1990-02-03', last_name = 'Doe'",
    )
    .await;
    app.sql("UPDATE app_userprofile SET size = 'large', level = 7, bio = 'mine'").await;
    let rows = async || {
        let people = "SELECT role, credit, plan, public, CAST(notes AS char(9)), nickname, CAST(birthday AS char(10)), last_name";
        let people = if app.auth().store().dialect() == Dialect::Sqlite {
            people.replace("char(9)", "text").replace("char(10)", "text")
        } else {
            people.to_owned()
        };
        let mut rows = app.sql(&format!("{people} FROM people")).await;
        rows.extend(app.sql("SELECT size, level, bio FROM app_userprofile").await);
        Value::from(rows.into_iter().map(Value::from).collect::<Vec<_>>()).to_string().replace(' ', "")
    };
    let before = rows().await;
    assert!(before.contains("70") && before.contains("1990-02-03") && before.contains("large"), "{before}");

    assert_eq!(jane.patch("/user/", json!({ "first_name": "Jane" })).await.status(), 200);
    assert_eq!(rows().await, before);
    assert_eq!(jane.put("/user/", json!({ "username": "jane", "profile": {} })).await.status(), 200);
    assert_eq!(rows().await, before);
    let hidden = json!({ "credit": 1, "plan": "x", "notes": 3, "nickname": "x", "profile": { "level": 9 } });
    assert_eq!(jane.patch("/user/", hidden).await.status(), 200);
    assert_eq!(rows().await, before);
    let parts: &[(&str, Option<&str>, &[u8])] = &[("first_name", None, b"J"), ("profile.bio", None, b"mine")];
    assert_eq!(jane.patch_multipart("/user/", parts).await.status(), 200);
    assert_eq!(rows().await, before);
    assert_eq!(jane.patch("/user/", json!({ "profile": { "size": "small" } })).await.status(), 200);
    assert_eq!(rows().await, before.replace("large", "small"));
}
