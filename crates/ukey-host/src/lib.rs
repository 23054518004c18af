//! Configuration and composition: the one crate that knows both the host library and the card OS
//! that can run inside this process. The C libraries and the tools ask it for a
//! [`Registry`] and need not care what is behind it.
#![forbid(unsafe_code)]

pub mod auth_key;
pub mod completion;
mod config;
mod embedded;
mod log;
mod pin_policy;
pub mod pinentry;

pub use config::{Config, ConfigError, Families, Family};
pub use embedded::{ImageTrouble, image_trouble};
pub use log::init_logging;
pub use pin_policy::{PinDefect, PinPolicy};

use std::time::Duration;
use ukey_token::{
    Registry,
    transport::{Provider, embedded::EmbeddedProvider, pcsc::PcscProvider},
    vendor::VendorProvider,
};

/// All providers that `config` asks for: PC/SC first, then the embedded images in their order, then the libraries of
/// vendors. Images that do not exist are created blank, once, here; whoever moves one away later has pulled the token.
pub fn providers(config: &Config) -> Vec<Box<dyn Provider>> {
    providers_of(config, config.families)
}

fn providers_of(config: &Config, families: Families) -> Vec<Box<dyn Provider>> {
    let mut providers: Vec<Box<dyn Provider>> = Vec::new();
    if config.pcsc_enabled && families.pcsc {
        providers.push(Box::new(PcscProvider::new()));
    }
    if !config.embedded_images.is_empty() && families.embedded {
        embedded::create_missing(&config.embedded_images, config.embedded_size_mib);
        let delay = Duration::from_millis(config.embedded_delay_ms.into());
        providers.push(Box::new(EmbeddedProvider::new(
            config.embedded_images.clone(),
            embedded::opener(delay),
        )));
    }
    if families.vendor {
        for library in &config.vendor_libraries {
            providers.push(Box::new(VendorProvider::new(library.clone())));
        }
    }
    providers
}

/// A registry over [`providers`].
pub fn registry(config: &Config) -> Registry {
    Registry::new(providers(config))
}

/// The registry of `libukey_skf.so`: as [`registry`], with the families that `[skf]` names.
pub fn skf_registry(config: &Config) -> Registry {
    Registry::new(providers_of(config, config.skf_families))
}
