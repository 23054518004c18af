//! One token through the host library, with nothing between: for suites that count what crosses the link.

use std::path::Path;
use std::sync::Arc;

use ukey_host::Config;
use ukey_token::transport::Provider;
use ukey_token::transport::counting::{CountingProvider, Counts};
use ukey_token::{
    Application, Device, FACTORY_AUTH_KEY, NewApplication, Pin, PinType, Registry, Rights,
};

use crate::pkcs11::{SO_PIN, USER_PIN};

/// The embedded token at `image` is the only one.
pub fn embedded(image: &Path) -> Config {
    let mut config = Config::default();
    config.pcsc_enabled = false;
    config.embedded_images = vec![image.to_path_buf()];
    config
}

/// Tokens in PC/SC readers are the only ones.
pub fn pcsc() -> Config {
    let mut config = Config::default();
    config.pcsc_enabled = true;
    config
}

/// A registry as the libraries use it, with a count of what crosses its links.
///
/// # Panics
/// When `config` has more than one family of readers.
pub fn counted(config: &Config) -> (Registry, Arc<Counts>) {
    counted_behind(config, |provider| provider)
}

/// As [`counted`], with the only family of readers behind `wrap`.
///
/// # Panics
/// As there.
pub fn counted_behind(
    config: &Config,
    wrap: impl FnOnce(Box<dyn Provider>) -> Box<dyn Provider>,
) -> (Registry, Arc<Counts>) {
    let mut providers = ukey_host::providers(config);
    assert_eq!(providers.len(), 1, "one family of readers");
    let (provider, counts) = CountingProvider::new(wrap(providers.remove(0)));
    (Registry::new(vec![Box::new(provider)]), counts)
}

/// The only token, blank until now, with an application in it; nobody is logged in.
///
/// # Panics
/// When there is none, or it refuses.
pub fn initialised(registry: &Registry) -> (Device, Application) {
    registry.refresh().expect("the readers answer");
    let reader = registry.readers().into_iter().find(|r| r.is_present());
    let device = reader.expect("a token").device().expect("it answers");
    device
        .authenticate(&FACTORY_AUTH_KEY)
        .expect("a blank token has the factory's key");
    let new = NewApplication {
        name: "UKEY",
        admin_pin: &pin(SO_PIN),
        admin_tries: 10,
        user_pin: Some(&pin(USER_PIN)),
        user_tries: 10,
        create_file_rights: Rights::USER,
    };
    device
        .create_application(&new, None)
        .expect("a blank token has room");
    let application = device.application("UKEY");
    (device, application)
}

/// Logs the user in.
///
/// # Panics
/// When the token refuses.
pub fn log_in(application: &Application) {
    application
        .verify_pin(PinType::User, &pin(USER_PIN))
        .expect("the PIN is right");
}

fn pin(text: &str) -> Pin {
    Pin::new(text.as_bytes()).expect("as long as a PIN")
}
