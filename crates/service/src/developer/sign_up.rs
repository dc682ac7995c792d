//! Registering on the page: account, first user and demo organization from one form.
//!
//! Invariant: the answer and the time it takes never tell whether the address has a user; only a mail to it does.

use super::accounts::{Registration, register};
use super::boxed;
use crate::Service;
use crate::accounts::Person;
use crate::call::Call;
use crate::mail::Purpose;
use crate::people::passwords;
use crate::people::registration::{names, newcomer, tell_owner};
use crate::people::sessions::Origin;
use kalends_catalog::locale::Language;
use kalends_engine::problem::{Failure, Problem};
use kalends_engine::{id, scalar};
use kalends_store::Tx;

/// Most characters of an account's name.
const NAME_MAX: usize = 120;

/// What the form holds: general information, and user data.
#[derive(Debug, Clone, Default)]
pub struct SignUp {
    /// Name of the account.
    pub name: String,
    /// Its e-mail address.
    pub email: String,
    /// The user's; must be the same.
    pub user_email: String,
    /// Her first name, may be empty.
    pub first_name: String,
    /// Her last name.
    pub last_name: String,
    /// Her password.
    pub password: String,
}

impl Service {
    /// Registers a developer account with a new user and sends the mail that proves her address. The owner of an address
    /// that has a user already is told by mail to log in and to add the account there; nothing is made then.
    ///
    /// # Errors
    /// `registration_closed` (403); those of the fields (400); `rate_limited` (429); `unavailable` (503).
    pub async fn sign_up(&self, language: Language, origin: &Origin, sign_up: &SignUp) -> Result<(), Failure> {
        self.must_be_open()?;
        let email = sign_up.email.trim().to_lowercase();
        let mut problems = names(&sign_up.first_name, &sign_up.last_name);
        let name = sign_up.name.trim();
        if name.is_empty() {
            problems.push(Problem::at("required", "name"));
        } else if name.chars().count() > NAME_MAX {
            problems.push(Problem::at("too_long", "name").arg("max", NAME_MAX.to_string()));
        }
        if !scalar::is_email(&email) {
            problems.push(Problem::at("bad_email", "email"));
        }
        if sign_up.user_email.trim().to_lowercase() != email {
            problems.push(Problem::at("emails_differ", "user.email"));
        }
        problems.extend(passwords::check_new(&sign_up.password, &email).err().into_iter().flat_map(|f| f.problems));
        if !problems.is_empty() {
            return Err(Failure::invalid(problems));
        }
        self.count_mail(&email, origin).await?;
        let user = Person {
            email: email.clone(),
            first_name: sign_up.first_name.trim().to_owned(),
            last_name: sign_up.last_name.trim().to_owned(),
            locale: language.code().to_owned(),
            // Hashed in any case: the time tells nothing either.
            password_hash: self.passwords.hash(&sign_up.password, &self.entropy).await?,
            ..Person::default()
        };
        let registration = Registration { name: name.to_owned(), email, user };
        let call = self.person_call(None, language);
        let work = boxed::<(), _>(move |tx| {
            let (call, registration) = (call.clone(), registration.clone());
            Box::pin(async move { sign_up_in(tx, &call, registration).await })
        });
        self.store.write(work).await
    }
}

async fn sign_up_in(tx: &mut Tx, call: &Call, registration: Registration) -> Result<(), Failure> {
    if newcomer(tx, call, &registration.user).await?.is_some() {
        return register(tx, call, &registration).await.map(drop);
    }
    // The same work for nobody, undone: an address that has a user takes as long.
    let email = registration.email.clone();
    let nobody = format!("{}@example.invalid", id::alphanumerics(24, call.entropy.as_ref()).to_lowercase());
    let user = Person { email: nobody.clone(), ..registration.user.clone() };
    tx.begin_savepoint().await?;
    register(tx, call, &Registration { email: nobody, user, ..registration }).await?;
    tx.rollback_savepoint().await?;
    tell_owner(tx, call, &email, Purpose::DeveloperExists, "/developer/{locale}/developerAccount/add").await
}
