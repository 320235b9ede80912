"""The words and characters by which ``language`` knows a language: data, nothing else."""

from __future__ import annotations

from mailgate.mail.text.wordlist import words

SIMPLIFIED = frozenset(
    "们这说时来过对还没问题订单发货请谢吗东见车门马鸟龙乐书买卖会长张现开关电话钱钟铁银错误让认识译语读谁"
    "课调谈议论设访证评词该详级红约纸线组终经给统继续维绿编缘网罗职联听肃脑脸虽装规视觉观览计许变质费资贵"
    "购贴赶赵运进远连迟选递邮针钥铃链销锁键镇间闻阅队阳阴际陆难顺须顾预领频颜风飞饭饮馆验价优伤传体专业严"
    "丧丰临为举么义习乡云亚产亲亿仅从仓仪众伙华协卫历压厂厅参双号后员启响国图圆圣场坏块处备复够头夹奋奖妇"
    "宁实审宽导寻层属岁币师帮应弹归录当忆忧怀态总"
)
TRADITIONAL = frozenset(
    "們這說時來過對還沒問題訂單發貨請謝嗎東見車門馬鳥龍樂書買賣會長張現開關電話錢鐘鐵銀錯誤讓認識譯語讀誰"
    "課調談議論設訪證評詞該詳級紅約紙線組終經給統繼續維綠編緣網羅職聯聽肅腦臉雖裝規視覺觀覽計許變質費資貴"
    "購貼趕趙運進遠連遲選遞郵針鑰鈴鏈銷鎖鍵鎮間聞閱隊陽陰際陸難順須顧預領頻顏風飛飯飲館驗價優傷傳體專業嚴"
    "喪豐臨為舉麼義習鄉雲亞產親億僅從倉儀眾夥華協衛歷壓廠廳參雙號後員啟響國圖圓聖場壞塊處備複夠頭夾奮獎婦"
    "寧實審寬導尋層屬歲幣師幫應彈歸錄當憶憂懷態總"
)
"""Characters that are written differently in the two Chinese scripts, as each writes them."""

SMALL_WORDS: dict[str, frozenset[str]] = {
    "en": words(
        "the and to of you is in for it that my have with this on not are we be your can was but please from"
        " will has what thanks hello would when there been our hi i am"
    ),
    "de": words(
        "der die das und ist nicht ich sie mit ein eine zu den für auf wir es von im bitte haben habe kann"
        " dem auch wie bei mein meine wird hallo vielen dank noch mir sind wenn"
    ),
    "fr": words(
        "le la les et est pas je vous de des un une pour que mon ma dans ne avec ce nous sur votre qui"
        " bonjour merci mais au cette été suis du en il plus"
    ),
    "es": words(
        "el la los las de que y en un una no es por con para mi su me se lo pero hola gracias más usted como"
        " está del al puedo tengo favor cuando"
    ),
    "pt": words(
        "o a os as de que e em um uma não é por com para meu minha se mas olá obrigado obrigada você como"
        " está do da no na foi ao tenho quando mais eu"
    ),
    "it": words(
        "il lo la gli le di che e in un una non è per con mi del della sono ma ho grazie ciao questo come al"
        " da si anche mio mia vorrei quando nel"
    ),
    "nl": words(
        "de het een en is niet ik van te dat in op voor met u je mijn zijn maar er heb kan dank bij ook naar"
        " hallo wij geen wordt nog aan deze"
    ),
    "pl": words(
        "i w nie na się z do to że jest mam proszę dziękuję od po jak mnie moje czy dla ale przez dzień dobry"
        " nasz za są tego"
    ),
    "sv": words(
        "och att det är inte jag en ett på som för med har den av till om vi kan hej tack mitt min när från ni men"
    ),
    "da": words(
        "og at det er ikke jeg en et på som for med har den af til om vi kan hej tak mit min når fra men mig hvad kunne"
    ),
    "no": words(
        "og at det er ikke jeg en et på som for med har den av til om vi kan hei takk mitt min når fra men"
        " meg hva kunne"
    ),
    "fi": words(
        "ja on ei se että en mutta olen ole voi kun jos tämä hei kiitos minun kanssa mitä niin oli sitä"
        " teidän ovat myös"
    ),
    "cs": words(
        "a v se na je že to s z do o nebo ale jsem prosím děkuji dobrý den jak pro mám není jako také od za už který"
    ),
    "tr": words(
        "ve bir bu için de da ile ne değil çok mi ben var yok merhaba teşekkürler olarak ama benim nasıl lütfen daha"
    ),
    "vi": words(
        "và của là không tôi có cho được này với các trong một xin chào cảm ơn khi đã những anh chị như đến bị"
    ),
    "ro": words("și în nu este la de o un care cu pe să din mai pentru am mulțumesc bună vă dar ca sunt fi"),
    "hu": words("és a az hogy nem egy is van ez de köszönöm meg csak kérem ha már vagy jó napot mint volt"),
    "id": words("yang dan di ini itu tidak saya untuk dengan dari ada ke terima kasih akan bisa kami anda sudah pada"),
}
"""The small words that make up most of a text, by BCP 47 language."""

ACCENTS = {
    "ß": "de",
    "ñ": "es",
    "¿": "es",
    "ã": "pt",
    "õ": "pt",
    "ł": "pl",
    "ą": "pl",
    "ę": "pl",
    "ż": "pl",
    "ř": "cs",
    "ě": "cs",
    "ů": "cs",
    "ı": "tr",
    "ğ": "tr",
    "ş": "tr",
    "ș": "ro",
    "ț": "ro",
    "ő": "hu",
    "ű": "hu",
    "đ": "vi",
    "ơ": "vi",
    "ư": "vi",
}
"""Letters that speak for one language among those above."""
