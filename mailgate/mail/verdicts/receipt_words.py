"""How read receipts are titled and worded when their report was lost on the way; per language, in lower case."""

from __future__ import annotations

from mailgate.mail.quotes.phrase_table import phrases

TITLES: tuple[str, ...] = phrases(
    """
    read: | not read: | read receipt: | return receipt ( | gelesen: | ungelesen gelöscht: | nicht gelesen: |
    lesebestätigung: | lesebestätigung ( | empfangsbestätigung (angezeigt) | lu : | lu: | non lu : | non lu: |
    accusé de lecture |
    accusé de réception (affiché) | leído: | no leído: | lida: | lido: | não lida: | letto: | non letto: |
    conferma di lettura: | ricevuta di ritorno ( | gelezen: | niet gelezen: | leesbevestiging ( | przeczytano: |
    прочтено: | прочитано: | уведомление о прочтении | okundu: | läst: | läskvitto | læst: | lest: | lesekvittering |
    luettu: | lukukuittaus | přečteno: | تمت القراءة: | קריאה: | נקרא: | đã đọc: | 已读: | 已读： | 已讀: | 已讀： |
    已读回执 | 阅读回执 | 開封済み: | 開封済み： | 開封確認 | 읽음: | 수신 확인
    """
)
"""A receipt's subject begins with one of these."""

WORDS: tuple[str, ...] = phrases(
    """
    was read on | has been displayed | was displayed | was deleted without being read | is no guarantee that |
    gelesen | ungelesen gelöscht | angezeigt | a été lu | a été affiché | a été supprimé sans | fue leído |
    se ha leído | se leyó | foi lida | foi exibida | è stato letto | è stato visualizzato | is gelezen |
    is weergegeven | została przeczytana | zostało przeczytane | прочитано | прочтено | okundu | lästes | har lästs |
    blev læst | er læst | ble lest | er lest | luettiin | on luettu | byla přečtena | تمت قراءة | נקראה | đã được đọc |
    阅读 | 已读 | 讀取 | 已讀 | 開封 | 읽었 | 읽은
    """
)
"""Its text says one of these."""
