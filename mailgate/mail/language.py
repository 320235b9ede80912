"""The language of a text, cheaply: scripts first, then the small words and letters that European languages live on.

It serves templates and rules, so it answers ``und`` rather than guess: short or mixed texts have no language here.
Only the first 2,000 characters are looked at.
"""

from __future__ import annotations

import re
from collections import Counter

_SAMPLE = 2_000
_WORD = re.compile(r"[^\W\d_]+")
_NOT_PROSE = re.compile(r"https?://\S+|\S+@\S+|^>.*$", re.MULTILINE)

_SCRIPTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("kana", re.compile("[\u3041-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7a3]")),
    ("han", re.compile("[\u4e00-\u9fff]")),
    ("th", re.compile("[\u0e01-\u0e5b]")),
    ("arabic", re.compile("[\u0620-\u06ff]")),
    ("he", re.compile("[\u05d0-\u05ea]")),
    ("el", re.compile("[\u0386-\u03ce]")),
    ("cyrillic", re.compile("[\u0400-\u045f\u0490\u0491]")),
    ("hi", re.compile("[\u0900-\u097f]")),
    ("hy", re.compile("[\u0531-\u0587]")),
    ("ka", re.compile("[\u10d0-\u10ff]")),
    ("latin", re.compile("[a-zA-Z\u00c0-\u024f\u1ea0-\u1ef9]")),
)
_SIMPLIFIED = frozenset(
    "们这说时来过对还没问题订单发货请谢吗东见车门马鸟龙乐书买卖会长张现开关电话钱钟铁银错误让认识译语读谁课调谈议论设访证评词该详级红约纸线组终经给统继续维"
    "绿编缘网罗职联听肃脑脸虽装规视觉观览计订许变质费资贵购贴赶赵运进远连迟选递邮针钥铃链销锁键镇问间闻阅队阳阴际陆难顺须顾预领频题颜风飞饭饮馆验价优伤传"
    "体专业严丧丰临为举么义习乡云亚产亲亿仅从仓仪众优伙华协单卖卫历压厂厅参双发变号后吗员启响国图圆圣场坏块处备复够头夹奋奖妇宁实审宽导对寻层属岁币师帮应张弹归录当忆忧怀态总"
)
_TRADITIONAL = frozenset(
    "們這說時來過對還沒問題訂單發貨請謝嗎東見車門馬鳥龍樂書買賣會長張現開關電話錢鐘鐵銀錯誤讓認識譯語讀誰課調談議論設訪證評詞該詳級紅約紙線組終經給統繼續維"
    "綠編緣網羅職聯聽肅腦臉雖裝規視覺觀覽計許變質費資貴購貼趕趙運進遠連遲選遞郵針鑰鈴鏈銷鎖鍵鎮間聞閱隊陽陰際陸難順須顧預領頻顏風飛飯飲館驗價優傷傳"
    "體專業嚴喪豐臨為舉麼義習鄉雲亞產親億僅從倉儀眾夥華協衛歷壓廠廳參雙號後員啟響國圖圓聖場壞塊處備複夠頭夾奮獎婦寧實審寬導尋層屬歲幣師幫應彈歸錄當憶憂懷態總"
)

_WORDS: dict[str, frozenset[str]] = {
    name: frozenset(words.split())
    for name, words in {
        "en": "the and to of you is in for it that my have with this on not are we be your can was but please from will has what"
              " thanks hello would when there been our hi i am",
        "de": "der die das und ist nicht ich sie mit ein eine zu den für auf wir es von im bitte haben habe kann dem auch wie bei"
              " mein meine wird hallo vielen dank noch mir sind wenn",
        "fr": "le la les et est pas je vous de des un une pour que mon ma dans ne avec ce nous sur votre qui bonjour merci mais au"
              " cette été suis du en il plus",
        "es": "el la los las de que y en un una no es por con para mi su me se lo pero hola gracias más usted como está del al"
              " puedo tengo favor cuando",
        "pt": "o a os as de que e em um uma não é por com para meu minha se mas olá obrigado obrigada você como está do da no na"
              " foi ao tenho quando mais eu",
        "it": "il lo la gli le di che e in un una non è per con mi del della sono ma ho grazie ciao questo come al da si anche"
              " mio mia vorrei quando nel",
        "nl": "de het een en is niet ik van te dat in op voor met u je mijn zijn maar er heb kan dank bij ook naar hallo wij"
              " geen wordt nog aan deze",
        "pl": "i w nie na się z do to że jest mam proszę dziękuję od po jak mnie moje czy dla ale przez dzień dobry nasz za są"
              " tego",
        "sv": "och att det är inte jag en ett på som för med har den av till om vi kan hej tack mitt min när från ni men",
        "da": "og at det er ikke jeg en et på som for med har den af til om vi kan hej tak mit min når fra men mig hvad kunne",
        "no": "og at det er ikke jeg en et på som for med har den av til om vi kan hei takk mitt min når fra men meg hva kunne",
        "fi": "ja on ei se että en mutta olen ole voi kun jos tämä hei kiitos minun kanssa mitä niin oli sitä teidän ovat myös",
        "cs": "a v se na je že to s z do o nebo ale jsem prosím děkuji dobrý den jak pro mám není jako také od za už který",
        "tr": "ve bir bu için de da ile ne değil çok mi ben var yok merhaba teşekkürler olarak ama benim nasıl lütfen daha",
        "vi": "và của là không tôi có cho được này với các trong một xin chào cảm ơn khi đã những anh chị như đến bị",
        "ro": "și în nu este la de o un care cu pe să din mai pentru am mulțumesc bună vă dar ca sunt fi",
        "hu": "és a az hogy nem egy is van ez de köszönöm nem meg csak kérem ha már vagy jó napot mint volt",
        "id": "yang dan di ini itu tidak saya untuk dengan dari ada ke terima kasih akan bisa kami anda sudah pada",
    }.items()
}  # fmt: skip
_ACCENTS: dict[str, str] = {
    "ß": "de", "ñ": "es", "¿": "es", "ã": "pt", "õ": "pt", "ł": "pl", "ą": "pl", "ę": "pl", "ż": "pl", "ř": "cs", "ě": "cs",
    "ů": "cs", "ı": "tr", "ğ": "tr", "ş": "tr", "ș": "ro", "ț": "ro", "ő": "hu", "ű": "hu", "đ": "vi", "ơ": "vi", "ư": "vi",
}  # fmt: skip
_PERSIAN = re.compile("[پچژگی]")
_UKRAINIAN = re.compile("[іїєґІЇЄҐ]")
_BULGARIAN = re.compile(r"\b(?:това|съм|не|за|със|който|благодаря|здравейте)\b")


def detect(text: str) -> str:
    """A BCP 47 tag such as ``en``, ``zh-Hans``, ``zh-Hant``; ``und`` where the text does not tell."""
    sample = _NOT_PROSE.sub(" ", text[:_SAMPLE]) if ("@" in text or "://" in text or ">" in text) else text[:_SAMPLE]
    if sample.isascii():
        return _european(sample)
    counts = {name: len(pattern.findall(sample)) for name, pattern in _SCRIPTS}
    total = sum(counts.values())
    if total < 2:
        return "und"
    if counts["kana"] and counts["kana"] * 10 >= counts["kana"] + counts["han"] and (counts["kana"] + counts["han"]) * 4 >= total:
        return "ja"
    # A character of Chinese says as much as three letters.
    counts["han"] *= 3
    name = max(counts, key=lambda one: counts[one])
    return _BY_SCRIPT[name](sample) if name in _BY_SCRIPT else name


def _chinese(sample: str) -> str:
    simplified = sum(1 for char in sample if char in _SIMPLIFIED and char not in _TRADITIONAL)
    traditional = sum(1 for char in sample if char in _TRADITIONAL and char not in _SIMPLIFIED)
    return "zh-Hant" if traditional > simplified else "zh-Hans"


def _arabic(sample: str) -> str:
    return "fa" if len(_PERSIAN.findall(sample)) * 25 > len(sample) else "ar"


def _cyrillic(sample: str) -> str:
    if _UKRAINIAN.search(sample):
        return "uk"
    return "bg" if not re.search("[ыэЫЭ]", sample) and len(_BULGARIAN.findall(sample.lower())) >= 2 else "ru"


def _european(sample: str) -> str:
    """The language whose small words make up most of the text; at least two of them, and clearly before the next."""
    words = Counter(_WORD.findall(sample.lower()))
    if not words:
        return "und"
    scores = {name: sum(words[word] for word in known & words.keys()) for name, known in _WORDS.items()}
    if not sample.isascii():
        for letter, name in _ACCENTS.items():
            if letter in sample:
                scores[name] += 2
    (first, best), (_, second) = Counter(scores).most_common(2)
    enough = best >= 2 and best * 12 >= sum(words.values())
    return first if enough and best > second else "und"


_BY_SCRIPT = {"han": _chinese, "arabic": _arabic, "cyrillic": _cyrillic, "latin": _european}
