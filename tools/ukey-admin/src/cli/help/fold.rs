//! Lines of Chinese, broken where they may be. clap breaks lines at spaces, and Chinese has none.

use console::{Term, measure_text_width};

/// As for the English help.
const WIDEST: usize = 100;
/// What may not begin a line.
const CLOSING: &str = "，。、；：！？）》”’";
/// What may not end one.
const OPENING: &str = "（《“‘";

/// `text` in lines that fit the terminal behind `indent` columns.
pub(super) fn fold(text: &str, indent: usize) -> String {
    let columns = Term::stdout().size_checked().map(|(_, columns)| columns);
    let width = columns.map_or(WIDEST, usize::from).min(WIDEST);
    fold_to(text, width.saturating_sub(indent).max(20))
}

fn fold_to(text: &str, width: usize) -> String {
    let lines: Vec<String> = text.lines().map(|line| fold_line(line, width)).collect();
    lines.join("\n")
}

fn fold_line(line: &str, width: usize) -> String {
    let (mut folded, mut column) = (String::new(), 0);
    for piece in pieces(line) {
        let wide = measure_text_width(piece.trim_end());
        if column > 0 && column + wide > width {
            folded.truncate(folded.trim_end().len());
            folded.push('\n');
            column = 0;
        }
        folded.push_str(piece);
        column += measure_text_width(piece);
    }
    folded
}

/// A line in pieces between which it may be broken: Chinese characters with the signs that belong to
/// them, and words of other scripts with the spaces behind them.
fn pieces(line: &str) -> Vec<&str> {
    let (mut pieces, mut start) = (Vec::new(), 0);
    let letters: Vec<(usize, char)> = line.char_indices().collect();
    for pair in letters.windows(2) {
        let ((_, left), (at, right)) = (pair[0], pair[1]);
        let may_break = (left == ' ' && right != ' ') || is_wide(left) || is_wide(right);
        if may_break && !CLOSING.contains(right) && !OPENING.contains(left) && right != ' ' {
            pieces.push(&line[start..at]);
            start = at;
        }
    }
    pieces.push(&line[start..]);
    pieces
}

fn is_wide(letter: char) -> bool {
    measure_text_width(letter.encode_utf8(&mut [0; 4])) == 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fit_and_no_word_is_torn() {
        let text = "由知道管理员口令的人运行。应答码只能在那一把 USBKEY 上设置一次用户口令（见 pin answer）。";
        for width in 20..60 {
            let folded = fold_to(text, width);
            for line in folded.lines() {
                assert!(measure_text_width(line) <= width, "{width}: {line}");
                assert!(!line.starts_with(|c| CLOSING.contains(c)), "{line}");
                assert!(!line.ends_with(|c| OPENING.contains(c)), "{line}");
            }
            assert!(folded.contains("USBKEY") && folded.contains("answer"));
            let plain = |text: &str| text.replace(['\n', ' '], "");
            assert_eq!(plain(&folded), plain(text));
        }
    }

    #[test]
    fn short_lines_stay() {
        let text = "口令\n\n- gm：GB/T 35275";
        assert_eq!(fold_to(text, 40), text);
    }
}
