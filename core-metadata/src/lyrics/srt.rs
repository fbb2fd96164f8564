//! SubRip subtitles: a number, a line of times, the words, and an empty line.

use super::{Lyrics, MAX_LINES};

/// Reads subtitles; returns `None` if no words have a time.
#[must_use]
pub fn parse(text: &str) -> Option<Lyrics> {
    let mut lines: Vec<(u64, String)> = Vec::new();
    let mut open = false;
    let mut rows = text.lines().map(str::trim).peekable();
    while let Some(row) = rows.next() {
        if let Some(start) = start_of(row) {
            if lines.len() >= MAX_LINES {
                break;
            }
            lines.push((start, String::new()));
            open = true;
            continue;
        }
        // The number of the next words stands right before their times.
        let counts = row.bytes().all(|b| b.is_ascii_digit());
        if row.is_empty() || (counts && rows.peek().is_some_and(|next| start_of(next).is_some())) {
            open = false;
        } else if let (true, Some((_, words))) = (open, lines.last_mut()) {
            if !words.is_empty() {
                words.push('\n');
            }
            words.push_str(&without_marks(row));
        }
    }
    lines.retain(|(_, words)| !words.is_empty());
    (!lines.is_empty()).then(|| Lyrics::synced(lines, None))
}

/// Reads the first time of `00:00:01,500 --> 00:00:03,000`.
fn start_of(row: &str) -> Option<u64> {
    let (start, end) = row.split_once("-->")?;
    super::stamp(end.split_whitespace().next()?)?;
    super::stamp(start.trim())
}

/// Leaves out marks such as `<i>`.
fn without_marks(row: &str) -> String {
    let mut rest = row;
    let mut words = String::with_capacity(row.len());
    while let Some(open) = rest.find('<') {
        let Some(len) = rest[open..].find('>').filter(|len| *len < 40) else {
            break;
        };
        words.push_str(&rest[..open]);
        rest = &rest[open + len + 1..];
    }
    words.push_str(rest);
    words.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_the_time_at_which_they_begin() {
        let text = "1\r\n00:00:01,500 --> 00:00:03,000\r\n<i>One</i>\r\nand two\r\n\r\n2\r\n\
            01:00:00,000 --> 01:00:01,000 X1:1\r\n1999\r\n\r\n3\n00:00:09,000 --> 00:00:10,000\n\n";
        let lines = parse(text).unwrap().lines;
        assert_eq!(
            lines,
            [
                (1500, "One\nand two".to_owned()),
                (3_600_000, "1999".to_owned())
            ]
        );
    }

    #[test]
    fn text_without_times_gives_none() {
        for text in ["", "1\nwords", "a --> b\nc", "-->"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
