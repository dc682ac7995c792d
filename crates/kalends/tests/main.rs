//! The program itself: its commands, its end, its end without warning, a disk without room.

mod commands;
mod crash;
mod full_disk;
mod readme;
mod server;
mod stop;
