//! Finds addresses without regard to case.
//!
//! Django's admin, `createsuperuser` and older versions of allauth store an address as it was typed. Each database
//! finds such an address by an index: see `indexes.rs`.

use std::cmp::Ordering;
use std::sync::{Arc, PoisonError};

use sea_query::{Alias, DynIden, Expr, ExprTrait, Iden, IntoIden, Order, Query};

use super::dialect::compare_without_case;
use super::profile_schema::quoted;
use super::spellings::Spellings;
use super::{Connection, Dialect, StoreError};

/// The number of spellings of an address to look up before the whole table is read.
const MOST_SPELLINGS: usize = 100;

/// Returns whether two addresses differ in case at most.
pub(crate) fn same_address(a: &str, b: &str) -> bool {
    compare_without_case(a, b) == Ordering::Equal
}

/// Returns the rows whose spelling is closest to the address that was asked for.
///
/// These are the rows with the exact spelling, or else those in lower case, as allauth looks them up, or else all. Rows
/// with another address are left out, because MySQL ignores accents, too.
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
    /// Without regard to case, as MySQL's usual collations do.
    KnowsNoCase,
    /// By the numbers of the characters, as SQLite does.
    Binary,
    /// With regard to case, in a language's order.
    KnowsCase,
}

/// The numbers of addresses in a table that `check` reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MixedCase {
    /// The number of addresses with capital letters.
    pub(crate) with_capitals: u64,
    /// The number of addresses that differ from another one in case alone.
    pub(crate) alike: u64,
}

impl Connection {
    /// Returns the condition that a column holds a text; case does not matter.
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

    /// Returns the condition that a column with an exact index holds a spelling.
    async fn is_a_spelling(&mut self, table: DynIden, column: DynIden, address: &str) -> Result<Expr, StoreError> {
        let at = (table.clone(), column.clone());
        Ok(match self.spellings_in(&table, &column, address).await? {
            Some(spellings) if !spellings.is_empty() => Expr::col(at).is_in(spellings),
            Some(_) => Expr::col(at).eq(address),
            None if self.dialect() == Dialect::Sqlite => self.dialect().equals_without_case(at, address),
            None => self.dialect().equals_without_case_by_function(at, address),
        })
    }

    /// Returns how a column of MySQL compares texts; the answer is cached.
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

    /// Returns the spellings of an address that a column with an exact index holds.
    ///
    /// SQLite needs this because its own collations ignore case in ASCII only. The function asks the index for the
    /// first text from the first spelling on, then from the first spelling behind that text on. If there are too many
    /// similar texts, the result is `None`.
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

    /// Counts a column's addresses that are not in lower case or differ in case alone.
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

/// Returns a column with its table.
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
