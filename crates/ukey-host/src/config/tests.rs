#![allow(clippy::unwrap_used)]
use super::*;

fn load(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let pairs: Vec<_> = pairs
        .iter()
        .map(|(k, v)| ((*k).to_owned(), OsString::from(v)))
        .collect();
    Config::load_with(&|name| {
        pairs
            .iter()
            .find(|(k, _)| k == name)
            .map(|(_, v)| v.clone())
    })
}

fn file(folder: &tempfile::TempDir, text: &str) -> String {
    let path = folder.path().join("ukey.toml");
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn without_any_source_pcsc_is_on() {
    let config = load(&[]).unwrap();
    assert!(config.pcsc_enabled);
    assert!(config.embedded_images.is_empty());
}

#[test]
fn variables_win_over_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(
        &folder,
        "[pcsc]\nenabled = false\n[embedded]\nimages = ['/a', '/b']\n",
    );
    let config = load(&[("UKEY_CONFIG", &path)]).unwrap();
    assert!(!config.pcsc_enabled);
    assert_eq!(
        config.embedded_images,
        [PathBuf::from("/a"), PathBuf::from("/b")]
    );
    let config = load(&[
        ("UKEY_CONFIG", &path),
        ("UKEY_PCSC", "on"),
        ("UKEY_EMBEDDED", "/c"),
    ])
    .unwrap();
    assert!(config.pcsc_enabled);
    assert_eq!(config.embedded_images, [PathBuf::from("/c")]);
}

#[test]
fn the_users_file_is_read_from_its_folder() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join(".config/ukey");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("ukey.toml"), "[log]\nfilter = 'debug'\n").unwrap();
    let config = load(&[("HOME", home.path().to_str().unwrap())]).unwrap();
    assert_eq!(config.log_filter.as_deref(), Some("debug"));
}

#[test]
fn an_unknown_key_is_an_error_that_names_the_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder, "[pcsc]\nenabled = true\nenbled = false\n");
    let message = load(&[("UKEY_CONFIG", &path)]).unwrap_err().to_string();
    assert!(
        message.contains("line 3") && message.contains("enbled"),
        "{message}"
    );
}

#[test]
fn a_named_file_must_exist_and_a_switch_must_be_on_or_off() {
    let missing = load(&[("UKEY_CONFIG", "/nonexistent/ukey.toml")]);
    assert!(matches!(missing, Err(ConfigError::Read { .. })));
    assert!(matches!(
        load(&[("UKEY_PCSC", "maybe")]),
        Err(ConfigError::Variable { .. })
    ));
}

#[test]
fn libraries_of_vendors_and_families_of_readers() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(
        &folder,
        "[readers]\nfamilies = ['vendor']\n[skf]\nfamilies = ['embedded', 'pcsc']\nsm1_is_sm4 = true\n\
         [[vendor]]\npath = '/opt/a/libskf.so'\n\
         [[vendor]]\npath = 'b.so'\nname = 'B'\nulong_bits = 64\npacking = 'natural'\nbool_bits = 8\n\
         sm2_ids = 'draft'\nquirks = ['left-aligned']\ndeadline_s = 5\n",
    );
    let config = load(&[("UKEY_CONFIG", &path)]).unwrap();
    assert!(config.skf_sm1_is_sm4 && config.families.vendor && !config.families.pcsc);
    assert!(config.skf_families.embedded && !config.skf_families.vendor);
    let [a, b] = config.vendor_libraries.as_slice() else {
        panic!("{:?}", config.vendor_libraries);
    };
    assert_eq!(*a, VendorLibrary::new("/opt/a/libskf.so"));
    assert_eq!(a.name, "libskf");
    assert_eq!(
        (b.name.as_str(), b.left_aligned, b.deadline.as_secs()),
        ("B", true, 5)
    );
    assert!(load(&[]).unwrap().families.vendor);
    assert!(!load(&[]).unwrap().skf_families.vendor);
}

#[test]
fn deviations_that_do_not_exist_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    for line in [
        "ulong_bits = 16",
        "packing = 'two'",
        "quirks = ['odd']",
        "color = 1",
    ] {
        let path = file(&folder, &format!("[[vendor]]\npath = 'a.so'\n{line}\n"));
        assert!(load(&[("UKEY_CONFIG", &path)]).is_err(), "{line}");
    }
}

#[test]
fn the_size_of_new_images_can_be_said() {
    assert_eq!(load(&[]).unwrap().embedded_size_mib, 4);
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder, "[embedded]\nsize_mib = 64\n");
    let config = load(&[("UKEY_CONFIG", &path)]).unwrap();
    assert_eq!(config.embedded_size_mib, 64);
    let config = load(&[("UKEY_CONFIG", &path), ("UKEY_EMBEDDED_SIZE_MIB", "100")]).unwrap();
    assert_eq!(config.embedded_size_mib, 100);
    for wrong in ["0", "4097", "-1", "4M", ""] {
        assert!(
            load(&[("UKEY_EMBEDDED_SIZE_MIB", wrong)]).is_err(),
            "{wrong}"
        );
    }
    let path = file(&folder, "[embedded]\nsize_mib = 5000\n");
    assert!(load(&[("UKEY_CONFIG", &path)]).is_err());
}

#[test]
fn commands_to_images_can_be_made_to_wait() {
    assert_eq!(load(&[]).unwrap().embedded_delay_ms, 0);
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder, "[embedded]\ndelay_ms = 20\n");
    let config = load(&[("UKEY_CONFIG", &path)]).unwrap();
    assert_eq!(config.embedded_delay_ms, 20);
    let none = [("UKEY_CONFIG", &*path), ("UKEY_EMBEDDED_DELAY_MS", "0")];
    assert_eq!(load(&none).unwrap().embedded_delay_ms, 0);
    for wrong in ["10001", "-1", "20ms", ""] {
        assert!(
            load(&[("UKEY_EMBEDDED_DELAY_MS", wrong)]).is_err(),
            "{wrong}"
        );
    }
}

#[test]
fn the_strictest_pin_policy_of_all_files_holds() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder, "[pin]\nmin_length = 8\nlongest_run = 3\n");
    let mut config = load(&[("UKEY_CONFIG", &path)]).unwrap();
    let strict = PinPolicy {
        min_length: 8,
        longest_run: Some(3),
    };
    assert_eq!(config.pin_policy, strict);
    let loose = file(&folder, "[pin]\nmin_length = 6\nlongest_run = 9\n");
    config
        .apply_file(Path::new(&loose), &fs::read_to_string(&loose).unwrap())
        .unwrap();
    assert_eq!(config.pin_policy, strict);
    for bad in ["min_length = 5", "min_length = 17", "longest_run = 0"] {
        let path = file(&folder, &format!("[pin]\n{bad}\n"));
        let error = load(&[("UKEY_CONFIG", &path)]).unwrap_err().to_string();
        assert!(error.contains("line 2"), "{error}");
    }
}
