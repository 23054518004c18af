use super::*;

#[test]
fn the_digits_of_an_earlier_renewal_do_not_pile_up() {
    assert_eq!(base("main"), "main");
    assert_eq!(base("main-4A31C0FF"), "main");
    assert_eq!(base("main-4A31C0F"), "main-4A31C0F");
    assert_eq!(base("main-4a31c0ff"), "main-4a31c0ff");
    assert_eq!(base("bid-desk"), "bid-desk");
    assert_eq!(recovered_name("4A31C0FF0102"), "recovered-4A31C0FF");
    assert_eq!(recovered_name("05"), "recovered-05");
}
