//! What changes in a file, as `git apply` and `patch -p1` read it.

use std::io::{self, Write};
use std::time::Duration;

use similar::TextDiff;

use super::printable::printable_line;
use super::{Layout, printable, style};

/// Lines around a change.
const CONTEXT: usize = 3;

/// Prints what changes in the file at `path`. People get to see it with control characters escaped; a program gets it
/// exactly.
pub fn unified_diff(
    path: &str,
    before: &str,
    after: &str,
    exact: bool,
    layout: Layout,
    out: &mut dyn Write,
) -> io::Result<()> {
    let path = printable_line(path);
    let diff = TextDiff::configure().timeout(Duration::from_secs(2)).diff_lines(before, after);
    let text =
        diff.unified_diff().context_radius(CONTEXT).header(&format!("a/{path}"), &format!("b/{path}")).to_string();
    for line in text.split_inclusive('\n') {
        let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
        let shown = if exact { line.into() } else { printable(line) };
        let shown = match line.bytes().next() {
            _ if line.starts_with("---") || line.starts_with("+++") => layout.paint(style::STRONG, &shown),
            Some(b'-') => layout.paint(style::REMOVED, &shown),
            Some(b'+') => layout.paint(style::ADDED, &shown),
            Some(b'@') => layout.paint(style::FAINT, &shown),
            _ => shown.into_owned(),
        };
        write!(out, "{shown}{end}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(before: &str, after: &str, exact: bool) -> String {
        let mut out = Vec::new();
        let layout = Layout { width: 80, colour: false };
        unified_diff("a.Modelfile", before, after, exact, layout, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_diff_is_what_patch_reads() {
        insta::assert_snapshot!(show("from x\nSYSTEM a\nSYSTEM b", "FROM x\nSYSTEM a\nSYSTEM b\n", true), @r"
        --- a/a.Modelfile
        +++ b/a.Modelfile
        @@ -1,3 +1,3 @@
        -from x
        +FROM x
         SYSTEM a
        -SYSTEM b
        \ No newline at end of file
        +SYSTEM b
        ");
        assert_eq!(show("a", "a", true), "");
    }

    #[test]
    fn control_characters_are_escaped_for_people_only() {
        assert!(show("a\u{1b}[2Jb\n", "c\n", false).contains("-a\\u{1b}[2Jb\n"));
        assert!(show("a\u{1b}[2Jb\n", "c\n", true).contains("-a\u{1b}[2Jb\n"));
    }
}
