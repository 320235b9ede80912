"""How customers ask for news, for the state of things, to be left out, or for their data: the words, by language.

A wish is a whole clause, never a word in one: what is left of a mail when greetings, thanks and the author's name are
taken away must be a wish and nothing else. So the patterns below are matched against the whole clause, folded, without
punctuation and apostrophes (``courtesy.clauses``). They are ours, not an admin's, have no repetition inside a
repetition, and meet clauses of at most 80 characters.
"""

from __future__ import annotations

PLEASE = (
    "please|please help|urgent|asap|bitte|s'il vous plaît|svp|por favor|per favore|alstublieft|proszę|пожалуйста|"
    "请|請|麻烦了|麻煩了|客服您好|客服你好|お世話になっております|kindly"
)
"""What stands beside a wish and adds nothing to it; parted by ``|``."""

STEMS: tuple[str, ...] = (
    "data", "daten", "datos", "dati", "dados", "danych", "gegevens", "gdpr", "dsgvo", "rgpd", "auskunft", "forgotten",
    "erasure", "access", "information", "recht", "derecho", "diritto", "direito", "prawo", "oubli", "accès", "données",
    "данны", "个人", "数据", "個人", "遗忘", "遺忘", "忘れ", "개인정보",
)  # fmt: skip
"""One of these words is in every claim below, wherever its lines break; most mails have none, and are not searched
further."""

_MATTER = (
    r"(?: (?:on|about|regarding|for|with|of|to) (?:this|that|it|these|"
    r"(?:my|the|this|our) (?:ticket|request|case|issue|question|problem|matter|enquiry|inquiry|mail|email|message)"
    r"(?: #? ?\d{1,12})?|(?:ticket |case )?#? ?\d{1,12}))?(?: yet| so far| please)?"
)

STATUS: tuple[str, ...] = (
    r"(?:ticket |request |my )?status:?(?: (?:of )?(?:my )?(?:ticket |request )?[\[(]?#? ?(?P<number>\d{1,12})[\])]?)?"
    r"(?: please| bitte)?|stand der dinge|bearbeitungsstand|aktueller stand",
    r"(?:show |list )?my tickets|list tickets|status of my (?:tickets|requests|ticket|request)",
    r"meine tickets|statut|mes demandes|estado|mis solicitudes|stato|situação|статус|мои заявки",
    r"(?:查询|查詢|查看)?(?:我的)?(?:工单|工單)?(?:状态|狀態|进度|進度)(?:查询|查詢)?"
    r"(?::? ?[\[(]?#? ?(?P<number_zh>\d{1,12})[\])]?)?",
    r"查询|查詢|我的工单|我的工單|状況|進捗状況|ステータス|상태",
)
"""The word alone, or with a ticket's number."""

NUDGE: tuple[str, ...] = (
    rf"(?:(?:is|are) there |do you have |have you )?any (?:news|updates?|progress){_MATTER}",
    rf"(?:what is|whats) the (?:current )?(?:status|latest|news|progress){_MATTER}",
    r"(?:i am|im|we are|were) still waiting(?: for (?:an? |your |the )?(?:answer|reply|response|solution|update))?",
    r"still waiting(?: for (?:an? |your )?(?:answer|reply|response))?|still no (?:answer|reply|response|news)",
    rf"(?:i am |im |we are )?(?:just )?(?:checking in|following up|checking){_MATTER}",
    r"(?:just )?(?:a )?(?:friendly |gentle |kind |quick |second )?reminder|bump|ping|any luck",
    rf"(?:could|can|would) you (?:please )?(?:give me an update|send me an update|update me|hurry up){_MATTER}",
    r"please (?:hurry|hurry up|reply|respond|answer|update me|reply asap|answer asap|get back to me)",
    r"when (?:can|will|may) i (?:get|expect|receive|have) (?:an? )?(?:answer|reply|response|update)",
    rf"have you had (?:a|any) chance to look (?:at|into) (?:this|it)|any movement{_MATTER}",
    r"gibt es (?:schon |bereits |inzwischen )?(?:(?:et)?was neues|neues|neuigkeiten|einen (?:neuen |zwischen)stand)"
    r"(?: (?:zu|bei) (?:meine[mr] (?:anfrage|ticket|fall|anliegen|problem)|diese[mr] (?:anfrage|ticket|fall)))?",
    r"(?:wie|was) ist der (?:aktuelle )?stand(?: der dinge)?|irgendwelche neuigkeiten|gibts was neues",
    r"ich warte (?:immer )?noch(?: auf (?:eine |ihre )?antwort| auf (?:eine )?rückmeldung)?",
    r"(?:ich )?bitte um (?:eine )?(?:kurze )?rückmeldung|erinnerung|wann kann ich mit einer antwort rechnen",
    r"(?:avez[- ]vous )?(?:des nouvelles|du nouveau)|y a[- ]t[- ]il du nouveau|(?:petite )?relance",
    r"où en est (?:ma demande|mon dossier|ma requête)|jattends toujours(?: votre réponse| une réponse)?",
    r"(?:hay |tienen |tienes )?algun(?:a novedad|as novedades|a noticia)|hay novedades",
    r"sigo esperando(?: (?:una |su )?respuesta)?",
    r"(?:ci sono |avete |qualche )?(?:novità|aggiornamenti)|sollecito|sono ancora in attesa(?: di (?:una )?risposta)?",
    r"(?:há |tem |têm )?alguma novidade|há novidades",
    r"ainda estou (?:à espera|aguardando)(?: (?:de )?(?:uma )?resposta)?",
    r"is er al (?:nieuws|iets bekend)|(?:nog|al) nieuws|ik wacht nog steeds(?: op (?:een )?antwoord)?",
    r"(?:czy są |są )?jakieś (?:nowości|wieści)|nadal czekam(?: na odpowiedź)?",
    r"есть (?:ли )?новости|какие новости|жду ответа|когда будет ответ",
    r"(?:再|请|請|麻烦|麻煩)?(?:催单|催單|催一下|催促|催办|催辦)|(?:请问|請問)?(?:处理|處理)?到哪(?:一步|里|裡)?了|(?:请问|請問)?(?:现在|現在)?有(?:什么|什麼|新的)?(?:进展|進展|消息|结果|結果|更新)(?:了)?(?:吗|嗎|么)?",
    r"(?:请问|請問)?(?:现在|現在)?(?:进展|進展|进度|進度)(?:如何|怎么样|怎麼樣)(?:了)?|(?:处理|處理)?(?:得)?(?:怎么样|怎麼樣)了",
    r"(?:处理|處理|解决|解決)好?了(?:吗|嗎)|(?:请|請|麻烦|麻煩)?(?:您|你)?(?:尽快|盡快|儘快)(?:给我)?(?:处理|處理|回复|回覆|答复|答覆|解决|解決)?(?:一下)?",
    r"(?:我)?还在等(?:回复|您的回复|消息)?|我還在等(?:回覆|消息)?|(?:什么|什麼)时候(?:能|可以)?(?:回复|处理|处理好|解决)|加急|求回复",
    r"(?:その後|進捗は?)(?:いかがでしょうか|どうなりましたか|どうですか)|진행 상황(?:이)? 어떻게 되나요",
)
"""Any news? Said on an open ticket, with nothing else in the mail."""

UNSUBSCRIBE: tuple[str, ...] = (
    r"(?:please )?unsubscribe(?: me)?(?: please)?(?: from this (?:ticket|conversation|thread|list))?",
    r"(?:please )?remove me(?: from (?:this|the) (?:ticket|conversation|thread|list|loop|cc))?",
    r"(?:please )?take me off (?:this|the) (?:ticket|conversation|thread|list|cc)",
    r"abmelden|abbestellen|bitte abmelden|me désabonner|se désabonner|désabonnement|désinscription|darme de baja|baja",
    r"disiscrivimi|cancella iscrizione|cancelar inscrição|afmelden|wypisz mnie|отписаться|отпишите меня",
    r"退订|退訂|取消订阅|取消訂閱|不要再抄送(?:给我|給我)?|配信停止|수신거부",
)
"""Leave me out: counts for a watcher only."""

ERASE: tuple[str, ...] = (
    "right to be forgotten", "want to be forgotten", "right to erasure", "deletion of my personal data",
    "erasure of my personal data", "erasure of my data", "article 17 gdpr", "art. 17 gdpr", "article 17 of the gdpr",
    "delete all data you have about me", "delete all data about me",
    "löschung meiner daten", "löschung meiner personenbezogenen daten", "löschen sie meine daten",
    "löschen sie alle meine daten", "löschen sie meine personenbezogenen daten", "art. 17 dsgvo", "art 17 dsgvo",
    "artikel 17 dsgvo", "recht auf vergessenwerden", "droit à l'oubli", "droit à l’oubli",
    "suppression de mes données", "effacement de mes données", "supprimer mes données personnelles",
    "supprimer toutes mes données", "article 17 du rgpd", "derecho al olvido", "derecho de supresión",
    "supresión de mis datos", "eliminar mis datos personales", "eliminación de mis datos", "diritto all'oblio",
    "cancellazione dei miei dati", "cancellare i miei dati", "direito ao esquecimento", "apagar os meus dados",
    "exclusão dos meus dados", "recht op vergetelheid", "verwijder mijn gegevens", "verwijdering van mijn gegevens",
    "usunięcie moich danych", "prawo do bycia zapomnianym", "удалить мои персональные данные",
    "удалите мои персональные данные", "удаление моих персональных данных", "刪除我的個人資料", "被遗忘权",
    "被遺忘權", "個人情報の削除", "個人情報を削除", "忘れられる権利", "개인정보 삭제",
    *(
        f"{verb} {whose}{what}"
        for verb in ("delete", "erase", "remove")
        for whose in ("my ", "all my ", "all of my ")
        for what in ("data", "personal data", "personal information")
    ),
    *(f"{law} {article} 17" for law in ("gdpr", "dsgvo") for article in ("article", "art.", "art", "artikel")),
    *(
        f"{verb}{whose}{every}{what}"
        for verb in ("删除", "清除", "抹除")
        for whose in ("我的", "本人", "本人的")
        for every in ("", "全部", "所有", "一切")
        for what in ("个人信息", "个人数据", "个人资料", "数据")
    ),
)  # fmt: skip
"""The right to be forgotten (GDPR article 17), as people claim it."""

EXPORT: tuple[str, ...] = (
    "subject access request", "right of access", "copy of my personal data", "copy of all my personal data",
    "copy of my data", "copy of all my data", "copy of the personal data you hold", "all personal data you hold",
    "personal data you hold about me", "personal data you have about me", "export my data",
    "export of my personal data", "article 15 gdpr", "art. 15 gdpr", "article 15 of the gdpr", "article 20 gdpr",
    "art. 20 gdpr", "auskunft nach art. 15", "auskunft gemäß art. 15", "art. 15 dsgvo", "art 15 dsgvo",
    "artikel 15 dsgvo", "auskunft über meine daten", "auskunft über meine personenbezogenen daten",
    "kopie meiner daten", "kopie meiner personenbezogenen daten", "droit d'accès", "droit d’accès",
    "copie de mes données", "article 15 du rgpd", "derecho de acceso", "copia de mis datos", "diritto di accesso",
    "copia dei miei dati", "direito de acesso", "cópia dos meus dados", "recht op inzage",
    "kopie van mijn gegevens", "inzage in mijn gegevens", "kopia moich danych", "копию моих персональных данных",
    "我的个人信息副本", "个人数据副本", "查閱我的個人資料", "個人情報の開示", "개인정보 열람",
    *(
        f"{what} {that}you {hold} about me"
        for what in ("data", "information")
        for that in ("", "that ", "do ")
        for hold in ("hold", "have", "store", "keep")
    ),
    "export my personal data", "access to my personal data", "copy of my personal information",
    "auskunft über meine gespeicherten daten", "auskunft über die zu meiner person gespeicherten daten",
    *(f"{law} {article} 15" for law in ("gdpr", "dsgvo") for article in ("article", "art.", "art", "artikel")),
    *(
        f"{verb}我的{every}{what}"
        for verb in ("查询", "查阅", "复制", "导出", "提供", "获取", "索取")
        for every in ("", "全部", "所有")
        for what in ("个人信息", "个人数据", "个人资料")
    ),
)  # fmt: skip
"""The right to see one's data (GDPR articles 15 and 20), as people claim it."""
