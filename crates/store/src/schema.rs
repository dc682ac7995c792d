//! The migrations, in order. Forward only: a published text never changes.

use crate::Migration;

/// Every migration of this version.
pub const MIGRATIONS: &[Migration] = &[
    Migration::common("0001_foundation", include_str!("../migrations/0001_foundation.sql")),
    Migration::common("0002_scheduling", include_str!("../migrations/0002_scheduling.sql")),
    Migration::common("0003_feeds", include_str!("../migrations/0003_feeds.sql")),
    Migration::common("0003_root_custom_id", include_str!("../migrations/0003_root_custom_id.sql")),
    Migration::common("0004_accounts", include_str!("../migrations/0004_accounts.sql")),
];
