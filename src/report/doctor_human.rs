//! What a doctor finds, for people.

use std::io::{self, Write};

use serde::Serialize;

use super::{Layout, printable, style, wording};
use crate::remote::{Diagnosis, Health};

/// More findings of one kind than this are only counted.
const MAX_OF_A_KIND: usize = 10;

/// One thing that was examined, and what was found.
#[derive(Clone, Debug, Serialize)]
pub struct Patient {
    /// `configuration`, or the remote's name.
    pub name: String,
    /// What was found, in the order in which it was looked at.
    pub found: Vec<Diagnosis>,
}

/// Writes what was found.
///
/// # Errors
/// Those of `out`.
pub fn doctor_human(patients: &[Patient], layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    let all = || patients.iter().flat_map(|patient| &patient.found);
    let widest = all().map(|one| printable(&one.topic).chars().count()).max().unwrap_or_default();
    for (at, patient) in patients.iter().enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        writeln!(out, "{}", layout.paint(style::STRONG, &printable(&patient.name)))?;
        for (at, one) in patient.found.iter().enumerate() {
            let earlier = patient.found.iter().take(at).filter(|other| other.topic == one.topic && one.model.is_some());
            if earlier.count() < MAX_OF_A_KIND {
                diagnosis(one, widest, layout, out)?;
            }
        }
        for (topic, more) in left_out(patient) {
            let text = format!("and {more} more, which `--format json` names");
            writeln!(out, "  {:7}  {:widest$}  {text}", "", printable(topic))?;
        }
    }
    let count = |health| all().filter(|one| one.health == health).count();
    let (failures, warnings) = (count(Health::Failure), count(Health::Warning));
    let what = match (failures, warnings) {
        (0, 0) => "All is well.".to_owned(),
        (0, warnings) => format!("Nothing fails; {}.", wording::counted(warnings, "warning")),
        (failures, warnings) => {
            format!("{}, {}.", wording::counted(failures, "failure"), wording::counted(warnings, "warning"))
        }
    };
    writeln!(out)?;
    writeln!(out, "{}", layout.paint(style::STRONG, &what))
}

/// How many findings about models are not shown, by what they are about.
fn left_out(patient: &Patient) -> Vec<(&str, usize)> {
    let mut counted: Vec<(&str, usize)> = Vec::new();
    for one in patient.found.iter().filter(|one| one.model.is_some()) {
        match counted.iter_mut().find(|(topic, _)| *topic == one.topic) {
            Some((_, count)) => *count += 1,
            None => counted.push((&one.topic, 1)),
        }
    }
    counted.retain(|(_, count)| *count > MAX_OF_A_KIND);
    counted.into_iter().map(|(topic, count)| (topic, count - MAX_OF_A_KIND)).collect()
}

fn diagnosis(one: &Diagnosis, widest: usize, layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    let (word, style) = match one.health {
        Health::Good => ("ok", style::ADDED),
        Health::Note => ("note", style::FAINT),
        Health::Warning => ("warning", style::WARNING),
        Health::Failure => ("failed", style::ERROR),
    };
    let indent = 2 + 7 + 2 + widest + 2;
    let room = layout.width.saturating_sub(indent).max(20);
    let topic = printable(&one.topic).into_owned();
    let wrapped = |text: &str| textwrap::wrap(&printable(text), room).into_iter().map(String::from).collect::<Vec<_>>();
    let mut lines = wrapped(&one.message).into_iter();
    let first = lines.next().unwrap_or_default();
    writeln!(out, "  {}  {topic:widest$}  {first}", layout.paint(style, &format!("{word:7}")))?;
    for line in lines {
        writeln!(out, "{:indent$}{line}", "")?;
    }
    for (at, line) in one.help.iter().flat_map(|help| wrapped(&format!("help: {help}"))).enumerate() {
        let line = match line.strip_prefix("help:").filter(|_| at == 0) {
            Some(rest) => format!("{}{rest}", layout.paint(style::STRONG, "help:")),
            None => line,
        };
        writeln!(out, "{:indent$}{line}", "")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found() {
        let of = |model: &str| Diagnosis {
            model: Some(model.to_owned()),
            ..Diagnosis::new(
                "gone-grant",
                Health::Note,
                format!("`{model}` is open to the group `g`, not there any more"),
            )
        };
        let many = (0..12).map(|number| of(&format!("m{number}")));
        let found = [
            Diagnosis::new("version", Health::Good, "Open WebUI 0.12.4"),
            Diagnosis::new(
                "clock",
                Health::Warning,
                "the server's clock is 90 s ahead of ours: times in histories and snapshots do not fit together",
            )
            .help("let both machines set their clocks by the network"),
            Diagnosis::new("models", Health::Failure, "a \u{1b}[31mred answer"),
        ];
        let patients = [
            Patient {
                name: "configuration".into(),
                found: vec![Diagnosis::new("manifest", Health::Good, "`maquette.toml`")],
            },
            Patient { name: "chat".into(), found: found.into_iter().chain(many.take(11)).collect() },
        ];
        let mut out = Vec::new();
        doctor_human(&patients, Layout { width: 80, colour: false }, &mut out).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap(), @r"
        configuration
          ok       manifest    `maquette.toml`

        chat
          ok       version     Open WebUI 0.12.4
          warning  clock       the server's clock is 90 s ahead of ours: times in
                               histories and snapshots do not fit together
                               help: let both machines set their clocks by the network
          failed   models      a \u{1b}[31mred answer
          note     gone-grant  `m0` is open to the group `g`, not there any more
          note     gone-grant  `m1` is open to the group `g`, not there any more
          note     gone-grant  `m2` is open to the group `g`, not there any more
          note     gone-grant  `m3` is open to the group `g`, not there any more
          note     gone-grant  `m4` is open to the group `g`, not there any more
          note     gone-grant  `m5` is open to the group `g`, not there any more
          note     gone-grant  `m6` is open to the group `g`, not there any more
          note     gone-grant  `m7` is open to the group `g`, not there any more
          note     gone-grant  `m8` is open to the group `g`, not there any more
          note     gone-grant  `m9` is open to the group `g`, not there any more
                   gone-grant  and 1 more, which `--format json` names

        1 failure, 1 warning.
        ");
    }
}
