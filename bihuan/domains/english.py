"""English of the words that a cell may be chosen from, as English pages and documents show them.

A ledger's file holds the Chinese word alone, in every language: it is the contract. A test watches that every word of
every ledger stands here. A county's own ledgers keep theirs as declared.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_ROWS = """
城镇 town | 农村 countryside
隔离点 isolation site | 定点医院 designated hospital | 发热门诊 fever clinic | 诊所 clinic | 药店 pharmacy
检测机构 laboratory | 农贸市场 market | 超市 supermarket | 养老院 home for the old | 福利院 welfare home
学校 school | 幼儿园 kindergarten | 宗教场所 place of worship | 餐馆 restaurant | 影剧院 cinema, theatre
歌厅 karaoke bar | 棋牌室 card and chess room | 冷库 cold store | 集中监管仓 supervised warehouse
港口 seaport
机场 airport | 车站 station | 卡口 checkpoint | 监所 prison | 精神病院 psychiatric hospital | 企业 company
机关 public office | 指挥部 headquarters | 其他 other
正常 open | 封闭管理 closed to visitors | 关停 shut
县级领导 county leader | 镇干部 town cadre | 村干部 village cadre | 网格员 grid worker | 医务人员 medic
民警 police officer
志愿者 volunteer | 部门监管 department in charge | 单位主体 head of the unit
小区出入口 compound entrance | 村口 village entrance | 值守 guarded | 封堵 closed off | 开放 open
带班领导 leader on duty | 值守人员 guard
消毒 disinfection | 核酸检测 testing | 冷链检测 cold-chain testing | 物业安保 guards and upkeep
转运 transport | 保洁 cleaning
求助 call for help | 举报 report | 投诉 complaint | 异议 objection | 咨询 question
短信 SMS | 微信 WeChat | 抖音 Douyin | 广播 loudspeaker | 发布会 press conference | 网站 website
张贴 poster
医护 medical staff | 流调 tracing | 采样 sampling | 检测 testing
男 male | 女 female
六十岁以上 aged 60 and over | 养老院老人 living in a home for the old | 学生 pupil, student
孕产妇 pregnant or new mother
慢性病 chronically ill | 外出务工 working away from home
高 high | 中 medium | 低 low
航班 air | 船舶 sea | 铁路 rail | 公路 road
大数据 data feed | 敲门 door to door | 报备 own report | 舱单 manifest
在 met | 不在 not met | 查无此人 unknown there | 已离开 left
来返 arrival | 密接 close contact | 次密接 contact of a contact | 病例解除 recovered case
重点岗位 key post
集中隔离 central isolation | 居家隔离 home isolation | 健康监测 health monitoring
人 person | 物 goods | 环境 surroundings
海关 customs | 市场监管 market regulator | 疾控 CDC | 卫健 health authority | 交通 transport authority
阴 negative | 阳 positive | 无效 invalid
拒绝 refused | 禁忌 contraindicated
隔离点服务 isolation site staff | 口岸一线 port front line | 冷链搬运 cold-chain handler | 核酸采样 sampler
转运司机 transfer driver | 闭环保洁 closed-loop cleaner
疑似 suspected | 确诊 confirmed | 无症状 asymptomatic
定期检测 regular testing | 密接排查 contact tracing | 返乡排查 check of arrivals | 全员检测 mass testing
主动就诊 sought care
退热 fever | 止咳 cough | 抗病毒 antiviral | 抗生素 antibiotic
绿 green | 黄 yellow | 红 red | 未验 not checked
放行 let through | 劝返 turned back | 移交 handed over
探访 visit | 送物资 brought supplies | 送药 brought medicine | 就医 taken to care
搬运 moved | 销售 sold | 封存 sealed | 销毁 destroyed
猪 pig | 禽 poultry | 牛 cattle | 羊 sheep
婚事 wedding | 丧事 funeral | 宴会 banquet | 会议 meeting | 庙会 temple fair
消杀 disinfection | 专家 experts | 巡防 patrol
全员核酸 mass testing | 流调溯源 tracing | 隔离转运 isolation and transfer | 医疗救治 treatment
物资保障 supplies
信息发布 information | 区域封控 lockdown of an area
桌面 table-top | 实战 in the field | 推演 simulated
是 yes | 否 no
"""

WORDS: Mapping[str, str] = {
    zh: en
    for line in _ROWS.split("\n")
    for zh, _, en in (part.strip().partition(" ") for part in line.split("|"))
    if zh
}
"""Chinese word → English."""


def word(text: str) -> str:
    """A chosen word in English, or a list of them; as it is where it is none of ours."""
    parts = re.split("[,，、]", text)
    if len(parts) > 1 and all(part in WORDS for part in parts):
        return ", ".join(WORDS[part] for part in parts)
    return WORDS.get(text, text)
