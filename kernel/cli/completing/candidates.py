"""What may follow on a command line: commands, options, settings of the config, and the values of all these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from kernel.cli.completing import known, overrides
from kernel.cli.completing.spec import CHOICE, FILE, FOLDER, KNOWN, Option, Spec, Values, own
from kernel.visible import visible_line


class Candidate(NamedTuple):
    """A word that may stand here. goes_on: more of the same word may follow."""

    value: str
    help: str = ""
    goes_on: bool = False


class Offer(NamedTuple):
    """candidates: whole words. place: whether files (`FILE`) or folders (`FOLDER`) may stand here; "" for neither.
    before: the part of the word before the path, such as `--output=`.
    """

    candidates: list[Candidate]
    place: str = ""
    before: str = ""


_NOTHING = Offer([])


def offer(words: Sequence[str], incomplete: str) -> Offer:
    """What may be completed. words: after the name of the program, those before the one that is typed."""
    line = _Line()
    if not all(map(line.take, words)):
        return _NOTHING
    found = line.offer(incomplete)
    shown = [each for each in found.candidates if _is_shown(each.value, incomplete)]
    return Offer(shown, found.place, found.before)


def _is_shown(value: str, incomplete: str) -> bool:
    """Whether a shell is to hear of a word: one with a character that a terminal obeys is not typed by anybody."""
    return value.startswith(incomplete) and visible_line(value) == value


class _Line:
    """What the words so far have said."""

    def __init__(self) -> None:
        self._own = own()
        self._words: list[str] = []
        self._spec = self._own[""]
        self._params: dict[str, str] = {}
        self._arguments: list[str] = []
        # The option, or the path of a setting, whose value comes next.
        self._waiting: Option | str | None = None
        self._only_arguments = False

    def take(self, word: str) -> bool:
        """Read one word; False where nobody knows what it begins."""
        waiting, self._waiting = self._waiting, None
        if isinstance(waiting, Option):
            self._params[waiting.key] = word
        elif isinstance(waiting, str) and not word.startswith("--"):
            pass
        elif word == "--" and not self._only_arguments:
            self._only_arguments = True
        elif word.startswith("-") and word != "-" and not self._only_arguments:
            self._take_option(word)
        elif self._is_group:
            self._words.append(word)
            found = self._find()
            if found is None:
                return False
            self._spec, self._params = found, {}
        else:
            self._arguments.append(word)
        return True

    def offer(self, incomplete: str) -> Offer:
        """What the next word may be."""
        if isinstance(self._waiting, Option):
            return self._values(self._waiting.values, incomplete)
        if isinstance(self._waiting, str) and not incomplete.startswith("--"):
            return self._setting_values(self._waiting, "")
        if incomplete.startswith("-") and not self._only_arguments:
            return self._offer_option(incomplete)
        if self._is_group:
            return Offer([Candidate(name, text) for name, text in sorted(self._commands().items())])
        if not self._spec.arguments:
            return _NOTHING
        # One that takes several words is followed by those that take one: files go where files go.
        place = min(len(self._arguments), len(self._spec.arguments) - 1)
        return self._values(self._spec.arguments[place], incomplete)

    @property
    def _is_group(self) -> bool:
        return bool(self._spec.commands or self._spec.group)

    def _take_option(self, word: str) -> None:
        name, equals, value = word.partition("=")
        option = self._spec.options.get(name)
        if option is not None and equals:
            self._params[option.key] = value
        elif option is not None and option.takes:
            self._waiting = option
        elif option is None and self._is_setting(name) and not equals:
            self._waiting = name[2:]

    def _offer_option(self, incomplete: str) -> Offer:
        name, equals, value = incomplete.partition("=")
        if not equals:
            options = [Candidate(name, option.help) for name, option in self._spec.options.items()]
            return Offer([*options, *self._setting_names(incomplete)])
        option = self._spec.options.get(name)
        if option is not None:
            found = self._values(option.values, value)
            return Offer(
                [Candidate(f"{name}={each.value}", each.help) for each in found.candidates],
                found.place,
                f"{name}=",
            )
        return self._setting_values(name[2:], f"{name}=") if self._is_setting(name) else _NOTHING

    def _find(self) -> Spec | None:
        """The command of the words: of the kernel itself, or of a package, whose module of commands is imported."""
        words = " ".join(self._words)
        if words in self._own:
            return self._own[words]
        if self._words[-1] not in self._commands():
            return None
        from kernel.cli.commands import cli
        from kernel.cli.completing.reading import find, read

        command = find(cli, self._words)
        return None if command is None else read(command)

    def _commands(self) -> dict[str, str]:
        found = dict(self._spec.commands)
        if self._spec.group:
            from kernel.discovery.rules import entry_points
            from kernel.discovery.scan import summary

            for point in entry_points(self._spec.group):
                found.setdefault(point.name, summary(point))
        return found

    def _is_setting(self, name: str) -> bool:
        return self._spec.settings and name.startswith("--") and "." in name

    def _settings(self) -> Mapping[str, str]:
        """Those of the config that stands on the line."""
        return overrides.settings(self._arguments[0] if self._arguments else None)

    def _setting_names(self, incomplete: str) -> list[Candidate]:
        """The settings that a word may become, one level of dots at a time."""
        if not self._spec.settings or not incomplete.startswith("--"):
            return []
        found: dict[str, Candidate] = {}
        for path in self._settings():
            if not f"--{path}".startswith(incomplete):
                continue
            level, dot, _ = path[len(incomplete) - 2 :].partition(".")
            # The section itself is no setting.
            if level or dot:
                word = f"{incomplete}{level}{dot}"
                found.setdefault(word, Candidate(word, "", goes_on=bool(dot)))
        return list(found.values())

    def _setting_values(self, path: str, before: str) -> Offer:
        values = overrides.values(path, self._settings().get(path))
        if values:
            return Offer([Candidate(before + value) for value in values])
        return Offer([], FILE, before)

    def _values(self, values: Values, incomplete: str) -> Offer:
        if values.parameter is not None:
            return self._asked(values, incomplete)
        if values.kind in (FILE, FOLDER):
            return Offer([], values.kind)
        if values.kind == CHOICE:
            return Offer([Candidate(name) for name in values.names])
        if values.kind == KNOWN:
            return Offer(
                [Candidate(name) for name in known.FUNCTIONS[values.names[0]](incomplete, self._params)]
            )
        return _NOTHING

    def _asked(self, values: Values, incomplete: str) -> Offer:
        """What a parameter of a package's completes by its own type or function."""
        import click

        from kernel.cli.commands import cli
        from kernel.cli.completing.reading import find

        ctx = click.Context(find(cli, self._words) or cli, info_name=self._words[-1], resilient_parsing=True)
        ctx.params.update(self._params)
        found, place = [], ""
        for item in values.parameter.shell_complete(ctx, incomplete):
            if item.type in (FILE, FOLDER):
                place = item.type
            else:
                found.append(Candidate(str(item.value), item.help or ""))
        return Offer(found, place)
