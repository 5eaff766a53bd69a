"""Names that do not begin with a Chinese family: of Uyghur, Kazakh, Tibetan and Mongol persons, and names in Latin letters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from haochaping.publicity.redaction.spans import Span
from haochaping.publicity.terms import PersonalKind

if TYPE_CHECKING:
    from collections.abc import Iterator

# Characters that write the sounds of other languages.
_SOUNDS = (
    "阿艾哎爱安奥巴拜班包贝比毕别宾波伯布才蔡策查次措达丹德迪登底丁东都杜多顿额恩尔法凡菲夫甘嘎盖高戈格葛根公古瓜官哈海罕汗豪合何赫黑胡花"
    "霍吉及加嘉贾江杰金晋久居卡凯康柯科克孔库拉来兰朗勒乐黎里丽力利莲林琳龙隆卢鲁罗洛玛马麦曼蒙米密敏明莫木姆穆那娜乃尼妮娘宁努诺帕派潘佩"
    "皮平坡普其奇齐恰强钦琴青琼曲热仁日荣如瑞若萨赛桑色森沙山善尚社沈生圣师石舒斯苏索塔台泰坦堂特提铁廷图土吐托娃瓦旺万维韦温翁沃乌吾武西"
    "希喜下夏先香肖谢辛星雄雪亚雅央扬耶叶伊依益银英尤于玉元云扎则泽增扎孜珠卓宗佐曲群祖热甫江孜买依克别克拜克汗古丽娜尔曼提逊外地都合不拉"
)
_DOT = "[·•・‧∙⋅]"
_DOTTED = re.compile(rf"[{_SOUNDS}]{{1,12}}(?:{_DOT}[{_SOUNDS}]{{1,12}}){{1,4}}")
# Words of which Tibetan, Mongol and Uyghur names are made.
_PARTS = (
    "扎西|卓玛|次仁|多吉|央金|尼玛|达瓦|平措|旺堆|旺姆|格桑|丹增|洛桑|索朗|巴桑|边巴|拉姆|仁青|仁增|白玛|德吉|顿珠|贡布|贡嘎|才让|才旦|措姆|拉毛|曲珍"
    "|巴特尔|乌云|其其格|斯琴|高娃|苏日|朝鲁|那仁|格日|图雅|呼和|布和|额尔|敦巴|阿古拉|巴雅尔|哈斯|宝音|萨仁|托娅|塔娜|娜仁|特木尔|苏和|毕力格|孟和"
    "|买买提|吐尔逊|阿依|古丽|古力|阿不都|阿卜杜|热合曼|艾合买提|麦麦提|帕提|玛依拉|迪丽努尔|努尔|艾山|艾力|克里木|热娜|库尔班|依明|牙生|吾甫尔|木拉提"
)
_MADE = re.compile(
    rf"(?:{_PARTS}){{2,4}}(?:娜尔|尔|汗|娜|江)?|巴特尔|买买提|吐尔逊|其其格|库尔班|卓玛|扎西(?!德勒)|麦麦提"
)
_FAMILIES_IN_LATIN = (
    "Wang|Li|Zhang|Liu|Chen|Yang|Huang|Zhao|Wu|Zhou|Xu|Sun|Ma|Zhu|Hu|Guo|He|Lin|Gao|Luo|Zheng|Liang|Xie|Song|Tang|Han|Feng|Deng|Cao|Peng"
    "|Zeng|Xiao|Tian|Dong|Pan|Yuan|Cai|Jiang|Yu|Du|Ye|Cheng|Wei|Su|Lu|Ding|Ren|Shen|Yao|Zhong|Cui|Tan|Fan|Wan|Shi|Liao|Jia|Xia|Fu|Fang|Bai|Zou"
    "|Meng|Xiong|Qin|Qiu|Hou|Jin|Lei|Long|Tao|Gu|Mao|Hao|Kong|Shao|Qian|Ouyang"
)
_LATIN = re.compile(
    rf"(?<![A-Za-z])(?:(?:{_FAMILIES_IN_LATIN}),?\s[A-Z][a-z]{{1,7}}(?:[\s\-]?[A-Za-z]?[a-z]{{1,6}})?|[A-Z][a-z]{{1,7}}(?:[\-]?[a-z]{{1,6}})?\s(?:{_FAMILIES_IN_LATIN}))(?![A-Za-z])"
)


def other_names_in(text: str) -> Iterator[Span]:
    """Names with a dot between their parts, made of known parts, or in Latin letters; unordered."""
    for pattern in (_DOTTED, _MADE, _LATIN):
        for match in pattern.finditer(text):
            yield Span(*match.span(), PersonalKind.NAME)
