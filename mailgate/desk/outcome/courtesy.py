"""Small talk in a short mail: greetings, thanks, good-byes, the writer's own name, and whether anything is asked.

What reads a word that acts (a rating, a yes or a no) wants to know whether anything else was said. ``clauses`` takes a
text apart, ``substance`` leaves what is more than politeness, ``asks`` finds a question or a request. All of it works
on whole clauses and known phrases: what is not known counts as said, so that a person reads it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from mailgate.desk.routing.words import Keyword, Text, fold

CLAUSES = 40
"""More clauses than this are no small talk."""

SIGNS = "👍👎👌🙏👏🙌✅✔❌😀😃😄😁😊🙂😉😐😑😕🙁☹😞😠😡🤬😤😢😭🤩😍🥰❤⭐★☆💯🎉"
"""Faces and signs that say something by themselves; each is a clause of its own."""

_SIGN = re.compile(f"([{SIGNS}])")
_UNSEEN = dict.fromkeys([*range(0x1F3FB, 0x1F400), 0xFE0E, 0xFE0F, 0x200D, 0x200B, 0xFEFF])
"""Skin tones, variation selectors, joiners."""

_BREAK = re.compile(r"[\n.,!?;:…。，、！？；：()（）\"“”„«»*_]+|\s[-–—~]+\s|[-–—~]{2,}")
_LINK = re.compile(r"(?:https?://|www\.|mailto:)\S+")

GREETINGS = (
    "hi|hello|hey|dear all|dear team|dear sir|dear madam|dear sir or madam|good morning|good afternoon|good evening|"
    "hi there|hello there|hi all|hi team|hello team|dear support|hi support|to whom it may concern|"
    "hallo|guten tag|guten morgen|guten abend|moin|servus|grüß gott|hallo zusammen|liebes team|"
    "sehr geehrte damen und herren|bonjour|bonsoir|salut|hola|buenos días|buenas tardes|buenas|ciao|salve|buongiorno|"
    "buonasera|olá|oi|bom dia|boa tarde|goedemorgen|goedemiddag|beste|hej|hei|здравствуйте|добрый день|привет|"
    "cześć|dzień dobry|ahoj|dobrý den|merhaba|你好|您好|大家好|早上好|下午好|晚上好|嗨|こんにちは|안녕하세요"
)
THANKS = (
    "thanks|thank you|thx|ty|thanks a lot|many thanks|thank you very much|thank you so much|thanks so much|"
    "thanks a lot for your help|thank you very much for your help|thank you so much for your help|"
    "thanks again|thank you again|thanks very much|thanks a million|much appreciated|appreciated|appreciate it|"
    "i appreciate it|thanks for your help|thank you for your help|thanks for the help|thank you for the help|"
    "thanks for the quick help|thanks for your quick help|thanks for the quick response|thanks for the quick reply|"
    "thanks for your quick reply|thank you for your quick reply|thank you for the quick response|"
    "thank you for your support|thanks for your support|thanks for letting me know|thanks everyone|thanks all|cheers|"
    "great job|good job|well done|great work|great service|great support|"
    "danke|vielen dank|danke schön|dankeschön|besten dank|herzlichen dank|danke sehr|danke vielmals|tausend dank|"
    "danke für die hilfe|danke für ihre hilfe|vielen dank für die hilfe|vielen dank für ihre hilfe|"
    "danke für die schnelle hilfe|vielen dank für die schnelle hilfe|danke für die schnelle antwort|"
    "merci|merci beaucoup|un grand merci|merci bien|mille mercis|merci pour votre aide|merci de votre aide|"
    "gracias|muchas gracias|mil gracias|gracias por la ayuda|gracias por su ayuda|"
    "muchas gracias por su ayuda|muchas gracias por tu ayuda|gracias por tu ayuda|grazie|grazie mille|molte grazie|"
    "obrigado|obrigada|muito obrigado|muito obrigada|bedankt|dank je|dank u|dank je wel|dank u wel|hartelijk dank|"
    "hartelijk bedankt|tack|tack så mycket|tusen takk|takk|mange tak|tak|kiitos|paljon kiitoksia|"
    "спасибо|большое спасибо|спасибо большое|благодарю|dziękuję|dzięki|dziękuję bardzo|děkuji|díky|teşekkürler|"
    "teşekkür ederim|谢谢|謝謝|多谢|多謝|非常感谢|非常感謝|感谢|感謝|谢谢你|谢谢您|謝謝你|謝謝您|谢了|谢谢啦|辛苦了|"
    "谢谢帮助|感谢帮助|谢谢您的帮助|感谢您的帮助|谢谢你的帮助|ありがとう|ありがとうございます|ありがとうございました|"
    "감사합니다|고맙습니다|🙏|❤"
)
GOODBYES = (
    "regards|best regards|kind regards|warm regards|best|all the best|best wishes|sincerely|yours sincerely|yours|"
    "take care|bye|have a nice day|have a good day|have a great day|have a nice weekend|have a great weekend|"
    "mit freundlichen grüßen|mit freundlichem gruß|freundliche grüße|viele grüße|liebe grüße|beste grüße|grüße|gruß|"
    "schöne grüße|mfg|vg|lg|schönen tag noch|schönes wochenende|cordialement|bien cordialement|bien à vous|"
    "bonne journée|saludos|un saludo|saludos cordiales|atentamente|cordiali saluti|distinti saluti|saluti|"
    "atenciosamente|abraços|met vriendelijke groet|groeten|groet|mvg|с уважением|pozdrawiam|s pozdravem|"
    "sent from my iphone|sent from my phone|von meinem iphone gesendet|祝好|此致|敬礼|此致敬礼|祝您工作顺利|祝商祺|"
    "祝你愉快|祝您愉快|发自我的iphone|よろしくお願いします|よろしくお願いいたします"
)
REQUESTS = (
    "please call|call me|call us|please send|please contact|please help|please check|please tell|please explain|"
    "please reopen|let me know|can you|could you|would you|will you|how do i|how do we|how can i|how can we|how to|"
    "what about|what is|where is|when will|when can|who can|i need|we need|i would like|we would like|help me|"
    "bitte rufen|rufen sie|bitte senden|bitte schicken|bitte melden|können sie|könnten sie|kannst du|wie kann|"
    "wie geht|wann kommt|ich brauche|wir brauchen|ich möchte|pouvez vous|pourriez vous|comment faire|"
    "j'ai besoin|je voudrais|rappelez|puede usted|podría|cómo puedo|necesito|llámeme|può|come posso|"
    "请问|怎么|如何|为什么|能否|能不能|可不可以|可以吗|什么时候|何时|帮我|麻烦|请联系|请回复|请给|打电话|吗|呢|"
    "請問|怎麼|為什麼|麻煩|嗎|幫我|教えて|どうすれば|いつ|お願いできますか"
)
"""Phrases in which somebody wants something; parted by ``|``, as above."""


def phrases(*lists: str) -> frozenset[str]:
    """The phrases of tables as ``THANKS``, folded as ``clauses`` folds."""
    return frozenset(_bare(each) for one in lists for each in one.split("|"))


def clauses(text: str) -> tuple[str, ...]:
    """What a text says, in pieces: parted at punctuation, line ends and signs, folded, without apostrophes."""
    apart = _SIGN.sub(r"\n\1\n", _LINK.sub(" ", text).translate(_UNSEEN))
    return tuple(bare for each in _BREAK.split(apart) if (bare := _bare(each)))


def substance(text: str, names: Iterable[str] = ()) -> tuple[str, ...]:
    """The clauses that are more than politeness; ``names`` are the writer's, whose own name says nothing new."""
    own = {_bare(part) for name in names for part in (name, *name.split())}
    return tuple(each for each in clauses(text)[:CLAUSES] if not (each in POLITE or each in own or _named(each, own)))


def thanks(text: str) -> bool:
    """Whether somebody says thank you in it."""
    return any(each in _THANKS or any(each.startswith(f"{word} ") for word in _THANKFUL) for each in clauses(text))


def asks(text: str) -> bool:
    """Whether something is asked for: a question mark, or a phrase of wanting."""
    plain = _LINK.sub(" ", text)
    if any(mark in plain for mark in "?？؟¿"):
        return True
    spoken = Text(plain.replace("’", "'"))
    return any(wish.found_in(spoken) for wish in _WISHES)


def _bare(clause: str) -> str:
    """One clause as the tables have it."""
    return " ".join(fold(clause.translate(_UNSEEN)).replace("’", "").replace("'", "").split())


def _named(clause: str, own: set[str]) -> bool:
    """A greeting with a name behind it ("hi bob"), thanks to somebody known ("thanks ana lee"), or the writer's own
    name ("cleo here"). Of a stranger's name one word is taken: in "hi still broken" something is said."""
    head, _, tail = clause.partition(" ")
    greeted = head in _HAILS and tail.isalpha() and tail not in _MATTERS
    known = (head in _HAILS or head in _THANKFUL) and tail in own
    return greeted or known or (bool(own) and clause.removesuffix(" here") in own)


_THANKS = phrases(THANKS)
POLITE = phrases(GREETINGS, THANKS, GOODBYES)
_HAILS = frozenset(
    {"hi", "hello", "hey", "dear", "hallo", "liebe", "lieber", "bonjour", "hola", "ciao", "cher", "chère"}
)
_THANKFUL = frozenset({"thanks", "danke", "merci", "gracias", "grazie", "cheers"})
_MATTERS = frozenset(
    [
        "no",
        "not",
        "nein",
        "nicht",
        "non",
        "pas",
        "nope",
        "but",
        "aber",
        "mais",
        "broken",
        "defekt",
        "urgent",
        "dringend",
        "help",
        "hilfe",
        "again",
        "still",
    ]
)
"""Words that are nobody's name."""
_WISHES = tuple(Keyword(each) for each in REQUESTS.split("|"))
