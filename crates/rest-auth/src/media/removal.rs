//! Files that no row names are removed, by the one who delivers what waits in the outbox: so that a file is not lost with a
//! transaction that fails, and none stays behind when the server is killed.

use object_store::ObjectStoreExt;
use object_store::path::Path;
use serde_json::{Map, Value};
use time::Duration;

use super::keep::unavailable;
use crate::auth::Auth;
use crate::error::Error;
use crate::fields::Field;
use crate::store::{Connection, StoreError};

impl Auth {
    /// Has a file looked after, from so long on, in a transaction of its own; gives what the note is taken back by.
    pub(super) async fn note_file(&self, name: &str, after: Duration) -> Result<i64, Error> {
        let mut tx = self.store().begin().await?;
        let note = tx.insert_file_note(name, self.now(), self.now() + after).await?;
        tx.commit().await?;
        Ok(note)
    }

    pub(super) async fn forget_note(&self, note: i64) -> Result<(), Error> {
        let mut tx = self.store().begin().await?;
        tx.delete_mail(note).await?;
        Ok(tx.commit().await?)
    }

    /// Has the files looked after that the changes put others in place of, once the transaction is committed.
    pub(crate) async fn release_files(
        &self,
        tx: &mut Connection,
        fields: &[Field],
        before: &Map<String, Value>,
        changes: &Map<String, Value>,
    ) -> Result<(), StoreError> {
        for field in fields.iter().filter(|field| field.is_file() && changes.contains_key(field.name())) {
            if let Some(name) = before.get(field.name()).and_then(Value::as_str).filter(|name| !name.is_empty()) {
                tx.insert_file_note(name, self.now(), self.now()).await?;
            }
        }
        Ok(())
    }

    /// Removes a file, unless a row names it.
    pub(crate) async fn remove_unless_named(&self, name: &str) -> Result<(), Error> {
        let Some(store) = &self.media().store else { return Ok(()) };
        let mut db = self.store().connection().await?;
        for (table, field) in self.settings().file_fields() {
            if db.names_file(table, field.name(), name).await? {
                return Ok(());
            }
        }
        drop(db);
        // A name of Django's that is none of ours.
        let Ok(path) = Path::parse(name) else { return Ok(()) };
        match store.delete(&path).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(unavailable(&error)),
        }
    }
}
