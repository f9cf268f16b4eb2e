"""`backtrace present`: where the deck goes, what is refused, what follows a file, and paper."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
import urllib.request
import webbrowser
from pathlib import Path
from urllib.error import HTTPError

import pytest

from backtrace.cli.pdf import print_pdf
from backtrace.cli.watching import ADDRESS, Served
from backtrace.errors import InputError
from backtrace.scenario import path_of
from tests.commands import here
from tests.page import read, slides

SECONDS = 20


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """The addresses that a browser was asked to open; decks are put below the test's folder."""
    addresses: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda address: bool(addresses.append(address)) or True)
    for variable in ("XDG_CACHE_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(variable, str(tmp_path))
    return addresses


def test_without_a_file_it_is_opened_and_its_name_is_said(opened, capsys):
    """The deck is put where the user's programs keep such files, named, and shown."""
    ran = here(["present", "mazur"], capsys)
    path = Path(ran.out.strip())
    assert (ran.code, ran.err) == (0, "")
    assert path.name == "mazur.html"
    assert opened == [path.as_uri()]
    assert len(slides(read(path.read_text(encoding="utf-8")))) > 20


def test_it_need_not_be_opened(opened, monkeypatch, capsys):
    """With --no-open the file is named only; where no browser is found, that is said."""
    assert here(["present", "--no-open"], capsys).out.strip().endswith("lecture.html")
    assert opened == []
    monkeypatch.setattr(webbrowser, "open", lambda _: False)
    assert "open the file yourself" in here(["present"], capsys).err


def test_a_file_is_only_written(opened, tmp_path, capsys):
    """-o writes the deck and nothing else."""
    path = tmp_path / "deck.html"
    ran = here(["present", "-o", str(path), "--stage", "1-2", "--show", "formula,numbers"], capsys)
    assert (ran.code, ran.out, ran.err, opened) == (0, "", "", [])
    anchors = [slide.get("data-anchor") for slide in slides(read(path.read_text(encoding="utf-8")))]
    assert anchors == ["step-6", "step-7", "step-8"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--watch", "-o", "x.html"], "--watch with -o"),
        (["-", "--watch"], "--watch with standard input"),
        (["--vary", "eta=1", "--show", "formula"], "--vary without numbers"),
        (["--vary", "eta"], "KEY=VALUE"),
        (["--vary", "eta=fast"], "--vary, training, learning_rate"),
        (["--vary", "eta=1,2,3,4,5,6,7,8,9"], "10 variants"),
        (["--vary", "nothing=1"], "nothing of that name"),
        (["--stage", "9"], "no stage 9"),
        (["--updates", "2"], "no update 2"),
    ],
)
def test_what_does_not_go_together_is_refused(opened, arguments, says, capsys):
    """Exit code 2 and a message; nothing is written or opened."""
    ran = here(["present", *arguments], capsys)
    assert ran.code == 2
    assert says in " ".join(ran.err.split())
    assert (ran.out, opened) == ("", [])


def test_a_variant_whose_numbers_leave_the_range_ends_with_3(opened, tmp_path, capsys):
    """As everywhere, numbers out of range are exit code 3."""
    scenario = tmp_path / "s.yaml"
    text = path_of("lecture").read_text(encoding="utf-8")
    for old, new in (("rate: 0.7", "rate: 0.01"), ("epochs: 1", "epochs: 9"), ("sigmoid", "identity")):
        text = text.replace(old, new)
    scenario.write_text(text, encoding="utf-8")
    assert here(["present", str(scenario), "--no-open"], capsys).code == 0
    assert here(["present", str(scenario), "--no-open", "--vary", "eta=1e200"], capsys).code == 3


def test_a_list_is_one_value(opened, tmp_path, capsys):
    """The commas within brackets do not part values."""
    path = tmp_path / "deck.html"
    assert here(["present", "-o", str(path), "--vary", "W2=[[0.3, 0.5]],[[1, 2]]"], capsys).code == 0
    buttons = [each for each in read(path.read_text(encoding="utf-8")).iter("button") if each.get("data-variant")]
    assert ["".join(each.itertext()) for each in buttons] == ["as it is", "W2 = [[1, 2]]"]


def test_paper_needs_a_chromium(opened, monkeypatch, tmp_path, capsys):
    """Without one the message says what to install, and nothing is written."""
    monkeypatch.setenv("PATH", str(tmp_path))
    ran = here(["present", "--pdf", str(tmp_path / "deck.pdf")], capsys)
    assert ran.code == 2
    assert "install Chromium" in ran.err
    assert list(tmp_path.glob("*.pdf")) == []


@pytest.mark.skipif(os.name == "nt", reason="the stand-in is a shell script")
def test_a_chromium_that_is_found_prints(monkeypatch, tmp_path):
    """It is given the page and where to print; one that prints nothing is an error with what it said."""
    command = tmp_path / "chromium"
    script = '#!/bin/sh\nfor a in "$@"; do case "$a" in --print-to-pdf=*) printf %%PDF > "${a#*=}";; esac; done\n'
    command.write_text(script)
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    print_pdf("<p>", tmp_path / "deck.pdf")
    assert (tmp_path / "deck.pdf").read_bytes() == b"%PDF"
    command.write_text("#!/bin/sh\necho no display >&2\n")
    with pytest.raises(InputError, match=r"printed nothing.*no display"):
        print_pdf("<p>", tmp_path / "other.pdf")
    assert not (tmp_path / "other.pdf").exists()


def _get(address: str, host: str = "") -> str:
    request = urllib.request.Request(address, headers={"Host": host} if host else {})
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:
        text: str = answer.read().decode()
    return text


def test_the_server_shows_one_page_to_this_computer():
    """The page and the number of its version, nothing else, and not to a name of another site that leads here."""
    from threading import Thread

    with Served("<p>ŷ") as server:
        Thread(target=server.serve_forever, daemon=True).start()
        assert server.url.startswith("http://127.0.0.1:")
        assert (_get(server.url), _get(server.url[:-1] + ADDRESS)) == ("<p>ŷ", "1")
        server.put("<p>z")
        assert (_get(server.url), _get(server.url[:-1] + ADDRESS)) == ("<p>z", "2")
        for address, host in ((f"{server.url}etc/passwd", ""), (server.url, "evil.example")):
            with pytest.raises(HTTPError, match=r"40[34]"):
                _get(address, host)
        server.shutdown()


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is sent as a signal")
def test_the_deck_follows_its_file(tmp_path):
    """Saved anew the page is another; saved wrong it stays, and what is wrong is said; Ctrl-C ends it."""
    path = tmp_path / "s.yaml"
    text = path_of("lecture").read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "backtrace", "present", str(path), "--watch", "--no-open"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        url = running.stdout.readline().split()[0]
        assert "Two inputs" in _get(url)
        path.write_text(text.replace("Two inputs", "Saved anew"), encoding="utf-8")
        _until(url, "2")
        assert "Saved anew" in _get(url)
        path.write_text("title: [", encoding="utf-8")
        time.sleep(1)
        assert "Saved anew" in _get(url)
        path.write_text(text, encoding="utf-8")
        _until(url, "3")
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=SECONDS)
    assert running.returncode == 0
    assert "s.yaml" in said


def _until(url: str, version: str) -> None:
    ends = time.monotonic() + SECONDS
    while _get(url[:-1] + ADDRESS) != version:
        assert time.monotonic() < ends, "the page never changed"
        time.sleep(0.1)
