//! What the programs' completion scripts need beyond what their generator writes.

/// Mends a script for bash that clap_complete made for a program with a hyphen in its name. The generator
/// writes the hyphen in two ways, as `__` where it looks for a command and as `__subcmd__` where it
/// names one, so that its script finds no command.
#[must_use]
pub fn mended_bash(program: &str, script: &str) -> String {
    script.replace(
        &program.replace('-', "__"),
        &program.replace('-', "__subcmd__"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_become_one() {
        let script = "cmd=\"ukey__admin\"\nukey__subcmd__admin,cert)\ncmd=\"ukey__admin__subcmd__cert\"\n\
                      complete -F _ukey-admin ukey-admin\n";
        let mended = "cmd=\"ukey__subcmd__admin\"\nukey__subcmd__admin,cert)\n\
                      cmd=\"ukey__subcmd__admin__subcmd__cert\"\ncomplete -F _ukey-admin ukey-admin\n";
        assert_eq!(mended_bash("ukey-admin", script), mended);
        assert_eq!(mended_bash("ukey-admin", mended), mended);
        assert_eq!(mended_bash("ukey", "cmd=\"ukey\""), "cmd=\"ukey\"");
    }
}
