"""权限: who may do what, and which page asks for which power, from `POWERS_OF` and the gate."""

from __future__ import annotations

from docs.generate.pages import chinese, code, table
from haochaping.accounts.terms import ADMINISTRATORS, CLIENT_POWERS, POWERS_OF, ROLE_LABELS, Power, Role
from haochaping.doors.gate import DeclaredView, declared_views

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
    }


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
