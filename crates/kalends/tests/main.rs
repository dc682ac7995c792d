//! The program itself: its commands, its end, its end without warning, a disk without room.

mod booking_crash;
mod commands;
mod crash;
mod full_disk;
mod logins;
mod people;
mod processes;
mod readme;
mod resources;
mod scene;
mod server;
mod stop;
