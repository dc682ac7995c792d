//! People: users of the installation, found or made by their e-mail address.

use crate::Service;
use crate::call::Call;
use crate::developer::boxed;
use crate::people::registration;
use crate::write;
use kalends_engine::id;
use kalends_engine::input;
use kalends_engine::problem::{Failure, Problem};
use kalends_engine::record::Record;
use kalends_entities::{self as entities, shared};
use kalends_store::{Tx, organizations, params, records};
use serde_json::{Value, json};
use std::sync::Arc;

/// A person who can log in.
#[derive(Debug, Clone, Default)]
pub struct Person {
    /// E-mail address, the login name.
    pub email: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// `MALE`, `FEMALE`, `DIVERSE`, `NOT_SPECIFIED`.
    pub gender: String,
    /// `de`, `en`, …
    pub locale: String,
    /// IANA zone.
    pub time_zone: String,
    /// argon2id, or empty while no password was ever set.
    pub password_hash: String,
    /// Whether the address was proved.
    pub verified: bool,
}

/// The user behind a person object of a request (`admin`): found by e-mail, or made without a password.
pub(crate) async fn person(tx: &mut Tx, call: &Call, document: &Value, at: &str) -> Result<String, Failure> {
    let Some(document) = document.as_object() else {
        return Err(Problem::at("wrong_type", at).arg("expected", "object").with_status(400));
    };
    let applied = input::check(shared::PERSON, document, call.strict).map_err(|problems| {
        let below = |problem: Problem| Problem { parameter: problem.parameter.map(|p| format!("{at}.{p}")), ..problem };
        Failure::invalid(problems.into_iter().map(below).collect())
    })?;
    let text = |name: &str| applied.body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let person = Person {
        email: text("email"),
        first_name: text("firstName"),
        last_name: text("lastName"),
        gender: text("gender"),
        locale: call.language.code().to_owned(),
        ..Person::default()
    };
    if person.email.is_empty() {
        return Err(Failure::invalid_at("required", format!("{at}.email")));
    }
    find_or_make(tx, call, &person).await
}

/// The user with that e-mail address; made when there is none.
pub(crate) async fn find_or_make(tx: &mut Tx, call: &Call, person: &Person) -> Result<String, Failure> {
    let email = person.email.to_lowercase();
    let rows = tx.query("SELECT id FROM account_user WHERE email = $1", &params![email.as_str()]).await?;
    if let Some(row) = rows.first() {
        return Ok(row.text(0).to_owned());
    }
    let id = id::new("us", call.entropy.as_ref());
    let or = |text: &str, default: &str| if text.is_empty() { default.to_owned() } else { text.to_owned() };
    let sql = "INSERT INTO account_user (id, email, email_verified, password_hash, first_name, last_name, gender, locale, time_zone, active, created) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, $10)";
    let values = params![
        id.as_str(),
        email,
        person.verified,
        person.password_hash.as_str(),
        person.first_name.as_str(),
        person.last_name.as_str(),
        or(&person.gender, "NOT_SPECIFIED"),
        or(&person.locale, "de"),
        or(&person.time_zone, "Europe/Berlin"),
        call.now
    ];
    tx.execute(sql, &values).await?;
    Ok(id)
}

/// Makes a user an admin of an organization and everything below.
pub(crate) async fn make_admin(tx: &mut Tx, call: &Call, organization: &Record, user_id: &str) -> Result<(), Failure> {
    let sql =
        "INSERT INTO organization_admin (organization_id, user_id, created) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    if tx.execute(sql, &params![organization.id.as_str(), user_id, call.now]).await? > 0 {
        organizations::touch_one(tx, user_id).await?;
        let change = json!({"field": "adminList", "before": null, "after": user_id});
        write::log(tx, call, &entities::organization::ENTITY, organization, "LINK", &[change]).await?;
    }
    Ok(())
}

/// Ends that a user is an admin of an organization; what she may do below because she is an admin there too stays.
pub(crate) async fn end_admin(tx: &mut Tx, call: &Call, organization: &Record, user_id: &str) -> Result<(), Failure> {
    let sql = "DELETE FROM organization_admin WHERE organization_id = $1 AND user_id = $2";
    if tx.execute(sql, &params![organization.id.as_str(), user_id]).await? > 0 {
        organizations::touch_one(tx, user_id).await?;
        let change = json!({"field": "adminList", "before": user_id, "after": null});
        write::log(tx, call, &entities::organization::ENTITY, organization, "UNLINK", &[change]).await?;
    }
    Ok(())
}

/// The user an employee is connected with must exist; the row by which her employments are found says what the record says.
/// A user who cannot log in yet is invited.
pub(crate) async fn connect_employee(tx: &mut Tx, call: &Call, employee: &Record, before: &str) -> Result<(), Failure> {
    let user_id = employee.text("userId");
    if user_id == before {
        return Ok(());
    }
    tx.execute("DELETE FROM employee_user WHERE employee_id = $1", &params![employee.id.as_str()]).await?;
    if user_id.is_empty() {
        return Ok(());
    }
    let sql = "INSERT INTO employee_user (employee_id, user_id) SELECT $1, id FROM account_user WHERE id = $2";
    if tx.execute(sql, &params![employee.id.as_str(), user_id]).await? == 0 {
        return Err(Failure::invalid_at("bad_reference", "userId"));
    }
    let prefix = entities::organization::ENTITY.prefix;
    let organization = records::find_anywhere(tx, prefix, &employee.organization_id).await?;
    let name = organization.as_ref().map_or("", |organization| organization.text("name"));
    registration::invite(tx, call, user_id, name, "").await.map(drop)
}

impl Service {
    /// Makes a user an admin of an organization and of all below it.
    ///
    /// # Errors
    /// `not_found` (404) when there is no such organization or user.
    pub async fn add_admin(&self, call: &Call, organization_id: &str, user_id: &str) -> Result<(), Failure> {
        self.change_admin(call, organization_id, user_id, true).await
    }

    /// Ends that. It holds from the person's next request on.
    ///
    /// # Errors
    /// `not_found` (404) when there is no such organization or user.
    pub async fn remove_admin(&self, call: &Call, organization_id: &str, user_id: &str) -> Result<(), Failure> {
        self.change_admin(call, organization_id, user_id, false).await
    }

    async fn change_admin(&self, call: &Call, organization_id: &str, user_id: &str, make: bool) -> Result<(), Failure> {
        let organization = self.organization(organization_id).await?;
        let (call, user_id) = (call.clone(), user_id.to_owned());
        let work = boxed::<(), _>(move |tx| {
            let (call, organization, user_id) = (call.clone(), Arc::clone(&organization), user_id.clone());
            Box::pin(async move {
                let user = tx.query("SELECT id FROM account_user WHERE id = $1", &params![user_id.as_str()]).await?;
                if user.is_empty() {
                    return Err(Failure::not_found());
                }
                if make {
                    make_admin(tx, &call, &organization.record, &user_id).await
                } else {
                    end_admin(tx, &call, &organization.record, &user_id).await
                }
            })
        });
        self.store.write(work).await
    }
}
