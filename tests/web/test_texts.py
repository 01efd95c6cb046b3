"""The words of the interface: in both languages, used, and all there."""

import re
from pathlib import Path

import kg.web
from kg.release.statistics import WHOLE
from kg.web.about_texts import ABOUT
from kg.web.arrangement import SECTIONS
from kg.web.catalog_texts import CATALOG_WORDS
from kg.web.texts import INVERSE, MONTHS, PLURALS, WORDS


def test_all_words_are_in_both_languages() -> None:
    texts = [
        *WORDS.values(),
        *CATALOG_WORDS.values(),
        *INVERSE.values(),
        *PLURALS.values(),
        *MONTHS,
    ]
    texts += [text for section in ABOUT.values() for text in section]
    assert len(texts) > 200
    for text in texts:
        assert text.id.strip()
        assert text.en.strip()
        assert _places(text.id) == _places(text.en), text


def _places(text: str) -> list[str]:
    return sorted(re.findall(r"\{(\w+)\}", text))


def test_templates_and_code_use_the_words_there_are_and_all_of_them() -> None:
    folder = Path(kg.web.__file__).parent
    sources = [path.read_text() for path in (*folder.glob("*.py"), *folder.glob("templates/*"))]
    used = {
        key
        for source in sources
        for key in re.findall(r"""(?:\bw|words|WORDS)[(\[]\s*["'](\w+)["']""", source)
    }
    assert used <= WORDS.keys()
    indirect = {*SECTIONS, "true", "false", "browse", "query", "quality", "ontology", "about"}
    indirect |= {
        "classes",
        "object_properties",
        "data_properties",
        "annotation_properties",
        "datatypes",
        "reused",
    }
    indirect |= {"domain", "path", "instance", "instances", "once", "times"}
    assert WORDS.keys() - used - indirect == set()


def test_the_pages_of_the_catalogue_use_the_words_there_are_and_all_of_them() -> None:
    folder = Path(kg.web.__file__).parent
    paths = (*folder.glob("*.py"), *folder.glob("templates/*"))
    # The page on quality has words of its own, and asks for them in the same way.
    sources = [path.read_text() for path in paths if not path.name.startswith("quality")]
    used = {
        key
        for source in sources
        for key in re.findall(r"""(?:\bc|say)\(\s*["'](\w+)["']""", source)
    }
    assert used <= CATALOG_WORDS.keys()
    indirect = {*WHOLE, "catalog", "downloads", "void", "take", "take_hint"}
    indirect |= {"whole", "changes", "rest", "graphs", "tables"}
    assert CATALOG_WORDS.keys() - used - indirect == set()
