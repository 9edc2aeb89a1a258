//! What no database can be reached with.

use url::Url;

use super::Settings;

/// What the query of PostgreSQL's URL may say: what sqlx knows of it. `options[NAME]` is one, too.
const POSTGRES: &str = "sslmode, ssl-mode, sslrootcert, ssl-root-cert, ssl-ca, sslcert, ssl-cert, sslkey, ssl-key, host, hostaddr, \
                        port, dbname, user, password, application_name, options, statement-cache-capacity";

/// What the query of MySQL's URL may say.
const MYSQL: &str = "sslmode, ssl-mode, sslca, ssl-ca, sslcert, ssl-cert, sslkey, ssl-key, socket, charset, collation, \
                     timezone, time-zone, statement-cache-capacity";

impl Settings {
    pub(super) fn database_contradictions(&self, refuse: &mut impl FnMut(&str, String, &str)) {
        match self.database_url.expose().split(':').next().unwrap_or_default() {
            "sqlite" => {}
            "postgres" | "postgresql" => self.url_contradictions(POSTGRES, refuse),
            "mysql" | "mariadb" => {
                self.url_contradictions(MYSQL, refuse);
                if Url::parse(self.database_url.expose()).is_ok_and(|url| url.path().trim_matches('/').is_empty()) {
                    let problem = "it names no database".into();
                    refuse("database_url", problem, "Write the name behind the host: mysql://USER:PASSWORD@HOST/NAME.");
                }
            }
            _ => {
                let problem = "it is of no known database".into();
                refuse("database_url", problem, "It begins with sqlite://, postgres:// or mysql://.");
            }
        }
        if self.database_max_connections == 0 {
            refuse("database_max_connections", "no request could reach the database".into(), "At least 1.");
        }
        if self.database_min_connections > self.database_max_connections {
            let problem = "more connections would be kept open than there may be".into();
            refuse("database_min_connections", problem, "At most database_max_connections.");
        }
    }

    /// A misspelt `sslmode` would be passed over, and a value that is a secret be told to the log.
    fn url_contradictions(&self, parameters: &str, refuse: &mut impl FnMut(&str, String, &str)) {
        let url = match Url::parse(self.database_url.expose()) {
            Ok(url) => url,
            Err(error) => {
                let hint = "What is special in a name or a password is written as %23 for #, %2F for /, %40 for @.";
                return refuse("database_url", format!("it is no URL: {error}"), hint);
            }
        };
        let is_known = |name: &str| {
            parameters.split(", ").any(|known| known == name) || parameters == POSTGRES && name.starts_with("options[")
        };
        for (name, _) in url.query_pairs().filter(|(name, _)| !is_known(name)) {
            let hint = format!("There are {parameters}.");
            refuse("database_url", format!("there is no parameter {name:?}"), &hint);
        }
    }
}
