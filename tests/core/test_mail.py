"""Mail as it leaves: one message, one connection a batch, and what every answer means."""

import dataclasses
from pathlib import Path

import pytest

from community.core import mail
from community.core.mail import Mail, MailFailed
from tests.smtp_listener import listening, mailbox_at, sending_to

pytestmark = pytest.mark.usefixtures("configured")


def letter(to: str = "mara@example.org", **values: object) -> Mail:
    fixed = Mail(
        reference="notice-1",
        to=to,
        to_name="Mara Ellison",
        subject="Ivy thanked you",
        text="Thank you for the introduction — Zoë\n",
        html="<p>Thank you</p>",
        from_name="Northlight",
    )
    return dataclasses.replace(fixed, **values)  # type: ignore[arg-type]


def test_a_mail_has_a_text_and_an_html_part_and_a_stable_id() -> None:
    with listening() as listener, sending_to(listener):
        mail.send(letter())
        mail.send(letter())
    first, second = listener.arrived
    assert first["Message-ID"] == second["Message-ID"] == "<notice-1@localhost>"
    assert first.get_body(("plain",)).get_content() == "Thank you for the introduction — Zoë\r\n"
    assert "<p>Thank you</p>" in first.get_body(("html",)).get_content()
    assert str(first["From"]) == "Northlight <notify@community.test>"
    assert listener.recipients == ["mara@example.org"] * 2


def test_a_header_cannot_be_smuggled_in() -> None:
    with listening() as listener, sending_to(listener):
        mail.send(letter(subject="Hi\r\nBcc: everyone@example.org", to_name="M\nX: 1"))
    assert "Bcc" not in listener.arrived[0]
    assert "X" not in listener.arrived[0]


def test_a_long_link_in_a_header_stays_readable() -> None:
    url = "<https://community.example.org/u/cty_abcdefghij_" + "a" * 140 + ">"
    with listening() as listener, sending_to(listener):
        mail.send(letter(headers={"List-Unsubscribe": url}))
    assert f"List-Unsubscribe: {url}\r\n".encode() in listener.raw[0]


def test_answers_go_to_the_human_and_threads_hold_together() -> None:
    with listening() as listener, sending_to(listener):
        mail.send(letter(reply_to="ivy@example.org", thread="give-7"))
    assert listener.arrived[0]["Reply-To"] == "ivy@example.org"
    assert listener.arrived[0]["References"] == "<give-7@localhost>"


@pytest.mark.parametrize(
    "name", ["Ellison, Mara", 'Zoë "Z" Ó Briain', "山田 太郎", "a" * 150 + " ü", "x <y@z.org>", ""]
)
def test_names_and_subjects_arrive_as_they_are(name: str) -> None:
    with listening() as listener, sending_to(listener):
        mail.send(letter(to_name=name, subject=f"Thank {name}"))
    (message,) = listener.arrived
    (to,) = message["To"].addresses
    assert (to.display_name, to.addr_spec) == (name, "mara@example.org")
    assert message["Subject"].split() == f"Thank {name}".split()
    assert all(len(line) <= 998 for line in listener.raw[0].split(b"\r\n"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        ".\n..dots\n.\n",
        "trailing \nspace\t\n",
        "ü" * 500,
        "a=b --=_x--\n--=_\n",
        "From me\n",
    ],
)
def test_a_text_arrives_as_it_was_written(text: str) -> None:
    with listening() as listener, sending_to(listener):
        mail.send(letter(text=text, html=f"<p>{text}</p>"))
        mail.send(letter(text=text, html=None))
    both, alone = listener.arrived
    assert [part.get_content_type() for part in both.iter_parts()] == ["text/plain", "text/html"]
    for message in (both, alone):
        found = message.get_body(("plain",)).get_content().replace("\r\n", "\n")
        assert found.rstrip("\n") == text.rstrip("\n")


def test_a_batch_goes_over_one_connection() -> None:
    with listening() as listener, sending_to(listener), mail.connection():
        for number in range(5):
            mail.send(letter(reference=f"n-{number}"))
    assert listener.connections == 1
    assert len(listener.arrived) == 5


def test_a_refused_recipient_does_not_spoil_the_next_one() -> None:
    gone = {"gone@example.org": "5xx"}
    with listening(modes_by_address=gone) as listener, sending_to(listener), mail.connection():
        with pytest.raises(MailFailed):
            mail.send(letter("gone@example.org"))
        mail.send(letter())
    assert listener.recipients == ["mara@example.org"]
    assert listener.connections == 1


def test_a_connection_that_hung_up_is_opened_anew() -> None:
    with listening(mode="hangup") as listener, sending_to(listener), mail.connection():
        mail.send(letter(reference="a"))
        mail.send(letter(reference="b"))
    assert len(listener.arrived) == 2
    assert listener.connections == 2


@pytest.mark.parametrize(
    ("mode", "permanent", "bad_address"),
    [
        ("4xx", False, False),
        ("5xx", True, True),
        ("5xx-data", True, True),
        ("5xx-policy", True, False),
        ("sender", False, False),
    ],
)
def test_what_a_refusal_means(mode: str, permanent: bool, bad_address: bool) -> None:
    with (
        listening(mode=mode) as listener,
        sending_to(listener),
        pytest.raises(MailFailed) as caught,
    ):
        mail.send(letter())
    assert (caught.value.permanent, caught.value.bad_address) == (permanent, bad_address)
    assert listener.arrived == []


def test_a_server_that_is_away_is_asked_once_in_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    connect = mail._connect
    monkeypatch.setattr(mail, "_connect", lambda way: asked.append(way) or connect(way))
    with sending_to(None), mail.connection():
        for _ in range(3):
            with pytest.raises(MailFailed) as caught:
                mail.send(letter())
            assert not caught.value.permanent
    assert len(asked) == 1


def test_a_server_that_is_too_slow_is_tried_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "TIMEOUT_SECONDS", 0.2)
    slow = listening(mode="slow", slow_seconds=1.0)
    with slow as listener, sending_to(listener), pytest.raises(MailFailed) as caught:
        mail.send(letter())
    assert not caught.value.permanent


def test_an_address_that_no_message_can_carry_is_refused_for_good() -> None:
    with listening() as listener, sending_to(listener), pytest.raises(MailFailed) as caught:
        mail.send(letter("mara\n@example.org"))
    assert caught.value.permanent


def test_an_address_beyond_ascii_goes_out_where_the_server_takes_it() -> None:
    with listening(takes_utf8=True) as listener, sending_to(listener):
        mail.send(letter("zoë@example.org"))
    assert listener.recipients == ["zoë@example.org"]


def test_an_address_beyond_ascii_is_refused_for_good_where_it_does_not() -> None:
    with listening() as listener, sending_to(listener), pytest.raises(MailFailed) as caught:
        mail.send(letter("zoë@example.org"))
    assert caught.value.permanent


def test_without_a_server_mail_lies_in_the_mailbox(tmp_path: Path) -> None:
    with mailbox_at(tmp_path):
        mail.send(letter())
        mail.send(letter())
    assert [path.name for path in tmp_path.iterdir()] == ["notice-1.eml"]
