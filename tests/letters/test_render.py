"""Templates: found, filled, limited, and never the reason why a letter is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailgate.config.shipped import shipped
from mailgate.desk.letter import LetterKind
from mailgate.errors import ConfigError
from mailgate.letters import values
from mailgate.letters.render import Templates

SAMPLE = values.sample(LetterKind.ANSWER)


def folder(tmp_path: Path, **files: str) -> Path:
    """A folder of templates; ``en__answer_txt`` stands for ``en/answer.txt``."""
    for name, text in {"subject_txt": "{{ tag }}", "en__answer_txt": "plain", **files}.items():
        path = tmp_path / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path


def text(templates: Templates, language: str = "en", brand: str = "", **more) -> str:
    return templates.render(LetterKind.ANSWER, language, brand, {**SAMPLE, **more}).text.strip()


def test_our_own_templates_are_whole_in_both_languages(templates):
    """Every letter has words in English and Chinese, and all of them can be filled."""
    assert templates.check() == []
    for kind in LetterKind:
        for language in ("en", "zh"):
            assert templates.language_of(kind.value, language, "") == language
            rendered = templates.render(kind, language, "", values.sample(kind))
            assert rendered.failed == ""
            assert rendered.subject.strip()
            assert rendered.html


@pytest.mark.parametrize("kind", list(LetterKind))
def test_a_letter_without_any_values_still_renders(templates, kind):
    for language in ("en", "zh"):
        assert templates.render(kind, language, "", values.complete(kind, {}, lambda *_: "")).failed == ""


def test_the_templates_are_found():
    assert (shipped("templates") / "en" / "answer.txt").is_file()


@pytest.mark.parametrize(
    ("asked", "given"), [("zh-Hans", "zh"), ("zh-Hant-TW", "zh"), ("zh", "zh"), ("fr", "en"), ("und", "en"), ("", "en")]
)
def test_a_language_falls_back_to_a_wider_one_then_to_english(templates, asked, given):
    assert templates.language_of("answer", asked, "acme") == given


def test_a_language_is_added_by_adding_a_folder(tmp_path):
    templates = Templates.load(folder(tmp_path, fr__answer_txt="Bonjour"))
    assert text(templates, "fr-CA") == "Bonjour"


def test_a_brand_overrides_what_it_likes(tmp_path):
    base = folder(tmp_path / "base", zh__answer_txt="中文", en__answer_html="<p>common</p>")
    own = tmp_path / "own"
    (own / "en").mkdir(parents=True)
    (own / "en" / "answer.txt").write_text("our own")
    templates = Templates.load(base, {"acme": own})
    assert text(templates, "en", "acme") == "our own"
    assert templates.render(LetterKind.ANSWER, "en", "acme", SAMPLE).html == "", "the common HTML says something else"
    assert text(templates, "zh", "acme") == "中文"
    assert text(templates, "en", "other") == "plain"


def test_css_is_written_into_the_elements_and_jinja_survives(tmp_path):
    html = '<p class="a" title="{{ name }}">{% if 1 < 2 and "x" %}<b>{{ text }}</b>{% endif %}</p>'
    templates = Templates.load(folder(tmp_path, letter_css=".a { color: red; }", en__answer_html=html))
    shown = templates.render(LetterKind.ANSWER, "en", "", {**SAMPLE, "name": 'A "B"', "text": "<i>"}).html
    assert 'style="color: red' in shown
    assert 'title="A &#34;B&#34;"' in shown
    assert "<b>&lt;i&gt;</b>" in shown


def test_css_leaves_titles_and_styles_alone(tmp_path):
    html = "<html><head><title>{{ brand }}</title><style>.{{ number }} {}</style></head><body>{{ text }}</body></html>"
    templates = Templates.load(folder(tmp_path, letter_css="p { color: red; }", en__answer_html=html))
    shown = templates.render(LetterKind.ANSWER, "en", "", SAMPLE).html
    assert "<title>Acme Support</title>" in shown
    assert ".1042 {}" in shown


@pytest.mark.parametrize("text_of_a_stranger", ["{{ 7*7 }}", "{% for x in y %}", "{{ config }}", "${7*7}", "#{7*7}"])
def test_J07_what_is_filled_in_is_never_a_template(templates, text_of_a_stranger):
    assert text(templates, text=text_of_a_stranger, quote="", reference="") == text_of_a_stranger


@pytest.mark.parametrize(
    "evil",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ text.__class__ }}",
        "{{ text['__class__'] }}",
        "{{ range.__globals__ }}",
        "{{ text.format(1) }}",
        "{{ 'a'.ljust(10**9) }}",
        "{{ 'a' * 10**9 }}",
        "{{ [1] * 10**9 }}",
        "{{ 10 ** 10 ** 10 }}",
        "{{ '%0999999999d' % 1 }}",
        "{{ 'a'|center(999999999) }}",
        "{% for i in range(10**9) %}x{% endfor %}",
        "{% for i in range(5000) %}{% for j in range(5000) %}{% endfor %}{% endfor %}",
        "{{ nothing_of_that_name }}",
        "{{ 1 / 0 }}",
        "{% include 'gone.txt' %}",
        "{% broken",
        "{{ undefined_function() }}",
        "{{ lipsum(999999) }}",
        "{{ self }}{{ self.__init__.__globals__ }}",
        "{{ text|attr('__class__') }}",
    ],
)
def test_J08_J09_a_template_that_fails_costs_its_looks_and_not_the_letter(tmp_path, evil):
    templates = Templates.load(folder(tmp_path, en__answer_txt=evil))
    rendered = templates.render(LetterKind.ANSWER, "en", "", SAMPLE)
    assert rendered.failed.startswith("answer: ")
    assert SAMPLE["text"] in rendered.text
    assert SAMPLE["reference"] in rendered.text
    assert rendered.html == ""
    assert "[#1042]" in rendered.subject
    assert templates.check(), "and the admin is told at start"


def test_a_template_that_grows_without_end_is_stopped(tmp_path):
    evil = "{% for i in range(9000) %}{{ text }}{% endfor %}"
    templates = Templates.load(folder(tmp_path, en__answer_txt=evil))
    rendered = templates.render(LetterKind.ANSWER, "en", "", {**SAMPLE, "text": "x" * 100_000})
    assert "grew past" in rendered.failed


@pytest.mark.parametrize(
    "page",
    [
        "{{ brand }}",
        "{% set kept %}{{ brand }}{% endset %}{{ kept }}",
        "{% macro shown(it) %}{{ it }}{% endmacro %}{{ shown(brand) }}",
        "{% filter trim %}{{ brand }}{% endfilter %}",
        "{% autoescape true %}{{ brand }}{% endautoescape %}",
        "{{ [brand]|join(', ') }}",
        "{{ brand|e }}",
    ],
)
def test_J07_what_is_filled_in_is_escaped_once_whatever_way_it_comes(tmp_path, page):
    """The page is written with code of our own for what is filled in."""
    templates = Templates.load(folder(tmp_path, en__answer_html=page))
    html = templates.render(LetterKind.ANSWER, "en", "", {**SAMPLE, "brand": "<b> & 'Co'"}).html
    assert html == "&lt;b&gt; &amp; &#39;Co&#39;"


def test_J09_a_wrong_name_is_told_with_file_line_and_the_nearest(tmp_path):
    templates = Templates.load(folder(tmp_path, en__answer_txt="Hello\n\n{{ refernce }}\n"))
    (problem,) = templates.check()
    assert problem.file.endswith("en/answer.txt")
    assert problem.line == 3
    assert "refernce" in problem.wrong
    assert "reference" in problem.right


def test_a_syntax_error_is_told_with_its_line(tmp_path):
    templates = Templates.load(folder(tmp_path, en__answer_txt="Hello\n{% if %}\n"))
    (problem,) = templates.check()
    assert problem.line == 2


def test_a_folder_that_is_not_there_is_said_at_once(tmp_path):
    with pytest.raises(ConfigError, match="no such folder"):
        Templates.load(tmp_path / "gone")


def test_a_file_that_is_no_utf8_is_said_at_once(tmp_path):
    base = folder(tmp_path)
    (base / "en" / "answer.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="cannot be read"):
        Templates.load(base)


def test_a_letter_for_rules_is_tried_as_an_acknowledgement(tmp_path):
    templates = Templates.load(folder(tmp_path, en__vip_txt="{{ answer_by }} {{ quote }}"))
    assert templates.check() == []


def test_a_letter_of_another_name_takes_the_place_of_its_kind(tmp_path):
    templates = Templates.load(folder(tmp_path, en__vip_txt="for you: {{ text }}"))
    assert templates.has("vip")
    shown = templates.render(LetterKind.ANSWER, "en", "", SAMPLE, "vip")
    assert shown.text.startswith("for you: ")
    assert templates.render(LetterKind.ANSWER, "en", "", SAMPLE, "gone").failed == "gone: there is no template gone.txt"


def test_the_page_about_templates_names_every_value():
    page = (shipped("templates") / "README.md").read_text("utf-8")
    for kind, rows in values.VALUES.items():
        section = page.partition(f"In `{kind.value}`:")[2].partition("\nIn `")[0]
        assert [f"`{row.name}`" in section for row in rows] == [True] * len(rows)
    assert all(f"`{row.name}`" in page for row in values.COMMON)
