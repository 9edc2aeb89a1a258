//! Tables and columns that are missing or do not fit.

use super::{Examined, Finding};
use crate::readiness;
use crate::store::StoreError;

pub(super) async fn check(examined: &mut Examined<'_>) -> Result<Vec<Finding>, StoreError> {
    let missing = match readiness::missing(examined.store, examined.settings).await {
        Ok(missing) => missing,
        Err(StoreError::UnfitTable { table, problem }) => {
            return Ok(vec![Finding::error(table, problem, "The server does not start with this table.")]);
        }
        Err(error) => return Err(error),
    };
    let finding = |name: String| Finding::error(name, "is missing in the database", "Run `rest-auth migrate`.");
    Ok(missing.into_iter().map(finding).collect())
}
