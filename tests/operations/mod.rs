//! What operators see: health, figures, failure of the database, the walk of the README.

mod database;
mod health;
