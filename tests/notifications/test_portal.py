"""The pages of notices, without JavaScript and in parts; the link at the foot of a mail; the mailbox."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from community.accounts.actions import team_life
from community.core import mail
from community.core.mail import Mail
from community.identity.models import Actor
from community.notifications import actions, queries
from community.notifications.formats import links
from community.web.session import CommunityFlask
from tests.conftest import counting
from tests.factories.identity import acting, make_member
from tests.notifications.conftest import KIND, tell
from tests.smtp_listener import mailbox_at
from tests.web_client import BASE_URL, Portal

pytestmark = pytest.mark.usefixtures("things")


def soup(response: object) -> BeautifulSoup:
    return BeautifulSoup(response.get_data(as_text=True), "html.parser")  # type: ignore[attr-defined]


def test_new_notices_lead_and_say_why(app: CommunityFlask, owner: Actor, member: Actor) -> None:
    thing_id = tell(member, by=owner)
    page = soup(Portal(app, member).get("/notifications"))
    row = page.select_one("#new li")
    assert row is not None
    assert row.select_one("a")["href"] == f"/t/{member.team_slug}/gives/{thing_id}"
    assert "You helped with this." in row.text
    assert page.select_one("#bell-side").text.split() == ["1", "new"]


def test_nothing_new_is_said_kindly(app: CommunityFlask, member: Actor) -> None:
    page = soup(Portal(app, member).get("/notifications"))
    assert "All caught up" in page.select_one("#new").text
    assert page.select_one("#seen") is None


def test_marking_one_moves_it_to_seen(app: CommunityFlask, owner: Actor, member: Actor) -> None:
    first, second = tell(member, by=owner), tell(member, by=owner)
    portal = Portal(app, member)
    page = soup(portal.get("/notifications"))
    form = next(f for f in page.select("#new li form") if str(second) in f.text)
    answer = portal.post(form["action"], {"ids": form.select_one('[name="ids"]')["value"]})
    assert (answer.status_code, answer.headers["Location"]) == (
        303,
        f"/t/{member.team_slug}/notifications",
    )
    after = soup(portal.get("/notifications"))
    assert str(first) in after.select_one("#new").text
    assert str(second) in after.select_one("#seen").text


def test_everything_can_be_marked_at_once(app: CommunityFlask, owner: Actor, member: Actor) -> None:
    for _ in range(3):
        tell(member, by=owner)
    portal = Portal(app, member)
    portal.get("/notifications")
    assert portal.post("/notifications/seen").status_code == 303
    with acting(member):
        assert queries.count_new(member) == 0


def test_a_part_is_the_page_s_own_list_and_brings_the_count(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    tell(member, by=owner)
    portal = Portal(app, member)
    portal.get("/notifications")
    part = soup(portal.post("/notifications/seen", partial=True))
    assert part.select_one("html") is None
    whole = soup(portal.get("/notifications"))
    assert _plain(part.select_one("#notices")) == _plain(whole.select_one("#notices"))
    assert part.select_one("#bell-top")["hx-swap-oob"] == "outerHTML"
    assert part.select_one("#bell-side").text.strip() == ""


def _plain(tag: object) -> str:
    return re.sub(r'value="[^"]*"|\s+', " ", str(tag))


def test_the_bell_asks_for_its_count_alone(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    tell(member, by=owner)
    part = soup(Portal(app, member).get("/notifications/count", partial=True))
    assert part.select_one("#bell-side").text.split() == ["1", "new"]
    assert part.select_one("html") is None


def test_a_kind_s_mail_is_switched_in_its_row(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    tell(member, by=owner)
    portal = Portal(app, member)
    portal.get("/notifications")
    data = {"kind": KIND, "channel": "mail"}
    assert portal.post("/notifications/switch", data).status_code == 303
    assert "Mail me these" in portal.get("/notifications").get_data(as_text=True)
    portal.post("/notifications/switch", {**data, "enabled": "yes"})
    assert "No mail of this kind" in portal.get("/notifications").get_data(as_text=True)
    assert (
        portal.post("/notifications/switch", {"kind": "nothing", "channel": "mail"}).status_code
        == 404
    )


def test_a_row_says_why_it_is_there_when_asked(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    tell(member, by=owner)
    page = soup(Portal(app, member).get("/notifications"))
    why = page.select_one("#new .why")
    assert why.select_one("summary time")
    assert why.select_one("summary + p").get_text() == "You helped with this."
    assert why.select_one('form[action$="/notifications/switch"]')
    assert page.select_one("#new > header form button").get_text() == "Mark all seen"


def test_the_settings_page_shows_and_keeps_every_switch(app: CommunityFlask, owner: Actor) -> None:
    portal = Portal(app, owner)
    page = soup(portal.get("/settings/notifications"))
    assert page.select_one(f'input[name="mail"][value="{KIND}"]').has_attr("checked")
    on = [box["value"] for box in page.select('input[name="app"]')]
    assert portal.post("/settings/notifications", {"app": on, "mail": []}).status_code == 303
    after = soup(portal.get("/settings/notifications"))
    assert not after.select_one(f'input[name="mail"][value="{KIND}"]').has_attr("checked")
    assert after.select_one(f'input[name="app"][value="{KIND}"]').has_attr("checked")


def test_the_page_keeps_to_its_statements(app: CommunityFlask, owner: Actor, member: Actor) -> None:
    for _ in range(10):
        tell(member, by=owner)
    portal = Portal(app, member)
    with counting() as sent:
        portal.get("/notifications")
    assert len(sent) <= 12, str(sent)


class TestUnsubscribe:
    """GET shows, POST acts, nobody signs in."""

    @staticmethod
    def path(member: Actor) -> str:
        link = links.Unsubscribe(member.member_id, KIND)
        return f"/u/{links.unsubscribe_token(member.team_key, link)}"

    @staticmethod
    def wants_mail(member: Actor) -> bool:
        with acting(member):
            return queries.preferences(member)[KIND]["mail"]

    def test_opening_the_link_changes_nothing(self, app: CommunityFlask, member: Actor) -> None:
        client = app.test_client()
        for _ in range(3):
            page = client.get(self.path(member), base_url=BASE_URL)
            assert page.status_code == 200
            assert "Someone thanks you" in page.get_data(as_text=True)
        assert self.wants_mail(member)

    def test_one_click_acts_at_once_and_again(self, app: CommunityFlask, member: Actor) -> None:
        client = app.test_client()
        for _ in range(2):
            answer = client.post(
                self.path(member), data={"List-Unsubscribe": "One-Click"}, base_url=BASE_URL
            )
            assert answer.status_code == 200
        assert not self.wants_mail(member)

    def test_it_acts_in_a_deleted_team_too(
        self, app: CommunityFlask, owner: Actor, member: Actor
    ) -> None:
        with acting(owner):
            team_life.end_team(owner)
        answer = app.test_client().post(self.path(member), base_url=BASE_URL)
        assert answer.status_code == 200
        assert not self.wants_mail(member)

    def test_it_acts_for_its_member_alone(
        self, app: CommunityFlask, owner: Actor, member: Actor
    ) -> None:
        app.test_client().post(self.path(member), base_url=BASE_URL)
        assert self.wants_mail(owner)

    def test_a_changed_link_is_not_known(
        self, app: CommunityFlask, member: Actor, stranger: Actor
    ) -> None:
        good = self.path(member)
        foreign = good.replace(member.team_key, stranger.team_key)
        for path in (good[:-1], good + "x", foreign, "/u/x", "/u/cty_a_b"):
            assert app.test_client().post(path, base_url=BASE_URL).status_code == 404
        assert self.wants_mail(member)

    def test_a_notice_on_its_way_is_stopped_too(
        self, app: CommunityFlask, owner: Actor, member: Actor
    ) -> None:
        tell(member, by=owner, hold=timedelta(seconds=60))
        app.test_client().post(self.path(member), base_url=BASE_URL)
        with acting(member):
            assert queries.preferences(member)[KIND] == {"app": True, "mail": False}


class TestMailbox:
    """Mail of a development machine."""

    @staticmethod
    def lay_down(number: int) -> None:
        text = f"Sign in: http://localhost:8000/login/{number}?a=1&b=<script>\n"
        html = '<style>p {color: red}</style><p style="x">Hi <script>alert(1)</script><a href="javascript:x">y</a></p>'
        mail.send(
            Mail(
                f"m-{number}",
                "mara@example.org",
                "Mara",
                f"Subject {number}",
                text,
                html,
                "Northlight",
            )
        )

    def test_mails_are_listed_and_shown_safely(self, app: CommunityFlask, tmp_path: Path) -> None:
        client = app.test_client()
        with mailbox_at(tmp_path):
            assert "No mail yet" in client.get("/mailbox", base_url=BASE_URL).get_data(as_text=True)
            for number in (1, 2):
                self.lay_down(number)
            listed = soup(client.get("/mailbox", base_url=BASE_URL))
            shown = client.get("/mailbox/m-1.eml", base_url=BASE_URL)
            letter = client.get("/mailbox/m-1.eml/html", base_url=BASE_URL)
        assert {a["href"] for a in listed.select("#mail a")} == {
            "/mailbox/m-1.eml",
            "/mailbox/m-2.eml",
        }
        page = soup(shown)
        assert page.select_one("#text a")["href"] == "http://localhost:8000/login/1?a=1&b="
        frame = page.select_one("#html iframe")
        assert frame["src"] == "/mailbox/m-1.eml/html"
        assert frame["sandbox"] == ["allow-top-navigation-by-user-activation"]
        assert shown.headers["Content-Security-Policy"].endswith("; frame-src 'self'")
        assert "color: red" in letter.text
        policy = letter.headers["Content-Security-Policy"].split("; ")
        assert "default-src 'none'" in policy
        assert "sandbox allow-top-navigation-by-user-activation" in policy
        assert not [part for part in policy if part.startswith("script-src")]

    @pytest.mark.parametrize("name", ["nothing.eml", "..%2f..%2fetc%2fpasswd", "m-1.txt", ".eml"])
    def test_only_mails_are_opened(self, app: CommunityFlask, tmp_path: Path, name: str) -> None:
        (tmp_path / "m-1.txt").write_text("not a mail")
        with mailbox_at(tmp_path):
            assert app.test_client().get(f"/mailbox/{name}", base_url=BASE_URL).status_code == 404

    def test_it_exists_in_development_only(
        self, app: CommunityFlask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(app.config, "DEVELOPMENT", False)
        with mailbox_at(tmp_path):
            self.lay_down(1)
            for path in ("/mailbox", "/mailbox/m-1.eml", "/mailbox/m-1.eml/html"):
                assert app.test_client().get(path, base_url=BASE_URL).status_code == 404

    @pytest.mark.parametrize(
        ("host", "status"),
        [
            ("localhost:8000", 200),
            ("127.0.0.1:9000", 200),
            ("[::1]:8000", 200),
            ("rebound.example.net:8000", 403),
            ("localhost.example.net", 403),
            ("[", 403),
        ],
    )
    def test_no_other_name_leads_to_it(
        self, app: CommunityFlask, tmp_path: Path, host: str, status: int
    ) -> None:
        with mailbox_at(tmp_path):
            self.lay_down(1)
            for path in ("/mailbox", "/mailbox/m-1.eml", "/mailbox/m-1.eml/html"):
                answer = app.test_client().get(path, headers={"Host": host}, base_url=BASE_URL)
                assert answer.status_code == status, path
                assert status == 200 or "/login/1" not in answer.text

    def test_a_page_without_secrets_answers_by_any_name_and_never_repeats_it(
        self, app: CommunityFlask
    ) -> None:
        # A proxy may ask by a name of its own, and so do probes.
        foreign = {"Host": "rebound.example.net"}
        answer = app.test_client().get("/login", headers=foreign, base_url=BASE_URL)
        assert answer.status_code == 200
        assert "rebound" not in f"{answer.headers}{answer.text}"


def test_guests_have_notices_too(app: CommunityFlask, owner: Actor) -> None:
    guest = make_member(owner, role="guest")
    tell(guest, by=owner)
    assert Portal(app, guest).get("/notifications").status_code == 200
    with acting(guest):
        assert actions.mark_seen(guest) == 1


def test_what_one_person_did_stands_together_under_their_name(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    reader = make_member(owner, "Rita Reader")
    for by in (owner, member, owner):
        tell(reader, by=by)
    portal = Portal(app, reader)

    def groups(place: str) -> list[int]:
        lists = soup(portal.get("/notifications")).select(f"{place} ul.rows")
        return [len(found.select(":scope > li")) for found in lists]

    assert groups("#new") == [2, 1]
    heads = soup(portal.get("/notifications")).select("#new h3")
    assert [head.text.split()[-2:] for head in heads] == [["Ivy", "2"]], "several have a heading"
    row = soup(portal.get("/notifications")).select_one("#new ul.rows > li")
    assert row is not None
    assert row.select_one("details.why p"), "each says its reason"
    portal.post("/notifications/seen", {})
    assert groups("#seen") == [2, 1]
