//! A page of our own documentation on a terminal.

use std::io::{self, Write};

use super::{Layout, style};

/// Writes a page of Markdown for people on a terminal: headings and words of code are painted, paragraphs fill the line,
/// examples stand indented. It knows the Markdown that our pages are written in: headings, paragraphs, lists, fences and code.
///
/// # Errors
/// Those of `out`.
pub fn page(markdown: &str, layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    let width = layout.width.clamp(40, 100);
    let mut fence: Option<&str> = None;
    for line in markdown.lines() {
        let ticks = line.get(..line.len() - line.trim_start_matches('`').len()).unwrap_or_default();
        match fence {
            Some(open) if line == open => fence = None,
            Some(_) => writeln!(out, "    {line}")?,
            None if ticks.len() >= 3 => fence = Some(ticks),
            None => {
                if let Some((level, title)) = line.split_once("# ").filter(|(level, _)| level.chars().all(|c| c == '#'))
                {
                    let style = if level.is_empty() { style::STRONG.underline() } else { style::STRONG };
                    writeln!(out, "{}", layout.paint(style, title))?;
                } else {
                    let rest = if line.starts_with("- ") { "  " } else { "" };
                    let options = textwrap::Options::new(width)
                        .subsequent_indent(rest)
                        .word_splitter(textwrap::WordSplitter::NoHyphenation)
                        .break_words(false);
                    let wrapped = textwrap::fill(line, options);
                    writeln!(out, "{}", painted(&wrapped, layout))?;
                }
            }
        }
    }
    Ok(())
}

/// Words of code in their colour, and without their ticks where the colour shows them.
fn painted(text: &str, layout: Layout) -> String {
    if !layout.colour {
        return text.to_owned();
    }
    let parts = text.split('`').enumerate();
    parts.map(|(at, part)| if at % 2 == 1 { layout.paint(style::CHANGED, part) } else { part.to_owned() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# a-rule\n\n`MF1` · error\n\nLong words of a paragraph fill the line up to its end.\n\n## Why\n\n- one `word` of code, and more than fits on one line\n\n````modelfile good\n# no heading\n```\n````\n";

    #[test]
    fn a_page_without_colour() {
        let mut out = Vec::new();
        page(PAGE, Layout { width: 40, colour: false }, &mut out).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap(), @r#"
        a-rule

        `MF1` · error

        Long words of a paragraph fill the line
        up to its end.

        Why

        - one `word` of code, and more than fits
          on one line

            # no heading
            ```
        "#);
    }

    #[test]
    fn a_page_with_colour() {
        let mut out = Vec::new();
        page("# a\n\nsee `b`", Layout { width: 40, colour: true }, &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "\u{1b}[1m\u{1b}[4ma\u{1b}[0m\n\nsee \u{1b}[33mb\u{1b}[0m\n");
    }
}
