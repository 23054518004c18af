//! The completion script, as the shell uses it.

use std::process::Command;

#[test]
fn bash_completes_commands_and_options() {
    let agent = env!("CARGO_BIN_EXE_ukey-agent");
    for (line, word, completion) in [
        ("", "nat", "native-host"),
        ("consent", "rev", "revoke"),
        ("serve", "--xtx-", "--xtx-listen"),
    ] {
        let words = format!("ukey-agent {line} {word}");
        let count = words.split_whitespace().count() - 1;
        let script = format!(
            "source <(\"$0\" completions bash); COMP_WORDS=({words}); COMP_CWORD={count}
             f=$(complete -p ukey-agent); f=${{f#*-F }}; ${{f%% *}} ukey-agent '{word}' ''
             echo \"${{COMPREPLY[*]}}\""
        );
        let output = Command::new("bash").args(["-c", &script, agent]).output();
        let reply = String::from_utf8(output.unwrap().stdout).unwrap();
        assert_eq!(reply.trim(), completion, "{words}");
    }
}
