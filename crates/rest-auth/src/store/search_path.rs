//! PostgreSQL's `search_path`: the schemas of existing tables and of new tables.
//!
//! A table is found by its name alone, as in every query of rest-auth and Django. A missing table is made in the schema
//! of the existing ones, even if another schema is first in the path. Otherwise a new, empty table could hide one with
//! rows.

use std::collections::BTreeSet;

use sqlx::{PgConnection, Row as _};

use super::schema::{Step, tables};
use super::{Connection, Dialect, StoreError};

/// A table of Django, an application or rest-auth in a schema of the path.
pub(crate) struct Placed {
    pub(crate) table: String,
    pub(crate) schema: String,
    /// Whether PostgreSQL finds the table by its name alone.
    pub(crate) is_found: bool,
}

/// The path, and the tables in its schemas.
pub(crate) struct SearchPath {
    /// The path as it is set, with `"$user"` replaced.
    pub(crate) named: Vec<String>,
    user: String,
    /// The existing schemas of the path that the role may use, in their order.
    pub(crate) schemas: Vec<String>,
    /// The schemas of the path that hold such tables, but that the role may not use.
    pub(crate) barred: Vec<String>,
    pub(crate) tables: Vec<Placed>,
}

/// Returns the steps, with new tables in the schema of the existing ones.
///
/// The tables in `own` count like Django's.
pub(super) async fn placed(
    db: &mut Connection,
    mut steps: Vec<Step>,
    own: Vec<String>,
    users: &str,
) -> Result<Vec<Step>, StoreError> {
    const CREATE: &str = "CREATE TABLE \"";
    let makes_tables = steps.iter().any(|step| step.statements.contains(CREATE));
    if db.dialect() != Dialect::Postgres || !makes_tables {
        return Ok(steps);
    }
    let Some(path) = db.search_path(&own).await? else { return Ok(steps) };
    if let Some(schema) = path.home(users)? {
        let create = format!("CREATE TABLE \"{}\".\"", schema.replace('"', "\"\""));
        steps.iter_mut().for_each(|step| step.statements = step.statements.replace(CREATE, &create));
    }
    Ok(steps)
}

impl SearchPath {
    /// Returns whether a schema has the name of the database's user.
    ///
    /// This schema is first in PostgreSQL's default path.
    pub(crate) fn is_the_users(&self, schema: &str) -> bool {
        schema == self.user
    }

    /// Returns the schema for new tables, unless PostgreSQL uses it by default.
    pub(crate) fn home(&self, users: &str) -> Result<Option<&str>, StoreError> {
        if let Some(schema) = self.barred.first() {
            return Err(StoreError::SearchPath(format!(
                "the schema {schema} holds tables of Django's, but this role may not use it: GRANT USAGE ON SCHEMA to the role, \
                 or remove the schema from the search_path"
            )));
        }
        let Some(first) = self.schemas.first() else {
            return Err(StoreError::SearchPath(format!(
                "its schemas do not exist ({}): create the schema, or correct the search_path in database_url or of the role",
                self.named.join(", ")
            )));
        };
        let found = || self.tables.iter().filter(|placed| placed.is_found);
        let homes: BTreeSet<&str> = found().map(|placed| placed.schema.as_str()).collect();
        let of_users = found().find(|placed| placed.table == users).map(|placed| placed.schema.as_str());
        let home = match (homes.len(), of_users) {
            (0, _) => return Ok(None),
            (1, _) => homes.first().copied(),
            (_, Some(schema)) => Some(schema),
            (_, None) => {
                let homes: Vec<&str> = homes.into_iter().collect();
                return Err(StoreError::SearchPath(format!(
                    "Django's tables are in several of its schemas ({}), but none of them has the table {users}: \
                     leave one of them in the search_path",
                    homes.join(", ")
                )));
            }
        };
        Ok(home.filter(|home| home != first))
    }
}

impl Connection {
    /// Returns PostgreSQL's `search_path`; `None` on other databases.
    ///
    /// The result contains the tables of Django, and of these names, in the schemas of the path.
    pub(crate) async fn search_path(&mut self, own: &[String]) -> Result<Option<SearchPath>, StoreError> {
        let names: Vec<String> =
            tables(Dialect::Postgres).map(|table| table.name.to_owned()).chain(own.to_vec()).collect();
        match self.postgres() {
            Some(connection) => Ok(Some(read(connection, &names).await?)),
            None => Ok(None),
        }
    }
}

async fn read(connection: &mut PgConnection, names: &[String]) -> Result<SearchPath, sqlx::Error> {
    const OURS: &str = "(c.relname = ANY ($1) OR c.relname LIKE 'django\\_%') AND c.relkind IN ('r', 'p', 'v', 'f')";
    let path = sqlx::query("SELECT current_setting('search_path'), current_user::text, current_schemas(false)::text[]")
        .fetch_one(&mut *connection)
        .await?;
    let (set, user): (String, String) = (path.try_get(0)?, path.try_get(1)?);
    let schemas: Vec<String> = path.try_get(2)?;
    let named: Vec<String> =
        names_of(&set).into_iter().map(|name| if name == "$user" { user.clone() } else { name }).collect();
    let sql = format!(
        "SELECT c.relname::text, n.nspname::text, pg_table_is_visible(c.oid) FROM pg_class c \
         JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {OURS} AND n.nspname = ANY ($2) ORDER BY 1, 2"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(names).bind(&named).fetch_all(&mut *connection).await?;
    let mut placed = Vec::new();
    for row in rows {
        placed.push(Placed { table: row.try_get(0)?, schema: row.try_get(1)?, is_found: row.try_get(2)? });
    }
    let (tables, beyond): (Vec<_>, Vec<_>) = placed.into_iter().partition(|placed| schemas.contains(&placed.schema));
    let barred: BTreeSet<String> = beyond.into_iter().map(|placed| placed.schema).collect();
    Ok(SearchPath { named, user, schemas, barred: barred.into_iter().collect(), tables })
}

/// Returns the names in a list as PostgreSQL writes it: `"$user", public`.
fn names_of(list: &str) -> Vec<String> {
    let (mut names, mut name, mut is_quoted) = (Vec::new(), String::new(), false);
    let mut rest = list.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' if is_quoted && rest.peek() == Some(&'"') => name.extend(rest.next()),
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => names.push(std::mem::take(&mut name)),
            c if c.is_whitespace() && !is_quoted => {}
            c if is_quoted => name.push(c),
            c => name.extend(c.to_lowercase()),
        }
    }
    names.push(name);
    names.retain(|name| !name.is_empty());
    names
}

#[cfg(test)]
mod tests {
    use super::names_of;

    #[test]
    fn a_list_of_names_is_read_as_postgres_writes_it() {
        assert_eq!(names_of("\"$user\", public"), ["$user", "public"]);
        assert_eq!(names_of("Accounts,\"my, \"\"own\"\" one\" , public"), ["accounts", "my, \"own\" one", "public"]);
        assert_eq!(names_of("\"\""), Vec::<String>::new());
    }
}
