//! What every command works with: configuration, readers, and how to talk to the user.

use std::cell::{OnceCell, RefCell};

use ukey_host::Config;
use ukey_token::Registry;

use crate::{cli::Global, error::Result, output::Talk, pin_source::PinReader, prompt::Prompter};

/// See the [module](self).
pub(crate) struct Context {
    pub(crate) global: Global,
    pub(crate) config: Config,
    pub(crate) talk: Talk,
    pub(crate) prompter: Prompter,
    pub(crate) pins: RefCell<PinReader>,
    registry: OnceCell<Registry>,
}

impl Context {
    /// Reads the configuration and starts logging.
    pub(crate) fn new(mut global: Global) -> Result<Self> {
        // An empty UKEY_SERIAL is as good as none.
        global.serial = global.serial.filter(|serial| !serial.is_empty());
        let mut config = Config::load()?;
        match global.verbose {
            0 => {}
            1 => config.log_filter = Some("info,ukey_token=debug".to_owned()),
            _ => config.log_filter = Some("trace".to_owned()),
        }
        ukey_host::init_logging(&config);
        Ok(Self {
            talk: Talk {
                on: !global.quiet && !global.json,
            },
            prompter: Prompter::new(!global.json && !global.non_interactive),
            pins: RefCell::default(),
            registry: OnceCell::new(),
            config,
            global,
        })
    }

    /// The readers; made on first use, so that commands without a token touch none.
    pub(crate) fn registry(&self) -> &Registry {
        self.registry
            .get_or_init(|| ukey_host::registry(&self.config))
    }
}
