"""What people say and agencies answer in the fictional province: sentences with slots, so that hardly two are alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Theme:
    """One kind of trouble: its indicator codes by level, the words of reviewers, and how agencies deal with it."""

    codes: Mapping[int, tuple[str, ...]]
    said: tuple[str, ...]
    found: tuple[str, ...]
    mended: tuple[str, ...]
    replied: tuple[str, ...]


# What else people add to what went wrong.
_ASKED = (
    "",
    "",
    "",
    "希望{who}能说清楚。",
    "请给个答复。",
    "{family}来过两次也是这样。",
    "电话 {phone}。",
    "{when}还问过一次。",
    "不是第一次了。",
    "能不能{site}一次说全？",
)
_SLOTS = {
    "trips": ("两趟", "三趟", "四趟", "前后五趟"),
    "paper": (
        "居住证明",
        "收入证明",
        "婚姻状况证明",
        "单位盖章的同意书",
        "原件之外的两份复印件",
        "社区开的说明",
    ),
    "wait": ("四十分钟", "一个多小时", "快两个小时", "整整一上午"),
    "over": ("三天", "一个星期", "十来天", "半个月"),
    "when": ("上周", "月初", "前天", "周一上午", "周五下午", "节前"),
    "site": ("网上", "手机上", "掌上平台上"),
    "who": ("窗口", "电话里", "咨询台", "前台"),
    "family": ("我父亲", "我母亲", "老人", "孩子", "同事"),
    "small": (
        "也没有人解释为什么",
        "问谁都说不清",
        "来回都是自己贴的路费",
        "请了半天假",
        "最后还是没办成",
        "最后托人才办好",
    ),
}
THEMES = {
    "papers": Theme(
        {1: ("108", "109", "111"), 2: ("207", "208", "210")},
        (
            "办{item}，清单上没有的{paper}也要交，跑了{trips}。",
            "{when}来办{item}，{who}说还缺{paper}，可办事指南里一个字也没写。",
            "同一份{paper}交了两遍，{small}。",
            "按指南带齐了材料，到了{who}又让补{paper}，{small}。",
            "{family}办{item}，为了一张{paper}跑了{trips}，{small}。",
            "材料样本看不懂，填错了要重填，{paper}也没有写在清单里。",
        ),
        (
            "已电话核实，当天确实要求补交了指南之外的材料。",
            "评价人说明了经过，与窗口登记一致，情况属实。",
            "调阅了收件记录，多要的材料没有依据，情况属实。",
        ),
        (
            "已按办事指南删除多要的材料，窗口张贴新的清单，并对收件人员做了培训。",
            "该证明改为部门之间核验，不再要求办事人提交，办事指南当日更新。",
            "已把样本重新编写并放到网上，窗口备有填好的示例。",
        ),
        (
            "您反映的多要材料的问题属实，清单已经改正，耽误了您的时间，非常抱歉。",
            "这份证明以后不用再交，您的件已按现有材料办结。谢谢您指出来。",
            "办事指南和样本已经更新，欢迎您再看一看还有没有不清楚的地方。",
        ),
    ),
    "late": Theme(
        {1: ("110",), 2: ("209",)},
        (
            "承诺的时间过了{over}还没有结果，打电话也说不清。",
            "{item}{when}就该办结，到现在超了{over}，{small}。",
            "办{item}等了很久，比写的时间多了{over}，没有人通知我。",
            "催了{trips}才办下来，超了{over}。",
            "系统里一直显示“办理中”，{who}说快了，又过了{over}。",
        ),
        (
            "经查，该件在内部流转环节停留过久，超出承诺时间，情况属实。",
            "已向评价人说明了原因，超期属实。",
            "办理记录显示超期，未按规定告知，情况属实。",
        ),
        (
            "已补办并送达结果，流转环节合并为一个，超期自动提醒。",
            "该件已加急办结，科室每天早上核对临期办件。",
            "取消了重复的复核，承诺时间按实际重新公布。",
        ),
        (
            "您的件已经办结，结果已寄出。超期是我们的责任，向您道歉。",
            "超期的环节已经取消，以后临近期限会提前通知您。",
            "感谢您的提醒，流程已经改短，欢迎继续监督。",
        ),
    ),
    "online": Theme(
        {1: ("112",), 2: ("211",)},
        (
            "{site}写可以在线办{item}，点进去又说必须本人来。",
            "{site}传了三次材料都显示失败，{small}。",
            "{site}办{item}，人脸识别一直过不去，{family}年纪大了更不会弄。",
            "{site}提交以后没有下文，{who}说没收到，只好再跑一趟。",
            "验证码收不到，{site}的客服让去大厅，大厅让上网。",
        ),
        (
            "已在测试机上重现，提交后状态没有更新，情况属实。",
            "入口说明与实际不一致，情况属实。",
            "评价人提供了截图，问题属实。",
        ),
        (
            "已修正网上办事入口，现可全程在线提交。",
            "上传的大小限制已放宽，失败时会写明原因。",
            "老年人可由家人代办，入口页已写明办法。",
        ),
        (
            "网上入口已经修好，您的材料我们已代为提交，不用再来。",
            "您说的提示不清楚的地方已经改写，给您添麻烦了。",
            "问题已经解决，谢谢您帮助我们找到它。",
        ),
    ),
    "queue": Theme(
        {1: ("115", "113"), 2: ("212",)},
        (
            "预约了还要重新取号，等了{wait}。",
            "{when}去办{item}，开了两个窗口，排了{wait}。",
            "预约的是九点，轮到我已经等了{wait}，{small}。",
            "取号机前面挤成一团，{family}站了{wait}，没有座位。",
            "叫号跳过去了，重新取号又等了{wait}。",
        ),
        (
            "当天预约系统与叫号系统没有同步，情况属实。",
            "经查当日窗口开放不足，等候超过规定，情况属实。",
            "已看过当天的叫号记录，过号处理不当，情况属实。",
        ),
        (
            "预约与叫号已经打通，预约的人不用再取号。",
            "高峰时段增开三个窗口，等候人数在大厅门口公布。",
            "过号后可优先办理一次，取号机旁安排了引导员。",
        ),
        (
            "您反映的排队问题属实，预约号现在可以直接叫到。",
            "高峰时段已增开窗口，让您久等了，对不起。",
            "感谢您的意见，大厅已经调整，欢迎再来时看一看。",
        ),
    ),
    "trips": Theme(
        {1: ("113", "114"), 2: ("210", "213")},
        (
            "办{item}从镇里跑到县里，又从县里跑回村里，一共{trips}。",
            "{who}说要先去另一个部门盖章，那边又说不归他们管，{small}。",
            "说好跑一次，实际跑了{trips}，{small}。",
            "{family}腿脚不好，为办{item}跑了{trips}，换了三个窗口。",
            "一件事三个部门，各要一份{paper}，跑了{trips}。",
        ),
        (
            "核实了跑动经过，部门之间没有一次告知，情况属实。",
            "镇里和县里的收件要求不一致，情况属实。",
            "评价人所说的盖章环节没有依据，情况属实。",
        ),
        (
            "由镇便民服务中心统一收件，县里内部流转，办事人只跑一次。",
            "取消了盖章环节，改由窗口线上核验。",
            "编制了一次性告知单，各窗口统一使用。",
        ),
        (
            "让您来回跑是我们的不对，现在镇里就能收件，材料我们自己转。",
            "盖章环节已经取消，您的件已经办好，可以就近领取。",
            "已按您的意见统一了各窗口的要求，谢谢您。",
        ),
    ),
    "manner": Theme(
        {1: ("115",), 2: ("213", "214")},
        (
            "问了两句就不耐烦，让我自己看墙上的字，字还特别小。",
            "{when}去的，窗口一直在打电话，等了{wait}才抬头。",
            "窗口的人说的和{who}说的不一样，业务不熟，{small}。",
            "话说得很冲，{family}听不清，多问一句就说“不是告诉你了吗”。",
            "材料扔回来的，说不行就不行，{small}。",
            "快下班了就不收件，让明天再来，电话 {phone}，希望有人给个说法。",
        ),
        (
            "已看当天的录音录像，态度生硬属实。",
            "已与评价人和当班人员分别核实，情况属实。",
            "当班人员对业务不熟，答复有误，情况属实。",
        ),
        (
            "已对当班人员批评教育并调整岗位，窗口重新培训后上岗。",
            "班组长每天在大厅值守一小时，现场处理疑问。",
            "窗口增设了大字版指南和助听设备。",
        ),
        (
            "当班人员的态度不对，我们已作处理，向您和家人道歉。",
            "窗口人员已经重新培训，您的件由专人办结。",
            "谢谢您说出来，我们会继续抽查录像，请继续监督。",
        ),
    ),
}
THEME_OF = {code: name for name, theme in THEMES.items() for codes in theme.codes.values() for code in codes}
# What went well, and what else there is to say: one of each makes a text, or one of them alone.
_GOOD = (
    "{when}来办{item}，一次就办好了。",
    "办{item}，{who}讲得清楚，带一份材料就够了。",
    "{item}比承诺的时间快{over}。",
    "{site}提交的{item}，没有跑腿。",
    "{when}来的，人不多，十来分钟办完。",
    "{family}的{item}，{who}帮着填了表。",
    "办{item}比前年少交了一份{paper}。",
    "{item}的结果快递寄到家，省事。",
    "{who}提醒我{paper}快过期了，顺手一起办了。",
    "原以为还要{paper}，结果不用。",
    "{when}打电话问过，来了按说的办，没有走弯路。",
    "{family}行动不便，社区的人上门收的材料。",
)
_BUT = (
    "材料说明写得明白，就是字小了点。",
    "停车不太好找。",
    "希望{site}也能查进度。",
    "开始走错了楼层，问了引导员才找到。",
    "叫号屏幕不太看得清。",
    "大厅里有点热。",
    "要是{when}也开门就好了。",
    "表格能再短一点更好。",
    "等了一会儿，可以接受。",
    "{site}的提示有一处没看懂。",
    "没有别的意见。",
    "比上次强。",
    "饮水机旁边缺个座位。",
    "",
    "",
    "",
)
NOT_REACHED = ("拨打后无人接听。", "接通后表示正在上班，约定改日再联系。")
NOT_CALLED = "评价人未同意回访，已调取当天的记录自行核实。"
DESK_LINE = "8001"
SENT_BACK = "答复没有说明具体改了什么，请补充后再答复。"
EXPLAINED = "经核实，所需材料为法律规定必须提交，已向评价人逐条说明，并送上条文。"
WRITTEN = (
    "您好，为了核实情况，请问是哪一份材料？",
    "您好，请问是在哪个窗口办理的？我们在查当天的记录。",
    "您好，您的件我们已经找到，想再确认一下您提交的时间。",
)
NAMED = "窗口的小周（工号写在牌子上）说话难听，还说“爱办不办”。"
HOLD_REASON = "文字写明了具体人员，公开会暴露身份；内容照常计入和整改。"


def filled(dice: random.Random, sentence: str, item: str) -> str:
    """A sentence with its slots filled."""
    slots = {name: dice.choice(values) for name, values in _SLOTS.items()}
    return sentence.format(item=item, phone=f"1390000{dice.randint(0, 9999):04}", **slots)


def complaint(dice: random.Random, theme: str, item: str) -> str:
    """The words of somebody who was treated badly."""
    return filled(dice, dice.choice(THEMES[theme].said) + dice.choice(_ASKED), item)


def praise(dice: random.Random, item: str) -> str:
    """The words of somebody who got what they came for."""
    return filled(dice, dice.choice(_GOOD) + dice.choice(_BUT), item)
