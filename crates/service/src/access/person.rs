//! What a person may do in an organization (PLATFORM section 3.4, point 5): as an admin of it or of one above everything,
//! as an employee of it or of one above what her groups allow.

use super::client::{is_active, texts};
use kalends_engine::problem::Failure;
use kalends_engine::record::Record;
use kalends_store::{organizations, params, records, records::Reader};
use std::collections::HashSet;

/// The rights of a person in one organization, through one app.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Person {
    /// Whether she belongs to the organization at all.
    pub member: bool,
    /// Whether she may do everything.
    pub admin: bool,
    /// What her groups allow; they add up.
    pub permissions: HashSet<String>,
}

impl Person {
    /// Whether she holds a permission.
    pub(crate) fn holds(&self, permission: &str) -> bool {
        self.admin || self.permissions.contains(permission)
    }
}

/// Reads what a person may do in an organization. With `app` only the groups count that are linked with an active
/// configuration of it; without, as in the staff software, all of them.
///
/// Whether the person is active is not looked at here: that is read with every request.
///
/// # Errors
/// Those of the database.
pub(crate) async fn load(
    reader: &mut impl Reader,
    organization_id: &str,
    app: Option<&str>,
    user_id: &str,
) -> Result<Person, Failure> {
    let mut person = Person { admin: is_admin(reader, organization_id, user_id).await?, ..Person::default() };
    person.member = person.admin;
    if person.admin {
        return Ok(person);
    }
    let sql = "SELECT e.employee_id, r.body FROM employee_user e JOIN record r ON r.id = e.employee_id \
               JOIN organization_tree t ON t.ancestor_id = r.organization_id \
               WHERE e.user_id = $1 AND t.descendant_id = $2";
    let rows = reader.rows(sql, &params![user_id, organization_id]).await?;
    let active = |text: &str| serde_json::from_str(text).is_ok_and(|body| is_active(&body));
    let employees: Vec<&str> = rows.iter().filter(|row| active(row.text(1))).map(|row| row.text(0)).collect();
    person.member = !employees.is_empty();
    let groups = records::linked_many(reader, "employee_employeeGroup", &employees).await?;
    let lineage = organizations::lineage(reader, organization_id).await?;
    let allowed = match app {
        None => None,
        Some(app) => {
            let ids: Vec<&str> = groups.iter().map(|(_, group)| group.id.as_str()).collect();
            let configs = records::linked_many(reader, "employeeGroup_appConfig", &ids).await?;
            let counts = |config: &Record| {
                config.text("appId") == app && is_active(&config.body) && lineage.contains(&config.organization_id)
            };
            let groups = configs.into_iter().filter(|(_, config)| counts(config)).map(|(group, _)| group);
            Some(groups.collect::<HashSet<String>>())
        }
    };
    for (_, group) in &groups {
        if allowed.as_ref().is_none_or(|allowed| allowed.contains(&group.id)) {
            person.permissions.extend(texts(&group.body, "permissionList").map(str::to_owned));
        }
    }
    Ok(person)
}

/// Whether a person is an admin of the organization or of one above it, or belongs to the developer account whose demo
/// organization it is.
///
/// # Errors
/// Those of the database.
pub(crate) async fn is_admin(reader: &mut impl Reader, organization_id: &str, user_id: &str) -> Result<bool, Failure> {
    let sql = "SELECT 1 FROM organization_admin a JOIN organization_tree t ON t.ancestor_id = a.organization_id \
               WHERE t.descendant_id = $1 AND a.user_id = $2 \
               UNION ALL \
               SELECT 1 FROM link l JOIN organization_tree t ON t.ancestor_id = l.right_id \
               JOIN developer_account_user u ON u.developer_account_id = l.left_id \
               WHERE l.relation = 'developerAccount.demoOrganization' AND t.descendant_id = $1 AND u.user_id = $2";
    Ok(!reader.rows(sql, &params![organization_id, user_id]).await?.is_empty())
}

/// The organizations that name a person as an admin or an active employee; she reaches all below them too.
///
/// # Errors
/// Those of the database.
pub(crate) async fn organizations_of(reader: &mut impl Reader, user_id: &str) -> Result<HashSet<String>, Failure> {
    let sql = "SELECT organization_id, '' FROM organization_admin WHERE user_id = $1 \
               UNION ALL \
               SELECT r.organization_id, r.body FROM employee_user e JOIN record r ON r.id = e.employee_id WHERE e.user_id = $1 \
               UNION ALL \
               SELECT l.right_id, '' FROM link l JOIN developer_account_user u ON u.developer_account_id = l.left_id \
               WHERE l.relation = 'developerAccount.demoOrganization' AND u.user_id = $1";
    let rows = reader.rows(sql, &params![user_id]).await?;
    let counts = |body: &str| body.is_empty() || serde_json::from_str(body).is_ok_and(|body| is_active(&body));
    Ok(rows.iter().filter(|row| counts(row.text(1))).map(|row| row.text(0).to_owned()).collect())
}
