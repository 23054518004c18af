//! Node: the npm packages pkcs11js and graphene-pk11, by the scripts in `tests/node`.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use ukey_tests::client_token::{ClientToken, module, succeeds};
use ukey_tests::pkcs11::LABEL;
use ukey_tests::{client_file, pcsc_test, workspace_root};

const LIMIT: Duration = Duration::from_secs(300);

fn runs(token: &ClientToken, script: &str) {
    let packages = client_file("node/node_modules").unwrap_or_else(|error| panic!("{error}"));
    let script = workspace_root().join("tests/node").join(script);
    let node = token.program("node").arg(script).arg(module()).arg(LABEL);
    let said = succeeds(node.env("NODE_PATH", packages)).text();
    assert_eq!(said, "done\n");
}

#[test]
fn pkcs11js_works() {
    runs(&ClientToken::embedded(), "pkcs11js.cjs");
}

#[test]
fn graphene_works() {
    runs(&ClientToken::embedded(), "graphene.cjs");
}

#[test]
fn node_works_over_pcsc() {
    pcsc_test("node_works_over_pcsc", LIMIT, |lab| {
        let token = ClientToken::in_reader(lab);
        runs(&token, "pkcs11js.cjs");
        runs(&token, "graphene.cjs");
    });
}
