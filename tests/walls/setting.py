"""Where code tells PostgreSQL which school it works in, and whether it does so for the transaction only."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

_CALL = re.compile(r"\bset_config\s*\(", re.IGNORECASE)
_SET = re.compile(
    r"\bSET\s+(SESSION\s+|LOCAL\s+)?\"?app\.school_id|\bRESET\s+(ALL|\"?app\.)|\bDISCARD\s+ALL|"
    r"\bSET\s+SESSION\s+(?!AUTHORIZATION)|\bALTER\s+(ROLE|USER|DATABASE)\b[^;]*\bSET\b|\boptions\b[^;]*-c\s*app\.",
    re.IGNORECASE,
)


def list_setting_faults(folder: Path) -> list[str]:
    """Every place in a folder's Python and SQL that sets the school for longer than a transaction."""
    return [
        f"{path.relative_to(folder)}:{line}: {fault}"
        for path in list_sources(folder)
        for line, text in _texts_of(path)
        for fault in find_faults(text)
    ]


def list_sources(folder: Path) -> list[Path]:
    """The code of a folder, without its tests: they may make mistakes on purpose."""
    found = sorted([*folder.rglob("*.py"), *folder.rglob("*.sql")])
    return [path for path in found if "tests" not in path.relative_to(folder).parts]


def find_faults(text: str) -> Iterator[str]:
    """What is wrong with one text, if it is SQL that sets something."""
    for match in _SET.finditer(text):
        yield f"`{match.group().strip()}` outlives the transaction or hides from this test"
    for match in _CALL.finditer(text):
        arguments = _arguments_from(text, match.end())
        name = arguments[0].strip() if arguments else ""
        if not re.fullmatch(r"'[\w.]+'", name):
            yield f"set_config({', '.join(arguments)}): which setting is not written here"
        elif name == "'app.school_id'" and [a.strip() for a in arguments[2:]] != ["true"]:
            yield f"set_config({', '.join(arguments)}): not for the transaction only"


def _texts_of(path: Path) -> Iterator[tuple[int, str]]:
    source = path.read_text()
    if path.suffix == ".sql":
        yield 1, source
        return
    tree = ast.parse(source)
    docstrings = {
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = (p.value if isinstance(p, ast.Constant) else "{}" for p in node.values)
            yield node.lineno, "".join(map(str, parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in docstrings:
            yield node.lineno, node.value


def _arguments_from(text: str, start: int) -> list[str]:
    """The arguments of a call whose opening bracket ends at `start`."""
    arguments, depth, current = [], 0, ""
    for letter in text[start:]:
        if letter == "," and depth == 0:
            arguments.append(current.strip())
            current = ""
            continue
        if letter == ")" and depth == 0:
            break
        depth += {"(": 1, ")": -1}.get(letter, 0)
        current += letter
    return [*arguments, current.strip()] if current.strip() else arguments
