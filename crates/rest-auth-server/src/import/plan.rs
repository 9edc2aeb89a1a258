//! What goes into the file: the library says what it knows, what is its default, and what cannot be.

use rest_auth::Settings;
use rest_auth::settings::SettingsError;

use super::django::{Fate, Known, Translation, not_yet};
use super::render;
use super::value::Value;

/// A line of the file.
pub struct Line {
    /// The setting of Django's, or several.
    pub source: String,
    /// Its path here.
    pub path: String,
    pub value: toml::Value,
    /// What was lost on the way.
    pub notes: Vec<String>,
    pub state: State,
}

/// Whether a line is in force.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    InForce,
    /// Commented out, because its feature is still to come.
    Later(&'static str),
    /// Commented out, because the library would refuse it.
    Refused(String),
    /// The value is empty, for this reason.
    ///
    /// The server does not start before somebody fills it in.
    Missing(String),
}

/// Everything that was read, each in its place.
#[derive(Default)]
pub struct Plan {
    pub lines: Vec<Line>,
    /// The same as the default here.
    pub same: Vec<String>,
    /// Without a place here: reasons, with the names that they hold for.
    pub no_place: Vec<(String, Vec<String>)>,
    /// Without a place, or not wholly in one, which somebody should know.
    pub heed: Vec<(String, String)>,
    /// Not read, and why.
    pub unreadable: Vec<(String, String)>,
}

impl Plan {
    /// Finds each setting its place; what could not work is taken out of force.
    pub fn new(translations: Vec<Translation>, known: &Known) -> Self {
        let mut plan = Self::default();
        for Translation { source, is_default, fate } in translations {
            match fate {
                Fate::To { path, value, notes } => plan.place(source, is_default, path, &value, notes, known),
                Fate::Missing { path, why } => plan.leave_empty(source, path, why),
                Fate::Notice(why) => plan.heed.push((source, why)),
                Fate::Heed(why) if !is_default => plan.heed.push((source, why)),
                Fate::NoPlace(why) | Fate::Heed(why) => plan.leave_out(why, source),
                Fate::Unreadable(why) => plan.unreadable.push((source, why)),
            }
        }
        plan.make_loadable();
        plan
    }

    fn leave_out(&mut self, why: String, source: String) {
        match self.no_place.iter_mut().find(|(reason, _)| *reason == why) {
            Some((_, names)) => names.push(source),
            None => self.no_place.push((why, vec![source])),
        }
    }

    fn leave_empty(&mut self, source: String, path: String, why: String) {
        if self.lines.iter().any(|line| line.path == path) {
            return self.unreadable.push((source, why));
        }
        let (value, notes) = (toml::Value::from(""), Vec::new());
        self.lines.push(Line { source, path, value, notes, state: State::Missing(why) });
    }

    /// Returns whether a setting must still be filled in.
    pub fn is_missing(&self, path: &str) -> bool {
        self.lines.iter().any(|line| line.path == path && matches!(line.state, State::Missing(_)))
    }

    /// Returns Django's names of the settings whose effect clients or users may notice.
    pub fn to_look_at(&self) -> Vec<&str> {
        let is_odd = |line: &&Line| match line.state {
            State::InForce => !line.notes.is_empty(),
            State::Later(_) | State::Refused(_) | State::Missing(_) => true,
        };
        let odd = self.lines.iter().filter(is_odd).map(|line| &line.source);
        let told = self.heed.iter().chain(&self.unreadable).map(|(name, _)| name);
        odd.chain(told).map(String::as_str).collect()
    }

    fn place(
        &mut self,
        source: String,
        is_default: bool,
        path: String,
        value: &Value,
        notes: Vec<String>,
        known: &Known,
    ) {
        if let Some(other) = self.lines.iter().find(|line| line.path == path) {
            let why = format!("{path} is what {} says", other.source);
            let is_the_same = value.to_toml().is_some_and(|value| value == other.value);
            return if is_the_same { self.leave_out(why, source) } else { self.heed.push((source, why)) };
        }
        let state = match (known.find(&path), Settings::planned_feature(&path)) {
            (Some(_), _) => State::InForce,
            (None, Some(feature)) if is_default => return self.leave_out(not_yet(feature), source),
            (None, Some(feature)) => State::Later(feature),
            (None, None) => return self.leave_out("rest-auth has nothing of the kind".to_owned(), source),
        };
        let Some(value) = value.to_toml() else {
            match state {
                State::Later(feature) => self.leave_out(not_yet(feature), source),
                _ => self.same.push(source),
            }
            return;
        };
        let line = Line { source, path, value, notes, state };
        if line.state == State::InForce && is_the_default(&line, known) {
            if line.notes.is_empty() {
                self.same.push(line.source);
            } else {
                self.heed.push((line.source, format!("the default here. {}", line.notes.join(" "))));
            }
        } else {
            self.lines.push(line);
        }
    }

    /// Takes lines out of force until the library accepts the rest.
    fn make_loadable(&mut self) {
        while let Some((path, problem)) = first_misfit(&self.lines, None) {
            let in_force = |line: &Line| line.state == State::InForce;
            let found = self
                .lines
                .iter()
                .position(|line| in_force(line) && line.path == path)
                .or_else(|| {
                    // A contradiction may be named after a setting that is at its default.
                    let is_guilty =
                        |index: &usize| first_misfit(&self.lines, Some(*index)).is_none_or(|(p, _)| p != path);
                    (0..self.lines.len()).rev().filter(|index| in_force(&self.lines[*index])).find(is_guilty)
                })
                .or_else(|| self.lines.iter().rposition(in_force));
            match found {
                Some(index) => self.lines[index].state = State::Refused(problem),
                None => break,
            }
        }
    }

    /// The lines in a state.
    pub fn count(&self, is_wanted: impl Fn(&State) -> bool) -> usize {
        self.lines.iter().filter(|line| is_wanted(&line.state)).count()
    }
}

/// The first thing that the library would refuse, and where; one line may be left out of the question.
fn first_misfit(lines: &[Line], without: Option<usize>) -> Option<(String, String)> {
    let lines = lines.iter().enumerate().filter(|(index, _)| Some(*index) != without).map(|(_, line)| line);
    let Err(SettingsError(misfits)) = Settings::from_toml(&render::in_force(lines)) else { return None };
    let misfit = misfits.into_iter().next()?;
    let hint = misfit.hint.map(|hint| format!(". {hint}")).unwrap_or_default();
    Some((misfit.path, format!("{}{hint}", misfit.problem)))
}

/// Whether the library would make of the line what it has without it.
fn is_the_default(line: &Line, known: &Known) -> bool {
    let Ok(loaded) = Settings::from_toml(&render::in_force([line])) else { return false };
    let read = loaded.settings.list().into_iter().find(|setting| setting.path == line.path);
    read.as_ref() == known.find(&line.path)
}
