#![allow(clippy::unwrap_used)]
use super::*;

const ENTRY: Entry<'static> = Entry {
    channel: "native",
    origin: "https://a.cn",
    operation: "sign",
    cert: Some("00ff"),
    digest: None,
    result: "ok",
};

fn log(folder: &tempfile::TempDir, max_file: u64) -> AuditLog {
    AuditLog {
        file: folder.path().join(FILE),
        max_file,
    }
}

#[test]
fn lines_are_chained_and_a_changed_or_missing_one_shows() {
    let folder = tempfile::tempdir().unwrap();
    let log = log(&folder, MAX_FILE);
    for _ in 0..5 {
        log.add(&ENTRY).unwrap();
    }
    assert_eq!(log.verify().unwrap(), Verdict::Whole { lines: 5 });
    let good = fs::read_to_string(&log.file).unwrap();

    fs::write(&log.file, good.replacen("sign", "sigm", 1)).unwrap();
    let broken = |line| Verdict::Broken {
        file: log.file.clone(),
        line,
    };
    assert_eq!(log.verify().unwrap(), broken(2));

    let without_third: String = good
        .lines()
        .enumerate()
        .filter(|(index, _)| *index != 2)
        .map(|(_, line)| format!("{line}\n"))
        .collect();
    fs::write(&log.file, without_third).unwrap();
    assert_eq!(log.verify().unwrap(), broken(3));
}

#[test]
fn the_chain_goes_on_over_new_files() {
    let folder = tempfile::tempdir().unwrap();
    let log = log(&folder, 600);
    for _ in 0..12 {
        log.add(&ENTRY).unwrap();
    }
    assert!(log.older(1).exists());
    assert_eq!(log.verify().unwrap(), Verdict::Whole { lines: 12 });
    assert_eq!(log.lines().unwrap().len(), 12);
    fs::remove_file(log.older(1)).unwrap();
    assert!(matches!(log.verify().unwrap(), Verdict::Broken { .. }));
}

#[test]
fn a_line_cut_off_by_a_crash_shows_and_the_next_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let log = log(&folder, MAX_FILE);
    log.add(&ENTRY).unwrap();
    log.add(&ENTRY).unwrap();
    let text = fs::read(&log.file).unwrap();
    fs::write(&log.file, &text[..text.len() - 20]).unwrap();
    log.add(&ENTRY).unwrap();
    assert!(matches!(
        log.verify().unwrap(),
        Verdict::Broken { line: 2, .. }
    ));
    assert_eq!(log.lines().unwrap().len(), 3);
}
