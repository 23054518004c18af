#![allow(clippy::unwrap_used)]

use super::*;

fn fields(text: &str) -> Vec<Record> {
    records(text.as_bytes()).unwrap()
}

/// The line and the message of what is wrong with a table.
#[track_caller]
fn refusal(bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.csv");
    fs::write(&path, bytes).unwrap();
    let error = read(&path).unwrap_err().to_string();
    error.rsplit_once("keys.csv, ").unwrap().1.to_owned()
}

#[test]
fn quotes_commas_and_line_ends() {
    let all = fields("id,subject\r\n1,\"C=CN,CN=\"\"A\"\"\"\n2,\"two\nlines\"\n3,x");
    assert_eq!(
        all[1],
        (2, vec!["1".to_owned(), "C=CN,CN=\"A\"".to_owned()])
    );
    assert_eq!(all[2], (3, vec!["2".to_owned(), "two\nlines".to_owned()]));
    assert_eq!(all[3], (5, vec!["3".to_owned(), "x".to_owned()]));
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    let good = "id,subject\na,CN=a\n";
    for (bytes, line, word) in [
        (b"".to_vec(), "line 1", "header"),
        (b"id,subject\n".to_vec(), "line 2", "no rows"),
        (
            [b"\xEF\xBB\xBF", good.as_bytes()].concat(),
            "line 1",
            "byte-order mark",
        ),
        (b"\xFF\xFEi\0d\0".to_vec(), "line 1", "UTF-16"),
        // 公司 in GBK.
        (
            b"id,subject\na,CN=a\nb,CN=\xB9\xAB\xCB\xBE\n".to_vec(),
            "line 3",
            "UTF-8",
        ),
        (format!("{good}\nb,CN=b\n").into_bytes(), "line 3", "empty"),
        (format!("{good}a,CN=b\n").into_bytes(), "line 3", "line 2"),
        (format!("{good}b\n").into_bytes(), "line 3", "1 of 2"),
        (format!("{good}b,\n").into_bytes(), "line 3", "subject"),
        (
            format!("{good}b,nonsense\n").into_bytes(),
            "line 3",
            "subject",
        ),
        (format!("{good}../b,CN=b\n").into_bytes(), "line 3", "id"),
        (format!("{good}b,\"CN=b\n").into_bytes(), "line 3", "quote"),
        (
            format!("{good}b,CN=\"b\"\n").into_bytes(),
            "line 3",
            "quote",
        ),
        (b"id,name\na,CN=a\n".to_vec(), "line 1", "name"),
        (b"id,id,subject\na,a,CN=a\n".to_vec(), "line 1", "twice"),
        (b"id,label\na,b\n".to_vec(), "line 1", "subject"),
        (
            b"id,subject,serial\na,CN=a,00aa\nb,CN=b,00AA\n".to_vec(),
            "line 3",
            "line 2",
        ),
        (
            b"id,subject,seal\na,CN=a,none.esl\n".to_vec(),
            "line 2",
            "none.esl",
        ),
    ] {
        let message = refusal(&bytes);
        assert!(
            message.starts_with(line) && message.contains(word),
            "{message}"
        );
    }
}
