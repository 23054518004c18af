#![allow(clippy::unwrap_used)]
use super::*;
use std::sync::Mutex;
use std::time::Instant;

/// Longer than any test: what ends a wait is something else.
const LONG: Duration = Duration::from_secs(600);

fn turn_in(folder: &Path) -> Turn {
    take_turn_in(folder, &Cancellation::new(), LONG).unwrap()
}

/// Waits until somebody stands in line.
fn until_queued(folder: &Path) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while tried(&files::lock_file(&folder.join(QUEUE)).unwrap()).unwrap() {
        assert!(Instant::now() < deadline, "nobody stands in line");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn who_asks_again_at_once_does_not_overtake_who_waits() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let order = Mutex::new(Vec::new());
    let mine = turn_in(folder);
    thread::scope(|scope| {
        scope.spawn(|| {
            let _turn = turn_in(folder);
            order.lock().unwrap().push("the one who waited");
        });
        until_queued(folder);
        drop(mine);
        let _turn = turn_in(folder);
        order.lock().unwrap().push("the one who asked again");
    });
    assert_eq!(
        *order.lock().unwrap(),
        ["the one who waited", "the one who asked again"]
    );
}

#[test]
fn a_cancelled_operation_waits_no_longer_and_keeps_nobody_waiting() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let mine = turn_in(folder);
    let cancellation = Cancellation::new();
    thread::scope(|scope| {
        let waiting = scope.spawn(|| take_turn_in(folder, &cancellation, LONG));
        until_queued(folder);
        cancellation.cancel();
        let error = waiting.join().unwrap().unwrap_err();
        assert_eq!(error.code, Code::UserCancelled);
    });
    let error = take_turn_in(folder, &cancellation, LONG).unwrap_err();
    assert_eq!(error.code, Code::UserCancelled);
    drop(mine);
    turn_in(folder);
}

#[test]
fn a_wait_has_an_end() {
    let folder = tempfile::tempdir().unwrap();
    let _mine = turn_in(folder.path());
    let error = take_turn_in(
        folder.path(),
        &Cancellation::new(),
        Duration::from_millis(10),
    );
    assert_eq!(error.unwrap_err().code, Code::Busy);
}
