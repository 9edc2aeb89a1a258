//! What was sent to a database, for tests that compare the work that is done. In an application it is nothing.

#[cfg(any(test, feature = "testing"))]
use std::sync::{Arc, Mutex, PoisonError};

/// The statements of a store, without their values, in order; from the time on that somebody asks for them.
#[derive(Clone, Debug, Default)]
pub(super) struct Statements(#[cfg(any(test, feature = "testing"))] Arc<Mutex<Option<Vec<String>>>>);

#[cfg(any(test, feature = "testing"))]
impl Statements {
    pub(super) fn note(&self, sql: &str) {
        if let Some(sent) = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            sent.push(sql.to_owned());
        }
    }

    /// Those that were sent since this was last asked.
    pub(super) fn take(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).replace(Vec::new()).unwrap_or_default()
    }
}

#[cfg(not(any(test, feature = "testing")))]
impl Statements {
    pub(super) fn note(&self, _sql: &str) {}
}
