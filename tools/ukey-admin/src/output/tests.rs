use super::*;

#[test]
fn columns_are_aligned_by_their_width_on_the_terminal() {
    let rows = [
        vec!["投标".to_owned(), "x".to_owned()],
        vec!["ab".to_owned(), "y".to_owned()],
    ];
    assert_eq!(table(&["N", "V"], &rows), "N     V\n投标  x\nab    y\n");
}

#[test]
fn short_rows_and_no_rows_are_fine() {
    assert_eq!(table(&["A", "B"], &[vec!["1".to_owned()]]), "A  B\n1\n");
    assert_eq!(rows(&[]), "");
}

#[test]
fn fields_are_aligned() {
    let text = fields(&[("A", "1".to_owned()), ("Long", "2".to_owned())]);
    assert_eq!(text, "A:     1\nLong:  2\n");
}
