"""How people's programs say, in the first words of a notice, that they are away; per language, in lower case.

A notice that no header betrays is known by three things together: somebody who speaks of himself (``SELF``), a word
that he is away (``AWAY``) close behind it, and either the day of his return or what only a notice goes on to say
(``GOES_ON``). Each alone, people write to a helpdesk every day. ``MACHINES`` needs nothing beside it.
"""

from __future__ import annotations

from mailgate.mail.quotes.phrase_table import phrases

MACHINES: tuple[str, ...] = phrases(
    """
    this is an automatic reply | this is an automated response | this is an automated reply |
    this is an automatic response | this is an auto-reply | this is an automated message |
    diese e-mail wurde automatisch | dies ist eine automatische | dies ist eine automatisch |
    ceci est une réponse automatique | ceci est un message automatique | este es un mensaje automático |
    esta es una respuesta automática | esta é uma resposta automática | esta é uma mensagem automática |
    questa è una risposta automatica | questo è un messaggio automatico | dit is een automatisch |
    to jest automatyczna odpowiedź | wiadomość wygenerowana automatycznie | toto je automatická odpověď |
    это автоматический ответ | это автоматическое сообщение | bu otomatik bir yanıttır | bu bir otomatik |
    det här är ett automatiskt | detta är ett automatiskt | dette er et automatisk | tämä on automaattinen |
    这是一封自动回复 | 这是自动回复 | 假期自动回复邮件 | 這是自動回覆 | これは自動返信 | このメールは自動返信 |
    이 메일은 자동 | 자동 회신 메일입니다 | هذا رد تلقائي | זוהי תשובה אוטומטית | זוהי הודעה אוטומטית |
    đây là thư trả lời tự động | đây là email tự động
    """
)
"""A machine that says so itself."""

SELF: tuple[str, ...] = phrases(
    """
    i am | i'm | i will be | i'll be | i have | i currently have | ich bin | ich befinde mich | bin ich |
    je suis | je serai | je suis actuellement | actuellement | estoy | estaré | me encuentro | estou | estarei |
    encontro-me | sono | sarò | mi trovo | ik ben | jestem | będę | przebywam | jsem | nejsem | budu |
    я в | я нахожусь | нахожусь | меня не будет | отсутствую | jag är | jag har | jeg er | jeg holder | jeg har |
    olen | en ole | ofis dışındayım | izindeyim | tatildeyim |
    我 | 本人 | 休暇 | 不在 | 外出 | 휴가 | 외출 | 부재 | 출장 | أنا | سأكون | אני | אהיה | tôi
    """
)

AWAY: tuple[str, ...] = phrases(
    """
    out of the office | out of office | not in the office | on vacation | on holiday | on leave | annual leave |
    maternity leave | paternity leave | parental leave | sick leave | away until | away from my desk |
    away from the office | away from my email | limited access to | no access to my | travelling until |
    nicht im büro | nicht im haus | außer haus | ausser haus | im urlaub | in elternzeit | abwesend | auf dienstreise |
    nicht erreichbar | wieder im büro | wieder erreichbar | wieder da | nicht am platz |
    absent | en congé | en vacances | en déplacement | fuera de la oficina | fuera de oficina | estaré fuera |
    de vacaciones | de baja | ausente | fora do escritório | de férias | de licença |
    fuori ufficio | fuori sede | assente | in ferie | in vacanza | afwezig | niet aanwezig | niet op kantoor |
    met vakantie | op vakantie | met verlof | poza biurem | na urlopie | nieobecn | mimo kancelář | na dovolené |
    nepřítom | nejsem v kanceláři | в отпуске | не будет в офисе | вне офиса | отсутствую | в командировке |
    ofis dışındayım | izindeyim | izinde | tatildeyim | inte på kontoret | på semester | ledig | föräldraledig |
    borta | ikke på kontoret | på ferie | holder ferie | har ferie | bortreist | ude af huset | lomalla | poissa |
    en ole toimistolla | 休假 | 度假 | 不在办公室 | 不在辦公室 | 出差 | 外出 | 休暇 | 不在にし | 不在のため | 外出中 |
    출장 중 | 휴가 중 | 외출 중 | 부재 중 | خارج المكتب | في إجازة | בחופשה | לא במשרד | מחוץ למשרד | nghỉ phép |
    đang nghỉ | vắng mặt | không có mặt
    """
)

GOES_ON: tuple[str, ...] = phrases(
    """
    will reply | will respond | will get back | when i return | upon my return | on my return | after my return |
    in my absence | during my absence | during this time | limited access | urgent | immediate assistance |
    please contact | colleague | kollege | kollegin | collègue | compañer | colega | collegh | collega |
    nicht weitergeleitet | dringend | in meiner abwesenheit | während meiner | lese keine |
    nach meiner rückkehr | vertretung | wenden sie sich | à mon retour | en mon absence | mon absence |
    pendant cette période | en cas d'urgence | urgence | vous pouvez contacter | merci de contacter | a mi regreso |
    en mi ausencia | a mi vuelta | urgente | na minha ausência | no meu retorno | al mio rientro | in mia assenza |
    durante la mia assenza | per urgenze | bij afwezigheid | tijdens mijn | dringende | w pilnych | po powrocie |
    podczas mojej nieobecności | v naléhavých | po návratu | по возвращении | по срочным | в моё отсутствие |
    acil | dönüşümde | vid brådskande | när jag är tillbaka | brådskande | ved hastende | når jeg er tilbage |
    når jeg er tilbake | haster | kiireellis | palattuani | 紧急 | 緊急 | 急事 | 尽快回复 | 無法收信 | 无法亲自回复 |
    回来后 | 返信が遅れ | 返信できません | お急ぎ | 戻り次第 | 急用 | 급한 | 긴급 | 복귀 후 |
    للحالات العاجلة | عند عودتي | דחוף | בשובי | khẩn cấp | khi tôi trở lại
    """
)
