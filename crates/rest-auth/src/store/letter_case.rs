//! Addresses, found whatever their case.
//!
//! Django's admin, `createsuperuser` and older versions of allauth store an address as it was typed. Each database finds it
//! by an index: see `indexes.rs`.

use std::cmp::Ordering;
use std::sync::{Arc, PoisonError};

use sea_query::{Alias, DynIden, Expr, ExprTrait, Iden, IntoIden, Order, Query};

use super::dialect::compare_without_case;
use super::profile_schema::quoted;
use super::spellings::Spellings;
use super::{Connection, Dialect, StoreError};

/// How many spellings of an address are looked for before the whole table is.
const MOST_SPELLINGS: usize = 100;

/// Whether two addresses differ in case at most.
pub(crate) fn same_address(a: &str, b: &str) -> bool {
    compare_without_case(a, b) == Ordering::Equal
}

/// Returns those that are spelled as asked; if there are none, those in lower case, as allauth looks them up; else all.
///
/// What is another address is left out: MySQL leaves accents out of account, too.
pub(super) fn closest<T>(found: Vec<T>, asked: &str, spelling: impl Fn(&T) -> &str) -> Vec<T> {
    let mut found: Vec<T> = found.into_iter().filter(|one| same_address(spelling(one), asked)).collect();
    for wanted in [asked, &asked.to_lowercase()] {
        if found.iter().any(|one| spelling(one) == wanted) {
            found.retain(|one| spelling(one) == wanted);
            break;
        }
    }
    found
}

/// How a column of MySQL's compares texts.
#[derive(Clone, Copy, Debug)]
pub(super) enum Collation {
    /// As the usual ones do.
    KnowsNoCase,
    /// By the numbers of the characters, as SQLite does.
    Binary,
    /// In an order of its own.
    KnowsCase,
}

/// Addresses of a table that should be looked at, as `check` counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MixedCase {
    /// How many hold capital letters.
    pub(crate) with_capitals: u64,
    /// How many differ from another one in case alone.
    pub(crate) alike: u64,
}

impl Connection {
    /// The condition that a column holds an address, or another text, whatever the case.
    pub(super) async fn holds_text(
        &mut self,
        (table, column): (DynIden, DynIden),
        address: &str,
    ) -> Result<Expr, StoreError> {
        let at = (table.clone(), column.clone());
        Ok(match self.dialect() {
            Dialect::Postgres => self.dialect().equals_without_case_by_function(at, address),
            Dialect::MySql => match self.collation_of(&table, &column).await? {
                Collation::KnowsNoCase => Expr::col(at).eq(address),
                Collation::Binary => self.is_a_spelling(table, column, address).await?,
                Collation::KnowsCase => self.dialect().equals_without_case_by_function(at, address),
            },
            Dialect::Sqlite if address.is_ascii() => {
                Expr::col(at).eq(Expr::cust_with_values("? COLLATE NOCASE", [address]))
            }
            Dialect::Sqlite => self.is_a_spelling(table, column, address).await?,
        })
    }

    /// The condition that a column, whose index is one of exact texts, holds a spelling of the address.
    async fn is_a_spelling(&mut self, table: DynIden, column: DynIden, address: &str) -> Result<Expr, StoreError> {
        let at = (table.clone(), column.clone());
        Ok(match self.spellings_in(&table, &column, address).await? {
            Some(spellings) if !spellings.is_empty() => Expr::col(at).is_in(spellings),
            Some(_) => Expr::col(at).eq(address),
            None if self.dialect() == Dialect::Sqlite => self.dialect().equals_without_case(at, address),
            None => self.dialect().equals_without_case_by_function(at, address),
        })
    }

    /// How a column of MySQL's compares texts. It is asked once.
    async fn collation_of(&mut self, table: &DynIden, column: &DynIden) -> Result<Collation, StoreError> {
        let database = Arc::clone(self.database());
        let at = (table.inner().into_owned(), column.inner().into_owned());
        if let Some(known) = database.collations.lock().unwrap_or_else(PoisonError::into_inner).get(&at) {
            return Ok(*known);
        }
        let statement = Query::select()
            .expr_as(Expr::cust("CAST(collation_name AS CHAR)"), Alias::new("collation"))
            .from((Alias::new("information_schema"), Alias::new("columns")))
            .and_where(Expr::cust("table_schema = DATABASE()"))
            .and_where(Expr::col(Alias::new("table_name")).eq(at.0.as_str()))
            .and_where(Expr::col(Alias::new("column_name")).eq(at.1.as_str()))
            .take();
        let row = self.fetch_optional(&statement).await?;
        let name = row.map(|row| row.optional_text("collation")).transpose()?.flatten().unwrap_or_default();
        let collation = match name.rsplit('_').next() {
            Some("bin") => Collation::Binary,
            Some("cs") => Collation::KnowsCase,
            _ => Collation::KnowsNoCase,
        };
        database.collations.lock().unwrap_or_else(PoisonError::into_inner).insert(at, collation);
        Ok(collation)
    }

    /// The spellings of an address that stand in a column whose index is one of exact texts. On SQLite it is, because its
    /// own collations know no case beyond ASCII.
    ///
    /// The index of exact texts is asked for the first one from the first spelling on, then from the first spelling behind
    /// that on. If there are very many alike, nothing is returned.
    async fn spellings_in(
        &mut self,
        table: &DynIden,
        column: &DynIden,
        address: &str,
    ) -> Result<Option<Vec<String>>, StoreError> {
        let spellings = Spellings::of(address);
        let (mut held, mut next) = (Vec::new(), spellings.first_from(""));
        for _ in 0..MOST_SPELLINGS {
            let Some(spelling) = next else { return Ok(Some(held)) };
            let (from, order) = match self.dialect() {
                Dialect::Sqlite => (
                    Expr::cust_with_values("? COLLATE BINARY", [spelling]),
                    Expr::cust_with_exprs("? COLLATE BINARY", [Expr::col(column.clone())]),
                ),
                _ => (Expr::val(spelling), Expr::col(column.clone())),
            };
            let statement = Query::select()
                .expr_as(Expr::col(column.clone()), Alias::new("held"))
                .from(table.clone())
                .and_where(Expr::col(column.clone()).gte(from))
                .order_by_expr(order, Order::Asc)
                .limit(1)
                .take();
            let Some(row) = self.fetch_optional(&statement).await? else { return Ok(Some(held)) };
            let found = row.text("held")?;
            next = spellings.first_from(&format!("{found}\0"));
            if spellings.contains(&found) {
                held.push(found);
            }
        }
        Ok(None)
    }

    /// Counts the addresses of a column that are not in lower case, and those that differ in case alone.
    pub(crate) async fn mixed_case(&mut self, table: &str, column: &str) -> Result<MixedCase, StoreError> {
        let dialect = self.dialect();
        let (table, column) = (quoted(dialect, table), quoted(dialect, column));
        let exact = |text: String| if dialect == Dialect::MySql { format!("CAST({text} AS BINARY)") } else { text };
        let (held, lower) = (exact(column.clone()), exact(format!("LOWER({column})")));
        let with_capitals = format!("(SELECT COUNT(*) FROM {table} WHERE {held} <> {lower})");
        let alike = format!(
            "(SELECT COALESCE(SUM(a.n), 0) FROM (SELECT COUNT(*) AS n FROM {table} WHERE {column} <> '' \
             GROUP BY LOWER({column}) HAVING COUNT(DISTINCT {held}) > 1) AS a)"
        );
        let kind = if dialect == Dialect::MySql { "SIGNED" } else { "BIGINT" };
        let mut count = async |sql: String| {
            let counted = Expr::cust(format!("CAST({sql} AS {kind})"));
            let statement = Query::select().expr_as(counted, Alias::new("counted")).take();
            self.count(&statement, "counted").await
        };
        Ok(MixedCase { with_capitals: count(with_capitals).await?, alike: count(alike).await? })
    }
}

/// A column of a table of ours.
pub(super) fn at<T: Iden + 'static>(table: T, column: T) -> (DynIden, DynIden) {
    (table.into_iden(), column.into_iden())
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn the_exact_spelling_wins_and_then_the_one_in_lower_case() {
        let of = |held: &[&'static str], asked: &str| closest(held.to_vec(), asked, |held| held);
        let both = ["Jane@Example.com", "jane@example.com"];
        assert_eq!(of(&both, "Jane@Example.com"), ["Jane@Example.com"]);
        assert_eq!(of(&both, "jane@example.com"), ["jane@example.com"]);
        assert_eq!(of(&both, "JANE@EXAMPLE.COM"), ["jane@example.com"]);
        assert_eq!(of(&["Jane@Example.com", "JANE@example.com"], "jane@example.com").len(), 2);
        assert_eq!(of(&["jäne@example.com", "jane@example.com"], "JÄNE@example.com"), ["jäne@example.com"]);
        assert_eq!(of(&[], "jane@example.com"), [""; 0]);
    }
}
