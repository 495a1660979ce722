//! The keys as they are: the table, with the keys that the user has changed. What would leave a key
//! with two meanings, text that cannot be typed, or no way out, is refused.

use std::borrow::Cow;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{Action, Binding, Context, Key, TABLE, ch, ctrl, key};

/// The keys that lead out. Nobody takes them from their actions or gives them to others.
const WAYS_OUT: [Key; 3] = [key(KeyCode::Esc), ch('Q'), ctrl('c')];

/// The table with the keys of this run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keymap {
    rows: Vec<Binding>,
}

/// Why keys could not be changed as asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RemapError {
    /// A way out was given to another action.
    #[error("`{key}` cannot be given to `{}`: Esc, Q and Ctrl+C always lead out", action.name())]
    WayOut {
        /// The key.
        key: Key,
        /// The action that was to have it.
        action: Action,
    },
    /// The key writes or edits text wherever the action is.
    #[error(
        "`{key}` cannot be given to `{}`: it writes text there ({}); take a key such as F2 or \
         Ctrl+S",
        action.name(), context.title()
    )]
    Text {
        /// The key.
        key: Key,
        /// The action that was to have it.
        action: Action,
        /// Where text is typed.
        context: Context,
    },
    /// One key would mean two things.
    #[error(
        "`{key}` would mean both `{}` and `{}` ({}); give one of them another key",
        actions[0].name(), actions[1].name(), context.title()
    )]
    Clash {
        /// The key.
        key: Key,
        /// What it would mean.
        actions: [Action; 2],
        /// Where.
        context: Context,
    },
}

impl Default for Keymap {
    fn default() -> Keymap {
        Keymap {
            rows: TABLE.to_vec(),
        }
    }
}

impl Keymap {
    /// The table with the keys of some actions replaced. A key that an action has by default stays
    /// where it has it; a new one counts wherever the action is, but for TYPE mode if it writes
    /// text. Where no key of a list would be left, the default ones stay; without any key in the
    /// list the action has none. Esc, Q and Ctrl+C are never taken away.
    ///
    /// The error comes with the place of its change in the list.
    pub fn with(changes: &[(Action, Vec<Key>)]) -> Result<Keymap, (usize, RemapError)> {
        let mut map = Keymap::default();
        for (place, (action, keys)) in changes.iter().enumerate() {
            map.change(*action, keys).map_err(|error| (place, error))?;
        }
        match map.clash() {
            None => Ok(map),
            Some((actions, key, context)) => {
                let concerned = |(action, _): &(Action, _)| actions.contains(action);
                // The table itself has no clash, so one of the two was changed.
                let place = changes.iter().rposition(concerned).unwrap_or_default();
                let clash = RemapError::Clash {
                    key,
                    actions,
                    context,
                };
                Err((place, clash))
            }
        }
    }

    fn change(&mut self, action: Action, keys: &[Key]) -> Result<(), RemapError> {
        let theirs = || TABLE.iter().filter(|row| row.action == action);
        let mut placed = vec![false; keys.len()];
        for row in self.rows.iter_mut().filter(|row| row.action == action) {
            // A row is changed once, from the keys of the table.
            let own = std::mem::take(&mut row.keys);
            let mut new: Vec<Key> = Vec::new();
            for (key, placed) in keys.iter().zip(&mut placed) {
                let is_default = theirs().any(|row| row.keys.contains(key));
                let fits = if is_default {
                    own.contains(key)
                } else {
                    !row.contexts.iter().any(|context| is_text(*key, *context))
                };
                *placed |= fits;
                if fits && !new.contains(key) {
                    new.push(*key);
                }
            }
            let stays = |key: &&Key| WAYS_OUT.contains(key) && !new.contains(key);
            let out: Vec<Key> = own.iter().filter(stays).copied().collect();
            row.keys = if new.is_empty() && !keys.is_empty() {
                own
            } else {
                new.extend(out);
                Cow::Owned(new)
            };
        }
        for (key, placed) in keys.iter().zip(placed) {
            let is_default = theirs().any(|row| row.keys.contains(key));
            if WAYS_OUT.contains(key) && !is_default {
                return Err(RemapError::WayOut { key: *key, action });
            }
            if !placed {
                let mut contexts = theirs().flat_map(|row| row.contexts);
                let text = contexts.find(|context| is_text(*key, **context));
                let context = *text.expect("it was left out where it writes text");
                return Err(RemapError::Text {
                    key: *key,
                    action,
                    context,
                });
            }
        }
        Ok(())
    }

    /// Two actions that share a key in some place.
    fn clash(&self) -> Option<([Action; 2], Key, Context)> {
        for (n, one) in self.rows.iter().enumerate() {
            for other in &self.rows[n + 1..] {
                if one.action == other.action {
                    continue;
                }
                let place = one.contexts.iter().find(|c| other.contexts.contains(c));
                let key = one.keys.iter().find(|key| other.keys.contains(key));
                if let (Some(context), Some(key)) = (place, key) {
                    return Some(([one.action, other.action], *key, *context));
                }
            }
        }
        None
    }

    /// What a key press means in a context.
    #[must_use]
    pub fn action(&self, context: Context, event: KeyEvent) -> Option<Action> {
        if writes(event, context) {
            return None;
        }
        self.rows(context)
            .find(|row| row.keys.iter().any(|key| key.matches(event)))
            .map(|row| row.action)
    }

    /// The rows of a context, in the table's order. A row may have no keys.
    pub fn rows(&self, context: Context) -> impl Iterator<Item = &Binding> {
        self.rows
            .iter()
            .filter(move |row| row.contexts.contains(&context))
    }

    /// All rows, in the table's order. A row may have no keys.
    #[must_use]
    pub fn all(&self) -> &[Binding] {
        &self.rows
    }

    /// The first key of an action in a context.
    #[must_use]
    pub fn key(&self, context: Context, action: Action) -> Option<Key> {
        let mut rows = self.rows(context).filter(|row| row.action == action);
        rows.find_map(|row| row.keys.first()).copied()
    }
}

/// Whether a key press is a character where each of them is text, and none a command.
fn writes(event: KeyEvent, context: Context) -> bool {
    let is_char = matches!(event.code, KeyCode::Char(_));
    // In a form, the blank goes on to the next value of a choice.
    let is_text = context.is_typing() && context != Context::TypeForm;
    is_char && is_text && !event.modifiers.contains(KeyModifiers::CONTROL)
}

/// Whether a key writes or edits text in a context.
fn is_text(key: Key, context: Context) -> bool {
    let edits = match key.code {
        KeyCode::Char(_) => !key.ctrl,
        KeyCode::Backspace
        | KeyCode::Delete
        | KeyCode::Left
        | KeyCode::Right
        | KeyCode::Home
        | KeyCode::End => true,
        KeyCode::Enter | KeyCode::Tab | KeyCode::Up | KeyCode::Down => context == Context::Editor,
        _ => false,
    };
    context.is_typing() && edits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::scroll::Motion;

    fn change(action: Action, keys: &[&str]) -> (Action, Vec<Key>) {
        let keys = keys.iter().map(|text| Key::parse(text).expect("a key"));
        (action, keys.collect())
    }

    fn map(changes: &[(Action, &[&str])]) -> Keymap {
        let changes: Vec<_> = changes.iter().map(|(a, keys)| change(*a, keys)).collect();
        Keymap::with(&changes).unwrap_or_else(|(n, error)| panic!("{n}: {error}"))
    }

    fn refused(changes: &[(Action, &[&str])]) -> (usize, String) {
        let changes: Vec<_> = changes.iter().map(|(a, keys)| change(*a, keys)).collect();
        let (place, error) = Keymap::with(&changes).expect_err("it is to be refused");
        (place, error.to_string())
    }

    fn press(text: &str) -> KeyEvent {
        let key = Key::parse(text).expect("a key");
        let modifiers = if key.ctrl {
            KeyModifiers::CONTROL
        } else {
            KeyModifiers::NONE
        };
        KeyEvent::new(key.code, modifiers)
    }

    #[test]
    fn no_key_of_the_table_means_two_things_in_one_place() {
        assert_eq!(Keymap::default().clash(), None);
    }

    #[test]
    fn no_character_is_a_command_where_all_of_them_are_text() {
        for row in TABLE {
            for key in row.keys.iter().filter(|key| !key.ctrl) {
                let event = KeyEvent::new(key.code, KeyModifiers::NONE);
                let text = row.contexts.iter().any(|at| writes(event, *at));
                assert!(!text, "{:?}", row.action);
            }
        }
    }

    /// Multiplexers such as Zellij take Ctrl and Alt keys for themselves, terminals function keys.
    #[test]
    fn nothing_needs_a_key_that_a_multiplexer_takes() {
        let plain = |key: &Key| !key.ctrl && !matches!(key.code, KeyCode::F(_));
        // q asks to quit as well, a line is emptied by Backspace, and the shell's key is its own.
        let others = [Action::AskQuit, Action::ClearLine, Action::Suspend];
        for row in TABLE.iter().filter(|row| !others.contains(&row.action)) {
            assert!(row.keys.iter().any(plain), "{:?}", row.action);
        }
    }

    #[test]
    fn a_changed_key_acts_and_the_old_one_does_no_longer() {
        let map = map(&[(Action::Follow, &["F2", "é"])]);
        for key in ["F2", "é"] {
            assert_eq!(
                map.action(Context::Log, press(key)),
                Some(Action::Follow),
                "{key}"
            );
        }
        assert_eq!(map.action(Context::Log, press("f")), None);
        assert_eq!(map.key(Context::Log, Action::Follow), Key::parse("F2").ok());
    }

    #[test]
    fn two_actions_can_change_their_keys_with_each_other() {
        let map = map(&[
            (Action::CloseConnection, &["D"]),
            (Action::FinishSending, &["d"]),
        ]);
        let means = |key| map.action(Context::Log, press(key));
        assert_eq!(means("D"), Some(Action::CloseConnection));
        assert_eq!(means("d"), Some(Action::FinishSending));
    }

    #[test]
    fn every_action_given_all_of_its_own_keys_changes_nothing() {
        let mut all = Vec::new();
        for action in Action::all() {
            let rows = TABLE.iter().filter(|row| row.action == action);
            let keys = rows.flat_map(|row| row.keys.iter().copied());
            all.push((action, keys.collect()));
        }
        assert_eq!(Keymap::with(&all), Ok(Keymap::default()));
    }

    #[test]
    fn a_default_key_stays_where_it_is_and_a_new_one_counts_everywhere() {
        // Enter is another action's in the form.
        let map = map(&[(Action::Type, &["Enter", "é"])]);
        assert_eq!(map.action(Context::Box, press("Enter")), Some(Action::Type));
        assert_eq!(
            map.action(Context::Form, press("Enter")),
            Some(Action::Start)
        );
        assert_eq!(map.action(Context::Form, press("é")), Some(Action::Type));
        assert_eq!(map.action(Context::Form, press("i")), None);
    }

    #[test]
    fn a_character_is_no_key_in_type_mode_where_the_default_ones_stay() {
        let map = map(&[(Action::NextField, &["é"])]);
        let means = |context, key| map.action(context, press(key));
        assert_eq!(means(Context::Form, "é"), Some(Action::NextField));
        assert_eq!(means(Context::Form, "j"), None);
        assert_eq!(means(Context::TypeForm, "é"), None);
        assert_eq!(means(Context::TypeForm, "Tab"), Some(Action::NextField));
    }

    #[test]
    fn what_only_type_mode_has_takes_no_key_that_writes_text() {
        for (action, key) in [
            (Action::Send, "x"),
            (Action::Send, "Space"),
            (Action::Earlier, "Backspace"),
            (Action::Done, "Enter"),
        ] {
            let (_, words) = refused(&[(action, &["F2", key])]);
            assert!(words.contains("it writes text there (TYPE"), "{words}");
        }
        let map = map(&[(Action::Send, &["ctrl+s"])]);
        assert_eq!(
            map.action(Context::TypeBox, press("ctrl+s")),
            Some(Action::Send)
        );
    }

    #[test]
    fn a_clash_names_the_key_both_actions_the_place_and_the_later_change() {
        let (place, words) = refused(&[
            (Action::Theme, &["F9"]),
            (Action::Follow, &["s"]),
            (Action::Help, &["F1"]),
        ]);
        assert_eq!(place, 1);
        assert_eq!(
            words,
            "`s` would mean both `follow` and `start-stop` (KEYS, connections); give one of them \
             another key"
        );
        let (place, _) = refused(&[(Action::Help, &["F2"]), (Action::Theme, &["F2"])]);
        assert_eq!(place, 1);
    }

    #[test]
    fn the_ways_out_are_neither_given_away_nor_taken_away() {
        for (action, key) in [
            (Action::Follow, "Esc"),
            (Action::Clear, "Q"),
            (Action::Send, "ctrl+c"),
        ] {
            let (_, words) = refused(&[(action, &[key])]);
            assert!(words.contains("always lead out"), "{words}");
        }
        let map = map(&[
            (Action::QuitNow, &["F10"]),
            (Action::Leave, &[]),
            (Action::Done, &["ctrl+d"]),
            (Action::Close, &["F9"]),
            (Action::No, &[]),
            (Action::AskQuit, &[]),
            (Action::ClearLine, &["ctrl+u"]),
            (Action::Yes, &["F8"]),
        ]);
        let kept = Keymap::default();
        for row in kept.all() {
            for key in row.keys.iter().filter(|key| WAYS_OUT.contains(key)) {
                for context in row.contexts {
                    let press = press(&key.to_string());
                    assert_eq!(map.action(*context, press), Some(row.action), "{key}");
                }
            }
        }
        assert_eq!(
            map.action(Context::Log, press("F10")),
            Some(Action::QuitNow)
        );
        assert_eq!(map.action(Context::Question, press("Enter")), None);
    }

    #[test]
    fn an_empty_list_leaves_an_action_without_keys() {
        let map = map(&[(Action::Scroll(Motion::Up), &[])]);
        assert_eq!(map.action(Context::Log, press("k")), None);
        assert_eq!(map.key(Context::Log, Action::Scroll(Motion::Up)), None);
        assert_eq!(
            map.action(Context::Requests, press("k")),
            Some(Action::Pick(Motion::Up))
        );
    }
}
