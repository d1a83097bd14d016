//! What is known of a directive or a parameter, as Markdown: for `docs/` and `maquette explain`.

use super::parameter::{Kind, Ollama, Parameter};
use super::{Cardinality, Directive, Family, Place, Shape, Support};

impl Directive {
    /// Its section of the reference, without a heading.
    #[must_use]
    pub fn page(&self) -> String {
        let family = match self.family {
            Family::Ollama => "Ollama's, in any case",
            Family::Maquette => "Maquette's, in upper case only",
        };
        let often = match self.cardinality {
            Cardinality::Once => "once",
            Cardinality::LastWins => "any number of times; the last one counts, the others are reported",
            Cardinality::Many => "any number of times; they add up",
        };
        let Self { keyword, value, summary, example, .. } = self;
        let (shape, open_webui, ollama) = (self.shape.words(), self.on_open_webui(), self.on_ollama());
        format!(
            "{summary}\n\n\
             - form: `{keyword} {value}`\n\
             - value: {shape}\n\
             - how often: {often}\n\
             - keyword: {family}\n\
             - Open WebUI: {open_webui}\n\
             - Ollama: {ollama}\n\n\
             ```modelfile\n{example}\n```\n"
        )
    }

    fn on_open_webui(&self) -> String {
        let field = match self.place {
            Place::Id => "`id`".to_owned(),
            Place::Base => "`base_model_id`".to_owned(),
            Place::Override => "the base model's own row, which has no `base_model_id`".to_owned(),
            Place::Moved => "the row of that id is replaced if it is this workspace's".to_owned(),
            Place::Parameter => "`params`, by the name that it has there".to_owned(),
            Place::System => "`params.system`".to_owned(),
            Place::Name => "`name`".to_owned(),
            Place::Active => "`is_active`".to_owned(),
            Place::Access => "`access_control` up to 0.7, `access_grants` since".to_owned(),
            Place::Meta(key) => format!("`meta.{key}`"),
            Place::AnyMeta => "the key of `meta` that it names".to_owned(),
            Place::Build(key) => format!("`{key}`"),
            Place::Protect => "Maquette's own mark in the row".to_owned(),
            Place::CompileTime => "gone once the file is compiled".to_owned(),
        };
        self.open_webui.words(field)
    }

    fn on_ollama(&self) -> String {
        let field = match self.place {
            Place::Id => "the model's name".to_owned(),
            Place::Base => "`from`, or `files` where it is a path".to_owned(),
            Place::Moved => "the model is copied, and the former one deleted".to_owned(),
            Place::Parameter => "`parameters`".to_owned(),
            Place::System => "`system`".to_owned(),
            Place::Build(key) => format!("`{key}`"),
            Place::CompileTime => "gone once the file is compiled".to_owned(),
            Place::Meta(_)
            | Place::AnyMeta
            | Place::Override
            | Place::Name
            | Place::Active
            | Place::Access
            | Place::Protect => "kept".to_owned(),
        };
        self.ollama.words(field)
    }
}

impl Support {
    /// What becomes of the value there, where it would become `field`.
    fn words(self, field: String) -> String {
        match self {
            Self::Yes => field,
            Self::Ignored => "has no such thing; the model works all the same".to_owned(),
            Self::Lost => "cannot hold it, and the model means something else without it".to_owned(),
        }
    }
}

impl Shape {
    /// What a value looks like.
    fn words(self) -> &'static str {
        match self {
            Self::OllamaText => {
                "the rest of the line, `\"…\"`, or `\"\"\"…\"\"\"` over several lines; there are no escapes"
            }
            Self::Parameter => "a name, one blank, and a value as Ollama writes them",
            Self::Message => "`system`, `user` or `assistant`, one blank, and a text as Ollama writes them",
            Self::Text => "the rest of the line, a JSON string, or `\"\"\"…\"\"\"` over several lines; not empty",
            Self::Word => "one word",
            Self::Path => "a path relative to the file, inside the workspace",
            Self::List => "items separated by commas; one that holds a comma is a JSON string",
            Self::Switches => "items separated by commas; a minus in front switches one off",
            Self::Access => {
                "`public`, `private`, or `read` or `write` with a list of `group:<name>`, `group-id:<id>`, `user:<email>`, `user-id:<id>`"
            }
            Self::Knowledge => {
                "items separated by commas: collections, `file:<name>`, `note:<title>`; all of them after `full`"
            }
            Self::Suggestion => "title, subtitle and prompt as three JSON strings, or the prompt alone",
            Self::Avatar => "an image file of the workspace, an address, or `none`",
            Self::Flag => "`true` or `false`",
            Self::Meta => "a key, one blank, and any JSON",
            Self::Argument => "a name of letters, digits and `_`, and after `=` its default",
        }
    }
}

impl Parameter {
    /// Its section of the reference, without a heading.
    #[must_use]
    pub fn page(&self) -> String {
        let words = match self.kind {
            Kind::Choice(words) => listed(words),
            Kind::BooleanOr(words) => format!("`true`, `false`, {}", listed(words)),
            kind => kind.noun().to_owned(),
        };
        let more = if self.adds_up() { "; each statement adds one" } else { "" };
        let range = match self.range {
            Some((least, most)) if most.is_finite() => format!(", from {least} to {most}"),
            Some((least, _)) => format!(", {least} or more"),
            None => String::new(),
        };
        let default = self.default.map(|default| format!("- default: {default}\n")).unwrap_or_default();
        let names: Vec<String> = self.aliases.iter().map(|alias| format!("`{alias}`")).collect();
        let names = if names.is_empty() { String::new() } else { format!("- other names: {}\n", names.join(", ")) };
        let ollama = match self.ollama {
            Ollama::Known => "known".to_owned(),
            Ollama::Since(version) => format!("known since {version}"),
            Ollama::Leaving(why) => format!("known for now; {why}"),
            Ollama::Deprecated(version) => format!("dropped with a warning since {version}"),
            Ollama::Removed(version) => format!("refused since {version}"),
            Ollama::Unknown => "refused: it never knew it".to_owned(),
        };
        let open_webui = self.open_webui.map_or_else(|| "not known".to_owned(), |key| format!("`params.{key}`"));
        let Self { name, summary, kind, .. } = self;
        let example = format!("```modelfile\nPARAMETER {name} {}\n```\n", kind.example());
        format!(
            "{summary}\n\n- value: {words}{more}{range}\n{default}{names}- Ollama: {ollama}\n- Open WebUI: {open_webui}\n\n{example}"
        )
    }
}

fn listed(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
