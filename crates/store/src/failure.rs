//! What a database's refusal means to a caller.

use crate::StoreError;
use kalends_engine::problem::{Failure, Problem};

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unique { constraint } if constraint.contains("custom_id") => {
                Problem::at("custom_id_taken", "customId").with_status(409)
            }
            StoreError::Overlap => Self::conflict("slot_taken"),
            StoreError::Unique { .. } | StoreError::ForeignKey | StoreError::Conflict => {
                Self::conflict("changed_meanwhile")
            }
            StoreError::Busy | StoreError::Unavailable(_) => {
                tracing::warn!(%error, "database not available");
                Self::unavailable()
            }
            StoreError::Check | StoreError::Other(_) => {
                tracing::error!(%error, "database refused a statement");
                Self::internal()
            }
        }
    }
}
