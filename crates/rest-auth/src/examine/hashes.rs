//! Stored password hashes that rest-auth cannot verify.

use std::collections::BTreeMap;

use super::{Examined, Finding};
use crate::passwords::unverifiable;
use crate::store::StoreError;

/// The number of rows that one query reads.
const AT_ONCE: u64 = 1000;

pub(super) async fn check(examined: &mut Examined<'_>) -> Result<Vec<Finding>, StoreError> {
    let table = &examined.settings.user.table;
    if !examined.has(table) {
        return Ok(Vec::new());
    }
    let (mut kinds, mut last) = (BTreeMap::new(), None);
    loop {
        let hashes = examined.db.unusual_hashes_after(last, AT_ONCE).await?;
        let Some((id, _)) = hashes.last() else { break };
        last = Some(*id);
        for kind in hashes.iter().filter_map(|(_, hash)| unverifiable(hash)) {
            *kinds.entry(kind).or_insert(0) += 1;
        }
    }
    let finding = |(kind, users): (&'static str, u64)| {
        let problem = format!("the hashes of {users} users are of a kind that nothing can verify: {kind}");
        let advice = match kind {
            "bcrypt without Django's prefix" => "Put \"bcrypt$\" in front of each, or they cannot log in.",
            "Argon2 without Django's prefix" => "Put \"argon2\" in front of each, or they cannot log in.",
            _ => "They cannot log in until they reset their password.",
        };
        Finding::warning(format!("{table}.password"), problem, advice)
    };
    Ok(kinds.into_iter().map(finding).collect())
}
