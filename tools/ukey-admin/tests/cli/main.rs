//! Runs the real binary against token images of its own. Every run is checked for PINs in its
//! output, and nothing of the machine's configuration, readers or tokens is touched.
#![allow(clippy::unwrap_used)]

mod answers;
mod apps;
mod batch;
mod certificates;
mod commands;
mod doctor;
mod doctor_authority;
mod doctor_certificates;
mod doctor_readers;
mod doctor_report;
mod doctor_system;
mod doctor_token;
mod envelope;
mod expiry;
mod faults;
mod files;
mod interface;
mod interruption;
mod keys;
mod language;
mod lifecycle;
mod pins;
mod policy;
mod recovery;
mod schema;
mod selection;
mod signing;
mod skf;
mod story;
mod support;
mod terminal;
mod window;
