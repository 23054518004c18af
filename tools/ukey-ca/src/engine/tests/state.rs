//! What the engine keeps: transactions, the log, serial numbers, the escrow.

use super::*;

#[test]
fn a_transaction_given_up_leaves_nothing() {
    let mut office = Office::open();
    let file = first("a", "CN=x", &new_key());
    {
        let mut transaction = office.state.begin().unwrap();
        let answers = office
            .engine
            .process(
                &mut *transaction,
                &[incoming(&file)],
                Consent::default(),
                office.now,
            )
            .unwrap();
        assert!(answers[0].ok);
    }
    assert_eq!(office.verify_log().links, 0);
    assert!(!office.file(&file).repeated);
}

#[test]
fn a_changed_state_or_log_is_found() {
    let tamperings: [&str; 6] = [
        "UPDATE log SET entry = replace(entry, 'granted', 'granTed') WHERE number = 1",
        "DELETE FROM log WHERE number = 1",
        "DELETE FROM log WHERE number = 2",
        "UPDATE certificate SET state = 2, since = 5, reason = 0",
        "DELETE FROM certificate WHERE role = 1",
        "UPDATE certificate SET der = zeroblob(10) WHERE role = 0",
    ];
    for sql in tamperings {
        let mut office = Office::open();
        office.enroll("a", "CN=x");
        office.enroll("b", "CN=y");
        office.verify_log();
        let path = office.folder.path().join("state.db");
        tamper(&path, sql);
        let mut transaction = office.state.begin().unwrap();
        let found = log::verify(&mut *transaction, None);
        assert!(matches!(found, Err(Error::Log { .. })), "{sql}: {found:?}");
    }
}

#[test]
fn cutting_off_the_end_is_found_by_a_head_noted_earlier() {
    let mut office = Office::open();
    let holder = office.enroll("a", "CN=x");
    office.file(&holder.signed(&holder.about(Act::Hold, "h")));
    let head = office.verify_log().head;
    tamper(
        &office.folder.path().join("state.db"),
        "DELETE FROM log WHERE number = 2",
    );
    tamper(
        &office.folder.path().join("state.db"),
        "UPDATE certificate SET state = 0, since = NULL, reason = NULL",
    );
    office.verify_log();
    let mut transaction = office.state.begin().unwrap();
    assert!(log::verify(&mut *transaction, Some(&head)).is_err());
}

#[test]
fn serial_numbers_are_not_used_twice() {
    let mut office = Office::open();
    let holder = office.enroll("a", "CN=x");
    let mut transaction = office.state.begin().unwrap();
    let record = transaction
        .certificate(&holder.sign.serial_hex())
        .unwrap()
        .unwrap();
    assert!(matches!(
        transaction.add_certificate(&record),
        Err(Error::State(_))
    ));
}

#[test]
fn one_officer_twice_or_a_stranger_opens_nothing() {
    let officers: Vec<OfficerKey> = ["ann", "bob"]
        .iter()
        .map(|name| OfficerKey::generate(name).unwrap())
        .collect();
    let kmc = Kmc::create(&officers).unwrap();
    let again = OfficerKey::from_text(&officers[0].to_text()).unwrap();
    let impostor = OfficerKey::generate("bob").unwrap();
    let eve = OfficerKey::generate("eve").unwrap();
    for (a, b) in [
        (&officers[0], &again),
        (&officers[0], &impostor),
        (&officers[0], &eve),
    ] {
        assert!(matches!(
            kmc.open(a, b),
            Err(Error::Refused(Refusal::TwoOfficers))
        ));
    }
    kmc.open(&officers[1], &again).unwrap();
    assert!(Kmc::create(&officers[..1]).is_err());
}

fn tamper(path: &std::path::Path, sql: &'static str) {
    use sqlx::Connection;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
        let mut connection = sqlx::SqliteConnection::connect_with(&options)
            .await
            .unwrap();
        let done = sqlx::query(sql).execute(&mut connection).await.unwrap();
        assert!(done.rows_affected() > 0, "{sql}");
    });
}
