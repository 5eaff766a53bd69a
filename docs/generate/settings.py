"""设置: the environment variables, from `config.environment.Environment`."""

from __future__ import annotations

from dataclasses import fields

from docs.generate.pages import code, table
from haochaping.config.environment import Environment

# A variable without a Chinese sentence fails the build here.
_CHINESE = {
    "HOST": "网页服务监听的地址。",
    "PORT": "网页服务监听的端口。",
    "HAOCHAPING_DATA": "数据库、密钥、日志所在的文件夹；不设时为当前用户的 `~/.local/share/haochaping` 或 `$XDG_DATA_HOME`。",
    "DATABASE_URL": "以应用角色连接 PostgreSQL 的地址；不设时使用自带的数据库。",
    "HAOCHAPING_OWNER_URL": "以表的所有者角色连接 PostgreSQL 的地址，只供迁移、备份和恢复使用。",
    "HAOCHAPING_POSTGRES": "指定自带数据库的程序来源：`wheel`（随包安装）或 `system`（操作系统的）。",
    "HAOCHAPING_HOSTS": "网站对外的主机名，用逗号分隔；其他主机名的请求一律不答。",
    "HAOCHAPING_BASE_URL": "链接和二维码的开头，例如 `https://hcp.example`；以 https 开头时启用安全 Cookie 和 HSTS。",
    "HAOCHAPING_STAFF_URL": "工作人员一面的地址，与公众网站不同时才设；账户链接和通知里的链接以它开头。",
    "HAOCHAPING_SECURITY_CONTACT": "发现漏洞的人找谁：`mailto:…` 或 `https://…`；设了才有 `/.well-known/security.txt`。",
    "HAOCHAPING_PASSWORDS": "口令规则：`asvs`（长而不易猜），或 `dengbao3`（另要三类字符、90 天更换、不用最近五个）。",
    "HAOCHAPING_DOORS": "本进程开放哪一面：`public`（公众）、`staff`（工作人员与接口）或 `all`。",
    "HAOCHAPING_SMS_GATEWAY": "短信网关类的点分路径；不设时不发短信，通知留在待发清单里。",
    "HAOCHAPING_MAIL": "邮件服务器：`smtp://…`、`smtp+tls://…` 或 `smtps://…`；不设时不发邮件，待发的留着。",
    "HAOCHAPING_MAIL_FROM": "发给工作人员的邮件的发件地址。",
    "HAOCHAPING_MAIL_USER": "在邮件服务器登录的用户名；服务器不要求时不设。",
    "HAOCHAPING_MAIL_SECRET_FILE": "存放邮件服务器口令的文件。",
    "HAOCHAPING_WEBHOOK_ORIGINS": "允许向哪些程序推送通知：源（协议、主机、端口），用逗号分隔；不在其中的地址在控制台也设不了。",
    "HAOCHAPING_RECONCILE_WITH": "每日与之对账的上级系统地址，例如 `https://province.example`；不设时不向上对账。",
    "HAOCHAPING_RECONCILE_SECRET_FILE": "存放上级系统发给我们的接口密钥的文件。",
    "HAOCHAPING_STAFF_OIDC": "工作人员统一身份认证平台（OpenID Connect）的发行者地址；不设时只用本地账户登录。",
    "HAOCHAPING_STAFF_OIDC_CLIENT": "在该平台登记的客户端标识；回调地址登记为 `…/account/sign-in/back`。",
    "HAOCHAPING_STAFF_OIDC_SECRET_FILE": "存放客户端密钥的文件。",
    "HAOCHAPING_CITIZEN_OIDC": "公众统一身份认证平台的发行者地址；不设时“我的评价”页没有登录入口。",
    "HAOCHAPING_CITIZEN_OIDC_CLIENT": "在该平台登记的客户端标识；回调地址登记为 `…/my/sign-in/back`。",
    "HAOCHAPING_CITIZEN_OIDC_SECRET_FILE": "存放客户端密钥的文件。",
    "HAOCHAPING_CITIZEN_OIDC_SCOPE": "向公众平台申请的范围，用空格分隔。",
    "HAOCHAPING_CITIZEN_OIDC_CLAIMS": "手机号、证件类型、证件号码所在的声明名，用逗号分隔。",
    "HAOCHAPING_SUITE": "新记录使用的密码套件：`intl` 或 `gm`（国密）；旧记录照常可读。",
    "HAOCHAPING_DEMO": "`1` 表示演示：每页标明“示例数据”，并开放演示页。正式环境不要设。",
    "HAOCHAPING_DEBUG": "`1` 时出错页面显示调用栈；正式环境绝不能设。",
}


def pages() -> dict[str, str]:
    """One page: every variable with its default and meaning."""
    rows = []
    for field in fields(Environment):
        name = field.metadata["name"]
        rows.append([code(name), code(field.default), f"{_CHINESE[name]}<br>{field.metadata['meaning']}"])
    return {
        "settings.md": (
            "# 设置 · Settings\n\n"
            "全部设置都来自环境变量，启动时读取一次；值不能用时，程序说明原因并以状态 1 退出。\n\n"
            "All settings are environment variables, read once at the start.\n\n"
            + table(["变量 variable", "默认 default", "含义 meaning"], rows)
        )
    }
