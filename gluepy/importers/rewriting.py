"""One piece of statisfactory's code, and the changes that make it one of gluepy's."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from typing import Any

from gluepy.importers.advice import ATTRIBUTES, BASES, HOOKS, REMAINS
from gluepy.importers.bindings import Function, Names, is_library
from gluepy.importers.edits import Edits
from gluepy.importers.imports import MARKERS, Import, Place
from gluepy.importers.notes import Note

# What is written anew wherever it can be; the rest of statisfactory's names has to stay.
_KNOWN = {"Craft", "Pipeline", "Session", *MARKERS}
_UNNAMED = "noName"


class Rewriter:
    """A tree, its text, and the changes to it.

    Args:
        tree: The tree.
        source: Its text.
        names: What its names stand for.
        labels: Name of a craft -> the label it needs.
        kind: ``module``, ``tagged`` or ``cell``.
    """

    def __init__(
        self, tree: ast.Module, source: str, names: Names, labels: dict[str, str], kind: str
    ) -> None:
        self.names = names
        self.labels = labels
        self.kind = kind
        self.needs: set[str] = set()
        self.imports: list[Import] = []
        self.edits = Edits(source)
        self._tree = tree
        self._notes: list[Note] = []
        self._done: set[int] = set()
        self._moved: dict[int, int] = {}
        self._parents = {
            id(child): node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)
        }

    def rewrite(self) -> None:
        """Work out all changes."""
        handlers: dict[type[ast.AST], Callable[[Any], None]] = {
            **dict.fromkeys(Place.__args__, self._import),
            **dict.fromkeys(Function.__args__, self._function),
            ast.ClassDef: self._class,
            ast.With: self._with,
            ast.Assign: self._statement,
            ast.Expr: self._statement,
            ast.BinOp: self._sum,
            ast.Call: self._call,
            ast.Attribute: self._attribute,
        }
        for node in ast.walk(self._tree):
            handle = handlers.get(type(node))
            if handle is not None:
                handle(node)
        for node in ast.walk(self._tree):
            self._rest(node)
        for line, by in self._moved.items():
            self.edits.dedent(line, line, by, set())

    def text(self) -> str:
        """Return the text with all changes."""
        return self.edits.applied()

    def notes(self) -> list[Note]:
        """Return what is left to do by hand, with the lines of the changed text."""
        moved = [note._replace(line=self.edits.line_after(note.line)) for note in self._notes]
        return sorted(dict.fromkeys(moved))

    def local(self, name: str) -> str:
        """Return what a name of gluepy is called here: another one if the code uses it itself.

        Markers are called what the code calls them.
        """
        given = [alias for alias, meaning in self.names.aliases.items() if meaning == name]
        if name in MARKERS and given:
            return given[0]
        own = self.names.bound - self.names.aliases.keys() - self.names.sessions
        return f"gluepy_{name}" if name in own and name != "gluepy" else name

    def note(self, node: Any, what: str, hint: str) -> None:
        """Leave something to people."""
        self._notes.append(Note(node.lineno, what, hint))

    def _need(self, name: str) -> str:
        self.needs.add(name)
        return self.local(name)

    def _handled(self, *nodes: ast.AST | None) -> None:
        """Remember that nothing more is to be said of the names in some nodes."""
        self._done |= {id(inner) for node in nodes if node is not None for inner in ast.walk(node)}

    def _put(self, node: ast.AST, text: str) -> None:
        self.edits.replace(self.edits.start(node), self.edits.end(node), text)
        self._handled(node)

    def _parent(self, node: ast.AST) -> ast.AST | None:
        return self._parents.get(id(node))

    def _above(self, node: ast.AST) -> Iterator[ast.AST]:
        parent = self._parent(node)
        while parent is not None:
            yield parent
            parent = self._parent(parent)

    def _is_at_top(self, node: ast.AST) -> bool:
        """Tell whether a statement runs when the module is imported, or the script is run."""
        return not any(
            isinstance(one, (*Function.__args__, ast.Lambda)) for one in self._above(node)
        )

    def remove(self, node: ast.stmt) -> None:
        """Take a statement out; one that a block cannot do without becomes ``pass``."""
        siblings = _block_of(self._parent(node), node)
        is_only = all(other is node for other in siblings)
        if self.edits.stands_alone(node) and (not is_only or self._parent(node) is self._tree):
            self.edits.remove_lines(node.lineno, node.end_lineno or node.lineno)
        else:
            self._put(node, "pass")
        self._handled(node)

    # --- Imports and definitions -------------------------------------------------------------

    def _import(self, node: Place) -> None:
        if isinstance(node, ast.Import):
            kept = [alias for alias in node.names if not is_library(alias.name)]
            found = [alias for alias in node.names if is_library(alias.name)]
            strange: list[ast.alias] = []
        else:
            if node.level or not is_library(node.module):
                return
            kept, found = [], list(node.names)
            strange = [alias for alias in found if alias.name not in _KNOWN]
        if not found:
            return
        for alias in strange:
            what, hint = REMAINS.get(alias.name, REMAINS[""])
            self.note(node, f"'{alias.name}' {what}", hint)
        markers = [
            alias
            for alias in found
            if alias.name in MARKERS and (alias.asname or alias.name) == self.local(alias.name)
        ]
        is_top = self._parent(node) is self._tree
        self.imports.append(Import(node, kept, strange, markers, is_top))

    def _function(self, node: Any) -> None:
        decorator = self.names.craft_decorator(node)
        if decorator is None:
            for one in node.decorator_list:
                self._hook(one)
            return
        label = self.labels.get(node.name)
        written = self._need("task") + (f'(label="{label}")' if label else "")
        if isinstance(decorator, ast.Call) and (decorator.args or decorator.keywords):
            self.note(decorator, "Craft has arguments", "Give @task the options that it knows.")
        else:
            self._put(decorator, written)

    def _hook(self, decorator: ast.expr) -> None:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        if isinstance(called, ast.Attribute) and called.attr in HOOKS:
            self.note(decorator, f"the hook '{called.attr}' has no counterpart", HOOKS[called.attr])
            self._handled(decorator)

    def _class(self, node: ast.ClassDef) -> None:
        for base in node.bases:
            meaning = self.names.meaning(base)
            if meaning is not None and meaning in BASES:
                self.note(
                    node, f"the class '{node.name}' is {BASES[meaning][0]}", BASES[meaning][1]
                )
                self._handled(*node.bases)

    # --- Sessions ----------------------------------------------------------------------------

    def _statement(self, node: ast.Assign | ast.Expr) -> None:
        value = node.value
        if isinstance(node, ast.Expr) and isinstance(value, ast.BinOp):
            if self.names.is_pipeline(value):
                self.note(node, "a sum that nobody takes", "Adding changes no DAG: a = a + b.")
            return
        if not self.names.is_session(value) or isinstance(value, ast.Name):
            return
        if isinstance(value, ast.Call) and (value.args or value.keywords):
            hint = 'Write gluepy.setup(folder="…").'
            self.note(node, "a session of a folder of its own", hint)
        if isinstance(node, ast.Assign) and not all(
            isinstance(target, ast.Name) and target.id in self.names.sessions
            for target in node.targets
        ):
            return
        is_top = self._parent(node) is self._tree
        if self.kind == "cell" and is_top and self.edits.stands_alone(node):
            self._load_extension(node)
        elif self.kind == "module" and self._is_main(node):
            self._put(node, f"{self._need('gluepy')}.setup()")
        else:
            self.remove(node)

    def _load_extension(self, node: ast.stmt) -> None:
        """Load gluepy into the notebook; a comment goes above, as magics have none."""
        end = self.edits.end_of_line(node)
        comment = self.edits.between(self.edits.end(node), end).strip()
        above = f"{comment}\n" if comment else ""
        self.edits.replace(self.edits.start(node), end, f"{above}%load_ext gluepy")
        self._handled(node)

    def _is_main(self, node: ast.AST) -> bool:
        return any(
            isinstance(one, ast.If) and "__name__" in ast.unparse(one.test)
            for one in self._above(node)
        )

    def _with(self, node: ast.With) -> None:
        sessions = [item for item in node.items if self.names.is_session(item.context_expr)]
        if not sessions:
            return
        if len(node.items) > 1 or node.items[0].optional_vars is not None:
            self.note(node, "a session among others in one `with`", "Take the session out of it.")
            return
        self._handled(node.items[0])
        first = node.body[0]
        colon, head = self._head(node)
        if not self.edits.between(colon + 1, self.edits.start(first)).strip(" \t"):
            self.edits.replace(self.edits.start(node), self.edits.start(first), "")
            return
        tail = self.edits.between(colon + 1, self.edits.at(head + 1, 0))
        if "#" in tail:
            self.edits.replace(self.edits.start(node), colon + 1 + tail.index("#"), "")
        else:
            self.edits.remove_lines(node.lineno, head)
        self._move_left(node, head + 1, first.col_offset - node.col_offset)

    def _head(self, node: ast.With) -> tuple[int, int]:
        """Return where the colon of a block is, and on which line."""
        session = node.items[0].context_expr
        end = self.edits.end(session)
        after = _without_comments(self.edits.between(end, self.edits.start(node.body[0])))
        colon = after.index(":")
        return end + colon, (session.end_lineno or node.lineno) + after[:colon].count("\n")

    def _move_left(self, node: ast.With, first: int, by: int) -> None:
        """Remember how far the lines of a block, and the comments that end it, are to be moved."""
        last = node.end_lineno or node.lineno
        lines = self.edits.source.splitlines()
        for number, line in enumerate(lines[last:], last + 1):
            bare = line.lstrip(b" \t")
            if bare and (not bare.startswith(b"#") or len(line) - len(bare) <= node.col_offset):
                break
            last = number if bare else last
        kept = {line for part in node.body for line in _inside_texts(part)}
        for number in {*range(first, last + 1)} - kept:
            self._moved[number] = self._moved.get(number, 0) + by

    def _attribute(self, node: ast.Attribute) -> None:
        if not self.names.is_session(node.value):
            self._of_pipeline(node)
            return
        parent = self._parent(node)
        subscript = parent if isinstance(parent, ast.Subscript) and parent.value is node else None
        if node.attr == "catalog":
            self._put(node, self._need("catalog"))
        elif node.attr == "settings" and (subscript or _is_get(parent)):
            self._put(node, f"{self._need('variables')}()")
        elif node.attr == "parameters" and subscript:
            self._indexed(node, subscript, f"{self._need('parameter_sets')}.resolve(", ").values")
        elif node.attr == "pipelines_definitions" and subscript:
            self._indexed(node, subscript, f"{self._need('DAG_REGISTRY')}.find(", ")()")
        else:
            hint = ATTRIBUTES.get(node.attr, ATTRIBUTES[""])
            self.note(node, f"'{node.attr}' of a session", hint)
            self._handled(node.value)

    def _indexed(
        self, node: ast.Attribute, subscript: ast.Subscript, before: str, after: str
    ) -> None:
        """Put other brackets around an index."""
        self.edits.replace(self.edits.start(node), self.edits.start(subscript.slice), before)
        end = self.edits.end(subscript)
        self.edits.replace(self.edits.end(subscript.slice), end, after)
        self._handled(node)

    # --- Pipelines and crafts ----------------------------------------------------------------

    def _of_pipeline(self, node: ast.Attribute) -> None:
        if not self.names.is_pipeline(node.value) or node.attr == "run":
            return
        call = self._parent(node)
        statement = self._parent(call) if call is not None else None
        if node.attr == "plot" and isinstance(statement, ast.Expr) and self.kind == "cell":
            end = self.edits.end(statement)
            self.edits.replace(self.edits.end(node.value), end, "")
        else:
            hint = "See `dags show NAME`; in a notebook a DAG draws itself."
            if node.attr != "plot":
                hint = "A DAG has label, tasks, graph() and run()."
            self.note(node, f"'{node.attr}' of a pipeline", hint)

    def _sum(self, node: ast.BinOp) -> None:
        """Write ``Pipeline("name") + a + b`` as one DAG, so that it keeps its name."""
        if isinstance(self._parent(node), ast.BinOp) and self._is_plain_add(self._parent(node)):
            return
        chain: list[ast.expr] = []
        inner: ast.expr = node
        while isinstance(inner, ast.BinOp) and self._is_plain_add(inner):
            chain.insert(0, inner.right)
            inner = inner.left
        if not chain or not isinstance(inner, ast.Call):
            return
        if self.names.meaning(inner.func) != "Pipeline" or not self._create(inner, closed=False):
            return
        position = self.edits.end(inner)
        self.edits.replace(position - 1, position, "")
        for operand in chain:
            found = _plus(self.edits.between(position, self.edits.start(operand)))
            self.edits.replace(position, position, ",")
            if found is not None:
                self.edits.replace(position + found[0], position + found[1], "")
            position = self.edits.end(operand)
        self.edits.replace(position, position, ")")

    def _is_plain_add(self, node: ast.AST | None) -> bool:
        """Tell whether nothing but a plus stands between the sides of a sum."""
        if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Add):
            return False
        between = (self.edits.end(node.left), self.edits.start(node.right))
        return _plus(self.edits.between(*between)) is not None

    def _call(self, node: ast.Call) -> None:
        if self.names.meaning(node.func) == "Pipeline":
            self._create(node)
        elif self.names.meaning(node.func) == "Craft":
            self._put(node.func, self._need("task"))
        elif self.names.is_pipeline(node.func):
            self._run(node, "")
        elif self.names.is_craft(node.func):
            self._call_craft(node)

    def _create(self, node: ast.Call, *, closed: bool = True) -> bool:
        """Write ``DAG.of("name")`` for a new pipeline; tell whether that could be done."""
        if id(node.func) in self._done:
            return True
        names = [*node.args, *(one.value for one in node.keywords if one.arg == "name")]
        if len(names) > 1 or len(node.keywords) > len(names) - len(node.args):
            hint = "Write DAG.of(label, …); tags stand in a DAG class or in YAML."
            self.note(node, "a pipeline with other arguments than its name", hint)
            self._handled(node.func)
            return False
        start = self.edits.start(node.func)
        of = f"{self._need('DAG')}.of("
        if names:
            self.edits.replace(start, self.edits.start(names[0]), of)
            if closed:
                self.edits.replace(self.edits.end(names[0]), self.edits.end(node), ")")
            else:
                self.edits.replace(self.edits.end(names[0]), self.edits.end(node) - 1, "")
        else:
            end = self.edits.end(node) - (0 if closed else 1)
            self.edits.replace(start, end, f'{of}"{_UNNAMED}"{")" if closed else ""}')
        self._handled(node.func)
        return True

    def _grew(self, name: str, line: int) -> bool:
        """Tell whether a pipeline was added to above a line, and the sum has another name."""
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.BinOp):
                sides = [one for one in ast.walk(node.value) if isinstance(one, ast.Name)]
                sides.sort(key=lambda one: (one.lineno, one.col_offset))
                # What a craft is added to in front of it changes, too.
                grown = sides[1:2] if sides and self.names.is_craft(sides[0]) else sides[:1]
                targets = [ast.unparse(target) for target in node.targets]
                is_it = [one.id for one in grown] == [name] and name not in targets
                if is_it and node.lineno < line:
                    return True
        return False

    def _run(self, node: ast.Call, of: str) -> None:
        if isinstance(node.func, ast.Name) and self._grew(node.func.id, node.lineno):
            what = f"the pipeline '{node.func.id}' was changed when it was added to; a DAG is not"
            self.note(node, what, "Run the sum if all of it is meant.")
        if node.args:
            self.note(node, "a pipeline that is called with values without names", "Name them.")
        end = self.edits.end(node.func)
        parenthesis = self.edits.between(end, self.edits.end(node)).index("(")
        self.edits.replace(end + parenthesis, end + parenthesis, ".run")

    def _call_craft(self, node: ast.Call) -> None:
        name = ast.unparse(node.func)
        if self.kind == "cell":
            if node.args:
                what = f"the craft '{name}' is called with values without names"
                self.note(node, what, "Name them: the first would be taken for the first input.")
            return
        if self._is_at_top(node) and isinstance(self._parent(node), ast.Expr) and not node.args:
            self._put(node.func, f'{self._need("DAG")}.of("{name}", {name}).run')
            return
        hint = "Give it what it takes, or run it: DAG.of(…).run()."
        self.note(node, f"the craft '{name}' is called: a task that is called loads nothing", hint)

    def give(self, one: Import, needs: list[str]) -> None:
        """Write the imports that stand in the place of one."""
        lines = one.lines(needs, self.local)
        if not lines:
            self.remove(one.node)
            return
        is_alone = self.edits.stands_alone(one.node)
        text = (f"\n{self.edits.indent(one.node)}" if is_alone else "; ").join(lines)
        self._put(one.node, text)

    # --- What is left ------------------------------------------------------------------------

    def _rest(self, node: ast.AST) -> None:
        """Note what names statisfactory and was not rewritten."""
        if id(node) in self._done or not isinstance(getattr(node, "ctx", None), ast.Load):
            return
        meaning = self.names.meaning(node)
        if meaning in MARKERS:
            alias = self.local(str(meaning))
            if isinstance(node, ast.Attribute):
                self._put(node, self._need(str(meaning)))
            elif isinstance(node, ast.Name) and node.id != alias:
                self._put(node, alias)
            self.needs.add(str(meaning))
        elif meaning is not None and meaning in _KNOWN:
            self.note(
                node,
                f"'{ast.unparse(node)}' is used in a way that has no counterpart",
                "Write it with gluepy's names.",
            )
        elif isinstance(node, ast.Name) and self.names.is_session(node):
            self.note(node, f"the session '{node.id}' is handed on", "There is none any more.")


def _plus(text: str) -> tuple[int, int] | None:
    """Return where the plus is in what stands between two sides of a sum, with a blank.

    None if there is anything else but blanks and comments.
    """
    bare = _without_comments(text).replace("\\", " ")
    if bare.strip() != "+":
        return None
    at = bare.index("+")
    if bare[at + 1 :].startswith("\n"):
        return len(bare[:at].rstrip(" ")), at + 1
    return at, at + 1 + bare[at + 1 :].startswith(" ")


def _without_comments(text: str) -> str:
    """Return what stands between two nodes with blanks for comments, as long as before in bytes."""
    return re.sub(r"#[^\n]*", lambda comment: " " * len(comment[0].encode()), text)


def _is_get(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "get"


def _block_of(parent: Any, node: ast.stmt) -> list[ast.stmt]:
    """Return the statements of the block that one is in."""
    fields = (getattr(parent, name, None) for name in ("body", "orelse", "finalbody"))
    return next((field for field in fields if isinstance(field, list) and node in field), [node])


def _inside_texts(node: ast.AST) -> Iterator[int]:
    """Yield the lines that begin inside a text, where blanks are a part of it."""
    for inner in ast.walk(node):
        is_text = isinstance(inner, ast.Constant) and isinstance(inner.value, str | bytes)
        if is_text or isinstance(inner, ast.JoinedStr):
            last = inner.end_lineno or inner.lineno  # type: ignore[attr-defined]
            yield from range(inner.lineno + 1, last + 1)  # type: ignore[attr-defined]
