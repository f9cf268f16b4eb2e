"""A deck asks for nothing, from anywhere, and shows hostile text as text."""

from __future__ import annotations

import pytest
import yaml

from backtrace.scenario import path_of
from tests.browser.chromium import opened

HOSTILE = "</title></script><script>alert(1)</script><img src=https://example.org/x onerror=alert(2)>&lt;b&gt;"


@pytest.fixture
def hostile(tmp_path):
    """A scenario whose title, description, source and notes try to be markup."""
    document = yaml.safe_load(path_of("lecture").read_text(encoding="utf-8"))
    document |= {"title": HOSTILE, "description": HOSTILE, "source": HOSTILE, "notes": {"dL_dz2": HOSTILE}}
    path = tmp_path / "hostile.yaml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return path


@pytest.mark.parametrize("layout", ["deck", "page"])
def test_a_hostile_title_stays_text(browser, hostile, layout, request):
    """Nothing of a scenario's text becomes an element, runs, or is fetched; it is read as it stands."""
    write = request.getfixturevalue(layout)
    with opened(browser, write(str(hostile))) as shown:
        shown.page.on("dialog", lambda dialog: shown.said.append(f"dialog: {dialog.message}"))
        shown.press("o", "Escape", "6", "Enter", *["ArrowRight"] * 8, "End")
        assert shown.get("document.querySelectorAll('img, iframe, object, script:not([id])').length") == 1
        assert shown.get("document.title") == HOSTILE
        assert HOSTILE in shown.get("document.querySelector('h1').textContent")
        assert HOSTILE in shown.get("document.body.textContent")
        assert shown.complaints == []


def test_what_is_not_the_pages_own_is_refused(browser, deck):
    """The policy refuses a script, a style, a picture and a request, wherever they come from."""
    with opened(browser, deck("lecture")) as shown:
        shown.get("""() => {
          const add = (tag, attributes) => document.body.append(Object.assign(document.createElement(tag), attributes));
          add('script', {textContent: 'window.ran = true'});
          add('img', {src: 'https://example.org/x.png'});
          add('style', {textContent: 'body { color: red }'});
          return fetch('https://example.org/').catch(() => 0);
        }""")
        shown.page.wait_for_function("violations.length >= 4")
        refused = {each.split()[0].removesuffix("-elem") for each in shown.get("violations")}
        assert refused == {"script-src", "img-src", "style-src", "connect-src"}
        assert shown.get("window.ran") is None
