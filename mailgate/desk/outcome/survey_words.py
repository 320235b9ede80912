"""The words, phrases and faces that answer a survey, parted by ``|``; ``survey`` reads them."""

from __future__ import annotations

ANSWERS: tuple[tuple[int, str], ...] = (
    (
        5,
        "5|five|five stars|good|great|excellent|perfect|very good|super|awesome|amazing|fantastic|"
        "wonderful|brilliant|outstanding|very satisfied|satisfied|very happy|happy|yes|yes it did|"
        "it helped|that helped|yes it helped|yes that helped|very helpful|helpful|yep|yeah|great service|good service|"
        "very good service|excellent service|great support|good support|great help|great work|great job|good job|"
        "really good|10/10|100%|solved|it works|it works now|works now|yes it works|yes it works now|"
        "gut|sehr gut|prima|toll|top|bestens|alles gut|alles bestens|alles super|ausgezeichnet|hervorragend|"
        "zufrieden|sehr zufrieden|ja|fünf|bon|bien|très bien|très bon|excellente|parfait|satisfait|"
        "très satisfait|satisfaite|très satisfaite|oui|cinq|bueno|buena|muy bueno|muy bien|excelente|"
        "satisfecho|satisfecha|muy satisfecho|sí|cinco|buono|bene|ottimo|molto bene|eccellente|"
        "soddisfatto|soddisfatta|cinque|bom|muito bom|ótimo|satisfeito|sim|goed|heel goed|uitstekend|"
        "tevreden|vijf|хорошо|отлично|доволен|довольна|да|dobrze|świetnie|满意|很满意|非常满意|很好|好|"
        "非常好|好评|五|五星|五星好评|滿意|很滿意|非常滿意|是|是的|棒|很棒|太好了|"
        "有帮助|我很满意|我非常满意|我們很滿意|我们很满意|优秀|優秀|赞|點贊|点赞|超级棒|超棒|给力|服务很好|服务非常好|"
        "已解决|解决了|已经解决|已经解决了|五分|五颗星|满分|良い|とても良い|満足|大変満足|はい|좋음|만족|매우 만족",
    ),
    (
        4,
        "4|four|four stars|fine|quite good|pretty good|fairly good|mostly satisfied|recht gut|"
        "ziemlich gut|vier|assez bien|quatre|bastante bien|cuatro|abbastanza bene|quattro|四|四星|比较满意|比較滿意|"
        "四分|四颗星|良好|不错|不錯|挺好|挺好的|还不错|まあ良い",
    ),
    (
        3,
        "3|three|three stars|ok|okay|so so|so-so|meh|could be better|could have been better|fair|average|neutral|"
        "medium|mediocre|alright|not bad|mittel|mittelmäßig|geht so|naja|drei|moyen|moyenne|bof|trois|regular|normal|"
        "más o menos|tres|così così|discreto|tre|razoável|três|matig|нормально|一般|一般般|还行|還行|"
        "还可以|還可以|还可以吧|一般吧|可以|三|三星|三分|三颗星|中评|中等|普通|보통",
    ),
    (
        2,
        "2|two|two stars|poor|not good|not great|not very good|not so good|not satisfied|dissatisfied|nicht gut|"
        "zwei|pas bon|pas bien|deux|no muy bien|dos|non bene|due|"
        "二|二星|两星|二分|两分|两颗星|不太满意|不太滿意|不太好|不好|あまり良くない",
    ),
    (
        1,
        "1|one|one star|bad|very bad|really bad|the worst|bad service|very bad service|terrible service|nope|terrible|"
        "awful|horrible|useless|worst|very poor|unsatisfied|very dissatisfied|not satisfied at all|unhappy|no|"
        "no it did not|no it didnt|it did not help|it didnt help|not helpful|not helpful at all|not good at all|"
        "schlecht|sehr schlecht|furchtbar|unzufrieden|sehr unzufrieden|nein|eins|mauvais|très mauvais|nul|"
        "insatisfait|pas satisfait|non|malo|mala|muy malo|muy mal|insatisfecho|male|pessimo|"
        "insoddisfatto|ruim|péssimo|insatisfeito|não|slecht|ontevreden|nee|плохо|ужасно|недоволен|нет|"
        "źle|不满意|不滿意|很不满意|很不滿意|非常不满意|差|很差|差评|非常差|太差了|"
        "垃圾|服务很差|态度差|我不满意|我很不满意|我非常不满意|一|一星|一分|一颗星|不是|没有|没帮助|"
        "悪い|とても悪い|不満|いいえ|나쁨|불만",
    ),
)
"""Score → what people write for it."""

FACES: tuple[tuple[int, str], ...] = (
    (5, "👍😀😃😄😁😊🙂🤩😍🥰💯👌✅🎉👏🙌"),
    (3, "😐😕😑"),
    (1, "👎😞😠😡😢😭😤🤬🙁☹❌"),
)

SMILEYS: tuple[tuple[int, str], ...] = ((5, ":-) :) :-D :D =) ^^"), (3, ":-| :|"), (1, ":-( :( =("))
"""The same in letters, parted by spaces; one of them is a whole line."""

FILLERS = (
    "yes|no|ok|okay|alright|five|four|three|two|one|1|2|3|4|5|ja|nein|oui|non|sí|sim|não|да|нет|nee|"
    "regular|normal|bien|bene|gut|bon|goed|tak|yep|yeah|nope|solved|it works|it works now|works now|top|"
    "yes it works|yes it works now|alles gut|已解决|解决了|已经解决|已经解决了|"
    "好|是|是的|可以|不是|没有|对|一|二|三|四|五|はい|いいえ"
)
"""Words that also begin a sentence about something else: alone they answer, before more words they do not."""
