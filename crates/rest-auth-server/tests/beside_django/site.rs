//! A database with Django and rest-auth on it.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;
use ureq::Agent;

use crate::output;
use crate::support::database::Database;
use crate::support::{self, Running, free_address, page};

const SECRET_KEY: &str = "a-key-for-tests-only-0123456789-abcdefghijklmnopqrstuvw";

/// A Python with Django, in a virtual environment of its own below the build's folder.
fn python() -> Option<&'static Path> {
    static PYTHON: OnceLock<Option<PathBuf>> = OnceLock::new();
    PYTHON
        .get_or_init(|| {
            let requirements = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/beside_django/django/requirements.txt");
            support::python::python("django", "dj_rest_auth, psycopg, pymysql", &["-r", requirements])
        })
        .as_deref()
}

pub struct Site {
    python: &'static Path,
    database: Database,
    /// Whether its users are in a table of the project's own: what `people/models.py` says.
    own_users: bool,
}

/// The same to rest-auth.
const OWN_USERS: [(&str, &str); 6] = [
    ("REST_AUTH__USER__TABLE", "people"),
    ("REST_AUTH__USER__KEY", "uuid"),
    ("REST_AUTH__USER__COLUMNS", r#"{id="uid",first_name="given_name"}"#),
    ("REST_AUTH__USER__GROUPS_COLUMN", "person_id"),
    ("REST_AUTH__USER__FIELDS", r#"{phone={type="char",max_length=20,blank=true}}"#),
    ("REST_AUTH__USER_DETAILS__FIELDS", r#"["pk","username","email","first_name","last_name"]"#),
];

impl Site {
    /// A fresh database of each kind that is reachable.
    pub fn each(name: &str) -> Vec<Self> {
        let Some(python) = python() else {
            let _ = writeln!(std::io::stderr(), "left out, because Django cannot be installed: the tests beside it");
            return Vec::new();
        };
        let databases = Database::each(&format!("{name} beside Django"));
        databases.into_iter().map(|database| Self { python, database, own_users: false }).collect()
    }

    /// The same of a project whose users are in a table of its own.
    pub fn each_with_own_users(name: &str) -> Vec<Self> {
        Self::each(name).into_iter().map(|site| Self { own_users: true, ..site }).collect()
    }

    /// The first column of what a statement gives.
    pub fn query(&self, sql: &str) -> Vec<String> {
        self.database.query(sql)
    }

    /// Every column, constraint and index of the database, one a line.
    pub fn schema(&self) -> String {
        let sql = match self.database.url.split(':').next() {
            Some("sqlite") => "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name",
            Some("mysql") => {
                "SELECT CAST(CONCAT_WS(' ', table_name, column_name, column_type, is_nullable, collation_name) AS CHAR) \
                   AS line FROM information_schema.columns WHERE table_schema = DATABASE() \
                 UNION ALL SELECT CAST(CONCAT_WS(' ', table_name, index_name, column_name, non_unique) AS CHAR) \
                   FROM information_schema.statistics WHERE table_schema = DATABASE() \
                 UNION ALL SELECT CAST(CONCAT_WS(' ', table_name, constraint_name, constraint_type) AS CHAR) \
                   FROM information_schema.table_constraints WHERE table_schema = DATABASE() ORDER BY line"
            }
            _ => {
                "SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable AS line \
                   FROM information_schema.columns WHERE table_schema = 'public' \
                 UNION ALL SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) \
                   FROM pg_constraint WHERE connamespace = 'public'::regnamespace \
                 UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY line"
            }
        };
        self.database.query(sql).join("\n")
    }

    fn django_command(&self) -> Command {
        let mut command = Command::new(self.python);
        command
            .arg("manage.py")
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/beside_django/django"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("SECRET_KEY", SECRET_KEY)
            .env("DATABASE_URL", &self.database.url);
        if self.own_users {
            command.env("OWN_USERS", "1");
        }
        command
    }

    pub fn django(&self, arguments: &[&str]) -> String {
        output(self.django_command().args(arguments))
    }

    fn rest_auth_command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rest-auth"));
        command
            .current_dir(env!("CARGO_TARGET_TMPDIR"))
            .env("REST_AUTH__SECRET_KEY", SECRET_KEY)
            .env("REST_AUTH__DATABASE_URL", &self.database.url)
            .env("REST_AUTH__ACCOUNT__EMAIL_VERIFICATION", "none");
        if self.own_users {
            command.envs(OWN_USERS);
        }
        command
    }

    pub fn rest_auth(&self, arguments: &[&str]) -> String {
        output(self.rest_auth_command().args(arguments))
    }

    /// A shell that runs a page of the documentation in a copy of the project's folder.
    pub fn follow(&self, page: &str) -> Command {
        let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/beside_django/django");
        let copy = self.database.folder().join("project");
        std::fs::create_dir(&copy).expect("a folder");
        let files = std::fs::read_dir(project).expect("the project").flatten();
        for file in files.filter(|file| file.path().is_file()) {
            std::fs::copy(file.path(), copy.join(file.file_name())).expect("a copy");
        }
        let mut command = page::shell(page, &copy, &free_address(), self.python.parent());
        command
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("SECRET_KEY", SECRET_KEY)
            .env("DATABASE_URL", &self.database.url);
        command
    }

    pub fn serve_django(&self) -> Server {
        Server::start(|address| {
            let mut command = self.django_command();
            command.args(["runserver", "--noreload", address]);
            command
        })
    }

    pub fn serve_rest_auth(&self) -> Server {
        Server::start(|address| {
            let mut command = self.rest_auth_command();
            command.env("REST_AUTH__BIND", address);
            command
        })
    }
}

/// A server that runs until it is dropped.
pub struct Server {
    _running: Running,
    base: String,
}

impl Server {
    fn start(command: impl Fn(&str) -> Command) -> Self {
        let address = free_address();
        let running = Running::start(&mut command(&address), &address);
        Self { _running: running, base: format!("http://{address}/api/auth/") }
    }

    pub fn client(&self) -> Client {
        Client { base: self.base.clone(), cookies: BTreeMap::new() }
    }
}

/// A browser, as far as it matters: it keeps its cookies, and repeats the secret in the header.
pub struct Client {
    base: String,
    cookies: BTreeMap<String, String>,
}

impl Client {
    /// The same client, speaking to another server.
    pub fn at(self, server: &Server) -> Self {
        Self { base: server.base.clone(), ..self }
    }

    pub fn get(&mut self, path: &str, headers: &[(&str, &str)]) -> (u16, Value) {
        self.send("GET", path, headers, None)
    }

    /// The groups that the answer names for a proxy.
    pub fn groups(&mut self) -> Option<String> {
        let request = ureq::get(format!("{}forward-auth/", self.base)).header("cookie", self.cookie());
        let response = request.call().expect("an answer");
        Some(response.headers().get("x-auth-groups")?.to_str().ok()?.to_owned())
    }

    fn cookie(&self) -> String {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        cookies.join("; ")
    }

    pub fn post(&mut self, path: &str, body: &Value) -> (u16, Value) {
        self.send("POST", path, &[], Some(body))
    }

    fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&Value>) -> (u16, Value) {
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(token) = self.cookies.get("csrftoken") {
            request = request.header("x-csrftoken", token);
        }
        let request = request.header("cookie", self.cookie()).header("content-type", "application/json");
        let body = body.map(Value::to_string).unwrap_or_default();
        let agent: Agent = Agent::config_builder().http_status_as_error(false).build().into();
        let mut response = agent.run(request.body(body).expect("a request")).expect("an answer");
        for cookie in response.headers().get_all("set-cookie") {
            let (name, rest) = cookie.to_str().expect("text").split_once('=').expect("a cookie");
            let value = rest.split(';').next().unwrap_or_default().trim_matches('"');
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let text = response.body_mut().read_to_string().expect("text");
        (response.status().as_u16(), serde_json::from_str(&text).unwrap_or_else(|_| text.into()))
    }
}
