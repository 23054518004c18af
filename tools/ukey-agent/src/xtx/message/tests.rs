#![allow(clippy::unwrap_used)]
use super::*;

fn code(text: &str) -> Code {
    parse(text).unwrap_err().error.code
}

#[test]
fn both_ways_to_give_arguments_are_read() {
    let expected = Call {
        id: "i_7".to_owned(),
        function: "SOF_GetCertInfo".to_owned(),
        arguments: vec!["MII=".to_owned(), "17".to_owned()],
    };
    for text in [
        r#"{"xtx_func_name":"SOF_GetCertInfo","call_cmd_id":"i_7","param":["MII=",17],"URL":"https://x/"}"#,
        r#"{"xtx_func_name":"SOF_GetCertInfo","call_cmd_id":"i_7","param_1":"MII=","param_2":"17","cookie":"a=b"}"#,
    ] {
        assert_eq!(parse(text).as_ref(), Ok(&expected));
    }
}

#[test]
fn a_pin_is_dropped_by_its_place_and_refused_by_its_name() {
    for function in ["SOF_Login", "SOF_LoginEx", "SOF_ChangePassWd"] {
        for arguments in [
            r#""param":["id","12345678","87654321"]"#,
            r#""param_1":"id","param_2":"12345678""#,
        ] {
            let text = format!(r#"{{"xtx_func_name":"{function}","call_cmd_id":"1",{arguments}}}"#);
            assert_eq!(parse(&text).unwrap().arguments, ["id"]);
        }
    }
    let named = r#"{"xtx_func_name":"SOF_Login","call_cmd_id":"1","param":["id"],"PassWd":"1"}"#;
    assert_eq!(code(named), Code::PinInRequest);
    assert_eq!(parse(named).unwrap_err().id, "1");
}

#[test]
fn what_is_no_call_is_refused() {
    for text in [
        "",
        "[]",
        "{}",
        r#"{"xtx_func_name":7}"#,
        r#"{"xtx_func_name":""}"#,
        r#"{"xtx_func_name":"SOF_GetVersion","call_cmd_id":7}"#,
        r#"{"xtx_func_name":"SOF_GetVersion","param":"x"}"#,
        r#"{"xtx_func_name":"SOF_GetVersion","param":[{}]}"#,
        r#"{"xtx_func_name":"SOF_GetVersion","param_2":"without a first"}"#,
        r#"{"xtx_func_name":"SOF_GetVersion","origin":"https://bid.example.cn"}"#,
        r#"{"xtx_func_name":"SOF_GetVersion","param":[1,2,3,4,5,6,7,8,9]}"#,
    ] {
        assert_eq!(code(text), Code::BadParams, "{text}");
    }
    let bomb = format!(r#"{{"xtx_func_name":"x","param":{}"#, "[".repeat(100_000));
    assert_eq!(code(&bomb), Code::BadParams);
}

#[test]
fn answers_are_text() {
    let answer: Value = serde_json::from_slice(&reply("i_7", "true")).unwrap();
    assert_eq!(answer, json!({ "call_cmd_id": "i_7", "retVal": "true" }));
}
