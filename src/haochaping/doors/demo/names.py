"""Invented names of the fictional province. No place, agency or person in it exists; its codes lie in the unused 99 range."""

from __future__ import annotations

PROVINCE = ("990000000000", "云川省")
# Said of every day that no notice has told yet.
SAMPLE_CALENDAR = "示例日历，非官方：该日尚无放假通知"
CITY = ("990100000000", "云城市")
OTHER_CITY = ("990200000000", "石港市")
CITIES = (CITY, OTHER_CITY)
# Each county with its towns, each town with its villages and communities; codes follow from the order.
COUNTIES = {
    "990101000000": "溪桥区",
    "990102000000": "河湾区",
    "990103000000": "青原县",
    "990104000000": "霜林县",
    "990201000000": "泊月区",
    "990202000000": "鹭洲区",
    "990203000000": "盐浦县",
}
TOWNS = {
    "990101000000": ("溪桥街道", "竹影街道", "听泉镇"),
    "990102000000": ("柳荫街道", "渡口街道", "芦花镇"),
    "990103000000": ("青原镇", "石磨镇", "云雾乡"),
    "990104000000": ("霜林镇", "松涛镇", "雁鸣乡"),
    "990201000000": ("泊月街道", "灯塔街道", "渔歌镇"),
    "990202000000": ("鹭洲街道", "潮音街道", "沙滩镇"),
    "990203000000": ("盐浦镇", "风车镇", "晒谷乡"),
}
# Town by town in the order above: three each.
VILLAGES = (
    *("溪桥社区", "拱桥社区", "水车社区", "竹影社区", "青石社区", "双井社区", "听泉村", "桃坞村", "磨坊村"),
    *("柳荫社区", "长堤社区", "书院社区", "渡口社区", "船坞社区", "灯芯社区", "芦花村", "荷塘村", "鸭嘴村"),
    *("青原村", "麦浪村", "石碾村", "石磨村", "豆腐村", "橡树村", "云雾村", "茶垄村", "鹰岩村"),
    *("霜林村", "红叶村", "柿子村", "松涛村", "蘑菇村", "木屋村", "雁鸣村", "苇荡村", "雪坡村"),
    *("泊月社区", "锚地社区", "石阶社区", "灯塔社区", "礁石社区", "望帆社区", "渔歌村", "网场村", "贝壳村"),
    *("鹭洲社区", "白羽社区", "浅滩社区", "潮音社区", "月牙社区", "栈桥社区", "沙滩村", "蟹篓村", "海螺村"),
    *("盐浦村", "盐田村", "卤池村", "风车村", "土坡村", "向阳坡村", "晒谷村", "稻草村", "石碓村"),
)
HOTLINE = "12345政务服务便民热线中心"
# The first of them stand in each county too.
DEPARTMENTS = (
    "行政审批局",
    "人力资源和社会保障局",
    "自然资源局",
    "医疗保障局",
    "公安局",
    "市场监督管理局",
    "民政局",
    "住房和城乡建设局",
)
COUNTY_DEPARTMENTS = 5
PROVINCE_DEPARTMENTS = ("政务服务管理局", "交通运输厅")
ITEMS = {
    "行政审批局": (
        *(
            "食品经营许可",
            "户外广告设置许可",
            "临时占道审批",
            "排水许可",
            "公共场所卫生许可",
            "烟花爆竹零售许可",
        ),
        *("民办学校设立", "建筑垃圾处置核准", "印刷经营许可", "林木采伐许可"),
    ),
    "人力资源和社会保障局": (
        *(
            "失业保险金申领",
            "社保卡补办",
            "养老保险关系转移",
            "就业创业证办理",
            "灵活就业参保登记",
            "退休待遇核定",
        ),
        *("工伤认定申请", "创业担保贷款申请", "劳务派遣许可", "职业技能补贴申领"),
    ),
    "自然资源局": (
        *(
            "不动产转移登记",
            "不动产抵押登记",
            "不动产查询",
            "建设用地规划许可",
            "不动产更正登记",
            "宅基地登记",
        ),
        *("建设工程规划许可", "不动产注销登记", "地图审核", "采矿权登记"),
    ),
    "医疗保障局": (
        *("异地就医备案", "医保参保登记", "生育津贴申领", "医疗费用报销", "门诊慢特病认定", "医保关系转移"),
        *("定点医疗机构申请", "新生儿参保", "医疗救助申请", "医保账户查询"),
    ),
    "公安局": (
        *("居民身份证换领", "户口迁移", "无犯罪记录证明", "居住证办理", "出生登记", "机动车驾驶证换证"),
        *("出入境证件办理", "养犬登记", "特种行业许可", "更正户口信息"),
    ),
    "市场监督管理局": (
        *("个体工商户登记", "企业名称变更", "营业执照注销", "计量器具检定", "企业设立登记", "食品生产许可"),
        *("特种设备使用登记", "药品经营许可", "股权出质登记", "企业迁移登记"),
    ),
    "民政局": (
        *("结婚登记", "养老服务补贴申领", "社会团体登记", "低保申请", "临时救助申请", "残疾人两项补贴申领"),
        *("收养登记", "殡葬补贴申领", "高龄津贴申领", "民办非企业单位登记"),
    ),
    "住房和城乡建设局": (
        *("公租房申请", "施工许可", "商品房预售许可", "房屋租赁备案", "竣工验收备案", "维修资金使用"),
        *("燃气经营许可", "物业备案", "建筑业企业资质", "消防验收备案"),
    ),
    HOTLINE: ("政策咨询答复", "诉求受理转办", "办件进度查询"),
    "政务服务管理局": ("电子证照补发", "跨市通办申请", "招标代理备案", "中介机构入驻", "数据开放申请"),
    "交通运输厅": ("道路货运经营许可", "超限运输许可", "从业资格证换发", "船舶登记"),
    "便民服务中心": ("居住信息登记", "高龄津贴初审", "就业困难人员认定"),
}
ITEM_TYPES = dict.fromkeys(("行政审批局", "住房和城乡建设局", "交通运输厅"), "01") | dict.fromkeys(
    ("自然资源局", "公安局", "市场监督管理局"), "07"
)
HANDLING = ("（首次办理）", "（变更）")
# Towns that have an agency of their own.
SERVICE_TOWNS = ("990101001000", "990102001000", "990103001000", "990201001000", "990203001000")
# The halls with their codes and how many windows each has: two cities, seven counties, three towns.
HALLS = {
    CITY[0]: ("YC-H1", 24),
    "990102000000": ("YC-H2", 12),
    "990103000000": ("YC-H3", 12),
    "990101000000": ("YC-H4", 12),
    "990104000000": ("YC-H5", 12),
    "990101001000": ("YC-H6", 6),
    "990102001000": ("YC-H7", 6),
    "990103001000": ("YC-H8", 6),
    OTHER_CITY[0]: ("SG-H1", 24),
    "990201000000": ("SG-H2", 12),
    "990202000000": ("SG-H3", 12),
    "990203000000": ("SG-H4", 12),
}
STAFF_PER_AGENCY = 10
APP = ("yc-app", "云川办掌上平台")
PLATFORMS = {
    CITY[0]: {"hall": "yc-hall", "online": "yc-online", "hotline": "yc-hotline"},
    OTHER_CITY[0]: {"hall": "sg-hall", "online": "sg-online", "hotline": "sg-hotline"},
}
PLATFORM_NAMES = {"hall": "政务大厅系统", "online": "网上办事平台", "hotline": "热线平台"}
FAMILY_NAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"
GIVEN_NAMES = ("小满", "立秋", "晓禾", "明远", "静安", "思齐", "若水", "长青", "书宁", "可欣", "子墨", "雨桐")
CLERK_AGENCY = "990102000000_01"
# Two offices without services of their own; their keepers decide together about opening an identity.
OFFICES = (("990100000000_81", "云城市政务服务监督局"), ("990100000000_82", "云城市数据资源局"))
ACCOUNTS = (
    ("clerk", "河湾区经办人", "clerk", {"agency_code": CLERK_AGENCY}),
    ("lead", "河湾区审批局负责人", "agency_lead", {"agency_code": CLERK_AGENCY}),
    ("dispatcher", "云城市派单员", "dispatcher", {"division_code": CITY[0]}),
    ("operator", "云城市热线坐席", "hotline_operator", {"division_code": CITY[0]}),
    ("publisher", "云城市发布员", "publisher", {"division_code": CITY[0]}),
    ("publisher2", "云城市第二发布员", "publisher", {"division_code": CITY[0]}),
    ("supervisor", "云城市督办员", "supervisor", {"division_code": CITY[0]}),
    ("supervisor2", "云城市第二督办员", "supervisor", {"division_code": CITY[0]}),
    ("supervisor3", "云川省督办员", "supervisor", {"division_code": PROVINCE[0]}),
    ("keeper", "云城市政务服务监督局身份保管员", "identity_keeper", {"agency_code": OFFICES[0][0]}),
    ("keeper2", "云城市数据资源局身份保管员", "identity_keeper", {"agency_code": OFFICES[1][0]}),
    ("sysadmin", "系统管理员", "system_admin", {"everywhere": True}),
    ("sysadmin2", "第二系统管理员", "system_admin", {"everywhere": True}),
    ("secadmin", "安全管理员", "security_admin", {"everywhere": True}),
    ("auditor", "安全审计员", "auditor", {"everywhere": True}),
)
