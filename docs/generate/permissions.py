"""权限: who may do what, which page asks for which power, who gets which answer, and what the database lets through.

From `POWERS_OF`, the gate, the matrix that the tests go through cell by cell, and `doors/tables.py`.
"""

from __future__ import annotations

from docs.generate.pages import chinese, code, table
from haochaping.accounts.terms import ADMINISTRATORS, CLIENT_POWERS, POWERS_OF, ROLE_LABELS, Power, Role
from haochaping.doors.gate import DeclaredView, declared_views
from haochaping.doors.tables import OF_PLACE, TABLES, Held
from tests.doors.matrix import table as matrix

_PASSAGES = {
    "public": "任何人 everybody",
    "machine": "接口客户端，凭密钥 clients with a key",
    "password": "已输口令、未过第二步 after the password only",
    "staff": "工作人员 staff",
    "closed": "关闭（404） closed",
}


def pages() -> dict[str, str]:
    """One page: roles by powers, then every address of the house."""
    roles = [[f"{chinese(ROLE_LABELS[role])} {code(role)}", _powers(POWERS_OF[role])] for role in Role]
    roles.append(["接口客户端 API client", _powers(CLIENT_POWERS)])
    views = sorted((v for v in declared_views() if v.name != ":"), key=lambda view: view.route)
    return {
        "permissions.md": _INTRODUCTION
        + table(["角色 role", "权限 powers"], roles)
        + f"\n{_APART.format(chinese_names='、'.join(chinese(ROLE_LABELS[r]) for r in Role if r in ADMINISTRATORS))}"
        + "\n## 页面 · Addresses\n\n"
        + table(["地址 address", "谁可以 who", "权限（任一） any of"], [_row(view) for view in views])
        + _MATRIX
        + table(
            ["地址 address", "关于 about", "内 in", "外 out", *(chinese(ROLE_LABELS[role]) for role in Role)],
            [_cells(row) for row in matrix.rows() if row.who == "staff"],
        )
        + _OTHERS
        + table(
            ["地址 address", "谁可以 who", "答复 answer"],
            [[code(str(row)), _PASSAGES[row.who], row.inside] for row in matrix.rows() if row.who != "staff"],
        )
        + _TABLES
        + table(
            ["表 table", "可以 rights", "哪些行 which rows", "为什么 why"],
            [[code(name), held.rights or "—", _which(held), held.why] for name, held in TABLES.items()],
        )
    }


def _cells(row: matrix.Row) -> list[str]:
    """One line of the matrix: ● for a role that gets the answer `in` where the thing is in its reach."""
    may = ["●" if not row.roles or role in row.roles else "" for role in Role]
    return [code(str(row)), row.lies_in, row.inside, row.outside if row.outside != row.inside else "", *may]


def _which(held: Held) -> str:
    if not held.rights:
        return "—"
    if not held.rows:
        return "全部 all"
    return "管辖内 of the place" if held.rows == OF_PLACE else "随所属的行 with the row it belongs to"


def _powers(powers: frozenset[Power]) -> str:
    return " ".join(code(power) for power in Power if power in powers)


def _row(view: DeclaredView) -> list[str]:
    gate = view.gate
    who = _PASSAGES[gate.passage] if gate else "无声明（403） undeclared"
    return [code(f"/{view.route}"), who, _powers(gate.powers) if gate and gate.powers else "—"]


_INTRODUCTION = """# 权限 · Permissions

页面、动作和接口只问“权限”，不问“角色”。角色授予在一个地方（区划、机构及其下级，或全部），权限只在那里有效。
每个页面都声明谁可以进；没有声明的页面一律拒绝（403），并使测试失败。

## 角色 · Roles

"""
_APART = """{chinese_names}必须是三个不同的人（三员分立）。

The three administrators must be three different people.
"""
_MATRIX = """
## 权限矩阵 · The matrix

每个地址 × 每个角色 × 每个地方（本机构、本区划、别的机构、别的区划、全部，以及没有角色）都由测试逐格问过真实的程序，
出处是 `tests/doors/matrix/matrix.toml`；没有写进去的地址使测试失败。●：在管辖内得到“内”，在管辖外得到“外”（空白：同样）；
没有 ●：403。没有登录的去登录页，只过了口令的去第二步。

Each address is asked as each role in each place. ●: gets “in” where the thing lies in its reach, “out” elsewhere (blank:
the same); no ●: 403. Who has not signed in is sent to the log-in page, after the password alone to the second step.

"""
_OTHERS = """
其余的地址对谁都一样（接口没有密钥：401）。 The others answer everybody alike (programs without a key: 401).

"""
_TABLES = """
## 数据库里 · In the database

工作人员的请求以角色 `haochaping_staff` 运行，表和行由数据库把关，不靠上面的程序自觉（`doors/tables.py`）。没有列出的一概不许。

Requests of staff run as the role `haochaping_staff`. What is not named here it cannot touch.

"""
