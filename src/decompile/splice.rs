//! Statements of a text are replaced, taken out and put in; everything else stays to the byte.

use std::collections::BTreeMap;

use crate::format::RANKS;
use crate::source::Span;
use crate::syntax::{Head, Statement, Tree};

/// Edits of one file that do not touch one another.
#[derive(Debug)]
pub struct Splice<'t> {
    tree: &'t Tree,
    /// What stands instead of a span.
    instead: BTreeMap<Span, String>,
    /// What follows the statement that ends there, or begins the file: in the order in which it was asked for.
    behind: BTreeMap<u32, Vec<(usize, String)>>,
}

impl<'t> Splice<'t> {
    /// No edits yet.
    #[must_use]
    pub fn new(tree: &'t Tree) -> Self {
        Self { tree, instead: BTreeMap::new(), behind: BTreeMap::new() }
    }

    /// Puts statements in the place of others: the first place gets them all.
    pub fn replace(&mut self, spans: &[Span], statements: &[String]) {
        let mut spans = spans.iter();
        let Some(first) = spans.next() else { return self.insert(statements) };
        if statements.is_empty() {
            self.remove(*first);
        } else {
            self.instead.insert(*first, statements.join(self.line_end()));
        }
        for span in spans {
            self.remove(*span);
        }
    }

    /// Puts statements where they belong: behind the last one that stands before them in the order that files are
    /// formatted in.
    pub fn insert(&mut self, statements: &[String]) {
        for statement in statements {
            let own = rank(statement.split(' ').next().unwrap_or_default());
            let before = self.tree.statements().filter(|one| rank(keyword(self.tree, one)) <= own);
            let end = before.map(|one| one.span.end).max().unwrap_or_default();
            self.behind.entry(end).or_default().push((own, statement.clone()));
        }
    }

    /// Takes a statement out, with its line.
    fn remove(&mut self, span: Span) {
        let text = &self.tree.text;
        let (before, after) = (text.get(..span.start as usize), text.get(span.end as usize..));
        let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
        let rest = after.trim_start_matches([' ', '\t']);
        let starts = before.is_empty() || before.ends_with(['\n', '\r']);
        let end = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix(['\n', '\r']));
        let mut end = match end {
            Some(next) if starts => text.len() - next.len(),
            _ => span.end as usize,
        };
        // Of two blank lines that meet one stays.
        let is_spaced = before.is_empty() || before.ends_with("\n\n") || before.ends_with("\r\n\r\n");
        let next = text.get(end..).unwrap_or_default();
        if let Some(rest) =
            next.strip_prefix("\r\n").or_else(|| next.strip_prefix('\n')).filter(|_| is_spaced && starts)
        {
            end = text.len() - rest.len();
        }
        self.instead.insert(Span::new(span.start, u32::try_from(end).unwrap_or(span.end)), String::new());
    }

    /// The text with the edits made.
    #[must_use]
    pub fn text(&self) -> String {
        let (text, line_end) = (&*self.tree.text, self.line_end());
        let mut out = String::with_capacity(text.len() + 64);
        let mut edits: Vec<(u32, u32, String)> =
            self.instead.iter().map(|(span, new)| (span.start, span.end, new.clone())).collect();
        for (at, statements) in &self.behind {
            let mut statements = statements.clone();
            statements.sort_by_key(|(rank, _)| *rank);
            let lines: Vec<String> = statements.into_iter().map(|(_, statement)| statement).collect();
            let lines = lines.join(line_end);
            let new = match *at {
                0 if text.is_empty() => lines.clone(),
                0 => format!("{lines}{line_end}"),
                _ => format!("{line_end}{lines}"),
            };
            // Behind a statement that goes, a line goes with it.
            let gone = self.instead.iter().find(|(span, new)| span.end > *at && span.start < *at && new.is_empty());
            match gone {
                Some((span, _)) => edits.push((span.end, span.end, format!("{lines}{line_end}"))),
                None => edits.push((*at, *at, new)),
            }
        }
        edits.sort_by_key(|(start, end, _)| (*start, *end));
        let mut done = 0;
        for (start, end, new) in &edits {
            let (start, end) = (*start as usize, *end as usize);
            if start > done {
                out.push_str(text.get(done..start).unwrap_or_default());
            }
            out.push_str(new);
            done = done.max(end);
        }
        out.push_str(text.get(done..).unwrap_or_default());
        out
    }

    /// How lines end in the file.
    fn line_end(&self) -> &'static str {
        let first = self.tree.text.find('\n');
        if first.is_some_and(|at| at > 0 && self.tree.text.as_bytes().get(at - 1) == Some(&b'\r')) {
            "\r\n"
        } else {
            "\n"
        }
    }
}

fn keyword<'t>(tree: &'t Tree, statement: &Statement) -> &'t str {
    match statement.head {
        Head::Ollama(word) => word.keyword(),
        Head::Extended => tree.slice(statement.keyword),
    }
}

fn rank(keyword: &str) -> usize {
    RANKS.iter().position(|ranked| *ranked == keyword).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::parse;

    const TEXT: &str = "\
# mine
FROM a
NAME b   # of course

# warm
PARAMETER temperature 1
PARAMETER stop x

PARAMETER stop y

SYSTEM \"\"\"c
d\"\"\"
";

    /// The text after the statements that begin so were replaced by others.
    fn edited(text: &str, edits: &[(&str, &[&str])]) -> String {
        let tree = parse(text.into());
        let mut splice = Splice::new(&tree);
        for (start, statements) in edits {
            let spans: Vec<Span> = tree
                .statements()
                .filter(|one| !start.is_empty() && tree.slice(one.span).starts_with(start))
                .map(|one| one.span)
                .collect();
            let statements: Vec<String> = statements.iter().map(|one| (*one).to_owned()).collect();
            splice.replace(&spans, &statements);
        }
        splice.text()
    }

    #[test]
    fn only_the_statement_changes() {
        assert_eq!(edited(TEXT, &[]), TEXT);
        let other = edited(TEXT, &[("PARAMETER temperature", &["PARAMETER temperature 0.5"])]);
        assert_eq!(other, TEXT.replace("temperature 1", "temperature 0.5"));
        let system = edited(TEXT, &[("SYSTEM", &["SYSTEM e"])]);
        assert_eq!(system, TEXT.replace("SYSTEM \"\"\"c\nd\"\"\"", "SYSTEM e"));
    }

    #[test]
    fn what_goes_takes_its_line_along() {
        assert_eq!(edited(TEXT, &[("PARAMETER temperature", &[])]), TEXT.replace("PARAMETER temperature 1\n", ""));
        assert_eq!(
            edited(TEXT, &[("PARAMETER stop", &["PARAMETER stop z"])]),
            TEXT.replace("PARAMETER stop x\n\nPARAMETER stop y\n\n", "PARAMETER stop z\n\n")
        );
        assert_eq!(edited("FROM a\r\nNAME b\r\nTAGS c\r\n", &[("NAME", &[])]), "FROM a\r\nTAGS c\r\n");
        assert_eq!(edited("FROM a\nNAME b", &[("NAME", &[])]), "FROM a\n");
    }

    #[test]
    fn what_comes_stands_where_it_belongs() {
        assert_eq!(
            edited(TEXT, &[("", &["TAGS t", "DESCRIPTION d"])]),
            TEXT.replace("# of course", "# of course\nDESCRIPTION d\nTAGS t")
        );
        assert_eq!(edited("FROM a", &[("", &["SYSTEM x"])]), "FROM a\nSYSTEM x");
        assert_eq!(edited("FROM a\r\nTAGS b\r\n", &[("", &["NAME x"])]), "FROM a\r\nNAME x\r\nTAGS b\r\n");
        assert_eq!(edited("SYSTEM x\n", &[("", &["FROM a"])]), "FROM a\nSYSTEM x\n");
        assert_eq!(
            edited("FROM a\nNAME b\nSYSTEM x\n", &[("NAME", &[]), ("", &["TAGS t"])]),
            "FROM a\nTAGS t\nSYSTEM x\n"
        );
        assert_eq!(
            edited("FROM a\nNAME b\nSYSTEM x\n", &[("NAME", &["NAME c"]), ("", &["TAGS t"])]),
            "FROM a\nNAME c\nTAGS t\nSYSTEM x\n"
        );
    }
}
