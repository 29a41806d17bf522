"""The small changes that are tried: what a slip of the hand, or a lie, would look like.

Left alone: docstrings, annotations, what is said in errors and to people (texts with Han
characters), names in ``__all__`` or ``__slots__``, and whether a class has slots.
"""

import ast
import copy
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

_HAN: Final = re.compile(r"[\u3400-\u9fff]")
_COMPARED: Final[dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_COMPUTED: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
    ast.BitXor: ast.BitOr,
}
_NAMED: Final = {"any": "all", "all": "any", "min": "max", "max": "min", "sorted": "list"}
_ALIKE: Final = ("min", "max")
"""Whose arguments may stand in any order."""
_MESSENGERS: Final = ("Error", "Break", "print", "debug", "info", "warning")
_FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)
_UNTOUCHED: Final = ("__all__", "__slots__")


@dataclass(frozen=True, slots=True)
class Mutation:
    """One change: which node of the tree gives way to what.

    ``name`` tells it from all others of its file, wherever the lines move.
    """

    name: str
    lines: range
    node: int
    new: ast.AST
    inside: bool
    """Whether it lies in the body of a function: it can be put into one that is loaded already."""


def mutations_of(source: str) -> list[Mutation]:
    """Find everything that can be changed in a source, in the order of its lines."""
    tree = ast.parse(source)
    finder = _Finder(tree)
    finder.visit(tree)
    met: Counter[str] = Counter()
    named = []
    for found in sorted(finder.found, key=lambda one: (one.lines[0], one.node)):
        met[found.name] += 1
        again = f" #{met[found.name]}" if met[found.name] > 1 else ""
        named.append(replace(found, name=found.name + again))
    return named


def mutated(source: str, mutation: Mutation) -> ast.Module:
    """Give the tree of a source with one change made."""
    tree = ast.parse(source)
    old = list(ast.walk(tree))[mutation.node]
    new = copy.deepcopy(mutation.new)
    _Swap(old, new).visit(tree)
    return ast.fix_missing_locations(tree)


class _Swap(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self._old, self._new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        if node is self._old:
            return ast.copy_location(self._new, node)
        return super().generic_visit(node)


class _Finder(ast.NodeVisitor):
    """Walks a tree, and notes the changes; what is not visited stays as it is."""

    def __init__(self, tree: ast.Module) -> None:
        self.found: list[Mutation] = []
        self._numbers = {id(node): number for number, node in enumerate(ast.walk(tree))}
        self._within: list[str] = []
        self._depth = 0

    def _add(self, node: ast.expr | ast.stmt, new: ast.AST) -> None:
        place = ".".join(self._within) or "module"
        before, after = (" ".join(ast.unparse(each).split()) for each in (node, new))
        if before != after:
            name = f"{place}: {before} -> {after}"
            lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
            self.found.append(Mutation(name, lines, self._numbers[id(node)], new, self._depth > 0))

    # Places ---------------------------------------------------------------------------------------

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for decorator in node.decorator_list:
            self._visit_all([it.value for it in _settings(decorator) if it.arg != "slots"])
        self._within.append(node.name)
        depth, self._depth = self._depth, 0
        self._visit_all(_without_docstrings(node.body))
        self._depth = depth
        self._within.pop()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._within.append(node.name)
        self._visit_all([*node.args.defaults, *(it for it in node.args.kw_defaults if it)])
        self._depth += 1
        self._visit_all(_without_docstrings(node.body))
        self._depth -= 1
        self._within.pop()

    def visit_Module(self, node: ast.Module) -> None:
        self._visit_all(_without_docstrings(node.body))

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_Assign(self, node: ast.Assign) -> None:
        names = {target.id for target in node.targets if isinstance(target, ast.Name)}
        if names.isdisjoint(_UNTOUCHED):
            self.generic_visit(node)
        if not isinstance(node.targets[0], (ast.Name, ast.Tuple)):
            self._add(node, ast.Pass())

    def visit_Import(self, node: ast.Import) -> None:
        """Leave imports alone."""

    visit_ImportFrom = visit_Import  # type: ignore[assignment]  # noqa: N815

    # Statements -----------------------------------------------------------------------------------

    def visit_Expr(self, node: ast.Expr) -> None:
        self.generic_visit(node)
        if isinstance(node.value, ast.Call):
            self._add(node, ast.Pass())

    def visit_Raise(self, node: ast.Raise) -> None:
        if self._depth:
            self._add(node, ast.Pass())

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.visit(node.value)
        if (other := _COMPUTED.get(type(node.op))) is not None:
            self._add(node, ast.AugAssign(node.target, other(), node.value))
        self._add(node, ast.Pass())

    def visit_Return(self, node: ast.Return) -> None:
        if node.value is not None:
            self.visit(node.value)
            if not (isinstance(node.value, ast.Constant) and isinstance(node.value.value, bool)):
                self._add(node, ast.Return(ast.Constant(None)))

    def visit_Break(self, node: ast.Break) -> None:
        self._add(node, ast.Continue())

    def visit_Continue(self, node: ast.Continue) -> None:
        self._add(node, ast.Break())

    def visit_If(self, node: ast.If | ast.IfExp | ast.While) -> None:
        self._turned(node.test)
        self.generic_visit(node)

    visit_IfExp = visit_If  # noqa: N815
    visit_While = visit_If  # noqa: N815

    def visit_comprehension(self, node: ast.comprehension) -> None:
        """Turn its conditions, and leave each out."""
        for test in node.ifs:
            self._turned(test)
            self._add(test, ast.Constant(value=True))
        self.generic_visit(node)

    def _turned(self, test: ast.expr) -> None:
        """Turn a condition that no other change turns."""
        if not isinstance(test, (ast.Compare, ast.UnaryOp)):
            self._add(test, ast.UnaryOp(ast.Not(), test))

    # Expressions ----------------------------------------------------------------------------------

    def visit_Compare(self, node: ast.Compare) -> None:
        self.generic_visit(node)
        for place, op in enumerate(node.ops):
            for other in _COMPARED[type(op)]:
                ops = [*node.ops[:place], other(), *node.ops[place + 1 :]]
                self._add(node, ast.Compare(node.left, ops, node.comparators))

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        self.generic_visit(node)
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        self._add(node, ast.BoolOp(other, node.values))
        for place in range(len(node.values)):
            left = [*node.values[:place], *node.values[place + 1 :]]
            self._add(node, ast.BoolOp(node.op, left) if len(left) > 1 else left[0])

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        self.generic_visit(node)
        self._add(node, node.operand)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        self.generic_visit(node)
        if (other := _COMPUTED.get(type(node.op))) is not None and not _joins_texts(node):
            self._add(node, ast.BinOp(node.left, other(), node.right))

    def visit_Call(self, node: ast.Call) -> None:
        name = ast.unparse(node.func)
        if name.endswith(_MESSENGERS):
            return
        if isinstance(node.func, ast.Name) and node.func.id in _NAMED:
            other = ast.Name(_NAMED[node.func.id], ast.Load())
            self._add(node, ast.Call(other, node.args, node.keywords))
        self.generic_visit(node)
        for place in range(0 if name in _ALIKE else len(node.args) - 1):
            turned = list(node.args)
            turned[place], turned[place + 1] = turned[place + 1], turned[place]
            self._add(node, ast.Call(node.func, turned, node.keywords))
        for place, keyword in enumerate(node.keywords):
            if keyword.arg:
                left = [*node.keywords[:place], *node.keywords[place + 1 :]]
                self._add(node, ast.Call(node.func, node.args, left))

    def visit_Constant(self, node: ast.Constant) -> None:
        new = _other(node.value)
        if new is not None:
            self._add(node, ast.Constant(new))

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        text = "".join(str(it.value) for it in node.values if isinstance(it, ast.Constant))
        if _HAN.search(text):
            return
        for place, value in enumerate(node.values):
            if isinstance(value, ast.Constant) and (new := _other(value.value)) is not None:
                values = list(node.values)
                values[place] = ast.Constant(new)
                self._add(node, ast.JoinedStr(values))

    def _visit_all(self, nodes: list[ast.expr] | list[ast.stmt]) -> None:
        for node in nodes:
            self.visit(node)


def _other(value: object) -> bool | float | str | bytes | None:
    """Give another value of the same kind; None where there is none to be had."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, str):
        return None if _HAN.search(value) else f"{value}XX"
    return value + b"XX" if isinstance(value, bytes) else None


def _settings(decorator: ast.expr) -> list[ast.keyword]:
    return decorator.keywords if isinstance(decorator, ast.Call) else []


def _joins_texts(node: ast.BinOp) -> bool:
    """Whether a sum is one of texts: taken from each other they are an error at once."""
    return any(
        isinstance(side, ast.JoinedStr) or (isinstance(side, ast.Constant) and _text(side.value))
        for side in (node.left, node.right)
    )


def _text(value: object) -> bool:
    return isinstance(value, str | bytes)


def _without_docstrings(body: list[ast.stmt]) -> list[ast.stmt]:
    return list(_told(body))


def _told(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)):
            yield statement
