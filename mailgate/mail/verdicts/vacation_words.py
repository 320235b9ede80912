"""How vacation notices are titled, how they open, and how they name the day of return; per language, in lower case."""

from __future__ import annotations

from mailgate.mail.quotes.phrase_table import Phrases, phrases

SUBJECTS: Phrases = phrases(
    """
    # English
    out of office | out of the office | out-of-office | automatic reply | auto reply | auto-reply | autoreply |
    auto response | auto-response | autoresponse | automatic response | automated reply | automated response |
    vacation reply | away from the office | i am away | i'm away | absence notice | ooo: |
    # German, French, Spanish, Portuguese, Italian, Dutch
    automatische antwort | abwesenheitsnotiz | abwesenheitsbenachrichtigung | abwesenheitsagent | autom. antwort |
    automatische rückantwort | réponse automatique | reponse automatique | absence du bureau | message d'absence |
    absent du bureau | absent(e) du bureau | notification d'absence | respuesta automática | respuesta automatica |
    fuera de la oficina | fuera de oficina | ausencia de la oficina | resposta automática | resposta automatica |
    ausência temporária | fora do escritório | ausente do escritório | risposta automatica | fuori ufficio |
    fuori sede | assenza dall'ufficio | automatisch antwoord | afwezigheidsbericht | automatisch bericht |
    # Polish, Czech, Russian, Ukrainian, Turkish
    automatyczna odpowiedź | odpowiedź automatyczna | autoodpowiedź | automatická odpověď | автоматический ответ |
    вне офиса | автоматична відповідь | otomatik yanıt | otomatik cevap | ofis dışında | ofis dışı |
    # Swedish, Danish, Norwegian, Finnish
    autosvar | automatiskt svar | ej på kontoret | automatisk svar | fraværsmeddelelse | ikke på kontoret |
    fraværsmelding | automaattinen vastaus | poissaoloilmoitus | poissa toimistosta |
    # Chinese, Japanese, Arabic, Hebrew, Vietnamese
    外出自动回复 | 不在のお知らせ | رد تلقائي | الرد التلقائي | خارج المكتب | תשובה אוטומטית | מענה אוטומטי |
    מחוץ למשרד | trả lời tự động | thư trả lời tự động
    """
)
"""A notice's subject begins with one of these (behind any ``Re:``)."""

BARE_SUBJECTS: Phrases = phrases(
    """
    on vacation | on leave | away message | auto: | abwesend | abwesenheit | absence | afwezig | niet aanwezig |
    poza biurem | nieobecność | mimo kancelář | nepřítomnost | нет на месте | отсутствую | автоответ | frånvaro |
    frånvarande | fraværende | fravær | 自动回复 | 自动答复 | 自動回覆 | 自動回復 | 自动应答 | 不在办公室 | 不在辦公室 |
    休假 | 自動応答 | 自動返信 | 自動返信メール | 不在通知 | 자동 응답 | 자동 회신 | 자동응답 | 부재중 | 부재 중 |
    vắng mặt
    """
)
"""What people also write to a helpdesk about: a notice's subject is nothing but this, or goes on behind a colon, a
bracket, a dash, with a date or one of ``UNTIL``."""

UNTIL: tuple[str, ...] = phrases(
    """
    until | till | through | up to | to and including | bis einschließlich | bis zum | bis | jusqu'au | jusqu’au |
    jusqu'à | hasta el | hasta | até o dia | até dia | até | fino al | fino a | sino al | t/m | tot en met | tot |
    do dnia | do | až do | по | до | tarihine kadar | kadar | till och med | t.o.m. | til og med | til | saakka |
    asti | 直到 | 到 | 至 | まで | 까지 | حتى | עד | đến hết | đến ngày | cho đến | đến
    """
)
"""The person is away up to and including the day named beside one of these."""

BACK: tuple[str, ...] = phrases(
    """
    back on | back in the office on | back at work on | back at my desk on | be back | return on | returning on |
    return to the office on | returning | i return | will return | wieder ab | ab dem | am nächsten werktag |
    wieder am | zurück am | ab | de retour le | de retour | mon retour le | retour le | regreso el | regresaré el |
    vuelvo el | volveré el | de vuelta el | retorno em | retorno no dia | volto em | voltarei em | voltarei no dia |
    regresso a | rientro il | rientrerò il | torno il | tornerò il | di ritorno il | terug op | weer aanwezig op |
    terug | wracam | wrócę | powrót | zpět | vrátím se | вернусь | выйду | buду | буду | döneceğim | dönüş |
    tillbaka den | tillbaka | åter den | åter | tilbage den | tilbage d. | tilbage | tilbake den | tilbake |
    palaan | takaisin | 返回 | 回来 | 上班 | 回到 | 回辦公室 | 返岗 | より出社 | から出社 | に戻 | 복귀 | أعود |
    سأعود | אחזור | חוזר | trở lại | quay lại
    """
)
"""The person is back on the day named beside one of these."""

_MONTH_NAMES: tuple[str, ...] = (
    "january|jan|januar|jänner|janvier|janv|enero|ene|janeiro|gennaio|gen|januari|stycznia|styczeń|января|январь|янв|ocak|tammikuuta|tammikuu|ledna|leden|يناير|ינואר",
    "february|feb|februar|février|févr|febrero|fevereiro|fev|febbraio|febr|februari|lutego|luty|февраля|фев|şubat|helmikuuta|helmikuu|února|únor|فبراير|פברואר",
    "march|mar|märz|mars|marzo|março|maart|mrt|marca|marzec|марта|март|мар|mart|maaliskuuta|maaliskuu|března|březen|marts|مارس|מרץ",
    "april|apr|avril|avr|abril|abr|aprile|kwietnia|kwiecień|апреля|апр|nisan|huhtikuuta|huhtikuu|dubna|duben|أبريل|ابريل|אפריל",
    "may|mai|mayo|maio|maggio|mag|mei|maja|maj|мая|май|mayıs|toukokuuta|toukokuu|května|květen|مايو|מאי",
    "june|jun|juni|juin|junio|junho|giugno|giu|czerwca|czerwiec|июня|июн|haziran|kesäkuuta|kesäkuu|června|červen|يونيو|יוני",
    "july|jul|juli|juillet|juil|julio|julho|luglio|lug|lipca|lipiec|июля|июл|temmuz|heinäkuuta|heinäkuu|července|červenec|يوليو|יולי",
    "august|aug|août|aout|agosto|ago|augustus|sierpnia|sierpień|августа|авг|ağustos|elokuuta|elokuu|srpna|srpen|augusti|أغسطس|אוגוסט",
    "september|sep|sept|septembre|septiembre|setembro|set|settembre|września|wrzesień|сентября|сен|eylül|syyskuuta|syyskuu|září|سبتمبر|ספטמבר",
    "october|oct|oktober|okt|octobre|octubre|outubro|out|ottobre|ott|października|październik|октября|окт|ekim|lokakuuta|lokakuu|října|říjen|أكتوبر|اكتوبر|אוקטובר",
    "november|nov|novembre|noviembre|novembro|listopada|ноября|ноя|kasım|marraskuuta|marraskuu|نوفمبر|נובמבר",
    "december|dec|dezember|dez|décembre|déc|diciembre|dic|dezembro|dicembre|grudnia|grudzień|декабря|дек|aralık|joulukuuta|joulukuu|prosince|prosinec|desember|des|ديسمبر|דצמבר",
)

MONTHS: dict[str, int] = {name: number for number, names in enumerate(_MONTH_NAMES, 1) for name in names.split("|")} | {
    "listopadu": 11,
    "listopad": 11,
    "listopada": 11,
}
"""The name of a month, in full or short, → its number. Polish and Czech agree on listopad; Croatian is not read."""

_WEEKDAY_NAMES: tuple[str, ...] = (
    "monday|montag|lundi|lunes|segunda-feira|lunedì|maandag|poniedziałek|poniedziałku|понедельник|понедельника|pazartesi|måndag|mandag|maanantai|pondělí|周一|星期一|週一|月曜日|월요일",
    "tuesday|dienstag|mardi|martes|terça-feira|martedì|dinsdag|wtorek|wtorku|вторник|вторника|salı|tisdag|tirsdag|tiistai|úterý|周二|星期二|週二|火曜日|화요일",
    "wednesday|mittwoch|mercredi|miércoles|quarta-feira|mercoledì|woensdag|środa|środę|среда|среду|среды|çarşamba|onsdag|keskiviikko|středa|středu|周三|星期三|週三|水曜日|수요일",
    "thursday|donnerstag|jeudi|jueves|quinta-feira|giovedì|donderdag|czwartek|czwartku|четверг|четверга|perşembe|torsdag|torstai|čtvrtek|周四|星期四|週四|木曜日|목요일",
    "friday|freitag|vendredi|viernes|sexta-feira|venerdì|vrijdag|piątek|piątku|пятница|пятницу|пятницы|cuma|fredag|perjantai|pátek|周五|星期五|週五|金曜日|금요일",
    "saturday|samstag|sonnabend|samedi|sábado|sabato|zaterdag|sobota|sobotę|суббота|субботу|cumartesi|lördag|lørdag|lauantai|sobotu|周六|星期六|週六|土曜日|토요일",
    "sunday|sonntag|dimanche|domingo|domenica|zondag|niedziela|niedzielę|воскресенье|pazar|söndag|søndag|sunnuntai|neděle|neděli|周日|星期日|週日|日曜日|일요일",
)

WEEKDAYS: dict[str, int] = {name: number for number, names in enumerate(_WEEKDAY_NAMES) for name in names.split("|")}
"""The name of a day → its number, Monday being 0."""
