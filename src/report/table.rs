//! Lines in columns, fitted to the width that there is.

use std::io::{self, Write};

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::printable::printable_line;
use super::{Layout, style};

/// Columns that may shrink keep at least this much.
const MIN_WIDTH: usize = 8;

/// A column that is shown whole makes room for its texts up to this much, or half of the width where that is more. The few
/// that are longer push what follows them to the right, and not every line.
const WHOLE_WIDTH: usize = 24;

/// What stands between two columns.
const GAP: usize = 2;

/// One column.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    /// Its title.
    pub(super) title: &'static str,
    /// Whether what does not fit is cut; an id never is.
    pub(super) shrinks: bool,
}

impl Column {
    /// A column that is shown whole.
    pub(super) const fn whole(title: &'static str) -> Self {
        Self { title, shrinks: false }
    }

    /// A column whose texts are cut where there is too little room.
    pub(super) const fn cut(title: &'static str) -> Self {
        Self { title, shrinks: true }
    }
}

/// Writes the titles and the lines. Columns without a text are left out.
///
/// # Errors
/// Those of `out`.
pub(super) fn table<const N: usize>(
    columns: [Column; N],
    lines: &[[String; N]],
    layout: Layout,
    out: &mut dyn Write,
) -> io::Result<()> {
    let lines: Vec<[String; N]> =
        lines.iter().map(|line| line.each_ref().map(|text| printable_line(text).into_owned())).collect();
    let mut used = Vec::with_capacity(N);
    for (at, column) in columns.into_iter().enumerate() {
        let texts = || lines.iter().filter_map(|line| line.get(at));
        if texts().any(|text| !text.is_empty()) {
            let widest = texts().map(|text| text.width()).max().unwrap_or_default();
            let most = if column.shrinks { usize::MAX } else { WHOLE_WIDTH.max(layout.width / 2) };
            used.push((at, column, widest.min(most).max(column.title.width())));
        }
    }
    let room = layout.width.saturating_sub(GAP * used.len().saturating_sub(1));
    fit(&mut used, room);
    let titles = used.iter().map(|(_, column, width)| padded(column.title, *width)).collect::<Vec<_>>().join("  ");
    writeln!(out, "{}", layout.paint(style::FAINT, titles.trim_end()))?;
    for line in &lines {
        let texts = used.iter().map(|(at, column, width)| {
            let text = line.get(*at).map_or("", String::as_str);
            if column.shrinks && text.width() > *width { cut(text, *width) } else { padded(text, *width) }
        });
        writeln!(out, "{}", texts.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    Ok(())
}

/// Takes from the widest column that may shrink until all fit.
fn fit(columns: &mut [(usize, Column, usize)], room: usize) {
    let mut too_much = columns.iter().map(|(_, _, width)| width).sum::<usize>().saturating_sub(room);
    while too_much > 0 {
        let shrinking = columns.iter_mut().filter(|(_, column, width)| column.shrinks && *width > MIN_WIDTH);
        let Some((_, _, width)) = shrinking.max_by_key(|(_, _, width)| *width) else { return };
        *width -= 1;
        too_much -= 1;
    }
}

/// The text in at least that many columns.
fn padded(text: &str, width: usize) -> String {
    let blanks = std::iter::repeat_n(' ', width.saturating_sub(text.width()));
    text.chars().chain(blanks).collect()
}

/// The text in exactly that many columns.
fn cut(text: &str, width: usize) -> String {
    let mut out = String::with_capacity(text.len());
    let mut taken = 0;
    for c in text.chars() {
        taken += c.width().unwrap_or_default();
        if taken >= width {
            break;
        }
        out.push(c);
    }
    out.push('…');
    padded(&out, width)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(width: usize, lines: &[[&str; 3]]) -> String {
        let columns = [Column::whole("ID"), Column::cut("NAME"), Column::cut("TAGS")];
        let lines: Vec<[String; 3]> = lines.iter().map(|line| line.map(str::to_owned)).collect();
        let mut out = Vec::new();
        table(columns, &lines, Layout { width, colour: false }, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn lines_stand_in_columns() {
        let lines = [["support", "Support", "a"], ["日本", "Japan\u{1b}[31m\n", ""]];
        insta::assert_snapshot!(drawn(80, &lines), @r"
        ID       NAME               TAGS
        support  Support            a
        日本     Japan\u{1b}[31m\n
        ");
    }

    #[test]
    fn columns_without_a_text_are_left_out() {
        assert_eq!(drawn(80, &[["a", "", "x"]]), "ID  TAGS\na   x\n");
        assert_eq!(drawn(80, &[]), "\n");
    }

    #[test]
    fn what_does_not_fit_is_cut_but_for_ids() {
        let (id, long) = ("an-id-of-some-length", "a name that is far too long for that");
        insta::assert_snapshot!(drawn(40, &[[id, long, "tag"]]), @r"
        ID                    NAME          TAGS
        an-id-of-some-length  a name that…  tag
        ");
        insta::assert_snapshot!(drawn(10, &[[id, long, ""]]), @r"
        ID                    NAME
        an-id-of-some-length  a name …
        ");
        let ids = ["an-id-that-is-longer-than-the-room", "a"].map(|id| [id, "Name", ""]);
        insta::assert_snapshot!(drawn(40, &ids), @r"
        ID                        NAME
        an-id-that-is-longer-than-the-room  Name
        a                         Name
        ");
        insta::assert_snapshot!(drawn(14, &[["a", "日本日本日本日本", ""]]), @r"
        ID  NAME
        a   日本日本…
        ");
    }
}
